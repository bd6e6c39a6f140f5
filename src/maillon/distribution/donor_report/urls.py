from django.urls import path

from maillon.distribution.donor_report import views

app_name = "donor_report"
urlpatterns = [
    path("", views.donors, name="donors"),
    path("<uuid:donor_id>/", views.report, name="report"),
    path("<uuid:donor_id>/bilan.pdf", views.report_pdf, name="pdf"),
    path("<uuid:donor_id>/bilan.csv", views.report_csv, name="csv"),
    path("<uuid:donor_id>/stock/", views.tell_stock, name="tell-stock"),
]
