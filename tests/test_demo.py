"""The demonstration is made by the real commands: what it shows is true to the ledger."""

import pytest
from django.utils import timezone

from maillon.allocation.campaigns import unpacked
from maillon.allocation.check import check
from maillon.allocation.models import Campaign, Promise
from maillon.collection.rules import RecipientCategory, Regime, may_sell
from maillon.demo import helping
from maillon.demo.load import load
from maillon.demo.people import PEOPLE
from maillon.distribution.agreements.models import Agreement, Item, Terms
from maillon.distribution.agreements.text import TRANSLATED
from maillon.distribution.agreements.vocabulary import Way
from maillon.distribution.appointments.models import Appointment
from maillon.distribution.help.models import Ticket
from maillon.kernel import ledger
from maillon.needs.models import Request
from maillon.territory.models import Commune, Organisation, User
from maillon.workshop.life import State
from maillon.workshop.models import Device, Erasure
from maillon.workshop.stock import index

pytestmark = pytest.mark.django_db


def test_the_demonstration_shows_every_stage_and_its_ledger_holds():
    load(120)
    states = set(Device.objects.values_list("state", flat=True))
    assert set(State) - {State(state) for state in states} <= {State.RESERVED, State.RETURNED}
    assert Commune.objects.count() == 24 and User.objects.count() == len(PEOPLE)
    assert not Organisation.objects.filter(fictitious=False).exists()
    assert Erasure.objects.filter(proved=True).exists() and Erasure.objects.filter(proved=False).exists()
    assert index.check() == []
    assert ledger.verify().problems == []
    assert published_plans_hold() >= 10
    assert Request.objects.filter(state="served").count() >= 20 and Agreement.objects.filter(state="signed").exists()
    signed = Agreement.objects.exclude(way="")
    assert set(signed.values_list("way", flat=True)) == set(Way)
    assert set(signed.values_list("language", flat=True)) & set(TRANSLATED), "some sign in another language"
    sellers = {terms.organisation.name: terms.category for terms in Terms.objects.select_related("organisation")}
    public = {name: may_sell(Regime.PUBLIC, RecipientCategory(category)) for name, category in sellers.items()}
    assert public == {"Atelier fictif du Nord": True, "Atelier fictif du Sud": False}
    assert Terms.objects.filter(gift_after_months__isnull=False).count() == 1
    for booked in Appointment.objects.filter(purpose="handover").select_related("request"):
        assert booked.request.places.filter(pk=booked.place_id).exists(), "booked where its request says"
    assert Promise.objects.filter(state="kept").count() == Item.objects.filter(promise__state="kept").count()
    assert all(serial.startswith("DEMO") for serial in Device.objects.values_list("serial", flat=True))
    asked = Ticket.objects.exclude(state="done").count()
    helping.ask_today(timezone.now())  # those who are used first may have asked already: the draw follows the clock
    assert Ticket.objects.exclude(state="done").count() == asked + 2


def published_plans_hold():
    """The independent checker accepts every plan that made promises."""
    campaigns = Campaign.objects.filter(state="published")
    for campaign in campaigns:
        check(unpacked(campaign.problem), unpacked(campaign.plan))
    return len(campaigns)
