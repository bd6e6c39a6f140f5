from django.urls import path

from maillon.collection import views

app_name = "collection"
urlpatterns = [
    path("", views.lots, name="lots"),
    path("nouveau/", views.new_lot, name="new-lot"),
    path("<str:code>/", views.lot, name="lot"),
    path("<str:code>/fiche/", views.change_lot, name="change-lot"),
    path("<str:code>/<slug:name>/", views.move_lot, name="move-lot"),
]
