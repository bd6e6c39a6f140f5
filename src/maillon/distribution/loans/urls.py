from django.urls import path

from maillon.distribution.loans import views

app_name = "loans"
urlpatterns = [
    path("", views.loans, name="list"),
    path("conditions/", views.terms, name="terms"),
    path("retour/", views.back, name="back"),
    path("machines/<uuid:item_id>/retour/", views.take_back, name="return"),
    path("machines/<uuid:item_id>/retour/photos/", views.back_photo, name="back-photo"),
    path("machines/<uuid:item_id>/perte/", views.loss, name="loss"),
    path("rappels/", views.recalls, name="recalls"),
    path("rappels/nouveau/", views.new_recall, name="new-recall"),
    path("rappels/<str:code>/", views.recall, name="recall"),
    path("rappels/<str:code>/scanner/", views.recall_scan, name="recall-scan"),
    path("rappels/<str:code>/clore/", views.close_recall, name="close-recall"),
    path("<str:code>/prolonger/", views.extend, name="extend"),
    path("<str:code>/donner/", views.give, name="give"),
]
