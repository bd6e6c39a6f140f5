from django.urls import path

from maillon.observatory import views

app_name = "observatory"
urlpatterns = [
    path("tableau/", views.show_board, name="board"),
    path("tableau/<slug:figure>/", views.show_list, name="list"),
    path("chiffres/", views.figures, name="figures"),
    path("chiffres/<uuid:territory_id>/", views.territory_figures, name="territory-figures"),
    path("chiffres/<uuid:territory_id>/donnees.<str:extension>", views.territory_data, name="territory-data"),
]
