"""`maillon bench reserve`: processes that reserve at once from one stock, some killed, and a count of what is left.

Each process, with its own connection, does at random what people and jobs do: promise a machine to a request, publish
a part of one campaign that several publish, end a promise, hand a machine over. Some are killed with SIGKILL at any
instant, and replaced. Afterwards nothing may be wrong: no machine promised twice, none lost (each is ready without a
living promise, or reserved with exactly one, or handed over with one that was kept), each request what its promises
make it, and a ledger that says the same, chain verified.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import connection, connections, transaction
from django.utils import timezone

from maillon.allocation import campaigns, promises, rulesets
from maillon.allocation.models import Campaign, CampaignState, Promise, PromiseState
from maillon.hardware.model import Kind
from maillon.kernel import codes, ledger, scratch
from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.errors import Refusal
from maillon.kernel.ids import new_id
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.territory.models import Organisation
from maillon.workshop import moves
from maillon.workshop.life import MediumState, State
from maillon.workshop.models import CheckAnswer, Device, Medium
from maillon.workshop.stock import index
from maillon.workshop.vocabulary import check_lines

RIGHTS = frozenset({"allocation.decide", "handover.do", "stock.decide"})
MADE, REFUSED, FAULT = "made", "refused", "fault"


@dataclass(frozen=True)
class Ground:
    """What everybody reserves from: keys of machines and requests, and a campaign that several publish at once."""

    actor: Actor
    devices: list[int]
    requests: list[UUID]
    campaign: UUID
    pairs: list[tuple[str, str]]


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    databases = ["sqlite"]
    if options.postgres or connection.vendor == "postgresql":
        databases.append("postgresql")
    else:
        _say("PostgreSQL: not tried. Give --postgres URL, or set DATABASE_URL, to try it too.")
    wrong = 0
    _say(f"{options.workers} processes, {options.machines} machines, {options.requests} requests, {options.seconds} s")
    _say("| database | promises/s | refused/s | p50 ms | p95 ms | longest ms | killed | errors | wrong afterwards |")
    _say("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for vendor in databases:
        with _database(vendor, options):
            wrong += _try(vendor, options)
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maillon bench reserve", description=__doc__.partition("\n")[2].strip())
    parser.add_argument("--workers", type=int, default=50, help="processes at once (default 50)")
    parser.add_argument("--machines", type=int, default=60, help="in the stock (default 60)")
    parser.add_argument("--requests", type=int, default=80, help="that wait (default 80)")
    parser.add_argument("--seconds", type=float, default=20, help="how long they reserve (default 20)")
    parser.add_argument("--kills", type=float, default=2, help="processes killed a second (default 2)")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn at random (default 1)")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made and dropped")
    return parser


@contextmanager
def _database(vendor: str, options: argparse.Namespace) -> Iterator[None]:
    if vendor == "postgresql" and options.postgres:
        with scratch.using(options.postgres), scratch.database(vendor):
            yield
    else:
        with scratch.database(vendor):
            yield


def _try(vendor: str, options: argparse.Namespace) -> int:
    """Prints a line of the table, then what is wrong. Returns how many things are."""
    ground = _ground(options.machines, options.requests)
    with tempfile.TemporaryDirectory(prefix="maillon-reserve-") as folder:
        log = Path(folder) / "log"
        killed = _run(ground, options, log)
        done = [line.split(" ") for line in log.read_text().splitlines()]
    times = sorted(float(took) for _what, took, *_more in done) or [0.0]
    counts = Counter(what for what, *_more in done)
    wrong = faults(ground)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    _say(
        f"| {vendor} | {counts[MADE] / options.seconds:.0f} | {counts[REFUSED] / options.seconds:.0f} | {p50:.0f} "
        f"| {p95:.0f} | {times[-1]:.0f} | {killed} | {counts[FAULT]} | {len(wrong)} |"
    )
    for fault, count in Counter(more[0] for what, _took, *more in done if what == FAULT).items():
        _say(f"  error, {count} times: {fault}")
    for each in wrong:
        _say(f"  wrong: {each}")
    return len(wrong)


def _ground(machines: int, requests: int) -> Ground:
    key = new_id()
    coordination = Organisation.objects.create(id=key, kind="coordination", name="Coordination", territory_id=key)
    workshop = Organisation.objects.create(kind="workshop", name="Workshop", territory=coordination)
    prescriber = Organisation.objects.create(kind="prescriber", name="Prescriber", territory=coordination)
    actor = Actor(ActorKind.PERSON, new_id(), key, key, oversees=True, permissions=RIGHTS)
    with transaction.atomic():
        devices = []
        for code in codes.draw(machines, lambda _codes: ()):
            device = Device.objects.create(
                code=code, territory=coordination, holder=workshop, state="ready", kind="notebook", grade=3
            )
            Medium.objects.create(device=device, state=MediumState.ERASED.value)
            lines = check_lines(Kind(device.kind))
            CheckAnswer.objects.bulk_create(CheckAnswer(device=device, line=line, answer="ok") for line in lines)
            devices.append(device)
        index.sync([device.number for device in devices])
        asked = Request.objects.bulk_create(
            Request(
                code=code,
                territory=coordination,
                prescriber=prescriber,
                beneficiary="household",
                use="administrative",
                kinds=["notebook"],
                quantity=1 + number % 3,
                minimum=1,
                since=date(2026, 9, 1),
            )
            for number, code in enumerate(codes.draw(requests, lambda _codes: ()))
        )
        campaign = Campaign.objects.create(
            code=codes.new_code(),
            territory=coordination,
            rules=rulesets.current(key),
            closes_on=timezone.localdate(),
            state=CampaignState.APPROVED.value,
            seed_commitment="0" * 64,
        )
    pairs = [(request.code, device.code) for request, device in zip(asked, devices, strict=False)]
    return Ground(actor, [d.number for d in devices], [request.pk for request in asked], campaign.pk, pairs)


# -- those who reserve ------------------------------------------------------------------------------------------------


def _run(ground: Ground, options: argparse.Namespace, log: Path) -> int:
    """Let them reserve for the time given; kill some at random and put others in their place. Returns how many."""
    connections.close_all()  # a connection is not shared with those who are born here
    draw = random.Random(options.seed)  # noqa: S311 - what happens, not a secret
    end, killed, born = time.time() + options.seconds, 0, 0
    alive: list[int] = []
    try:
        while (now := time.time()) < end:
            while len(alive) < options.workers:
                born += 1
                alive.append(_born(lambda seed=born: _reserve(ground, end, log, options.seed * 10_000 + seed)))  # type: ignore[misc]
            time.sleep(min(draw.expovariate(options.kills) if options.kills else end - now, max(0.0, end - now)))
            if time.time() < end:
                one = alive.pop(draw.randrange(len(alive)))
                os.kill(one, signal.SIGKILL)
                os.waitpid(one, 0)
                killed += 1
    finally:
        for one in alive:
            os.waitpid(one, 0)
    return killed


def _born(work: Callable[[], None]) -> int:
    """Another process that does this and ends. Returns its number."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def _reserve(ground: Ground, end: float, log: Path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - what happens, not a secret
    told = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    campaign = Campaign.objects.get(pk=ground.campaign)
    while time.time() < end:
        started = time.perf_counter()
        what, more = REFUSED, ""
        try:
            what = MADE if _act(ground, campaign, draw) else REFUSED
        except Refusal:
            pass
        except Exception as error:  # noqa: BLE001 - counted, and told by its class
            what, more = FAULT, f" {type(error).__name__}"
        took = 1000 * (time.perf_counter() - started)
        os.write(told, f"{what} {took:.1f}{more}\n".encode())  # one line at once: those of others do not cut it


def _act(ground: Ground, campaign: Campaign, draw: random.Random) -> bool:
    """One thing that people or jobs do. Returns whether a promise was made."""
    chance = draw.random()
    if chance < 0.55:
        device = Device.objects.get(pk=draw.choice(ground.devices))
        request = Request.objects.get(pk=draw.choice(ground.requests))
        promises.promise(actor=ground.actor, campaign=None, request=request, device=device)
        return True
    if chance < 0.65:
        start = draw.randrange(len(ground.pairs))
        with transaction.atomic():
            campaigns.promise_some(ground.actor, campaign, ground.pairs[start : start + 5])
        return False
    living = Promise.objects.filter(state=PromiseState.ACTIVE).values_list("pk", flat=True)
    if not (keys := list(living)):
        return False
    key = draw.choice(keys)
    if chance < 0.95:
        promises.end_promise(ground.actor, key, PromiseState.NO_SHOW, "did_not_come")
    else:
        kept = Promise.objects.select_related("device", "request").get(pk=key)
        moves.take_step(
            actor=ground.actor,
            device_id=kept.device.id,
            step="handed_over",
            answers={"reference": kept.request.code},
        )
    return False


# -- what is left -----------------------------------------------------------------------------------------------------


def faults(ground: Ground) -> list[str]:
    """Everything that is not as it must be."""
    found = [f"ledger: {report.found} faults" for report in [ledger.verify()] if report.found]
    living: Counter[int] = Counter(_devices(PromiseState.ACTIVE))
    kept: Counter[int] = Counter(_devices(PromiseState.KEPT))
    expected = {State.READY: (0, 0), State.RESERVED: (1, 0), State.HANDED_OVER: (0, 1)}
    last = dict(Entry.objects.filter(stream__startswith="device:").order_by("sequence").values_list("subject", "kind"))
    kinds = {"device.reserved": State.RESERVED, "device.released": State.READY, "device.handed_over": State.HANDED_OVER}
    devices = list(Device.objects.all())
    if len(devices) != len(ground.devices):
        found.append(f"{len(ground.devices) - len(devices)} machines lost")
    for device in devices:
        state = State(device.state)
        if expected.get(state) != (living[device.number], kept[device.number]):
            found.append(f"{device.code} is {state}, promised {living[device.number]}, kept {kept[device.number]}")
        if kinds.get(last.get(device.id, "device.released")) != state:
            found.append(f"{device.code} is {state}, the ledger says {last.get(device.id)}")
    made = Entry.objects.filter(kind="promise.made").count()
    if made != Promise.objects.count():
        found.append(f"{Promise.objects.count()} promises, {made} in the ledger")
    return found + _wrong_requests()


def _devices(state: PromiseState) -> list[int]:
    return list(Promise.objects.filter(state=state).values_list("device_id", flat=True))


def _wrong_requests() -> list[str]:
    found = []
    given: dict[UUID, Counter[str]] = {}
    for key, state in Promise.objects.values_list("request_id", "state"):
        given.setdefault(key, Counter())[state] += 1
    for request in Request.objects.all():
        counts = given.get(request.pk, Counter())
        living, kept = counts[PromiseState.ACTIVE], counts[PromiseState.KEPT]
        state = (
            RequestState.PROMISED
            if living
            else RequestState.SERVED
            if kept >= request.minimum
            else RequestState.WAITING
        )
        if request.state != state or living + kept > request.quantity:
            found.append(f"{request.code} is {request.state}: {living} promised, {kept} kept of {request.quantity}")
    return found


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
