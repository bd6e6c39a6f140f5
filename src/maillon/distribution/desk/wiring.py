"""What the rooms of agreements, the desk and loans add to the rest of the platform."""

from django.utils.translation import gettext_lazy as _


def wire() -> None:
    from maillon.distribution.agreements.family import part
    from maillon.distribution.agreements.rules import RETENTION
    from maillon.distribution.loans.queries import waiting
    from maillon.kernel import navigation, retention, start
    from maillon.needs import family

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
