"""The agreement on the family's own page: the text to read, the one-time code to sign it, and a copy once signed."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from maillon.distribution.agreements import queries
from maillon.distribution.agreements.models import CODE_TRIES, Agreement
from maillon.distribution.agreements.queries import USE
from maillon.distribution.agreements.text import side_by_side
from maillon.distribution.agreements.vocabulary import AgreementState, Channel
from maillon.kernel import codes, vault
from maillon.needs.models import Request
from maillon.needs.own_data import Given

OF_THEIRS = (AgreementState.SIGNED, AgreementState.ENDED)


def part(shown: Request) -> dict[str, Any] | None:
    """What the part is drawn with; None when there is nothing to read or to sign."""
    to_sign = []
    drafts = shown.agreements.filter(
        state=AgreementState.DRAFT,
        one_time_code__channel=Channel.FAMILY,
        one_time_code__expires_at__gt=timezone.now(),
        one_time_code__tries__lt=CODE_TRIES,
    ).select_related("lender", "desk", "prescriber", "request", "one_time_code")
    for agreement in drafts:
        text, digest = queries.text_and_digest(agreement, queries.items_of(agreement))
        if digest == agreement.one_time_code.text_sha256:
            to_sign.append({"text": side_by_side(text), "code": vault.unseal(agreement.one_time_code.sealed, USE)})
    signed = list(theirs(shown).order_by("-signed_at"))
    return {"to_sign": to_sign, "signed": signed} if to_sign or signed else None


def given(request: Request) -> Iterator[Given]:
    """Who signs each agreement that is still kept, as it was said then; its text is on the person's page, as a PDF."""
    for agreement in request.agreements.filter(purged_at=None).exclude(party=""):
        party, code, at = queries.party_of(agreement), codes.pretty(agreement.code), agreement.created_at
        for key, label, said in (
            ("agreement_name", _("Agreement %(code)s: who signs"), party.name),
            ("agreement_guardian", _("Agreement %(code)s: for a minor, who signs"), party.guardian),
            ("agreement_email", _("Agreement %(code)s: where it is sent"), party.email),
            ("agreement_phone", _("Agreement %(code)s: where its code is sent"), party.phone),
        ):
            if said:
                yield Given(key, at, label % {"code": code}, said)


def theirs(shown: Request) -> Any:
    """The signed agreements of a request whose text is still kept."""
    return Agreement.objects.filter(request=shown, state__in=OF_THEIRS, purged_at=None).select_related(
        "lender", "desk", "prescriber", "request", "territory"
    )
