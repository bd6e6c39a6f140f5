"""What the rooms of agreements, the desk and loans add to the rest of the platform."""

from typing import Any

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    from maillon.distribution.agreements.family import given, part
    from maillon.distribution.agreements.queries import request_part
    from maillon.distribution.agreements.rules import RETENTION
    from maillon.distribution.loans.queries import waiting
    from maillon.kernel import navigation, retention, start
    from maillon.needs import family, jobs, own_data, pages

    navigation.add(
        navigation.Item(_("Handovers"), "desk:home", "gift", "handover.view", order=42, group=_("Handing over")),
        navigation.Item(_("Loans"), "loans:list", "arrow-repeat", "handover.view", order=44, group=_("Handing over")),
        navigation.Item(
            _("Agreements"), "agreements:list", "file-earmark-text", "handover.view", order=46, group=_("Handing over")
        ),
    )
    retention.add(*RETENTION, order=30)
    start.add("handover.view", waiting, order=14, group=_("Handing over"))
    family.add_part("distribution/_family.html", part, order=30)
    own_data.add(given)
    pages.add_part("distribution/_request.html", request_part, order=12)
    jobs.keep(lent_to)


def lent_to() -> Any:
    """The requests whose machine is on loan: whoever has it must be reached, so their name is kept until it ends."""
    from maillon.distribution.agreements.models import Agreement
    from maillon.distribution.agreements.vocabulary import AgreementKind
    from maillon.needs.models import Request

    running = Agreement.objects.filter(kind=AgreementKind.LOAN, signed_at__isnull=False, ended_at=None)
    return Request.objects.filter(pk__in=running.values("request"))
