"""Identities are erased when the published rules say so, by the program, and requests stay without them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from maillon.kernel import retention
from maillon.kernel.jobs.schedule import REGISTRY
from maillon.kernel.ledger import Entry
from maillon.needs import commands, jobs, rules
from maillon.needs.models import Identity, IdentityMark, Request
from tests.needs.requests import make_request
from tests.world import make_world


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-800, 800))
def test_what_the_query_finds_is_what_the_rule_says(today, days):
    last = today - timedelta(days=730 + days % 40 - 20)
    found = last <= rules.years_before(today, rules.ACTIVE_YEARS)
    assert found == (rules.erased_on(last, withdrawn_on=None) <= today)


def test_a_leap_day_is_kept_until_march():
    assert rules.years_after(date(2024, 2, 29), 2) == date(2026, 3, 1)
    assert rules.erased_on(date(2024, 2, 29), withdrawn_on=date(2024, 3, 1)) == date(2024, 5, 30)
    assert rules.erased_on(date(2022, 6, 1), withdrawn_on=date(2024, 5, 31)) == date(2024, 6, 1), (
        "never later than open"
    )


@pytest.fixture
def world(db):
    return make_world()


def ago(days):
    return timezone.now() - timedelta(days=days)


def erase(today=None):
    today = today or timezone.localdate()
    return [jobs.erase_due(key, today) for key in jobs.due(today).values_list("pk", flat=True)]


def test_an_open_request_without_news_for_two_years_closes_and_names_nobody(world):
    old = make_request(world, at=ago(732), import_key="D-1", adaptations=["light"])
    recent = make_request(world, at=ago(725))
    assert erase() == [True]
    old.refresh_from_db()
    assert (old.state, old.closing, old.identity, old.import_key) == ("expired", "no_news", None, "")
    assert (old.commune_id, old.use, old.adaptations) == ("44109", "administrative", [])
    assert Identity.objects.get() == recent.identity and not IdentityMark.objects.exclude(identity=recent.identity)
    [event] = Entry.objects.filter(subject=old.pk).exclude(kind="request.filed")
    assert event.kind == "request.expired" and event.actor_kind == "system"
    assert erase() == []


def test_a_contact_keeps_it_two_years_more(world):
    request = make_request(world, at=ago(732))
    commands.record_contact(actor=world.actor("prescriber"), request_id=request.pk)
    assert erase() == []


def test_a_withdrawn_request_forgets_after_three_months(world):
    request = make_request(world)
    commands.withdraw_request(actor=world.actor("prescriber"), request_id=request.pk, closing="moved", at=ago(89))
    assert erase() == []
    Request.objects.update(closed_at=ago(91))
    assert erase() == [True]
    request.refresh_from_db()
    assert (request.state, request.closing, request.identity) == ("withdrawn", "moved", None)
    assert Entry.objects.get(kind="identity.erased").data == {"reason": "retention"}


def test_a_served_request_keeps_its_contact_while_another_rule_holds_it(world):
    request = make_request(world, at=ago(800))
    Request.objects.update(state="served", closed_at=ago(780))

    def loans():
        return Request.objects.filter(pk=request.pk)

    jobs.keep(loans)
    try:
        assert erase() == []
    finally:
        jobs._holding.pop(f"{loans.__module__}.{loans.__qualname__}")
    assert erase() == [True]
    request.refresh_from_db()
    assert (request.state, request.identity) == ("served", None)


def test_a_contact_renewed_meanwhile_is_seen(world):
    request = make_request(world, at=ago(800))
    commands.record_contact(actor=world.actor("prescriber"), request_id=request.pk)
    assert jobs.erase_due(request.pk, timezone.localdate()) is False


def test_the_rules_are_applied_each_night():
    [planned] = [one for name, one in REGISTRY.items() if name.endswith("apply_retention")]
    assert planned.daily_at is not None


def test_the_prescriber_is_told_two_months_before(world, client):
    request = make_request(world, at=ago(680))
    client.force_login(world.users["prescriber"])
    assert f"/besoins/{request.code}/" in client.get(reverse("needs:to-do")).content.decode()
    Identity.objects.update(last_contact_on=timezone.localdate() - timedelta(days=600))
    assert f"/besoins/{request.code}/" not in client.get(reverse("needs:to-do")).content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_rules_are_published(client, db, language):
    page = client.get(reverse("needs:privacy"), HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert len(retention.table()) >= 5 and page.count("<h3>") == len(retention.table())
    assert ("2 years after" if language == "en" else "2\u00a0ans après") in page


def test_a_request_whose_loan_runs_is_among_those_held():
    assert "lent_to" in {name.rpartition(".")[2] for name in jobs._holding}
