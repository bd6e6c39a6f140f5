"""Real worker processes on one real database: killed, frozen, stopped, and several at once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.worker import Worker, WorkerProcess, main
from tests import scratch
from tests.kernel import sample_jobs as sample

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60  # seconds in which another worker must have done the job of a killed one
LEASE = "2"


@pytest.fixture(scope="module")
def shared_database(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database() as url:
        sample.make_table()
        yield url


@pytest.fixture
def workers(shared_database, tmp_path):
    """Starts worker processes; none survives the test."""
    Job.objects.all().delete()
    environment = {
        **os.environ,
        "DATABASE_URL": shared_database,
        "MAILLON_DATA": str(tmp_path / "data"),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "DJANGO_SETTINGS_MODULE": "maillon.config.settings",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "maillon.cli", "worker", "--lease", LEASE, *options]
        started.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_until(true: Callable[[], object], what: str) -> None:
    ends_at = time.monotonic() + LIMIT
    while not true():
        if time.monotonic() > ends_at:
            pytest.fail(f"after {LIMIT} s: not {what}; {list(Job.objects.values())}")
        time.sleep(0.05)


def finished(result) -> Callable[[], bool]:
    return lambda: Job.objects.get(pk=result.id).status in (Status.SUCCESSFUL, Status.FAILED)


def kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_job_whose_worker_was_killed_is_done_by_another_and_once(workers, tmp_path):
    marker = tmp_path / "here"
    result = sample.write_then_hang.enqueue("killed", str(marker))
    first = workers()
    wait_until(marker.exists, "in the middle of the job")
    workers()
    kill(first)
    wait_until(finished(result), "done by the second worker")
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == ("SUCCESSFUL", 7, 2)
    assert sample.effects("killed") == [0]
    assert Job.objects.get().errors[0]["class"] == "maillon.kernel.jobs.WorkerDied"


@pytest.mark.parametrize("moment", ["hang_in", "hang_after"])
def test_a_job_in_steps_whose_worker_was_killed_is_resumed_and_each_step_done_once(workers, tmp_path, moment):
    marker = tmp_path / "here"
    result = sample.write_in_steps.enqueue(moment, 6, str(marker), **{moment: 3})
    first = workers()
    wait_until(marker.exists, "in the fourth step")
    assert Job.objects.get().cursor == (3 if moment == "hang_in" else 4)
    workers()
    kill(first)
    wait_until(finished(result), "done by the second worker")
    assert sample.effects(moment) == [0, 1, 2, 3, 4, 5]
    job = Job.objects.get()
    assert (job.status, job.attempt, job.result) == (Status.SUCCESSFUL, 2, 6)


def test_a_worker_that_was_frozen_finds_its_job_taken_and_writes_nothing(workers, tmp_path):
    marker = tmp_path / "here"
    result = sample.write_in_steps.enqueue("frozen", 4, str(marker), hang_after=1)
    first = workers()
    wait_until(marker.exists, "between two steps")
    os.kill(first.pid, signal.SIGSTOP)
    workers()
    wait_until(finished(result), "done by the second worker")
    marker.with_suffix(".go").touch()
    os.kill(first.pid, signal.SIGCONT)
    first.send_signal(signal.SIGTERM)
    assert first.wait(LIMIT) == 0
    assert sample.effects("frozen") == [0, 1, 2, 3]
    job = Job.objects.get()
    assert (job.status, job.attempt, job.failures) == (Status.SUCCESSFUL, 2, 1)


def test_a_worker_told_to_stop_lets_its_step_end_and_gives_the_job_back(workers, tmp_path):
    marker = tmp_path / "here"
    result = sample.write_in_steps.enqueue("stopped", 4, str(marker), hang_in=1)
    first = workers()
    wait_until(marker.exists, "in the second step")
    first.terminate()
    time.sleep(0.2)
    marker.with_suffix(".go").touch()
    assert first.wait(LIMIT) == 0
    job = Job.objects.get()
    assert (job.status, job.cursor, job.failures) == (Status.READY, 2, 0)
    workers("--once").wait(LIMIT)
    assert finished(result)() and sample.effects("stopped") == [0, 1, 2, 3]


def test_several_workers_do_each_job_once(workers):
    names = [f"n{number}" for number in range(40)]
    for name in names:
        sample.write.enqueue(name)
    crowd = [workers("--once", "--concurrency", "2") for _ in range(3)]
    assert [process.wait(LIMIT) for process in crowd] == [0, 0, 0]
    assert all(sample.effects(name) == [0] for name in names)
    assert set(Job.objects.values_list("status", "attempt")) == {(Status.SUCCESSFUL, 1)}


def test_a_long_job_keeps_its_lease_and_shows_how_far_it_is(workers, tmp_path):
    marker = tmp_path / "here"
    result = sample.count_slowly.enqueue(str(marker))
    workers()
    wait_until(lambda: Job.objects.get().done == 3, "shown")
    lease = Job.objects.get().lease_until
    wait_until(lambda: timezone.now() > lease, "past its first lease")
    job = Job.objects.get()
    assert (job.status, job.attempt, job.total, job.message) == (Status.RUNNING, 1, 10, "third")
    marker.with_suffix(".go").touch()
    wait_until(finished(result), "done")
    assert Job.objects.get().attempt == 1


def test_a_worker_stops_with_its_parent(workers, tmp_path):
    assert workers("--parent", "1").wait(LIMIT) == 0  # its parent is this process, not that one


def test_the_process_beside_the_pages_is_started_again_when_it_dies(monkeypatch, tmp_path):
    starts = tmp_path / "starts"

    program = f"import time; open({str(starts)!r}, 'a').write('x'); time.sleep(60)"

    def start(self):
        return subprocess.Popen([sys.executable, "-c", program])

    monkeypatch.setattr(WorkerProcess, "_start", start)
    worker = WorkerProcess(pause=0.05)
    wait_until(lambda: starts.exists() and starts.read_text() == "x", "started")
    worker.process.kill()
    wait_until(lambda: starts.read_text() == "xx", "started again")
    worker.stop()
    assert worker.process.returncode == -signal.SIGTERM


def test_a_worker_here_and_once_counts_what_it_ran(shared_database):
    Job.objects.all().delete()
    results = [sample.add.enqueue(n, 1) for n in range(3)]
    assert Worker(once=True).run() == 3
    assert [sample.add.get_result(result.id).return_value for result in results] == [1, 2, 3]


@pytest.mark.parametrize("argv", [["--concurrency", "0"], ["--lease", "0"], ["--queue", "none"], ["--nonsense"]])
def test_wrong_use_of_the_command(argv, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(argv)
    assert exit_.value.code == 2


def test_a_worker_needs_a_place_to_work():
    with pytest.raises(ValueError, match="at least 1"):
        Worker(concurrency=0)


@contextmanager
def signals_kept():
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _signals_kept():
    with signals_kept():
        yield
