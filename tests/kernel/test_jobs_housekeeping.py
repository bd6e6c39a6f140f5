"""What the kernel does each night, and its bench."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from maillon.kernel import ledger
from maillon.kernel.jobs import bench, housekeeping
from maillon.kernel.jobs.models import Job, PeriodicRun, Status
from maillon.kernel.jobs.running import drain
from maillon.kernel.jobs.schedule import REGISTRY
from tests import scratch


def test_the_nightly_jobs_are_registered():
    names = {"forget_old_jobs", "forget_expired", "sign_ledger"}
    assert {f"maillon.kernel.jobs.housekeeping.{name}" for name in names} <= REGISTRY.keys()


@pytest.mark.django_db
def test_jobs_finished_a_month_ago_are_forgotten_and_no_other():
    now = timezone.now()
    ages = [(Status.SUCCESSFUL, 31), (Status.FAILED, 31), (Status.SUCCESSFUL, 29), (Status.READY, 31)]
    for status, days in ages:
        at = now - timedelta(days=days)
        Job.objects.create(task="x", status=status, enqueued_at=at, finished_at=None if status == Status.READY else at)
    for name, days in (("often", 90), ("often", 31), ("often", 1), ("rare", 400)):
        PeriodicRun.objects.create(name=name, due=now - timedelta(days=days))
    Job.objects.filter(status=Status.READY).update(run_after=now + timedelta(days=1))
    result = housekeeping.forget_old_jobs.enqueue()
    drain()
    result.refresh()
    assert result.return_value == 2
    left = Job.objects.exclude(pk=result.id).values_list("status", flat=True)
    assert sorted(left) == [Status.READY, Status.SUCCESSFUL]
    runs = [(run.name, (now - run.due).days) for run in PeriodicRun.objects.order_by("name")]
    assert runs == [("often", 1), ("rare", 400)]  # the last run of each stays: it tells that the job is known


@pytest.mark.django_db
def test_what_has_expired_is_forgotten_and_nothing_else():
    for key, seconds in (("over", -60), ("present", 60)):
        Session.objects.create(session_key=key, expire_date=timezone.now() + timedelta(seconds=seconds))
    cache.set("present", 1, 60)
    cache.set("over", 1, 60)
    table = connection.ops.quote_name("kernel_cache")
    past = connection.ops.adapt_datetimefield_value(timezone.now() - timedelta(seconds=60))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET expires = %s WHERE cache_key = %s", [past, cache.make_key("over")])
    housekeeping.forget_expired.enqueue()
    drain()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT cache_key FROM {table}")
        assert cursor.fetchall() == [(cache.make_key("present"),)]
    assert [session.session_key for session in Session.objects.all()] == ["present"]


def test_the_ledger_is_signed(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        result = housekeeping.sign_ledger.enqueue()
        drain()
        result.refresh()
        assert result.return_value == ledger.Checkpoint.objects.get().number == 1


def test_the_bench_tells_its_figures(django_db_blocker, capsys):
    with django_db_blocker.unblock():
        assert bench.main(["--jobs", "5", "--workers", "2"]) == 0
    assert capsys.readouterr().out.count("a second") == 2


@pytest.mark.parametrize("argv", [["--jobs", "0"], ["--workers", "0"], ["--what"]])
def test_wrong_use_of_the_bench(argv):
    with pytest.raises(SystemExit) as exit_:
        bench.main(argv)
    assert exit_.value.code == 2
