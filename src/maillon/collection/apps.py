from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    name = "maillon.collection"

    def ready(self) -> None:
        from maillon.collection.waiting import waiting
        from maillon.kernel import navigation, start

        navigation.add(
            navigation.Item(_("Lots"), "collection:lots", "truck", "lots.view", order=22, group=_("Machines"))
        )
        start.add("lots.view", waiting, order=32, group=_("Machines"))
