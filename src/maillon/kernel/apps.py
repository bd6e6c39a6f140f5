from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "maillon.kernel"
    verbose_name = _("Kernel")

    def ready(self) -> None:
        autodiscover_modules("events")  # each app registers its kinds of events: see maillon.kernel.events
