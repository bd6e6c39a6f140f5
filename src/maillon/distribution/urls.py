"""Addresses of the rooms of the app, each in its own namespace."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("aide/", include("maillon.distribution.help.urls")),
]
