"""Who a request is for is read by its prescriber's organisation alone, when it asks: nowhere else is a word of it.

Unmistakable words are filed, found, changed, printed; then everything else that the platform shows or keeps is
searched for them: every address as every other role, logs with the database's own, tables, sessions, jobs, backups,
reports of errors.
"""

import contextlib
import io
import logging
import re
import sys
import tarfile

import pytest
import zstandard
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection
from django.urls import reverse
from django.views.debug import ExceptionReporter

from maillon.kernel.backup import backup
from maillon.kernel.jobs.models import Job
from maillon.kernel.jobs.schedule import REGISTRY
from maillon.kernel.ledger import Entry
from maillon.needs import commands, family, identities
from maillon.needs.identities import Person
from maillon.needs.models import Identity, Request
from maillon.territory.models import Membership, Organisation, User
from tests.needs.requests import make_request
from tests.test_access import ROLES, answer, filled, ours  # noqa: F401 - the fixture of two filled territories

pytestmark = pytest.mark.django_db

WORDS = {
    "name": "Zyxwquor Vlimptrask",
    "contact": "Wobbleqarth Flunx",
    "phone": "+33698765431",
    "email": "zyxwquor@vlimptrask.invalid",
    "address": "17 impasse Grobnuxel",
    "note": "digicode Hjuklopqez",
}
NEEDLE = re.compile(
    r"zyxwquor|vlimptrask|wobbleqarth|flunx|grobnuxel|hjuklopqez|698765431|6[\s.]?98[\s.]?76[\s.]?54[\s.]?31",
    re.IGNORECASE,
)
OTHERS = tuple(role for role in ROLES if role != "prescriber")


@pytest.fixture(autouse=True)
def counted_from_zero():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def identified(filled):  # noqa: F811
    """A world whose prescriber filed two requests of the same people, and another prescriber a third."""
    world, _foreign, things = filled
    elsewhere = Organisation.objects.create(kind="prescriber", name="Voisine", territory=world.coordination)
    world.users["other"] = User.objects.create_user("other@exemple.invalid")
    Membership.objects.create(user=world.users["other"], organisation=elsewhere, role="prescriber")
    for known in Identity.objects.filter(prescriber__territory=world.coordination):  # those the addresses lead to
        Identity.objects.filter(pk=known.pk).update(sealed=identities.seal(Person(**WORDS)))
        identities.mark_again(known, Person(**WORDS), world.coordination.pk, "44109")
    make_request(world, **WORDS)
    make_request(world, **WORDS)
    make_request(world, "other", phone=WORDS["phone"])
    return world, things[world.coordination.name]


def told(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace") + str(response.headers)


def test_the_words_looked_for_are_found_where_they_are_shown(client, identified):
    """Or the tests below would prove nothing."""
    world, _things = identified
    client.force_login(world.users["prescriber"])
    request = Request.objects.visible_to(world.actor("prescriber")).filter(identity__isnull=False).last()
    shown = told(client.post(reverse("needs:show-identity", args=[request.code])))
    assert {found.lower() for found in NEEDLE.findall(shown)} >= {
        "zyxwquor",
        "vlimptrask",
        "wobbleqarth",
        "flunx",
        "grobnuxel",
        "hjuklopqez",
        "698765431" if "698765431" in shown else "6 98 76 54 31",
    }


@pytest.mark.parametrize("who", ["", "other", *OTHERS])
def test_no_address_tells_another_role_who_it_is(client, identified, who):
    world, things = identified
    client.raise_request_exception = False  # an error's own page is looked at like another
    if who:
        client.force_login(world.users[who])
    leaks = []
    for name, path, _rule in ours():
        for method in ("get", "post"):
            if NEEDLE.search(told(answer(client, name, path, things, method))):
                leaks.append(f"{method} {path}")
    assert leaks == []


def test_looking_at_pages_tells_its_own_prescriber_nothing_that_was_not_asked_for(client, identified):
    world, things = identified
    client.raise_request_exception = False
    client.force_login(world.users["prescriber"])
    leaks = [path for name, path, _rule in ours() if NEEDLE.search(told(answer(client, name, path, things, "get")))]
    assert leaks == []


def use_everything(client, world):
    """File, refuse, find, show, list, print, change, as a prescriber does; then what a family does."""
    client.force_login(world.users["prescriber"])
    request = Request.objects.visible_to(world.actor("prescriber")).filter(state="waiting").last()
    typed = {
        "beneficiary": "adult",
        "use": "primary",
        "machines": ["laptop"],
        "quantity": "1",
        "commune": "44109",
        "language": "fr",
        "contact_way": "phone",
        **WORDS,
    }
    assert client.post(reverse("needs:new-request"), typed | {"quantity": "0"}).status_code == 422
    assert client.post(reverse("needs:new-request"), typed).status_code == 302
    client.post(reverse("needs:search"), {"sought": WORDS["name"]})
    client.post(reverse("needs:search"), {"sought": WORDS["phone"]})
    client.post(reverse("needs:requests-named"), {"state": "waiting"})
    client.post(reverse("needs:show-identity", args=[request.code]))
    client.post(reverse("needs:change-request", args=[request.code]))
    assert client.post(reverse("needs:change-request", args=[request.code]), typed).status_code == 302
    assert client.post(reverse("needs:letter", args=[request.code])).status_code == 200
    pin = commands.set_pin(actor=world.actor("prescriber"), request_id=request.pk)
    client.logout()
    client.post(reverse("needs:family"), {"code": request.code, "pin": WORDS["phone"]})
    client.post(reverse("needs:family"), {"code": request.code, "pin": pin})
    assert "Zyxwquor" in client.post(reverse("needs:family-data"), {"pin": pin}).content.decode()
    client.post(reverse("needs:family-erasure"))
    commands.keep_twin(actor=world.actor("prescriber"), request_id=request.pk)
    assert family.SESSION_KEY in client.session


def test_no_log_holds_a_word_even_with_every_query(client, identified, caplog):
    world, _things = identified
    for logger in ("", "django", "django.db.backends"):
        caplog.set_level(logging.DEBUG, logger)
    connection.force_debug_cursor = True
    try:
        use_everything(client, world)
    finally:
        connection.force_debug_cursor = False
    assert "django.db.backends" in {record.name for record in caplog.records}, "queries are among what was logged"
    assert len(caplog.text) > 10_000
    assert NEEDLE.findall(caplog.text) == []


def cells():
    """Every value of every table, as text; sessions and what is compressed are opened."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", opened(value)
    for session in Session.objects.all():
        yield "sessions", str(session.get_decoded())


def opened(value):
    if isinstance(value, memoryview | bytes):
        raw = bytes(value)
        with contextlib.suppress(zstandard.ZstdError):
            raw += zstandard.ZstdDecompressor().decompress(raw, max_output_size=2**24)
        return raw.decode("latin-1")
    return str(value)


def test_no_table_holds_a_word_in_clear(client, identified):
    world, _things = identified
    use_everything(client, world)
    for planned in REGISTRY.values():
        planned.task.enqueue()
    seen = list(cells())
    assert Job.objects.count() == len(REGISTRY)
    assert {place.partition(".")[0] for place, _value in seen} >= {
        *("ledger_entry", "needs_identity", "needs_identitymark", "needs_request", "kernel_cache", "sessions"),
        Job._meta.db_table,
    }
    assert sorted({place for place, value in seen if NEEDLE.search(value)}) == []


def test_the_ledger_tells_what_was_done_in_the_words_of_its_kinds(client, identified):
    world, _things = identified
    use_everything(client, world)
    kinds = set(Entry.objects.filter(stream__startswith="request:").values_list("kind", flat=True))
    assert kinds >= {"request.filed", "request.changed", "request.pin_set", "identity.read", "request.erasure_asked"}
    assert [entry.payload for entry in Entry.objects.all() if NEEDLE.search(entry.payload)] == []


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_no_word_in_clear(request, tmp_path):
    if connection.vendor == "sqlite":
        pytest.skip("the tests' database is in memory, where no backup is made; its tables are searched above")
    request.getfixturevalue("identified")
    backup(tmp_path / "backup.tar.zst")
    with (tmp_path / "backup.tar.zst").open("rb") as file:
        whole = zstandard.ZstdDecompressor().stream_reader(file).read()
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        assert "manifest.json" in tar.getnames()
    assert b"needs_identity" in whole
    assert NEEDLE.findall(whole.decode("latin-1")) == []


@pytest.mark.parametrize("where", ["identities.seal", "commands.ledger.append", "identities.mark_again"])
def test_a_report_of_an_error_holds_no_word(client, identified, monkeypatch, caplog, where):
    world, _things = identified
    client.force_login(world.users["prescriber"])
    client.raise_request_exception = False
    caplog.set_level(logging.DEBUG)
    reports = []

    def keep(sender, request, **_rest):
        reporter = ExceptionReporter(request, *sys.exc_info(), is_email=True)
        reports.extend([reporter.get_traceback_text(), reporter.get_traceback_html()])

    def fails(*given, **named):
        at_hand = (given, named, list(WORDS.values()))
        raise RuntimeError(f"something broke with {len(at_hand)} values at hand")

    got_request_exception.connect(keep)
    monkeypatch.setattr(f"maillon.needs.{where}", fails)
    try:
        typed = {"beneficiary": "adult", "use": "primary", "machines": ["laptop"], "quantity": "1", "commune": "44109"}
        answered = client.post(reverse("needs:new-request"), typed | {"language": "fr", "contact_way": "phone"} | WORDS)
    finally:
        got_request_exception.disconnect(keep)
    assert answered.status_code == 500 and len(reports) == 2
    assert "something broke" in reports[0] and "at_hand" in reports[1], "where it broke is told"
    assert NEEDLE.findall("".join(reports)) == []
    assert NEEDLE.findall(told(answered)) == [] and NEEDLE.findall(caplog.text) == []
