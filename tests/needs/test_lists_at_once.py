"""Two lists of one organisation entered at the same moment: both end, and each person has one request."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from maillon.needs.lists import commands
from maillon.needs.models import Request
from tests.needs.list_files import communes, csv, receive
from tests.world import make_world

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time"),
]
ROWS = [["EXEMPLE", f"Camille{n}", f"06000000{n:02}", "collège", "portable", "Nantes"] for n in range(40)]
CORRECTED = [[*row[:4], "tablette", row[5]] for row in ROWS]


@pytest.mark.parametrize(("entered", "rows"), [([], ROWS), (ROWS, CORRECTED)], ids=["filed", "corrected"])
def test_the_same_people_in_another_order_keep_neither_waiting_for_the_other(entered, rows):
    communes()
    world = make_world()
    if entered:
        commands.enter(actor=world.actor("prescriber"), list_id=receive(world, csv(entered)).pk)
    start = threading.Barrier(2)

    def enter(listed):
        try:
            start.wait(timeout=30)
            commands.enter(actor=world.actor("prescriber"), list_id=listed.pk)
        finally:
            connections.close_all()

    lists = [receive(world, csv(rows)), receive(world, csv(rows[::-1]))]
    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(enter, listed) for listed in lists]:
            ended.result()
    assert Request.objects.count() == len(ROWS)
