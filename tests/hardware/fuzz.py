"""Mutate inputs and check that reading each ends as a `Reading`, or as an `Unreadable` that blames the input.

    python -m tests.hardware.fuzz --mutations 100000 [--seed 1] [--jobs 2] [--only 41873]

Seeds are the corpus beside this file and, where they are, the real samples. Mutation number N of a seed is always the
same bytes: a failure is named by its number, saved, and run again with `--only N`.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from maillon.hardware import reading, schema
from maillon.hardware.model import Limits, Reading, Unreadable
from tests.hardware.samples import CORPUS, SAMPLES

LARGEST = 60_000  # bytes of a seed: longer ones are cut, for speed
LIMITS = Limits(input_bytes=2**21, unpacked_bytes=2**23, members=500, line_bytes=2**18, seconds=60)
FAULTS = ("failed on this file", "took more than", "more memory than there is")


@cache
def seeds(samples: bool = True) -> tuple[bytes, ...]:
    """The corpus, then the real inputs, in a fixed order; a dozen of the 1,200 dumps."""
    paths = [path for path in sorted(CORPUS.rglob("*")) if path.is_file()]
    if samples and SAMPLES.exists():
        folders = ("hardware", "snapshots", "glpi-inventory")
        paths += [path for folder in folders for path in sorted((SAMPLES / folder).rglob("*")) if path.is_file()]
        paths += sorted((SAMPLES / "../bench-prototype/samples").glob("snapshot-*.json"))
    contents = [path.read_bytes() for path in paths if path.suffix != ".xz"]
    return tuple(content[:LARGEST] if len(content) > LARGEST else content for content in contents if content)


# --- Mutations --------------------------------------------------------------------------------------------------------

Random = random.Random


def _span(rng: Random, data: bytes, longest: int = 400) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randrange(1, longest))


def flip(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 64))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(rng: Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def truncate(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def repeat(rng: Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[start:end] * rng.choice((2, 3, 50)) + data[end:]


def splice(rng: Random, data: bytes) -> bytes:
    other = rng.choice(seeds())
    start, end = _span(rng, other, 4000)
    at = rng.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at:]


ODD = (
    b"\x00", b"\x00" * 600, b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\t", b"\x1b[31m", b"\xc3\xa9", b"\xe9",
    b"\x82", "\u202e\u200b\ud7ff".encode(), b"-1", b"0", b"1e999", b"9" * 400, b"NaN", b"null", b"[]", b"{}",
    b'""', b"true", b'"', b"[" * 80, b"{\"a\":" * 80, b"<a>" * 80, b"]", b"}", b"&amp;", b"&x;",
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"%s%n%(x)s", b"x" * 5000, b": ", b"Handle 0x0001, DMI type 17, 40 bytes\n",
    b"99999999 TB", b"31/02/2099", b"0x", b"--", b"\\u0000", b"\\ud800", b"To be filled by O.E.M.",
    "８ Go".encode(), "²³".encode(), b"1.2.3.4", b"1,5", b"-0.0", b";;;;", b"\n\n\n\n",
)  # fmt: skip


def insert(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(ODD) + data[at:]


def number(rng: Random, data: bytes) -> bytes:
    """Another figure in the place of one, as a strange machine would print."""
    digits = [at for at in range(len(data)) if 48 <= data[at] <= 57]
    if not digits:
        return data
    start = rng.choice(digits)
    end = start
    while end < len(data) and 48 <= data[end] <= 57:
        end += 1
    return (
        data[:start] + rng.choice((b"", b"0", b"-7", b"99999999999999999999", b"1.5", b"x", b"4294967295")) + data[end:]
    )


def value(rng: Random, data: bytes) -> bytes:
    """In JSON, a value of another type after some key; elsewhere the end of a line."""
    marks = [at for at in range(len(data) - 1) if data[at] == 58]  # ":"
    if not marks:
        return data
    start = rng.choice(marks) + 1
    ends = [at for at in (data.find(mark, start) for mark in (b",", b"\n", b"}")) if at >= 0]
    end = min(ends, default=len(data))
    return (
        data[:start]
        + rng.choice((b" null", b" []", b" {}", b" [[1]]", b' "x"', b" 7", b" true", b" -1.5"))
        + data[end:]
    )


def lines(rng: Random, data: bytes) -> bytes:
    rows = data.split(b"\n")
    one, two = rng.randrange(len(rows)), rng.randrange(len(rows))
    rows[one], rows[two] = rows[two], rows[one]
    return b"\n".join(rows)


def recode(rng: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    encoding = rng.choice(("utf-16", "utf-16-be", "utf-8-sig", "cp850", "latin-1", "utf-32"))
    return text.encode(encoding, "replace")


def mail(rng: Random, data: bytes) -> bytes:
    """As pasted from a mail: quoted, or with every indentation lost."""
    rows = data.split(b"\n")
    return b"\n".join(b"> " + row for row in rows) if rng.random() < 0.5 else b"\n".join(row.strip() for row in rows)


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    flip, cut, truncate, repeat, splice, insert, insert, number, number, value, value, lines, recode, mail
)  # fmt: skip


def mutant(seed: int, index: int) -> bytes:
    """Mutation number `index`: one to four changes to one of the seeds."""
    rng = random.Random(f"{seed}:{index}")
    data = rng.choice(seeds())
    for _ in range(rng.choice((1, 1, 2, 3, 4))):
        data = rng.choice(MUTATIONS)(rng, data)
    return data[: LIMITS.input_bytes + 1]


# --- What must hold ---------------------------------------------------------------------------------------------------


def fault(data: bytes) -> str | None:
    """What is wrong with how this input is read; None when all is well."""
    try:
        result = reading.read(data, limits=LIMITS)
        if isinstance(result, Unreadable):
            reason = str(result.reason)
            return f"refused for a fault of ours: {reason}" if any(word in reason for word in FAULTS) else None
        if not isinstance(result, Reading):
            return f"neither a Reading nor an Unreadable: {result!r}"
        text = json.dumps(schema.reading_to_json("x", result))
        again = [schema.from_dict(machine) for machine in json.loads(text)["machines"]]
        return None if tuple(again) == result.machines else "its JSON does not give the same machine back"
    except Exception:  # noqa: BLE001 - whatever is raised is what is looked for
        return traceback.format_exc()


class Outcome(NamedTuple):
    """What a run of mutations gave."""

    passed: int
    failures: list[tuple[int, str]]  # number of the mutation, what is wrong
    slowest: tuple[float, int]  # seconds, number of the mutation


def check(seed: int, indexes: range) -> Outcome:
    failures = []
    slowest = (0.0, indexes.start)
    for index in indexes:
        data = mutant(seed, index)
        started = time.process_time()
        problem = fault(data)
        slowest = max(slowest, (time.process_time() - started, index))
        if problem:
            failures.append((index, problem))
    return Outcome(len(indexes) - len(failures), failures, slowest)


def save(seed: int, index: int, folder: Path) -> Path:
    path = folder / f"mutation-{seed}-{index}.bin"
    path.write_bytes(mutant(seed, index))
    return path


def _chunks(count: int, size: int = 500) -> Iterator[range]:
    for start in range(0, count, size):
        yield range(start, min(count, start + size))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", type=int, help="run one mutation, by its number")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="maillon-fuzz-"))
    if options.only is not None:
        problem = fault(mutant(options.seed, options.only))
        say(f"{save(options.seed, options.only, folder)}\n{problem or 'all is well'}")
        return 1 if problem else 0
    with ProcessPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(partial(check, options.seed), _chunks(options.mutations)))
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    for index, problem in failures:
        say(f"mutation {index} of seed {options.seed}, saved as {save(options.seed, index, folder)}:\n{problem}")
    seconds, slowest = max(outcome.slowest for outcome in outcomes)
    say(f"{sum(outcome.passed for outcome in outcomes)} passed, {len(failures)} failed, from {len(seeds())} seeds")
    say(f"slowest: mutation {slowest}, {seconds:.3f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
