from django.urls import URLPattern, URLResolver, include, path

from maillon.workshop import public_views, views
from maillon.workshop.erasure import views as erasure_views
from maillon.workshop.intake import fleet_views
from maillon.workshop.intake import views as intake_views
from maillon.workshop.intake.drops import views as drop_views
from maillon.workshop.labels import views as label_views

machine: list[URLPattern] = [
    path("", views.device, name="device"),
    path("materiel/", views.hardware, name="hardware"),
    path("note/", views.why, name="why"),
    path("description/", views.describe, name="describe"),
    path("controle/", views.checks, name="checks"),
    path("etape/<slug:name>/", views.step, name="step"),
    path("disques/nouveau/", views.name_disk, name="name-disk"),
    path("disques/absent/", views.absent, name="no-disk"),
    path("disques/<uuid:medium_id>/destruction/", views.destroy, name="destroy"),
    path("disques/<uuid:medium_id>/absent/", views.absent, name="absent"),
    path("photos/", views.add_photo, name="add-photo"),
    path("documents/<uuid:document_id>/", views.document, name="document"),
    path("etiquette.pdf", label_views.one, name="label"),
]
workshop: list[URLPattern | URLResolver] = [
    path("machines/<str:code>/", include(machine)),
    path("releves/", intake_views.intake, name="intake"),
    path("releves/depots/<uuid:drop_id>/", drop_views.drop, name="drop"),
    path("releves/a-la-main/", intake_views.add_by_hand, name="by-hand"),
    path("releves/refuses/", intake_views.refused, name="refused"),
    path("releves/refuses/relire/", intake_views.replay, name="replay"),
    path("releves/<uuid:raw_id>/brut/", intake_views.raw, name="raw"),
    path("releves/listes/<uuid:raw_id>/", fleet_views.fleet, name="fleet"),
    path("releves/listes/<uuid:raw_id>/ecarter/", fleet_views.set_aside, name="fleet-set-aside"),
    path("releves/doutes/", intake_views.doubts, name="doubts"),
    path("releves/doutes/<uuid:doubt_id>/", intake_views.decide, name="decide"),
    path("effacements/", erasure_views.erasures, name="erasures"),
    path("effacements/bancs/", erasure_views.bench_list, name="benches"),
    path("effacements/bancs/<uuid:bench_id>/retirer/", erasure_views.withdraw, name="withdraw-bench"),
    path("etiquettes/", label_views.sheet, name="labels"),
]
urlpatterns = [
    path("", include((workshop, "workshop"))),
    path("m/", public_views.find_label, name="find-label"),
    path("m/<str:code>", public_views.label, name="label"),
    path("p/<str:code>/", public_views.device_passport, name="public-passport"),
    path("p/<str:code>/passeport.jsonld", public_views.passport_data, name="passport-data"),
    path("c/<str:number>/", public_views.certificate_page, name="certificate"),
    path("c/<str:number>/certificat.json", public_views.certificate_data, name="certificate-data"),
    path("c/<str:number>/certificat.pdf", public_views.certificate_pdf, name="certificate-pdf"),
    path("cle-publique.pem", public_views.public_key, name="public-key"),
]
