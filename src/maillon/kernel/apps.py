from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from maillon.kernel import navigation


class KernelConfig(AppConfig):
    name = "maillon.kernel"
    verbose_name = _("Kernel")

    def ready(self) -> None:
        navigation.add(
            navigation.Item(_("Jobs"), "jobs:list", "clock-history", "jobs.view", order=70, group=_("Platform"))
        )
        autodiscover_modules("events")  # each app registers its kinds of events: see maillon.kernel.events
