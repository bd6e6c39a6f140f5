"""`maillon bench intake`: snapshots a second through the whole path, one process, and where the time goes."""

import argparse
import pkgutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

from django.db import connection

from maillon.demo.models import models
from maillon.demo.readings import reading
from maillon.kernel import scratch
from maillon.kernel.actor import Actor
from maillon.workshop.intake.receiving import Incoming, receive

Clock = dict[str, float]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon bench intake",
        description="Receive invented machines (one dmidecode output each, then five to seven files each) into a "
        "database made for the purpose, and report snapshots a second and the share of each stage.",
    )
    parser.add_argument("--machines", type=int, default=1_000, metavar="N", help="invented machines (1,000)")
    options = parser.parse_args(argv)
    with scratch.database():
        sys.stdout.write(f"{connection.vendor}, {options.machines} machines, one process\n")
        for title, files_of in (("one file a machine", _one_file), ("5 to 7 files a machine", _all_files)):
            _report(title, options.machines, files_of)
    return 0


def _one_file(read: Any) -> list[Incoming]:
    return [Incoming(name, content) for name, content in read.files if name.endswith("dmidecode.txt")]


def _all_files(read: Any) -> list[Incoming]:
    return [Incoming(name, content) for name, content in read.files]


def _report(title: str, count: int, files_of: Callable[[Any], list[Incoming]]) -> None:
    draw = Random(title)  # noqa: S311 - invented machines, the same each time
    catalogue = models()
    reads = [reading(draw.choice(catalogue), draw, number) for number in range(count)]
    files = [file for read in reads for file in files_of(read)]
    actor = _technician(title)
    clock: Clock = defaultdict(float)
    started = time.perf_counter()
    with _stages(clock):
        lines = sum(1 for _line in receive(actor=actor, files=files))
    whole = time.perf_counter() - started
    sys.stdout.write(f"\n{title}: {lines} snapshots in {whole:.2f} s, {lines / whole:.0f} a second\n")
    clock["everything else"] = whole - sum(clock.values())
    for stage, seconds in sorted(clock.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"  {stage.ljust(34)} {seconds / whole:6.1%}  {seconds / lines * 1000:7.3f} ms each\n")


def _technician(title: str) -> Actor:
    from maillon.territory.actors import actor_for
    from maillon.territory.commands import found_territory
    from maillon.territory.models import User

    email = f"{len(title)}@exemple.invalid"
    found_territory(email=email)
    return actor_for(User.objects.get(email=email), None)


@contextmanager
def _stages(clock: Clock) -> Iterator[None]:
    """Count the time spent in each stage, without counting one within another twice."""
    filing, intake = "maillon.workshop.intake.filing", "maillon.workshop.intake.receiving"
    stages = (
        ("reading", f"{intake}.bundles.read_many"),
        ("compressing what was received", f"{intake}.zstandard.compress"),
        ("recognising (query)", f"{filing}.Marks.load"),
        ("recognising (comparing)", f"{filing}.identity.best_candidates"),
        ("fingerprints", f"{filing}.identity.fingerprints"),
        ("judging", f"{filing}.judge"),
        ("writing hardware (JSON, zstandard)", f"{filing}.packed"),
        ("disks", f"{filing}.media.sync"),
        ("ledger", f"{filing}.ledger.append_many"),
        ("index of the stock", f"{filing}.index.sync"),
    )
    with ExitStack() as stack:
        for name, target in stages:
            stack.enter_context(patch(target, _timed(clock, name, pkgutil.resolve_name(target))))
        yield


def _timed(clock: Clock, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            clock[name] += time.perf_counter() - started

    return timed
