"""Wrong codes are counted by all processes together, exactly, and for few queries."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from maillon.kernel import guesses
from maillon.kernel.errors import TooManyGuesses
from tests import scratch

AT_ONCE = 8


@pytest.fixture(scope="module")
def own_database(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        yield


def test_guesses_made_at_one_moment_are_all_counted(own_database, rf, monkeypatch):
    """Each thread has a connection of its own, as each process has: what one counts the others see."""
    monkeypatch.setattr(guesses, "MOST", 5 * AT_ONCE)
    request, gate = rf.get("/", REMOTE_ADDR="203.0.113.9"), threading.Barrier(AT_ONCE)

    def guess(times):
        gate.wait()
        for _time in range(times):
            guesses.missed(request, "sample")
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(guess, [5] * (AT_ONCE - 1) + [4]))
    guesses.allow(request, "sample")
    guesses.missed(request, "sample")
    with pytest.raises(TooManyGuesses):
        guesses.allow(request, "sample")
    guesses.allow(request, "other")
    guesses.allow(rf.get("/", REMOTE_ADDR="203.0.113.10"), "sample")


@pytest.mark.django_db
def test_who_guesses_from_one_address_stops_nobody_at_another(rf, monkeypatch):
    """IPv4 too, as a server that listens on every address of IPv6 sees it; a network of IPv6 counts as one."""
    monkeypatch.setattr(guesses, "MOST", 1)
    guesses.missed(rf.get("/", REMOTE_ADDR="::ffff:203.0.113.9"), "sample")
    guesses.missed(rf.get("/", REMOTE_ADDR="2001:db8:0:1::1"), "sample")
    for stopped in ("::ffff:203.0.113.9", "203.0.113.9", "2001:db8:0:1::2"):
        with pytest.raises(TooManyGuesses):
            guesses.allow(rf.get("/", REMOTE_ADDR=stopped), "sample")
    for other in ("::ffff:203.0.113.10", "2001:db8:0:2::1", "::1"):
        guesses.allow(rf.get("/", REMOTE_ADDR=other), "sample")


@pytest.mark.django_db
def test_a_count_is_forgotten_ten_minutes_after_the_last_guess(rf, monkeypatch):
    monkeypatch.setattr(guesses, "MOST", 1)
    request = rf.get("/", REMOTE_ADDR="203.0.113.9")
    guesses.missed(request, "sample")
    with pytest.raises(TooManyGuesses):
        guesses.allow(request, "sample")
    earlier = connection.ops.adapt_datetimefield_value(timezone.now() - timedelta(seconds=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_cache SET expires = %s", [earlier])
    guesses.allow(request, "sample")


@pytest.mark.django_db
def test_who_guesses_nothing_costs_one_query(rf, django_assert_num_queries, django_assert_max_num_queries):
    request = rf.get("/", REMOTE_ADDR="203.0.113.9")
    with django_assert_num_queries(1):
        guesses.allow(request, "sample")
    with django_assert_max_num_queries(10):
        guesses.missed(request, "sample")


@pytest.mark.django_db
def test_attempts_to_sign_in_are_counted_in_the_database_too(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert client.get("/compte/login/").status_code == 200
    with django_assert_max_num_queries(45):
        client.post("/compte/login/", {"login": "ada@exemple.fr", "password": "not hers"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_cache")
        assert cursor.fetchone()[0] > 0
