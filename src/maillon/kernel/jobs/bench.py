"""`maillon bench jobs`: jobs enqueued and run a second, on a database made for it and thrown away."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min

from maillon.kernel import scratch
from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.jobs.tasks import job


@job()
def nothing(number: int) -> int:
    return number


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon bench jobs",
        description="Enqueue jobs that do nothing, one transaction each, then run them with workers in processes of "
        "their own. On a scratch database of the kind DATABASE_URL names (SQLite by default).",
    )
    parser.add_argument("--jobs", type=int, default=2_000, metavar="N", help="jobs a measure (%(default)s)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4], metavar="N", help="worker processes (1 4)")
    options = parser.parse_args(argv)
    if options.jobs < 1 or min(options.workers) < 1:
        parser.error("--jobs and --workers are at least 1.")
    with scratch.database() as url:
        say(f"{connection.vendor}, {os.cpu_count()} cores, {options.jobs} jobs")
        for workers in options.workers:
            enqueued = enqueue(options.jobs)
            say(f"enqueue, 1 writer      {options.jobs / enqueued:8.0f} a second")
            ran = run(url, workers, options.jobs)
            say(f"run, {workers} worker{'s' if workers > 1 else ' '}         {options.jobs / ran:8.0f} a second")
    return 0


def enqueue(count: int) -> float:
    """Seconds to enqueue this many jobs, each in a transaction of its own."""
    Job.objects.all().delete()
    began = time.perf_counter()
    for number in range(count):
        nothing.enqueue(number)
    return time.perf_counter() - began


def run(url: str, workers: int, count: int) -> float:
    """Seconds from the first job started to the last one finished: the start of the processes is left out."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "MAILLON_DATA": str(settings.DATA),
        "MAILLON_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "maillon.cli", "worker", "--once"]
    processes = [subprocess.Popen(command, env=environment) for _ in range(workers)]
    codes = [process.wait() for process in processes]
    done = Job.objects.filter(status=Status.SUCCESSFUL, attempt=1).count()
    if any(codes) or done != count:
        raise RuntimeError(f"{done} of {count} jobs were done, workers ended with {codes}.")
    ends = Job.objects.aggregate(first=Min("started_at"), last=Max("finished_at"))
    return float((ends["last"] - ends["first"]).total_seconds())


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
