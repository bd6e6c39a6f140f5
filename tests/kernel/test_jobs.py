"""Asking for a job, running it, what is kept of it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, default_task_backend, task_backends
from django_tasks.exceptions import TaskResultDoesNotExist, TaskResultMismatch

from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.ids import new_id
from maillon.kernel.jobs import leases
from maillon.kernel.jobs.leases import Claim, LeaseLost, claim, take_back
from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.jobs.running import Pulse, drain, run
from tests import scratch
from tests.kernel import sample_jobs as sample

IMPORT_ERRORS = ("builtins.ImportError", "builtins.ModuleNotFoundError")


@pytest.fixture
def table(db):
    sample.make_table()
    yield
    sample.drop_table()


@pytest.mark.django_db
def test_a_job_runs_and_its_result_is_read_back():
    result = sample.add.enqueue(2, b=3)
    assert (result.status, result.args, result.kwargs) == (TaskResultStatus.READY, [2], {"b": 3})
    assert drain() == 1
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == (TaskResultStatus.SUCCESSFUL, 5, 1)
    assert result.enqueued_at <= result.started_at <= result.finished_at
    assert sample.add.get_result(result.id).return_value == 5


@pytest.mark.django_db
def test_results_of_others_and_of_none_are_refused():
    result = sample.add.enqueue(1, 1)
    with pytest.raises(TaskResultMismatch):
        sample.write.get_result(result.id)
    for unknown in (str(new_id()), "not-a-key"):
        with pytest.raises(TaskResultDoesNotExist):
            default_task_backend.get_result(unknown)


def test_the_backend_states_what_it_supports():
    backend = task_backends["default"]
    assert backend.supports_defer and backend.supports_get_result and backend.supports_priority
    assert backend.supports_async_task


@pytest.mark.django_db
@pytest.mark.parametrize("argument", [new_id(), object(), {1, 2}])
def test_arguments_that_json_does_not_hold_are_refused(argument):
    with pytest.raises(TypeError):
        sample.add.enqueue(argument, 1)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_nothing_is_asked_when_the_caller_rolls_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        sample.add.enqueue(1, 2)
        raise RuntimeError
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_priority_then_age_decide_who_goes_first():
    low = sample.add.using(priority=-5).enqueue(1, 1)
    first, second = sample.add.enqueue(2, 2), sample.add.enqueue(3, 3)
    high = sample.add.using(priority=50).enqueue(4, 4)
    taken = [str(claim(["default"], "w").pk) for _ in range(4)]
    assert taken == [high.id, first.id, second.id, low.id]
    assert claim(["default"], "w") is None


@pytest.mark.django_db
def test_a_job_waits_for_its_time_and_its_queue(monkeypatch):
    now = timezone.now()
    sample.add.using(run_after=now + timedelta(hours=1)).enqueue(1, 1)
    assert claim(["default"], "w") is None
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=2))
    assert claim(["other"], "w") is None
    assert claim(["default"], "w") is not None


@pytest.mark.django_db
def test_the_organisation_that_asked_is_kept():
    actor = Actor(ActorKind.PERSON, user_id=new_id(), organisation_id=new_id(), territory_id=new_id())
    sample.add.using(actor=actor).enqueue(1, 1)
    job = Job.objects.get()
    assert (job.user_id, job.organisation_id, job.territory_id) == (
        actor.user_id, actor.organisation_id, actor.territory_id,
    )  # fmt: skip


def test_a_failure_rolls_back_waits_and_names_nobody(table):
    sample.write_then_fail.enqueue("Unetelle")
    before = timezone.now()
    assert run(claim(["default"], "w")) == Status.READY
    job = Job.objects.get()
    assert sample.effects("Unetelle") == []
    assert job.failures == job.attempt == 1 and job.run_after >= before + timedelta(seconds=2)
    assert job.errors[0]["class"] == "builtins.ValueError"
    assert "tests.kernel.sample_jobs" in job.errors[0]["where"] and "write_then_fail" in job.errors[0]["where"]
    assert "Unetelle" not in str(job.errors) and "Carmes" not in str(job.errors)


def test_it_fails_for_good_after_its_last_attempt(table):
    result = sample.write_then_fail.enqueue("a")
    for _ in range(3):
        Job.objects.update(run_after=timezone.now())
        drain()
    result.refresh()
    assert (result.status, len(result.errors)) == (TaskResultStatus.FAILED, 3)
    assert sample.effects("a") == [] and drain() == 0


@pytest.mark.parametrize("asked", [lambda: sample.refuse.enqueue("a"), lambda: sample.give_up.enqueue()])
def test_what_would_get_the_same_answer_is_not_tried_again(table, asked):
    asked()
    drain()
    job = Job.objects.get()
    assert (job.status, job.attempt) == (Status.FAILED, 1) and sample.effects("a") == []


@pytest.mark.django_db
def test_giving_up_says_why():
    sample.give_up.enqueue()
    drain()
    assert Job.objects.get().errors[0]["what"] == "The file is not there any more: send it again."


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["tests.kernel.sample_jobs.gone", "no.such.module", "tests.kernel.sample_jobs.not_a_task"]
)
def test_a_task_this_version_does_not_know_is_tried_again(path):
    Job.objects.create(task=path)
    drain()
    job = Job.objects.get()
    assert (job.status, job.failures) == (Status.READY, 1) and job.errors[0]["class"] in IMPORT_ERRORS


def test_waiting_grows_up_to_an_hour_and_is_spread():
    assert [leases.pause(n, 0).total_seconds() for n in (1, 2, 3, 11, 500)] == [5, 10, 20, 3600, 3600]
    assert leases.pause(1, 0.999).total_seconds() > 2.5
    assert all(2.5 <= leases.pause(1).total_seconds() <= 5 for _ in range(50))


@pytest.mark.django_db
def test_a_dead_attempt_writes_nothing_any_more():
    sample.add.enqueue(1, 1)
    dead = claim(["default"], "first")
    assert take_back(timezone.now() + timedelta(minutes=1)) == 1
    held = Claim(dead.pk, dead.attempt)
    for write in (
        lambda: leases.finish(held, 2),
        lambda: leases.beat(held),
        lambda: leases.fail(held, {"class": "x", "where": ""}, again=True),
        lambda: leases.release(held),
    ):
        with pytest.raises(LeaseLost):
            write()
    Job.objects.update(run_after=timezone.now())
    alive = claim(["default"], "second")
    with pytest.raises(LeaseLost):
        leases.finish(held, 2)
    leases.finish(Claim(alive.pk, alive.attempt), 3)
    assert Job.objects.get().result == 3


def test_effects_of_an_attempt_that_was_taken_back_are_rolled_back(table):
    sample.write.enqueue("late")
    late = claim(["default"], "first")
    take_back(timezone.now() + timedelta(minutes=1))
    run(late)
    assert sample.effects("late") == [] and Job.objects.get().status == Status.READY
    Job.objects.update(run_after=timezone.now())
    drain()
    assert sample.effects("late") == [0] and Job.objects.get().status == Status.SUCCESSFUL


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_fails_in_the_end():
    sample.add.enqueue(1, 1)
    for _ in range(3):
        Job.objects.update(run_after=timezone.now())
        assert claim(["default"], "w")
        take_back(timezone.now() + timedelta(hours=9))
    job = Job.objects.get()
    assert (job.status, job.failures) == (Status.FAILED, 3)
    assert {error["class"] for error in job.errors} == {"maillon.kernel.jobs.WorkerDied"}


@pytest.mark.django_db
def test_a_living_worker_keeps_its_job():
    sample.add.enqueue(1, 1)
    job = claim(["default"], "w", timedelta(seconds=10))
    assert take_back(timezone.now() + timedelta(seconds=9)) == 0
    leases.beat(Claim(job.pk, job.attempt), timedelta(seconds=100), done=4)
    assert take_back(timezone.now() + timedelta(seconds=90)) == 0
    assert Job.objects.get().done == 4


def test_a_job_in_steps_resumes_where_it_was(table):
    sample.write_in_steps.enqueue("s", 5)
    stops = iter([False, False, True])
    assert run(claim(["default"], "w"), Pulse(stopping=lambda: next(stops))) == Status.READY
    job = Job.objects.get()
    assert (job.cursor, job.done, job.total, job.percent, job.failures) == (2, 2, 5, 40, 0)
    drain()
    assert sample.effects("s") == [0, 1, 2, 3, 4]
    job.refresh_from_db()
    assert (job.status, job.attempt, job.result, job.percent) == (Status.SUCCESSFUL, 2, 5, 100)


def test_a_step_of_a_dead_attempt_is_rolled_back(table):
    sample.write_in_steps.enqueue("s", 3)
    late = claim(["default"], "w")
    take_back(timezone.now() + timedelta(minutes=1))
    run(late)
    assert sample.effects("s") == []
    assert Job.objects.get().cursor is None


@pytest.fixture
def own_database(django_db_blocker):
    """Where transactions are real, and threads have connections of their own."""
    with django_db_blocker.unblock(), scratch.database():
        yield


def test_a_step_inside_a_transaction_is_refused(own_database):
    sample.step_inside_a_transaction.enqueue()
    drain()
    assert Job.objects.get().errors[0]["class"] == "builtins.RuntimeError"


@pytest.mark.django_db
def test_progress_never_says_the_end_before_the_end():
    assert Job(done=10, total=10, status=Status.RUNNING).percent == 99
    assert Job(done=1, total=None, status=Status.RUNNING).percent is None
    assert Job(done=0, status=Status.SUCCESSFUL).percent == 100


def test_two_claims_at_once_never_take_the_same_job(own_database):
    for n in range(20):
        sample.add.enqueue(n, n)
    taken: list[object] = []

    def take() -> None:
        while job := claim(["default"], threading.current_thread().name):
            taken.append(job.pk)
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 20
