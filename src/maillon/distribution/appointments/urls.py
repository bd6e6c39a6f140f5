from django.urls import path

from maillon.distribution.appointments import family_views, opening_views, reminder_views, views

app_name = "appointments"
urlpatterns = [
    path("", views.appointments, name="list"),
    path("chercher/", views.find_request, name="find"),
    path("lieux/<uuid:place_id>/", views.day, name="day"),
    path("lieux/<uuid:place_id>/ouverture/", opening_views.desk, name="opening"),
    path("lieux/<uuid:place_id>/ouverture/fermetures/", opening_views.add_closure, name="add-closure"),
    path(
        "lieux/<uuid:place_id>/ouverture/fermetures/<uuid:closure_id>/retirer/",
        opening_views.remove_closure,
        name="remove-closure",
    ),
    path("lieux/<uuid:place_id>/ouverture/agenda/", opening_views.make_feed, name="make-feed"),
    path("lieux/<uuid:place_id>/ouverture/agenda/revoquer/", opening_views.revoke_feed, name="revoke-feed"),
    path("demandes/<str:code>/", views.request_page, name="request"),
    path("demandes/<str:code>/attendre/", views.wait, name="wait"),
    path("demandes/<str:code>/rappeler/", views.remind, name="remind"),
    path("annuler/<uuid:appointment_id>/", views.cancel, name="cancel"),
    path("venue/<uuid:appointment_id>/", views.held, name="held"),
    path("absence/<uuid:appointment_id>/", views.no_show, name="no-show"),
    path("rappels/", reminder_views.reminders, name="reminders"),
    path("rappels/noms/", reminder_views.named, name="reminders-named"),
    path("rappels/dits/", reminder_views.told, name="told"),
    path("rappels/lettres/", reminder_views.print_letters, name="letters"),
    path("rappels/<uuid:reminder_id>/renvoyer/", reminder_views.again, name="again"),
    path("ma-demande/", family_views.choose, name="choose"),
    path("ma-demande/annuler/", family_views.cancel, name="family-cancel"),
    path("ma-demande/attendre/", family_views.wait, name="family-wait"),
    path("calendrier/<str:secret>.ics", opening_views.feed, name="feed"),
]
