"""Every address of the platform. Each view states who may use it: see `maillon.kernel.access`."""

from django.urls import include, path

urlpatterns = [
    path("", include("maillon.territory.urls")),
    path("compte/", include("allauth.urls")),
]
