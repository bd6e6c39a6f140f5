"""Jobs for the tests, in a module that worker processes import too. Effects are rows of a table of their own."""

import os
import time
from pathlib import Path

from django.db import connection

from maillon.kernel.errors import Refusal
from maillon.kernel.jobs import GiveUp, JobContext, job

TABLE = "sample_effect"


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (name varchar(40) NOT NULL, step integer NOT NULL)")


def drop_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def effect(name: str, step: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (name, step) VALUES (%s, %s)", [name, step])


def effects(name: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT step FROM {TABLE} WHERE name = %s ORDER BY step", [name])
        return [step for (step,) in cursor.fetchall()]


def wait_here(marker: str) -> None:
    """The first attempt that comes here says so, and waits until a file named `marker`.go is there; others pass."""
    path = Path(marker)
    if not path.exists():
        path.write_text(str(os.getpid()))
        while not path.with_suffix(".go").exists():
            time.sleep(0.05)


@job(title="Add", max_attempts=3)
def add(a: int, b: int) -> int:
    return a + b


@job()
def write(name: str) -> None:
    effect(name)


@job(max_attempts=3)
def write_then_fail(name: str) -> None:
    effect(name)
    raise ValueError("Madame Unetelle, 3 rue des Carmes")


@job()
def refuse(name: str) -> None:
    effect(name)
    raise Refusal("No.")


@job()
def give_up() -> None:
    raise GiveUp("The file is not there any more: send it again.")


@job()
def write_then_hang(name: str, marker: str) -> int:
    effect(name)
    wait_here(marker)
    return 7


@job(atomic=False, takes_context=True)
def write_in_steps(
    context: JobContext, name: str, steps: int, marker: str = "", hang_in: int = -1, hang_after: int = -1
) -> int:
    for number in range(context.cursor or 0, steps):
        with context.step() as step:
            effect(name, number)
            step.cursor, step.done, step.total = number + 1, number + 1, steps
            if number == hang_in:
                wait_here(marker)
        if number == hang_after:
            wait_here(marker)
    return steps


@job(takes_context=True)
def step_inside_a_transaction(context: JobContext) -> None:
    with context.step():
        pass


@job(atomic=False, takes_context=True)
def count_slowly(context: JobContext, marker: str) -> None:
    context.report(3, 10, "third")
    wait_here(marker)


def not_a_task() -> None: ...
