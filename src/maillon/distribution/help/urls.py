from django.urls import path

from maillon.distribution.help import public_views, views

app_name = "help"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("nouveau/", views.new_ticket, name="new"),
    path("demandes/<str:code>/", views.ticket, name="ticket"),
    path("demandes/<str:code>/mots/", views.words, name="words"),
    path("demandes/<str:code>/etat/", views.move, name="move"),
    path("demandes/<str:code>/fin/", views.close, name="close"),
    path("demandes/<str:code>/reparation/", views.repair, name="repair"),
    path("demandes/<str:code>/bon.pdf", views.slip, name="slip"),
    path("machines/<str:code>/", views.history, name="history"),
    path("pannes/", views.breakdowns, name="breakdowns"),
    path("pannes/reparations.zip", views.export, name="export"),
    path("pannes/importer/", views.import_others, name="import"),
    path("m/<str:code>/", public_views.ask, name="ask"),
    path("suivi/", public_views.find, name="find"),
    path("suivi/<str:code>/", public_views.follow, name="follow"),
]
