"""Jobs that come back: when, and once whatever the number of workers."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from maillon.kernel.jobs import periodic
from maillon.kernel.jobs.models import Job, PeriodicRun, Status
from maillon.kernel.jobs.schedule import Periodic, Planner
from tests import scratch
from tests.kernel import sample_jobs as sample

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # noon in Paris
HOUR = timedelta(hours=1)


@pytest.fixture
def hourly():
    return {"hourly": Periodic(sample.add, every=HOUR)}


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-24T02:29:59+00:00", "2026-11-23T02:30:00+00:00"),
        ("2026-11-24T02:30:00+00:00", "2026-11-24T02:30:00+00:00"),
        ("2026-07-14T01:30:00+00:00", "2026-07-14T01:30:00+00:00"),  # summer time
        ("2026-07-14T01:29:59+00:00", "2026-07-13T01:30:00+00:00"),
        ("2026-03-29T12:00:00+00:00", "2026-03-29T01:30:00+00:00"),  # the day when clocks go forward at 02:00
        ("2026-10-25T12:00:00+00:00", "2026-10-25T02:30:00+00:00"),  # the day when they go back at 03:00
    ],
)
def test_daily_is_a_time_of_the_clock_on_the_wall(now, due):
    daily = Periodic(sample.add, daily_at=time(3, 30))
    assert daily.latest(datetime.fromisoformat(now)) == datetime.fromisoformat(due)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_time_that_the_clock_skips_or_repeats_is_due_once(day):
    daily = Periodic(sample.add, daily_at=time(2, 30))
    midnight = datetime.fromisoformat(f"{day}T00:00:00+01:00")
    instants = {daily.latest(midnight + timedelta(minutes=n)) for n in range(0, 24 * 60, 10)}
    assert len(instants) == 2  # the day before's, then this day's


def test_every_counts_from_a_fixed_instant():
    assert Periodic(sample.add, every=HOUR).latest(NOON + timedelta(minutes=59, seconds=59)) == NOON


@pytest.mark.parametrize(
    "when", [{}, {"every": HOUR, "daily_at": "03:30"}, {"every": timedelta(0)}, {"daily_at": "soon"}]
)
def test_a_time_that_is_not_understood_is_refused(when):
    with pytest.raises(ValueError):
        periodic(**when)(sample.add)


def test_marking_registers_under_the_path_of_the_task(monkeypatch):
    monkeypatch.setattr("maillon.kernel.jobs.schedule.REGISTRY", registry := {})
    assert periodic(daily_at="03:30")(sample.add) is sample.add
    assert registry == {"tests.kernel.sample_jobs.add": Periodic(sample.add, None, time(3, 30))}


@pytest.mark.django_db
def test_the_first_run_is_the_next_one_due_not_one_before_the_platform_was_there(hourly):
    planner = Planner(hourly)
    assert planner.plan(NOON) == []
    assert planner.plan(NOON + HOUR - timedelta(seconds=1)) == []


@pytest.mark.django_db
def test_one_run_makes_up_for_all_that_were_missed(hourly):
    Planner(hourly).plan(NOON)
    assert len(Planner(hourly).plan(NOON + 5 * HOUR)) == 1
    assert [run.due for run in PeriodicRun.objects.all()] == [NOON + 5 * HOUR, NOON]


@pytest.mark.django_db
def test_another_worker_plans_nothing_more(hourly):
    Planner(hourly).plan(NOON)
    later = NOON + HOUR
    first, second = Planner(hourly), Planner(hourly)
    assert (len(first.plan(later)), second.plan(later), first.plan(later)) == (1, [], [])


@pytest.mark.django_db
def test_a_run_is_left_out_while_the_one_before_is_not_finished(hourly):
    Planner(hourly).plan(NOON)
    planner = Planner(hourly)
    assert len(planner.plan(NOON + HOUR)) == 1
    assert planner.plan(NOON + 2 * HOUR) == []
    Job.objects.update(status=Status.FAILED)
    assert len(planner.plan(NOON + 3 * HOUR)) == 1


def test_workers_that_plan_at_the_same_time_make_one_job(django_db_blocker, hourly):
    with django_db_blocker.unblock(), scratch.database():
        Planner(hourly).plan(NOON)
        together = threading.Barrier(4)
        planned: list[object] = []

        def plan() -> None:
            together.wait()
            for hours in (1, 2, 3):
                planned.extend(Planner(hourly).plan(NOON + hours * HOUR))
                Job.objects.update(status=Status.SUCCESSFUL)
            connection.close()

        threads = [threading.Thread(target=plan) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(planned) == Job.objects.count() <= 3
        assert PeriodicRun.objects.count() == 4
