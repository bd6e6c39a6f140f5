"""What pages read of organisations."""

import re
import unicodedata
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from maillon.kernel.actor import Actor
from maillon.territory.models import Commune, Organisation, Place, User
from maillon.territory.roles import OWN_SCOPES, scopes_of_kind

MOST_PROPOSED = 6


def organisations(viewer: Actor) -> list[Organisation]:
    """The organisations the viewer sees, each with how many people it has. One query."""
    visible = Organisation.objects.visible_to(viewer).select_related("commune")
    counted = visible.annotate(
        people=Count("memberships__user", filter=Q(memberships__user__is_active=True), distinct=True)
    )
    return list(counted.order_by("kind", "name", "id"))


def communes_called(text: str) -> QuerySet[Commune]:
    """Those with this INSEE code, this postcode, or this name; failing that, whose name holds these words."""
    words = text.strip()
    exact = Commune.objects.filter(Q(code=words.upper()) | Q(name__iexact=words) | Q(postcodes__icontains=f'"{words}"'))
    if exact.exists():
        return exact
    # As people write, "st herblain" for "Saint-Herblain": databases do not agree on accents.
    wanted = folded(words)
    names = [(code, folded(name)) for code, name in Commune.objects.values_list("code", "name")]
    same = [code for code, name in names if name == wanted]
    return Commune.objects.filter(pk__in=same or [code for code, name in names if wanted in name][:MOST_PROPOSED])


def folded(name: str) -> str:
    """A commune's name without accents, hyphens, apostrophes or abbreviated saints."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    words = re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


def places(viewer: Actor) -> list[Place]:
    """The places of the organisation the viewer acts for; a coordination's are its workshops'. One query."""
    visible = Place.objects.filter(organisation__in=Organisation.objects.visible_to(viewer))
    return list(visible.select_related("organisation").order_by("organisation__name", "name", "id"))


def scopes_to_give(viewer: Actor, organisation: Organisation) -> dict[str, Promise]:
    """What the viewer may let a key of this organisation do, and its words.

    A coordination: all but what it sees nothing of itself. Others, to a key of their own: what they may do.
    """
    own = organisation.pk == viewer.organisation_id
    return {
        scope: words
        for scope, words in scopes_of_kind(organisation.kind).items()
        if (viewer.oversees and scope not in OWN_SCOPES) or (own and viewer.may(scope))
    }


def organisation_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What to show for organisations that the ledger names by identifier. One query."""
    return dict(Organisation.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def member_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What to show for people that the ledger names by identifier. One query."""
    return {
        pk: name or email.split("@")[0]
        for pk, name, email in User.objects.filter(pk__in=set(ids)).values_list("pk", "name", "email")
    }
