from django.urls import URLPattern, URLResolver, include, path

from maillon.needs import public_views as public
from maillon.needs import views
from maillon.needs.lists import urls as lists

app_name = "needs"
requests: list[URLPattern | URLResolver] = [
    path("", views.requests, name="requests"),
    path("a-faire/", views.to_do, name="to-do"),
    path("noms/", views.requests_named, name="requests-named"),
    path("chercher/", views.search, name="search"),
    path("nouvelle/", views.new_request, name="new-request"),
    path("listes/", include(lists.urlpatterns)),
    path("<str:code>/", views.request_page, name="request"),
    path("<str:code>/modifier/", views.change_request, name="change-request"),
    path("<str:code>/retirer/", views.withdraw, name="withdraw"),
    path("<str:code>/rouvrir/", views.reopen, name="reopen"),
    path("<str:code>/toujours/", views.still_needed, name="still-needed"),
    path("<str:code>/suivie-ailleurs/", views.keep_twin, name="keep-twin"),
    path("<str:code>/nom/", views.show_identity, name="show-identity"),
    path("<str:code>/nom/effacer/", views.erase_identity, name="erase-identity"),
    path("<str:code>/code-secret/", views.new_pin, name="new-pin"),
    path("<str:code>/lettre/", views.print_letter, name="letter"),
]
family = [
    path("", public.family, name="family"),
    path("quitter/", public.leave, name="family-leave"),
    path("besoin/", public.still_needed, name="family-still-needed"),
    path("plus-besoin/", public.no_longer_needed, name="family-withdraw"),
    path("mes-donnees/", public.my_data, name="family-data"),
    path("effacement/", public.ask_erasure, name="family-erasure"),
]
urlpatterns = [
    path("besoins/", include(requests)),
    path("suivi/", include(family)),
    path("donnees/", public.privacy, name="privacy"),
]
