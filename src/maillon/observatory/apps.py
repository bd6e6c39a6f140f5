from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ObservatoryConfig(AppConfig):
    name = "maillon.observatory"

    def ready(self) -> None:
        from maillon.kernel import navigation, start
        from maillon.observatory import publishing  # noqa: F401 - its periodic job

        navigation.add(navigation.Item(_("Board"), "observatory:board", "bar-chart", "observatory.view", order=5))
        start.welcome("observatory/_welcome.html")
