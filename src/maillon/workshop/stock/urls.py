from django.urls import path

from maillon.workshop.stock import exchange_views, scan_views, selection_views, views

app_name = "stock"
urlpatterns = [
    path("", views.stock, name="list"),
    path("donneurs/", views.donors, name="donors"),
    path("vues/", views.saved_views, name="views"),
    path("vues/garder/", views.save_view, name="save-view"),
    path("vues/<uuid:view_id>/renommer/", views.rename_view, name="rename-view"),
    path("vues/<uuid:view_id>/supprimer/", views.delete_view, name="delete-view"),
    path("selection/", selection_views.selection, name="selection"),
    path("export/", exchange_views.export, name="export"),
    path("importer/", exchange_views.import_, name="import"),
    path("scanner/", scan_views.scan, name="scan"),
    path("scanner/code/", scan_views.scan_code, name="scan-code"),
    path("scanner/photo/", scan_views.scan_photo, name="scan-photo"),
    path("scanner/annuler/", scan_views.undo, name="scan-undo"),
]
