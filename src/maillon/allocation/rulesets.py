"""The rules of a territory, version after version: which ones hold, and adopting new ones."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import RuleSet
from maillon.allocation.promises import require_decider
from maillon.allocation.rules import DEFAULT, read
from maillon.kernel import canonical, ledger
from maillon.kernel.actor import Actor, system
from maillon.kernel.errors import Refusal
from maillon.territory.models import Organisation


def digest_of(document: dict[str, Any]) -> str:
    """SHA-256 of its canonical JSON, hexadecimal."""
    return sha256(canonical.encode(document)).hexdigest()


def current(territory_id: UUID, at: datetime | None = None) -> RuleSet:
    """The rules that hold today; the platform's first proposal is adopted where there are none. One query."""
    held: RuleSet | None = RuleSet.objects.filter(territory_id=territory_id).order_by("-version").first()
    return held or _adopted(system(territory_id), territory_id, DEFAULT, None, at)


def adopt(*, actor: Actor, document: dict[str, Any], seen: int | None = None, at: datetime | None = None) -> RuleSet:
    """New rules, from the next campaign on; those under way keep theirs.

    seen: the version that was being changed, when a person decided on one.
    Raises NotAllowed, RulesRefused (all that is wrong), Refusal (nothing changed; someone adopted others meanwhile).
    """
    require_decider(actor)
    read(document)
    held = current(actor.territory)
    if seen is not None and seen != held.version:
        raise Refusal(
            _("Someone adopted version %(version)s while you were deciding.") % {"version": held.version},
            _("Look at it, then decide again."),
        )
    if held.digest == digest_of(document):
        raise Refusal(_("These are the rules that hold already."), _("Change something first."))
    return _adopted(actor, actor.territory, document, held.version, at)


def _adopted(
    actor: Actor, territory_id: UUID, document: dict[str, Any], after: int | None, at: datetime | None
) -> RuleSet:
    with transaction.atomic():
        Organisation.objects.select_for_update(of=("self",)).get(pk=territory_id)  # two at once: one after the other
        latest: RuleSet | None = RuleSet.objects.filter(territory_id=territory_id).order_by("-version").first()
        if latest and after is None:
            return latest
        if latest and latest.version != after:
            raise Refusal(_("Someone adopted other rules at the same moment."), _("Look at them, then decide again."))
        adopted = RuleSet.objects.create(
            territory_id=territory_id,
            version=(after or 0) + 1,
            document=document,
            digest=digest_of(document),
            adopted_at=at or timezone.now(),
            adopted_by=actor.user_id,
        )
        ledger.append(
            "rules.adopted", actor, territory_id, at=at, version=adopted.version, digest=adopted.digest, previous=after
        )
    return adopted
