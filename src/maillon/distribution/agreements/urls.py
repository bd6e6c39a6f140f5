from django.urls import path

from maillon.distribution.agreements import family_views, views

app_name = "agreements"
urlpatterns = [
    path("conventions/", views.agreements, name="list"),
    path("conventions/nouvelle/<str:code>/", views.prepare, name="prepare"),
    path("conventions/<str:code>/", views.agreement, name="agreement"),
    path("conventions/<str:code>/modifier/", views.change, name="change"),
    path("conventions/<str:code>/annuler/", views.cancel, name="cancel"),
    path("conventions/<str:code>/texte/", views.text, name="text"),
    path("conventions/<str:code>/convention.pdf", views.document, name="pdf"),
    path("conventions/<str:code>/papier/", views.scan, name="scan"),
    path("conventions/<str:code>/donnees.json", views.export, name="export"),
    path("conventions/<str:code>/signer/", views.sign, name="sign"),
    path("conventions/<str:code>/signer/code/", views.make_code, name="make-code"),
    path("suivi/convention/<str:code>.pdf", family_views.document, name="family-pdf"),
]
