"""Processes that reserve at once, some killed: what `maillon bench reserve` finds afterwards, on a small scale."""

import os
import subprocess
import sys

from django.conf import settings
from django.db import connection

from maillon.allocation import bench_reserve
from maillon.allocation.models import Promise
from maillon.workshop.models import Device
from tests import scratch


def test_processes_that_reserve_at_once_and_are_killed_leave_nothing_wrong(tmp_path):
    """In a program of its own: a process of tests holds threads and connections that can not be shared."""
    command = [sys.executable, "-m", "maillon.cli", "bench", "reserve", "--workers=6", "--seconds=4", "--kills=3"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILLON_")}
    done = subprocess.run(
        [*command, "--machines=8", "--requests=8"],
        env={**kept, "MAILLON_DATA": str(tmp_path), "LANGUAGE": "en"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith(("| sqlite", "| postgresql"))]
    assert lines and all(line.endswith("| 0 | 0 |") for line in lines), done.stdout
    assert settings.configured and connection.vendor in ("sqlite", "postgresql")


def test_what_is_wrong_would_be_seen(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        ground = bench_reserve._ground(3, 3)
        first, second, third = Device.objects.order_by("number")
        assert bench_reserve.faults(ground) == []
        Promise.objects.create(
            territory_id=ground.actor.territory_id, request_id=ground.requests[0], device=first
        )  # kept for someone, and still on the shelf
        Device.objects.filter(pk=second.pk).update(state="reserved")  # on nobody's behalf
        third.delete()
        found = " / ".join(bench_reserve.faults(ground))
        assert "1 machines lost" in found and f"{first.code} is ready, promised 1" in found
        assert f"{second.code} is reserved, promised 0" in found and "1 promises, 0 in the ledger" in found
        assert "is waiting: 1 promised" in found
