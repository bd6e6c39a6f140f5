from django.urls import include, path

from maillon.territory import districts_views, views

organisation = [
    path("", views.organisations, name="organisations"),
    path("quartiers/", districts_views.districts, name="districts"),
    path("<uuid:organisation_id>/", views.organisation, name="organisation"),
    path("<uuid:organisation_id>/fiche/", views.change_card, name="change-card"),
    path("<uuid:organisation_id>/membres/", views.add_member, name="add-member"),
    path("<uuid:organisation_id>/membres/<uuid:membership_id>/retirer/", views.remove_member, name="remove-member"),
    path("<uuid:organisation_id>/emplacements/", views.add_place, name="add-place"),
    path("<uuid:organisation_id>/emplacements/<uuid:place_id>/", views.place, name="place"),
    path("<uuid:organisation_id>/emplacements/<uuid:place_id>/retirer/", views.remove_place, name="remove-place"),
    path("<uuid:organisation_id>/cles/", views.create_token, name="create-token"),
    path("<uuid:organisation_id>/cles/<uuid:token_id>/revoquer/", views.revoke_token, name="revoke-token"),
]
urlpatterns = [
    path("", views.home, name="home"),
    path("organisation/changer/", views.switch_organisation, name="switch-organisation"),
    path("organisations/", include((organisation, "territory"))),
]
