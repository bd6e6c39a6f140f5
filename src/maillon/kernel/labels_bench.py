"""`maillon bench labels`: how long labels take, for every format."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from maillon.kernel import labels


def sample(count: int) -> list[labels.Label]:
    return [
        labels.Label(
            code=f"{n // 10_000:03d}-{n % 10_000:04d}",
            url=f"https://maillon.example/m/{n:07d}",
            title="ThinkPad T470",
            lines=("Core i5-7300U · 8 Go · SSD 256 Go", "Lot 2026-014"),
        )
        for n in range(count)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon bench labels", description="Make sheets of invented labels, and tell how long each paper takes."
    )
    parser.add_argument("--labels", type=int, default=1_000, metavar="N", help="how many labels (1,000)")
    parser.add_argument("--format", choices=sorted(labels.FORMATS), help="this format alone")
    options = parser.parse_args(argv)
    if not 1 <= options.labels <= labels.MOST:
        parser.error(f"--labels: from 1 to {labels.MOST}")
    items = sample(options.labels)
    for key, format in labels.FORMATS.items():
        if options.format in (None, key):
            began = time.perf_counter()
            size = len(labels.pdf(items, format, date=datetime(2026, 1, 1, tzinfo=UTC)))
            took = time.perf_counter() - began
            sys.stdout.write(f"{key}: {options.labels} labels in {took:.2f} s, {size / 1000:,.0f} kB\n")
    return 0
