"""Every address of the platform. Each view states who may use it: see `maillon.kernel.access`."""

from django.urls import include, path
from django.views.i18n import set_language

from maillon.config.api import api
from maillon.demo import views as demo
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.ledger import views as ledger

urlpatterns = [
    path("", include("maillon.territory.urls")),
    path("demonstration/", demo.accounts, name="demo-accounts"),
    path("langue/", access(EVERYONE)(set_language), name="set_language"),
    path("compte/", include("allauth.urls")),
    path("registre/", ledger.register, name="register"),
    path("registre/<int:number>.json", ledger.statement, name="register-statement"),
    path("travaux/", include("maillon.kernel.urls")),
    path("lots/", include("maillon.collection.urls")),
    path("", include("maillon.needs.urls")),
    path("", include("maillon.allocation.urls")),
    path("stock/", include("maillon.workshop.stock.urls")),
    path("", include("maillon.workshop.urls")),
    path("", include("maillon.distribution.urls")),
    path("consultations/", include("maillon.consultation.urls")),
    path("", include("maillon.observatory.urls")),
    path("api/v1/", api.urls),
]
