from django.urls import path

from maillon.distribution.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("trouver/", views.find, name="find"),
    path("photos/<uuid:photo_id>/", views.picture, name="picture"),
    path("<str:code>/", views.agreement, name="agreement"),
    path("<str:code>/scanner/", views.scan, name="scan"),
    path("<str:code>/fait/", views.done, name="done"),
    path("<str:code>/machines/<uuid:item_id>/", views.item, name="item"),
    path("<str:code>/machines/<uuid:item_id>/photos/", views.photo, name="photo"),
    path("<str:code>/machines/<uuid:item_id>/refus/", views.refuse, name="refuse"),
    path("<str:code>/machines/<uuid:item_id>/autre-jour/", views.leave_out, name="leave-out"),
]
