"""`maillon bench board`: the start page, the board and the public figures of a large territory, as a browser asks."""

import argparse
import statistics
import sys
import time
from dataclasses import replace
from datetime import timedelta
from random import Random

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillon.demo.models import models
from maillon.demo.readings import reading
from maillon.kernel.codes import ALPHABET, with_check
from maillon.kernel.ids import new_id
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.observatory import publishing
from maillon.territory.actors import actor_for
from maillon.territory.models import Commune, Membership, Organisation, User
from maillon.territory.places import load_communes
from maillon.workshop.intake.receiving import Incoming, receive
from maillon.workshop.models import Device, Hardware
from maillon.workshop.queries import packed, unpacked
from maillon.workshop.stock import bench_data, index

BATCH = 5_000
KNOWN = 40  # invented machines whose hardware the others have, but for the serial number
PASSED = {  # state -> how many of EVENTS
    "erased": 1, "repaired": 1, "installed": 1, "checked": 1, "ready": 2, "reserved": 2, "handed_over": 3,
    "returned": 3,
}  # fmt: skip
EVENTS = ("device.erased", "device.ready", "device.handed_over")
USES = ("administrative", "primary", "secondary", "video_call", "creation")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon bench board",
        description="Make a scratch database of many machines, requests and events, then measure whole pages. The "
        "platform's own data is not touched.",
    )
    parser.add_argument("--devices", type=int, default=100_000, metavar="N", help="machines (100,000)")
    parser.add_argument("--requests", type=int, default=100_000, metavar="N", help="requests (100,000)")
    parser.add_argument("--repeat", type=int, default=20, metavar="N", help="times each page is asked (20)")
    parser.add_argument("--postgres", metavar="URL", help="measure on this PostgreSQL server (postgres://user@host/db)")
    options = parser.parse_args(argv)
    with bench_data.database(options.postgres):
        territory = _fill(options.devices, options.requests)
        sys.stdout.write(f"{connection.vendor}, {options.devices:,} machines, {options.requests:,} requests\n")
        sys.stdout.write(f"{'':34} {'first':>8} {'p50':>8} {'p95':>8}  queries    page\n")
        plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
        with override_settings(
            STORAGES={**settings.STORAGES, **plain}, ALLOWED_HOSTS=["*"], WHITENOISE_AUTOREFRESH=True
        ):
            _measure(territory, options.repeat)
    return 0


def _fill(devices: int, requests: int) -> bench_data.Territory:
    load_communes("244400404")
    draw = Random(44)  # noqa: S311 - data of a bench
    territory = bench_data.fill(devices)
    index.rebuild()
    _events(draw)
    _hardware(territory, draw)
    _requests(territory, requests, draw)
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        publishing.publish(territory.coordination.pk)
    took = time.perf_counter() - started
    sys.stdout.write(f"public figures counted, once a day: {took:.1f} s, {len(captured)} queries\n")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return territory


def _events(draw: Random) -> None:
    """What the register holds of each machine: an entry for each stage it passed; no chain, which no page reads."""
    entries: list[Entry] = []
    for key, state, came in Device.objects.values_list("id", "state", "created_at").iterator():
        for number, kind in enumerate(("device.received", *EVENTS[: PASSED.get(state, 0)]), 1):
            at = came + timedelta(days=draw.randrange(1, 20) * number)
            entries.append(
                Entry(stream=str(key), sequence=number, kind=kind, actor_kind="system", at=at, recorded_at=at,
                      subject=key, payload="{}", previous="", hash=f"{key}{number}"[:64], seal="")
            )  # fmt: skip
        if len(entries) >= BATCH:
            Entry.objects.bulk_create(entries)
            entries.clear()
    Entry.objects.bulk_create(entries)


def _hardware(territory: bench_data.Territory, draw: Random) -> None:
    """The hardware of a few invented machines, in all those available."""
    actor = actor_for(_person("technician", territory.workshops[0]), territory.workshops[0].pk)
    catalogue = models()
    reads = [reading(draw.choice(catalogue), draw, number) for number in range(KNOWN)]
    for _line in receive(actor=actor, files=[Incoming(*file) for read in reads for file in read.files]):
        pass
    known = [(unpacked(document), version) for document, version in Hardware.objects.values_list("document", "version")]
    ready = Device.objects.filter(state="ready", hardware=None).values_list("number", flat=True)
    rows = []
    for number in ready:
        machine, version = draw.choice(known)
        own = replace(machine, system=replace(machine.system, serial=f"B{number:08d}"))  # as each has its own
        rows.append(Hardware(device_id=number, document=packed(own), version=version))
    Hardware.objects.bulk_create(rows, batch_size=BATCH)


def _requests(territory: bench_data.Territory, count: int, draw: Random) -> None:
    ccas = Organisation.objects.create(kind="prescriber", name="CCAS", territory=territory.coordination)
    communes, people = zip(*Commune.objects.values_list("code", "population"), strict=True)
    today = timezone.localdate()
    for start in range(0, count, BATCH):
        rows = []
        for number in range(start, min(start + BATCH, count)):
            [commune] = draw.choices(communes, [population or 1 for population in people])
            rows.append(
                Request(id=new_id(), code=_code(number), territory=territory.coordination, prescriber=ccas,
                        beneficiary="household", use=draw.choice(USES), commune_id=commune,
                        state=draw.choices(("waiting", "served", "withdrawn"), (50, 40, 10))[0],
                        since=today - timedelta(days=draw.randrange(700)))
            )  # fmt: skip
        Request.objects.bulk_create(rows)


def _code(number: int) -> str:
    """Q and six more: no code of the machines of the bench."""
    base, digits = len(ALPHABET), ""
    for _place in range(6):
        number, digit = divmod(number, base)
        digits = ALPHABET[digit] + digits
    return with_check(digits)


def _person(role: str, organisation: Organisation) -> User:
    user: User = User.objects.create_user(f"{role}.{organisation.pk.hex}@bench.example", name=role)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def _measure(territory: bench_data.Territory, repeat: int) -> None:
    coordination, workshop = Client(), Client()
    coordination.force_login(_person("coordinator", territory.coordination))
    workshop.force_login(_person("reader", territory.workshops[0]))
    figures = f"/chiffres/{territory.coordination.pk}/"
    for title, client, address in (
        ("start page, coordination", coordination, "/"),
        ("start page, largest workshop", workshop, "/"),
        ("board, coordination", coordination, "/tableau/"),
        ("board, largest workshop", workshop, "/tableau/"),
        ("list of the board, machines", coordination, "/tableau/flow/?stage=ready"),
        ("list of the board, requests", coordination, "/tableau/asked/?use=secondary"),
        ("public figures", Client(), figures),
        ("public figures, JSON", Client(), f"{figures}donnees.json"),
    ):
        times: list[float] = []
        size = 0
        for _time in range(repeat + 1):
            started = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - started) * 1000)
            size = len(answer.content)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}.")
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        first = times.pop(0)  # of a process that has just begun
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        shown = f"{first:8.0f} {cuts[49]:8.0f} {cuts[94]:8.0f}  {len(captured):7}  {size / 1000:4.0f} kB"
        sys.stdout.write(f"{title.ljust(34)} {shown}\n")
        sys.stdout.flush()
    sys.stdout.write("milliseconds for a whole page\n")
