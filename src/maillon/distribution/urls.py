"""Addresses of the rooms of the app, each in its own namespace."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("maillon.distribution.agreements.urls")),
    path("remises/", include("maillon.distribution.desk.urls")),
    path("prets/", include("maillon.distribution.loans.urls")),
    path("rendez-vous/", include("maillon.distribution.appointments.urls")),
    path("aide/", include("maillon.distribution.help.urls")),
    path("dons/", include("maillon.distribution.donor_report.urls")),
]
