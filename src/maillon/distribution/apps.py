from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "maillon.distribution"

    def ready(self) -> None:
        """Each room adds its navigation, its start items and what it does when something else changes."""
        from maillon.distribution.appointments import wiring as appointments
        from maillon.distribution.desk import wiring as desk
        from maillon.distribution.donor_report import wiring as donor_report
        from maillon.distribution.help import wiring as help

        appointments.wire()
        desk.wire()
        help.wire()
        donor_report.wire()
