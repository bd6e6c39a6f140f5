"""Text logs of nwipe, versions 0.3x: which disks a run wiped, with what, and what its own verification read.

A log file is appended to, so it may hold several runs; the version line may be missing from the first. Lines of
several disks interleave, each names its device. nwipe 0.34 of Debian 12 prints "0.33".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class NwipeDisk(NamedTuple):
    """One disk of one run. Bytes; times are the bench's clock, ISO 8601 without zone."""

    device: str  # "/dev/sda"
    method: str  # "Fill With Zeros"
    version: str | None = None
    started: str | None = None
    ended: str | None = None
    bus: str | None = None
    model: str | None = None
    serial: str | None = None
    size_bytes: int | None = None
    passes: int | None = None
    bytes_written: int | None = None  # by the last pass
    verified_bytes: int | None = None  # read and found right by the last verification, after the last write
    pass_errors: int = 0
    verify_errors: int = 0
    sync_errors: int = 0
    hidden_sectors: int | None = None
    status: str | None = None  # "Erased", "-FAILED-", "UABORTED"; None when the log stops before
    errors: tuple[str, ...] = ()
    host_serial: str | None = None
    host_uuid: str | None = None


@dataclass
class _Disk:
    values: dict[str, object] = field(default_factory=dict)
    passes: int = 0
    read: int | None = None
    errors: list[str] = field(default_factory=list)


@dataclass
class _Run:
    version: str | None = None
    host: dict[str, str] = field(default_factory=dict)
    disks: dict[str, _Disk] = field(default_factory=dict)
    wiping: bool = False
    ended: str | None = None
    errors: list[str] = field(default_factory=list)  # those that name no disk

    def disk(self, device: str) -> _Disk:
        if len(self.disks) >= _MOST_DISKS and device not in self.disks:
            return _Disk()  # a made-up log: nothing is kept of it
        return self.disks.setdefault(device, _Disk())


_LINE = re.compile(r"^\[(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d)\]\s*(\w+)?:? ?(.*)$")
_PREAMBLE = re.compile(r"nwipe (\d[\w.]*)$|Found /dev/|bios-version = |Updated PDF_")
_FOUND = re.compile(r"Found (/dev/[^\s,]+),\s*([^,]*?)\s*,\s*(.*?)\s*,\s*[\d.]+ ?[KMGTP]?B\s*,\s*S/N=(.*)$")
_SERIAL = re.compile(r"(/dev/\S+) has serial number (.+)$")
_SIZE = re.compile(r"(/dev/[^\s,]+), sect/blk/dev \d+/\d+/(\d+)")
_METHOD = re.compile(r"Invoking method '([^']*)' on (/dev/\S+)")
_PASS = re.compile(r"Starting pass \d+/\d+, round \d+/\d+, on (/dev/\S+)")
_BLANKING = re.compile(r"Blanking device (/dev/\S+)")
_WRITTEN = re.compile(r"(\d+) bytes written to (/dev/\S+)")
_READ = re.compile(r"(\d+) bytes read from (/dev/\S+)")
_VERIFIED = re.compile(r"(?:Verified pass \d+ of \d+, round \d+ of \d+, on|\[SUCCESS\] Verified that) '?(/dev/[^\s']+)")
_HIDDEN = re.compile(r"(No|\d+) hidden sectors? (?:detected )?on (/dev/\S+)", re.IGNORECASE)
_HPA = re.compile(r"HPA values (\d+) / (\d+) on (/dev/\S+)")  # visible / native
_WARNED = re.compile(r"HIDDEN SECTORS DETECTED.* on (/dev/\S+)")  # hpa_dco.c of nwipe, not seen in a sample
_ERROR_ROW = re.compile(r"^!?\s*(\S+)\s*\|\s*(\d+)\s*\|\s*(\d+)\s*\|\s*(\d+)\s*$")
_STATUS_ROW = re.compile(r"^!?\s*(\S+)\s*\|\s*(-FAILED-|Erased|\w+)\s*\|[^|]*\|\s*[\d:]+\s*\|\s*(.*)$")
_DEVICE = re.compile(r"/dev/[^\s,'\"]+")
_UNSAID = re.compile(r"^[X?*\s]*$|^not ?(?:found|available)|^n/?a$", re.IGNORECASE)
_SIGNS = ("nwipe", "Invoking method '", "sect/blk/dev ")
_MOST_DISKS = 1000
_MOST_ERRORS = 20


def looks_like_nwipe(text: str) -> bool:
    return bool(re.search(r"^\[\d{4}/\d\d/\d\d ", text, re.MULTILINE)) and any(sign in text for sign in _SIGNS)


def read_nwipe(text: str) -> tuple[NwipeDisk, ...]:
    """Every disk that a run of the log wiped, in the order of the log; never raises."""
    found: list[NwipeDisk] = []
    for run in _runs(text):
        for device, disk in run.disks.items():
            if "method" in disk.values and len(found) < _MOST_DISKS:
                found.append(_finished(run, device, disk))
    return tuple(found)


def _runs(text: str) -> Iterator[_Run]:
    run = _Run()
    for line in text.replace("\r", "\n").split("\n"):
        stamped = _LINE.match(line[:2000])
        if not stamped:
            _summary_row(run, line[:2000])
            continue
        year, month, day, clock, level, message = stamped.groups()
        at = f"{year}-{month}-{day}T{clock}"
        if run.wiping and _PREAMBLE.match(message):
            yield run
            run = _Run()
        _take(run, at, level or "", message)
    yield run


def _take(run: _Run, at: str, level: str, message: str) -> None:
    """One stamped line. Disk lines name their device; host lines are "system-serial-number = …"."""
    if level in ("error", "fatal", "warning"):
        _keep_error(run, message)
    if named := re.match(r"nwipe (\d[\w.]*)$", message) or re.match(r"\s*banner\s+= nwipe (\d[\w.]*)", message):
        run.version = named[1]
    elif host := re.match(r"(system-serial-number|system-uuid) = (.+)$", message):
        run.host[host[1]] = host[2].strip()
    elif _disk_facts(run, message) or _disk_work(run, at, message):
        pass
    elif message.startswith(("Nwipe successfully", "Nwipe exited", "Nwipe was aborted")):
        run.ended = at


def _disk_facts(run: _Run, message: str) -> bool:
    if found := _FOUND.match(message):
        values = run.disk(found[1]).values
        values["bus"], values["model"] = found[2] or None, found[3] or None
        values["serial"] = None if _UNSAID.match(found[4]) else found[4].strip()
    elif said := _SERIAL.match(message):
        if not _UNSAID.match(said[2]):
            run.disk(said[1]).values["serial"] = said[2].strip()
    elif size := _SIZE.match(message):
        run.disk(size[1]).values["size_bytes"] = int(size[2][:20])
    elif hidden := _HIDDEN.search(message):
        run.disk(hidden[2]).values["hidden_sectors"] = 0 if hidden[1].lower() == "no" else int(hidden[1][:15])
    elif hpa := _HPA.search(message):
        _hidden(run, hpa[3], int(hpa[2][:15]) - int(hpa[1][:15]))
    elif warned := _WARNED.search(message):
        _hidden(run, warned[1], 1)
    else:
        return False
    return True


def _hidden(run: _Run, device: str, sectors: int) -> None:
    known = run.disk(device).values.get("hidden_sectors")
    if sectors > 0 and not (isinstance(known, int) and known > sectors):
        run.disk(device).values["hidden_sectors"] = sectors


def _disk_work(run: _Run, at: str, message: str) -> bool:
    if method := _METHOD.match(message):
        run.wiping = True
        run.disk(method[2]).values.update(method=method[1], started=at)
    elif begun := _PASS.match(message):
        disk = run.disk(begun[1])
        disk.passes += 1
        disk.values["verified_bytes"] = None
    elif blanking := _BLANKING.match(message):
        run.disk(blanking[1]).values["verified_bytes"] = None
    elif written := _WRITTEN.match(message):
        disk = run.disk(written[2])
        disk.values["bytes_written"], disk.values["verified_bytes"], disk.read = int(written[1][:20]), None, None
    elif read := _READ.match(message):
        run.disk(read[2]).read = int(read[1][:20])
    elif verified := _VERIFIED.match(message):
        disk = run.disk(verified[1].rstrip("."))
        disk.values["verified_bytes"] = disk.read
    else:
        return False
    return True


def _keep_error(run: _Run, message: str) -> None:
    """An error names its disk, or concerns each disk of the run."""
    named = _DEVICE.search(message)
    disk = run.disks.get(named[0].rstrip(".:")) if named else None
    errors = disk.errors if disk else run.errors
    if len(errors) < _MOST_ERRORS:
        errors.append(" ".join(message.split())[:200])


def _summary_row(run: _Run, line: str) -> None:
    """The two tables at the end of a run: counts of errors, then status and name of each disk."""
    if counts := _ERROR_ROW.match(line):
        if disk := _by_short_name(run, counts[1]):
            names = ("pass_errors", "verify_errors", "sync_errors")
            disk.values.update(zip(names, (int(n[:12]) for n in counts.groups()[1:]), strict=True))
    elif (status := _STATUS_ROW.match(line)) and status[2] != "Status" and (disk := _by_short_name(run, status[1])):
        disk.values["status"] = status[2]
        name = status[3].rsplit("/", 1)[-1].strip()
        if not disk.values.get("serial") and "/" in status[3] and not _UNSAID.match(name):
            disk.values["serial"] = name


def _by_short_name(run: _Run, name: str) -> _Disk | None:
    return run.disks.get(name if name.startswith("/dev/") else f"/dev/{name}")


def _finished(run: _Run, device: str, disk: _Disk) -> NwipeDisk:
    return NwipeDisk(
        device=device,
        version=run.version,
        passes=disk.passes or None,
        errors=tuple(disk.errors + run.errors),
        ended=run.ended,
        host_serial=run.host.get("system-serial-number"),
        host_uuid=run.host.get("system-uuid"),
        **disk.values,  # type: ignore[arg-type]
    )
