from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "maillon.observatory"

    def ready(self) -> None:
        from maillon.kernel import start
        from maillon.observatory import publishing  # noqa: F401 - its periodic job

        start.welcome("observatory/_welcome.html")
