from django.apps import AppConfig


class AllocationConfig(AppConfig):
    name = "maillon.allocation"
