from django.urls import path

from maillon.needs.lists import views

urlpatterns = [
    path("", views.lists, name="lists"),
    path("vide/<str:kind>/", views.empty, name="list-empty"),
    path("<uuid:list_id>/", views.list_, name="list"),
    path("<uuid:list_id>/a-corriger/<str:kind>/", views.rest, name="list-rest"),
    path("<uuid:list_id>/effacer/", views.erase, name="list-erase"),
    path("<uuid:list_id>/reprendre/", views.again, name="list-again"),
]
