from django.urls import path

from maillon.territory import views

urlpatterns = [
    path("", views.home, name="home"),
]
