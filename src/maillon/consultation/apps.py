from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationConfig(AppConfig):
    name = "maillon.consultation"

    def ready(self) -> None:
        from maillon.consultation import events, rules  # noqa: F401 - events register
        from maillon.consultation.waiting import waiting
        from maillon.kernel import navigation, retention, start

        group = _("Consultation")
        navigation.add(
            navigation.Item(
                _("Reports"), "consultation:reports", "chat-dots", "consultation.view", order=15, group=group
            )
        )
        start.add("consultation.view", waiting, order=15, group=group)
        retention.add(*rules.RETENTION, order=13)
