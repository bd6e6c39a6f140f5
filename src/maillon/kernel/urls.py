from django.urls import path

from maillon.kernel import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<uuid:job_id>/", views.job, name="job"),
]
