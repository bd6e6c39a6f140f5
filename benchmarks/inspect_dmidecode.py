"""How right and how fast `maillon.hardware` reads dmidecode outputs whose paths say what each machine is.

    python benchmarks/inspect_dmidecode.py ARCHIVE [--errors]

ARCHIVE holds `TYPE/VENDOR/MODEL PREFIX/MODEL/ID.txt` as linuxhw/DMI does (CC BY 4.0; a draw of 1,200 lies in
../shared/samples/hardware). The draw is cut in two halves by the hash of the identifier: rules were written looking at
the half "seen", and are judged on the half "held out".
"""

import argparse
import hashlib
import time
from collections import Counter, defaultdict
from pathlib import Path

from maillon.hardware import archives, inspect, reading
from maillon.hardware.model import Kind, Machine, Reading, Unreadable
from maillon.hardware.vendors import display

KINDS = {"All In One": Kind.ALL_IN_ONE, "Mini Pc": Kind.MINI_PC}


def half(path: str) -> str:
    name = path.rpartition("/")[2]
    return "seen" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "held out"


def labels(path: str) -> tuple[Kind, str | None]:
    """What the path says: the kind, and the vendor by its display name (None for "Others": unknown)."""
    kind, vendor = path.split("/")[:2]
    return KINDS.get(kind) or Kind(kind.lower()), None if vendor == "Others" else display(vendor)


def accuracy(members: list[archives.Member], show_errors: bool) -> None:
    right: dict[str, Counter[str]] = defaultdict(Counter)
    confused: Counter[str] = Counter()
    for member in members:
        result = reading.read(member.content) if isinstance(member.content, bytes) else member.content
        if not isinstance(result, Reading) or len(result.machines) != 1:
            print(f"not one machine: {member.name}: {result}")
            continue
        machine = result.machines[0]
        kind, vendor = labels(member.name)
        for name in (half(member.name), "all"):
            right[name]["count"] += 1
            right[name]["portable"] += machine.kind.portable == kind.portable
            right[name]["kind"] += machine.kind == kind
            right[name]["vendor"] += (machine.vendor or "").casefold() == (vendor or "").casefold()
        if machine.kind != kind:
            confused[f"{kind} taken for {machine.kind}"] += 1
            if show_errors:
                tell(member.name, kind, machine)
    for name, counts in sorted(right.items()):
        shares = ", ".join(f"{key} {counts[key] / counts['count']:.2%}" for key in ("portable", "kind", "vendor"))
        print(f"{name}: {counts['count']} machines, {shares}")
    for pair, count in confused.most_common():
        print(f"  {count:4} {pair}")


def tell(path: str, kind: Kind, machine: Machine) -> None:
    print(f"{half(path)}: {path}\n    labelled {kind}, read {machine.kind}: {machine.kind_because}")


def speed(archive: Path, count: int) -> None:
    """Processor time of the whole path from the packed archive to the lines, and of splitting the text alone."""
    data = archive.read_bytes()
    translate = inspect.translator("en")
    started = time.process_time()
    for member in archives.members(data):
        inspect._read(inspect.Item(member.name, member.name, member.content), translate)
    whole = time.process_time() - started
    started = time.process_time()
    for member in archives.members(data):
        [line.partition(":") for line in member.content.decode("utf-8", "replace").split("\n")]
    splitting = time.process_time() - started
    print(
        f"{count / whole:,.0f} files/s on one core; unpacking and splitting into fields alone {count / splitting:,.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--errors", action="store_true", help="tell each machine whose kind differs from its path")
    options = parser.parse_args()
    opened = archives.members(options.archive.read_bytes())
    if isinstance(opened, Unreadable):
        raise SystemExit(str(opened.reason))
    members = list(opened)
    accuracy(members, options.errors)
    speed(options.archive, len(members))


if __name__ == "__main__":
    main()
