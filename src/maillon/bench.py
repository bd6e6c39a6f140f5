"""`maillon bench`: figures anyone can measure again, each on data it makes for itself."""

import argparse
from collections.abc import Callable
from importlib import import_module

BENCHES = {
    "ledger": ("maillon.kernel.bench_ledger:main", "events a second with 1, 8 and 50 writers; a million verified"),
    "jobs": ("maillon.kernel.jobs.bench:main", "jobs enqueued and run a second"),
    "labels": ("maillon.kernel.labels_bench:main", "a thousand labels"),
    "intake": ("maillon.demo.intake_bench:main", "snapshots a second through the whole path, stage by stage"),
    "allocation": ("maillon.allocation.bench:main", "up to a million requests and devices, and the rules of thumb"),
    "reserve": ("maillon.allocation.bench_reserve:main", "50 processes reserving at once, some killed: none wrong"),
    "stock": ("maillon.workshop.stock.bench:main", "the stock page among a million devices"),
    "board": ("maillon.demo.board_bench:main", "start pages, the board and the public figures of a large territory"),
}


def main(argv: list[str]) -> int:
    listing = "\n".join(f"  {name.ljust(10)} {summary}" for name, (_, summary) in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="maillon bench",
        description="Measure how fast things are on this machine. No bench touches the platform's own data.",
        epilog=f"benches:\n{listing}\n\n`maillon bench NAME --help` tells each one's options.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=bool(not argv or argv[0].startswith("-")),
    )
    parser.add_argument("name", choices=sorted(BENCHES), metavar="NAME", help="one of the benches below")
    options, rest = parser.parse_known_args(argv)
    module, _, name = BENCHES[options.name][0].partition(":")
    run: Callable[[list[str]], int] = getattr(import_module(module), name)
    return run(rest)
