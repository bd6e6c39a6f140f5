from django.apps import AppConfig


class AllocationConfig(AppConfig):
    name = "maillon.allocation"

    def ready(self) -> None:
        from maillon.allocation.promises import follow_step, take_back
        from maillon.needs.signals import closing
        from maillon.workshop.signals import step_taken

        step_taken.connect(follow_step)
        closing.connect(take_back)
