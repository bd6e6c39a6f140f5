from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WorkshopConfig(AppConfig):
    name = "maillon.workshop"

    def ready(self) -> None:
        from maillon.collection.signals import withdrawing
        from maillon.kernel import navigation, retention, start
        from maillon.kernel.backup import restored
        from maillon.territory.signals import removing_place, renamed
        from maillon.workshop.jobs import donor_renamed
        from maillon.workshop.moves import keep_lots_of_machines, keep_places_of_machines
        from maillon.workshop.retention import RETENTION
        from maillon.workshop.stock import index, install
        from maillon.workshop.waiting import waiting

        item = navigation.Item
        navigation.add(
            item(_("Stock"), "stock:list", "pc-display", "stock.view", order=20, group=_("Machines")),
            item(_("Drop readings"), "workshop:intake", "upload", "stock.intake", order=24, group=_("Machines")),
            item(_("Scan"), "stock:scan", "qr-code-scan", "stock.move", order=26, group=_("Machines")),
            item(_("Erasures"), "workshop:erasures", "shield-check", "stock.view", order=28, group=_("Machines")),
            item(_("Labels"), "workshop:labels", "printer", "stock.label", order=30, group=_("Machines")),
        )
        start.add("stock.view", waiting, order=30, group=_("Machines"))
        start.welcome("workshop/_label.html")
        retention.add(*RETENTION, order=40)
        # A backup does not hold what SQLite's search index is made of.
        restored.connect(lambda **_: index.rebuild(), weak=False, dispatch_uid="stock index")
        renamed.connect(donor_renamed)
        removing_place.connect(keep_places_of_machines)
        withdrawing.connect(keep_lots_of_machines)
        post_migrate.connect(install.forget_emptied, sender=self)
