"""The index of the stock: compared with the devices, or made anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from maillon.workshop.stock import index, install

MOST_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Compare the index of the stock with the devices (check), make it anew from them (rebuild), or make its "
        "database indexes again first (recreate: after pg_trgm was installed on PostgreSQL). Exit code 1 when check "
        "finds a difference."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("check", "rebuild", "recreate"))

    def handle(self, *_args: Any, action: str, **_options: Any) -> None:
        if action == "check":
            self._check()
            return
        with transaction.atomic():
            if action == "recreate":
                install.take_away(connection)
                install.make(connection)
            count = index.rebuild()
        self.stdout.write(f"Index made anew for {count:,} devices.")

    def _check(self) -> None:
        found = index.check()
        for line in found[:MOST_SHOWN]:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{len(found)} differences. Run: maillon manage stock_index rebuild")
        self.stdout.write("The index says what the devices say.")
