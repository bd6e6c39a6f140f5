from django.urls import path

from maillon.consultation import views
from maillon.consultation.plan import views as plan

app_name = "consultation"
urlpatterns = [
    path("", views.reports, name="reports"),
    path("<uuid:report_id>/", views.report, name="report"),
    path("<uuid:report_id>/corriger/<int:number>/", views.correct, name="correct"),
    path("<uuid:report_id>/relu/", views.check, name="check"),
    path("<uuid:report_id>/fichier/", views.received, name="file"),
    path("<uuid:report_id>/trame.<str:format>", views.written, name="written"),
    path("<uuid:report_id>/suivre/", plan.follow, name="follow"),
    path("plan/", plan.plan, name="plan"),
    path("plan/actions/<uuid:action_id>/", plan.action, name="action"),
    path("plan/indicateurs/<uuid:indicator_id>/", plan.indicator, name="indicator"),
    path("<uuid:report_id>/effacer/", views.erase, name="erase"),
]
