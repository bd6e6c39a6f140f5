from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerritoryConfig(AppConfig):
    name = "maillon.territory"

    def ready(self) -> None:
        from maillon.kernel import navigation, start
        from maillon.territory.waiting import desks, waiting

        start.add("organisation.change", waiting, order=1, group=_("Platform"))
        start.add("places.change", desks, order=2, group=_("Platform"))
        navigation.add(
            navigation.Item(_("Start"), "home", "house", "signed in", order=0),
            navigation.Item(
                _("Organisations"),
                "territory:organisations",
                "building",
                "organisation.view",
                order=80,
                group=_("Platform"),
            ),
        )
