from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NeedsConfig(AppConfig):
    name = "maillon.needs"

    def ready(self) -> None:
        from maillon.kernel import navigation, retention, start
        from maillon.needs import jobs, rules  # noqa: F401 - the jobs of each night are known once imported
        from maillon.needs.lists import jobs as lists_jobs  # noqa: F401
        from maillon.needs.lists.rules import RETENTION
        from maillon.needs.waiting import waiting

        navigation.add(
            navigation.Item(_("Requests"), "needs:requests", "people", "needs.view", order=10, group=_("Needs"))
        )
        start.add("needs.view", waiting, order=10, group=_("Needs"))
        start.welcome("needs/_family_door.html")
        retention.add(*rules.RETENTION, order=10)
        retention.add(*retention.PLATFORM, order=90)
        retention.add(*RETENTION, order=11)
