from django.apps import AppConfig


class WorkshopConfig(AppConfig):
    name = "maillon.workshop"
