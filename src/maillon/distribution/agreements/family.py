"""The agreement on the family's own page: the text to read, the one-time code to sign it, and a copy once signed."""

from typing import Any

from django.utils import timezone

from maillon.distribution.agreements import queries
from maillon.distribution.agreements.commands import CODE_TRIES
from maillon.distribution.agreements.models import Agreement
from maillon.distribution.agreements.queries import USE
from maillon.distribution.agreements.vocabulary import AgreementState, Channel
from maillon.kernel import vault
from maillon.needs.models import Request

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
            to_sign.append({"text": text, "code": vault.unseal(agreement.one_time_code.sealed, USE)})
    signed = list(theirs(shown).order_by("-signed_at"))
    return {"to_sign": to_sign, "signed": signed} if to_sign or signed else None


def theirs(shown: Request) -> Any:
    """The signed agreements of a request whose text is still kept."""
    return Agreement.objects.filter(request=shown, state__in=OF_THEIRS, purged_at=None).select_related(
        "lender", "desk", "prescriber", "request", "territory"
    )
