"""`maillon bench stock`: the whole stock page among many machines, measured through Django as a browser would ask."""

import argparse
import cProfile
import gc
import pstats
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillon.territory.models import Membership, Organisation, User
from maillon.workshop.models import Device
from maillon.workshop.stock import bench_data, index
from maillon.workshop.stock.facets import DIMENSIONS

GOAL_MS = 30  # the 95th of 100 pages, for each kind of question
Result = TypeVar("Result")


class Case(NamedTuple):
    """queries: addresses after "?"; each measurement takes the next one."""

    name: str
    queries: list[str]


class Figures(NamedTuple):
    name: str
    p50: float
    p95: float
    most: float
    cpu: float  # of this process alone, p95: what the page costs when other programs keep the processors busy
    queries: int
    kilobytes: float


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon bench stock",
        description="Make a scratch database of many machines, then measure the whole stock page: session, access, "
        "queries and HTML. The platform's own data is not touched.",
    )
    parser.add_argument("--devices", type=int, default=1_000_000, metavar="N", help="machines (default: 1,000,000)")
    parser.add_argument("--postgres", metavar="URL", help="measure on this PostgreSQL server (postgres://user@host/db)")
    parser.add_argument("--repeat", type=int, default=60, metavar="N", help="requests for each line (default: 60)")
    parser.add_argument("--profile", action="store_true", help="also tell where the time of a first page goes")
    parser.add_argument("--writes", type=int, default=300, metavar="N", help="changes of state measured (default: 300)")
    options = parser.parse_args(argv)
    with bench_data.database(options.postgres):
        territory = _timed("machines written", lambda: bench_data.fill(options.devices))
        _timed("index built", index.rebuild)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        _say(f"{connection.vendor}, {options.devices:,} machines, {_size()}")
        late = _measure(territory, options.repeat, options.profile)
        _measure_writes(options.writes)
    return 1 if late else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _timed(what: str, act: Callable[[], Result]) -> Result:
    start = time.perf_counter()
    result = act()
    _say(f"{what}: {time.perf_counter() - start:.1f} s")
    return result


def _size() -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
            return str(cursor.fetchone()[0])
    return f"{Path(connection.settings_dict['NAME']).stat().st_size / 1e6:,.0f} MB"


def _cases(devices: int, repeat: int) -> list[Case]:
    """The same questions on both databases: drawn once, with a seed."""
    pick = random.Random(7)  # noqa: S311 - questions of a bench
    some = list(Device.objects.filter(number__in=pick.sample(range(1, devices + 1), repeat)).values("code", "serial"))
    values = [(name, value) for name, labels in DIMENSIONS.items() for value in labels]

    def each(make: Callable[[int], str]) -> list[str]:
        return [make(n) for n in range(repeat)]

    def filters(count: int) -> str:
        return "&".join(f"{name}={value}" for name, value in pick.sample(values, count))

    common = ["state=ready", "kind=notebook", "grade=3", "memory=8", "disk=hdd", "state=handed_over", "state=received"]
    rare = ["state=lost&kind=server", "kind=tablet&grade=5&disk=emmc", "state=announced&kind=thin_client",
            "state=returned&kind=convertible&memory=2", "kind=server&memory=32&disk=none"]  # fmt: skip
    words = ["thinkpad", "lenovo", "hp", "latitude", "dell", "elitebook", "mairie", "probook 640"]
    mixed = ["q=thinkpad&state=lost", "q=thinkpad&kind=tablet", "q=banque&state=ready", "q=macbook&grade=5",
             "q=optiplex&state=handed_over&memory=4", "q=galaxy&disk=nvme"]  # fmt: skip
    typed = ["th", "thi", "think", "l4", "t470", "n141", "surface pro 3", "université n 148", "poweredge r220"]
    return [
        Case("first page", each(lambda n: "")),
        Case("deep page by key", each(lambda n: f"before={pick.randrange(devices // 20, devices)}")),
        Case("common filter", each(lambda n: common[n % len(common)])),
        Case("2 or 3 filters at random", each(lambda n: filters(2 + n % 2))),
        Case("rare combinations", each(lambda n: rare[n % len(rare)])),
        Case("deep page of a filter", each(lambda n: f"kind=notebook&before={pick.randrange(devices // 20, devices)}")),
        Case("search, common word", each(lambda n: f"q={words[n % len(words)]}")),
        Case("search, as it is typed", each(lambda n: f"q={typed[n % len(typed)]}")),
        Case("search, one machine", each(lambda n: f"q={some[n]['code'] if n % 2 else some[n]['serial'][1:8]}")),
        Case(
            "search, no answer", each(lambda n: f"q={pick.choice('zq')}{pick.randrange(10**6):06}{pick.choice('wu')}")
        ),
        Case("search with filters", each(lambda n: mixed[n % len(mixed)])),
        Case("deep page of a search", each(lambda n: f"q=thinkpad&before={pick.randrange(devices // 20, devices)}")),
    ]


def _client(role: str, organisation: Organisation) -> Client:
    user = User.objects.create_user(f"{organisation.pk.hex}@bench.example", name=role)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    client = Client()
    client.force_login(user)
    return client


def _measure(territory: bench_data.Territory, repeat: int, profile: bool) -> list[str]:
    """Print the figures; returns the lines over the goal."""
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    late = []
    with override_settings(STORAGES={**settings.STORAGES, **plain}, ALLOWED_HOSTS=["*"], WHITENOISE_AUTOREFRESH=True):
        cases = _cases(Device.objects.count(), repeat)
        viewers = (
            ("coordination", "coordinator", territory.coordination),
            ("largest workshop", "technician", territory.workshops[0]),
            ("smallest workshop", "technician", territory.workshops[-1]),
        )
        for title, role, organisation in viewers:
            client = _client(role, organisation)
            scope = {"territory" if role == "coordinator" else "holder": organisation}
            _say(f"\n{title}, {Device.objects.filter(**scope).count():,} machines")
            _say(f"  {'':26} {'p50':>7} {'p95':>7} {'max':>7} {'CPU p95':>8}  queries    page")
            for case in cases:
                figures = _figures(client, case)
                over = figures.p95 >= GOAL_MS
                late += [f"{title}: {case.name}"] * over
                _say(
                    f"  {figures.name:26} {figures.p50:7.1f} {figures.p95:7.1f} {figures.most:7.1f} {figures.cpu:8.1f}"
                    f"  {figures.queries:7}  {figures.kilobytes:4.0f} kB{'  over the goal' if over else ''}"
                )
            if profile:
                _profile(client)
    _say(f"\nmilliseconds for a whole page; goal: p95 < {GOAL_MS} ms; {len(late)} lines over it")
    return late


def _figures(client: Client, case: Case) -> Figures:
    address = reverse("stock:list")
    for query in case.queries[:5]:
        client.get(f"{address}?{query}")
    gc.collect()
    times: list[float] = []
    cpu: list[float] = []
    size = 0
    for query in case.queries:
        start, start_cpu = time.perf_counter(), time.process_time()
        answer = client.get(f"{address}?{query}")
        times.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - start_cpu) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}?{query} answered {answer.status_code}.")
        size = max(size, len(answer.content))
    counts = []
    for query in case.queries[:10]:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{address}?{query}")
        counts.append(len(captured))
    return Figures(case.name, _cut(times, 50), _cut(times, 95), max(times), _cut(cpu, 95), max(counts), size / 1000)


def _cut(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _profile(client: Client) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    for _page in range(20):
        client.get(reverse("stock:list"))
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


def _measure_writes(count: int) -> None:
    """What keeping the index costs a change of state, one transaction each, without its ledger event."""
    pick = random.Random(3)  # noqa: S311 - choices of a bench
    numbers = pick.sample(range(1, Device.objects.count() + 1), count)
    start = time.perf_counter()
    for number in numbers:
        with transaction.atomic():
            Device.objects.filter(number=number).update(state="ready")
    plain = (time.perf_counter() - start) * 1000 / max(1, count)
    start = time.perf_counter()
    for number in numbers:
        with transaction.atomic():
            Device.objects.filter(number=number).update(state="reserved")
            index.sync([number])
    indexed = (time.perf_counter() - start) * 1000 / max(1, count)
    start = time.perf_counter()
    with transaction.atomic():
        Device.objects.filter(number__in=numbers).update(state="checked")
        index.sync(numbers)
    batch = (time.perf_counter() - start) * 1000 / max(1, count)
    _say(f"\nchange of a state: {plain:.2f} ms; {indexed:.2f} with its index; {batch:.2f} in a batch of {count}")
