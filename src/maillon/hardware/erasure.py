"""Evidence that a disk was sanitized, read from what tools leave behind, and what it proves.

The rule: a disk is erased when it was read back whole and held nothing but the expected pattern. An exit code, a word
("Erased", "ok": true) or a progress bar proves nothing: four runs of our own prototype bench ended with exit code 0 on
untouched disks. Levels are named as NIST SP 800-88 Rev. 2 (2025) does, Clear, Purge, Destroy, and techniques in the
words of IEEE 2883-2022. A read-back sees addressable blocks only, hence Clear; Purge also asks that the drive itself
executed a purge command. Which command reaches which level is from general knowledge of IEEE 2883 and of NIST 800-88
Rev. 1, not confirmed in their text.

Read: job reports of the bench (JSON, "op": "wipe") and nwipe logs, 0.3x as well as later ones with several runs
appended to one file. The PDF that nwipe 0.35 and later prints is kept as an attachment, never read. A bench may sign
its reports: {"report": its JSON as text, "signature": Ed25519 of that text in hexadecimal, "public_key": PEM}.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from maillon.hardware.messages import Message, _
from maillon.hardware.model import Storage, StorageKind, Unreadable
from maillon.hardware.nwipe import NwipeDisk, looks_like_nwipe, read_nwipe

MAXIMUM_BYTES = 16 * 2**20
LARGEST_COUNT = 2**53 - 1  # beyond, two readers of a certificate may see two numbers; no disk holds as many bytes


class Level(StrEnum):
    """NIST SP 800-88 Rev. 2. NONE: nothing is proved."""

    NONE = "none"
    CLEAR = "clear"
    PURGE = "purge"
    DESTROY = "destroy"


class Verification(StrEnum):
    FULL = "full"  # every addressable byte was read back and compared
    SAMPLED = "sampled"  # a part of them
    NONE = "none"


class Method(StrEnum):
    OVERWRITE_ZEROS = "overwrite_zeros"
    OVERWRITE_ONES = "overwrite_ones"
    OVERWRITE_RANDOM = "overwrite_random"
    OVERWRITE_DOD = "overwrite_dod"
    OVERWRITE_GUTMANN = "overwrite_gutmann"
    OVERWRITE_OTHER = "overwrite_other"
    VERIFY_ONLY = "verify_only"
    DISCARD = "discard"
    ATA_SECURE_ERASE = "ata_secure_erase"
    ATA_ENHANCED_ERASE = "ata_enhanced_erase"
    ATA_SANITIZE = "ata_sanitize"
    NVME_FORMAT = "nvme_format"
    NVME_FORMAT_CRYPTO = "nvme_format_crypto"
    NVME_SANITIZE = "nvme_sanitize"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Technique:
    """What a method is, in the words of the standards, and the level it can reach at most."""

    name: Message
    ieee_2883: str
    reach: Level


METHODS: Mapping[Method, Technique] = {
    Method.OVERWRITE_ZEROS: Technique(Message(_("overwriting with zeros")), "clear: overwrite", Level.CLEAR),
    Method.OVERWRITE_ONES: Technique(Message(_("overwriting with ones")), "clear: overwrite", Level.CLEAR),
    Method.OVERWRITE_RANDOM: Technique(Message(_("overwriting with random data")), "clear: overwrite", Level.CLEAR),
    Method.OVERWRITE_DOD: Technique(Message(_("overwriting, DoD 5220.22-M")), "clear: overwrite", Level.CLEAR),
    Method.OVERWRITE_GUTMANN: Technique(Message(_("overwriting, Gutmann")), "clear: overwrite", Level.CLEAR),
    Method.OVERWRITE_OTHER: Technique(Message(_("overwriting")), "clear: overwrite", Level.CLEAR),
    Method.VERIFY_ONLY: Technique(Message(_("verification without erasure")), "", Level.NONE),
    Method.DISCARD: Technique(Message(_("discard (TRIM)")), "", Level.CLEAR),
    Method.ATA_SECURE_ERASE: Technique(
        Message(_("ATA secure erase")), "clear: SECURITY ERASE UNIT, normal", Level.CLEAR
    ),
    Method.ATA_ENHANCED_ERASE: Technique(
        Message(_("ATA enhanced secure erase")), "purge: SECURITY ERASE UNIT, enhanced", Level.PURGE
    ),
    Method.ATA_SANITIZE: Technique(Message(_("ATA sanitize")), "purge: SANITIZE DEVICE", Level.PURGE),
    Method.NVME_FORMAT: Technique(Message(_("NVMe format")), "clear: Format NVM, user data erase", Level.CLEAR),
    Method.NVME_FORMAT_CRYPTO: Technique(
        Message(_("NVMe format, cryptographic erase")), "clear: Format NVM, cryptographic erase", Level.CLEAR
    ),
    Method.NVME_SANITIZE: Technique(Message(_("NVMe sanitize")), "purge: Sanitize", Level.PURGE),
    Method.UNKNOWN: Technique(Message(_("unknown method")), "", Level.NONE),
}
_NWIPE_METHODS = (
    ("verify", Method.VERIFY_ONLY),
    ("zero", Method.OVERWRITE_ZEROS),
    ("quick", Method.OVERWRITE_ZEROS),
    ("ones", Method.OVERWRITE_ONES),
    ("one", Method.OVERWRITE_ONES),
    ("prng", Method.OVERWRITE_RANDOM),
    ("random", Method.OVERWRITE_RANDOM),
    ("stream", Method.OVERWRITE_RANDOM),
    ("dod", Method.OVERWRITE_DOD),
    ("gutmann", Method.OVERWRITE_GUTMANN),
    ("ops", Method.OVERWRITE_OTHER),
    ("rcmp", Method.OVERWRITE_OTHER),
    ("hmg", Method.OVERWRITE_OTHER),
    ("is5", Method.OVERWRITE_OTHER),
    ("schneier", Method.OVERWRITE_OTHER),
    ("bruce7", Method.OVERWRITE_OTHER),
    ("bmb21", Method.OVERWRITE_OTHER),
)  # a word of nwipe's name for the method, or of its --method option


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReport:
    """One attempt on one disk, as its report tells it. None: not said. Bytes; ISO 8601, without zone from nwipe."""

    tool: str  # what erased: "nwipe", "hdparm", "nvme", "blkdiscard"
    version: str | None = None
    started: str | None = None
    ended: str | None = None
    device: str | None = None  # "/dev/sda": a hint for people, never an identity: such names move
    model: str | None = None
    serial: str | None = None
    size_bytes: int | None = None
    bus: str | None = None  # "ATA", "NVMe", "USB"
    method: Method = Method.UNKNOWN
    method_said: str = ""  # in the tool's words
    passes: int | None = None
    verification: Verification = Verification.NONE
    verifier: str | None = None  # who read back: "nwipe" or "bench"
    bytes_written: int | None = None
    bytes_read_back: int | None = None
    bad_chunks: int | None = None  # blocks that did not hold the expected pattern
    first_bad: int | None = None
    io_errors: int = 0
    errors: tuple[str, ...] = ()  # the tool's own error lines
    hidden_sectors: int | None = None  # HPA or DCO; 0: looked for, none found
    result: str | None = None  # in the tool's words: "Erased", "-FAILED-"
    claims_success: bool | None = None
    exit_codes: tuple[int, ...] = ()
    refused_by_drive: str | None = None  # the message of a drive or tool that did not execute the command
    sanitize_status: str | None = None  # the drive's own log after a purge command
    host_serial: str | None = None
    host_uuid: str | None = None
    session: str | None = None  # the bench's
    signed_with: str | None = None  # the Ed25519 public key that its signature was checked with, hexadecimal
    evidence_sha256: str = ""

    @property
    def claimed_level(self) -> Level:
        """What its method would reach if everything went well."""
        return METHODS[self.method].reach if self.claims_success else Level.NONE

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; `from_dict` reads them back."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "ErasureReport":
        known = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        known["method"] = Method(known.get("method", Method.UNKNOWN))
        known["verification"] = Verification(known.get("verification", Verification.NONE))
        for name in ("errors", "exit_codes"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Assessment:
    proved: bool
    level: Level  # NONE unless proved
    because: tuple[Message, ...]  # what was seen; for a refusal, every reason
    missing: tuple[Message, ...] = ()  # what would be needed for more: a proof, or a higher level
    to_destroy: bool = False  # the disk fails: no further attempt
    checks: Mapping[str, bool] = field(default_factory=dict)  # name of each condition -> met


# --- reading


def recognise(data: bytes) -> str | None:
    """ "bench-job", "nwipe-log", "nwipe-pdf", or None when this is no evidence of an erasure."""
    head = data[:65536].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"%PDF"):
        return "nwipe-pdf" if b"nwipe" in data[: 2**20].lower() or b"PDFGen" in data[: 2**20] else None
    if looks_like_nwipe(head.decode("utf-8", "replace")):
        return "nwipe-log"
    if head[:1] in (b"{", b"["):
        ends = head + data[-4096:]
        return "bench-job" if b'"op"' in ends or b'\\"op\\"' in ends else None  # the second: a signed report
    return None


def read_erasure(data: bytes, name: str = "") -> tuple[ErasureReport, ...] | Unreadable:
    """Every attempt that the file tells of; never raises. name: shown in the reason of a refusal."""
    if len(data) > MAXIMUM_BYTES:
        return _unreadable(name, _("It is larger than any erasure report."), _("Send the report alone."))
    kind = recognise(data)
    digest = hashlib.sha256(data).hexdigest()
    if kind == "nwipe-pdf":
        return _unreadable(
            name,
            _("A PDF certificate is kept as an attachment, but not read: it is unsigned and its text proves nothing."),
            _("Send the nwipe log (--logfile) or the bench's report of the same run; then attach this PDF to it."),
        )
    if kind == "nwipe-log":
        reports = tuple(_from_nwipe(disk) for disk in read_nwipe(data.decode("utf-8", "replace")))
        if reports:
            return tuple(_as_evidence(report, digest) for report in reports)
        return _unreadable(name, _("An nwipe log in which no disk was wiped."), _("Send the log of the whole run."))
    if kind == "bench-job":
        return _read_jobs(data, name, digest)
    return _unreadable(
        name, _("This is no erasure report that we know."), _("Known: the bench's job reports and nwipe's text logs.")
    )


def _as_evidence(report: ErasureReport, digest: str) -> ErasureReport:
    """With the hash of its evidence, and values that any database can hold: text without NUL nor lone surrogate, no
    number that nothing counts to.
    """
    said: dict[str, Any] = {f.name: getattr(report, f.name) for f in fields(report)}
    said.update({name: None for name, value in said.items() if type(value) is int and value > LARGEST_COUNT})
    said.update({name: _storable(value) for name, value in said.items() if type(value) is str})
    said.update(errors=tuple(_storable(error) for error in report.errors), evidence_sha256=digest)
    return ErasureReport(**said)


def _storable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def _unreadable(name: str, reason: str, hint: str) -> Unreadable:
    why = Message(reason)
    named = Message(_("%(file)s: %(reason)s"), {"file": name, "reason": why}) if name else why
    return Unreadable(named, Message(hint))


def _from_nwipe(disk: NwipeDisk) -> ErasureReport:
    return ErasureReport(
        tool="nwipe",
        version=disk.version,
        started=disk.started,
        ended=disk.ended,
        device=disk.device,
        model=disk.model,
        serial=disk.serial,
        size_bytes=disk.size_bytes,
        bus=disk.bus,
        method=_nwipe_method(disk.method),
        method_said=disk.method,
        passes=disk.passes,
        verification=_verification(disk.verified_bytes, disk.size_bytes),
        verifier="nwipe" if disk.verified_bytes else None,
        bytes_written=disk.bytes_written,
        bytes_read_back=disk.verified_bytes,
        bad_chunks=disk.verify_errors if disk.verified_bytes or disk.verify_errors else None,
        io_errors=disk.pass_errors + disk.sync_errors,
        errors=disk.errors,
        hidden_sectors=disk.hidden_sectors,
        result=disk.status,
        claims_success=disk.status == "Erased" if disk.status else None,
        host_serial=disk.host_serial,
        host_uuid=disk.host_uuid,
    )


def _verification(read_back: int | None, size: int | None) -> Verification:
    if not read_back:
        return Verification.NONE
    return Verification.FULL if size is not None and read_back >= size else Verification.SAMPLED


def _nwipe_method(said: str) -> Method:
    lowered = said.lower()
    return next((method for word, method in _NWIPE_METHODS if word in lowered), Method.UNKNOWN)


def _read_jobs(data: bytes, name: str, digest: str) -> tuple[ErasureReport, ...] | Unreadable:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return _unreadable(name, _("A truncated or damaged JSON document."), _("Send the report again."))
    key = None
    if isinstance(document, dict) and isinstance(document.get("report"), str):
        key, document = _signed(document)
        if key is None:
            return _unreadable(
                name,
                _("The bench's signature does not hold: the report was changed after it was signed."),
                _("Send the report as the bench wrote it."),
            )
    jobs = [job for job in _list(document) if isinstance(job, dict)]
    wipes = [job for job in jobs if job.get("op") == "wipe" and ("error" in job or isinstance(job.get("result"), dict))]
    if not wipes:
        return _unreadable(
            name, _("A report of the bench, but not of an erasure."), _('An erasure report says "op": "wipe".')
        )
    return tuple(replace(_as_evidence(_from_job(job), digest), signed_with=key) for job in wipes)


def _signed(envelope: dict[str, Any]) -> tuple[str | None, object]:
    """The key that signed this report and the report itself; no key when the signature does not hold.

    Whose key it is, is for the caller to know: anyone can sign with one of their own.
    """
    from cryptography.exceptions import (  # here: slow to load, and few readings are signed
        InvalidSignature,
        UnsupportedAlgorithm,
    )
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(str(envelope.get("public_key")).encode())
        if not isinstance(key, Ed25519PublicKey):
            return None, None
        key.verify(bytes.fromhex(str(envelope.get("signature"))), envelope["report"].encode())
        return key.public_bytes_raw().hex(), json.loads(envelope["report"])
    except (ValueError, RecursionError, InvalidSignature, UnsupportedAlgorithm):
        return None, None


def _from_job(job: dict[str, Any]) -> ErasureReport:
    """A bench report: {"op": "wipe", "ok", "session", "result": {"method", "device", "cmd", "log", "verify"…}}.

    Also read from the result when there: "serial", "model", "size_bytes", "bus", "hidden_sectors", "sanitize_status",
    "host": {"serial", "uuid"}, and "started" and "ended", ISO 8601 with its zone.
    """
    result = _dict(job.get("result"))
    commands = [_dict(c) for c in _list(result.get("cmd"))]
    method, tool = _job_method(str(result.get("method") or ""), commands)
    log = result.get("log")
    runs = read_nwipe(log) if isinstance(log, str) else ()
    device = _text(result.get("device"))
    told = next((disk for disk in reversed(runs) if disk.device == device), None)
    base = _from_nwipe(told) if told else ErasureReport(tool=tool)
    host = _dict(result.get("host"))
    version = _text(result.get("version"))
    report = replace(
        base,
        tool=tool,
        version=base.version or (version.split()[-1] if version else None),
        started=_text(result.get("started")) or base.started,
        ended=_text(result.get("ended")) or base.ended,
        device=device,
        serial=_text(result.get("serial")) or base.serial,
        model=_text(result.get("model")) or base.model,
        size_bytes=_count(result.get("size_bytes")) or base.size_bytes,
        bus=_text(result.get("bus")) or base.bus or ("NVMe" if tool == "nvme" else None),
        method=method,
        method_said=base.method_said or str(result.get("method") or ""),
        claims_success=job.get("ok") is True,
        exit_codes=tuple(_count(code) or 0 for code in _list(result.get("tool_rc", [c.get("rc") for c in commands]))),
        refused_by_drive=_refusal(commands),
        errors=(*base.errors, *([str(job["error"])[:300]] if job.get("error") else [])),
        hidden_sectors=_count(result.get("hidden_sectors"), base.hidden_sectors),
        sanitize_status=_text(result.get("sanitize_status")),
        host_serial=_text(host.get("serial")) or base.host_serial,
        host_uuid=_text(host.get("uuid")) or base.host_uuid,
        session=_text(job.get("session")),
    )
    return _with_read_back(report, result.get("verify"))


def _with_read_back(report: ErasureReport, verify: object) -> ErasureReport:
    """The bench's own read-back, which outweighs whatever the tool says of itself."""
    if not isinstance(verify, dict):
        return report
    read_back = _count(verify.get("bytes_read"))
    io_errors = len(_list(verify.get("io_errors")))
    return replace(
        report,
        verification=_verification(read_back, report.size_bytes),
        verifier="bench",
        bytes_read_back=read_back,
        bad_chunks=_count(verify.get("bad_chunks")),
        first_bad=_count(verify.get("first_bad")),
        io_errors=report.io_errors + io_errors,
    )


def _job_method(said: str, commands: list[dict[str, Any]]) -> tuple[Method, str]:
    words = [str(word) for command in commands for word in _list(command.get("argv"))]
    line = " ".join([said, *words]).lower()
    tool = words[0].rsplit("/", 1)[-1] if words else said.split(":")[0].split("-")[0]
    if said.startswith("nwipe") or tool == "nwipe":
        return _nwipe_method(said.partition(":")[2] or line), "nwipe"
    if "blkdiscard" in line:
        zeroing = "-z" in words or "--zeroout" in words
        return (Method.OVERWRITE_ZEROS if zeroing else Method.DISCARD), "blkdiscard"
    if "hdparm" in line:
        if "sanitize" in line:
            return Method.ATA_SANITIZE, "hdparm"
        return (Method.ATA_ENHANCED_ERASE if "enhanced" in line else Method.ATA_SECURE_ERASE), "hdparm"
    if "nvme" in line and "sanitize" in line:
        return Method.NVME_SANITIZE, "nvme"
    if "nvme" in line and "format" in line:
        crypto = said.endswith("format2") or "--ses=2" in words or "-s2" in words or " -s 2" in f" {line}"
        return (Method.NVME_FORMAT_CRYPTO if crypto else Method.NVME_FORMAT), "nvme"
    if tool in ("dd", "shred", "badblocks"):
        return Method.OVERWRITE_OTHER, tool
    return Method.UNKNOWN, tool or "unknown"


_REFUSALS = ("unrecognized option", "invalid option", "bad/missing sense data", "not supported", "invalid opcode",
             "invalid command", "permission denied", "operation not permitted", "frozen", "no such file")  # fmt: skip


def _refusal(commands: list[dict[str, Any]]) -> str | None:
    """The first line by which a tool or a drive says that it did not do it, whatever its exit code."""
    for command in commands:
        for line in str(command.get("err") or "").splitlines():
            if any(sign in line.lower() for sign in _REFUSALS):
                return " ".join(line.partition(", sb[]")[0].split())[:120]
    return None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: object) -> str | None:
    return " ".join(value.split())[:200] or None if isinstance(value, str) else None


def _count(value: object, otherwise: int | None = None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise


# --- judging


_SOLID = (StorageKind.SATA_SSD, StorageKind.NVME, StorageKind.EMMC)


def assess(report: ErasureReport, medium: Storage | None = None) -> Assessment:
    """What the report proves. medium: the disk as the machine's reading knows it, to check serial, size and kind."""
    size = report.size_bytes or (medium.size_bytes if medium else None)
    checks = {
        "attributable": bool(report.serial) and not _other_disk(report, medium),
        "read_back": report.verification is not Verification.NONE,
        "whole": size is not None and report.bytes_read_back == size and not _other_size(report, medium),
        "blank": report.bad_chunks == 0,
        "no_error": report.io_errors == 0 and report.result in (None, "Erased") and report.claims_success is not False,
        "nothing_hidden": not report.hidden_sectors,
        "erasing_method": METHODS[report.method].reach is not Level.NONE,
        "executed": report.refused_by_drive is None,
    }
    if report.tool == "nwipe" and report.verifier == "nwipe":
        checks["finished"] = report.result == "Erased"
    proved = all(checks.values())
    if not proved:
        reasons = _why_refused(report, medium, size, checks)
        return Assessment(False, Level.NONE, reasons, _what_is_missing(checks), _is_failing(report), checks)
    level, limits = _level(report, medium)
    seen = Message(
        _("Read back in full by %(who)s: %(bytes)d bytes, all as expected."),
        {"who": _who(report), "bytes": report.bytes_read_back or 0},
    )
    return Assessment(True, level, (seen, _level_sentence(report, level)), limits, False, checks)


def _other_disk(report: ErasureReport, medium: Storage | None) -> bool:
    def plain(serial: str | None) -> str:
        return "".join(serial.split()).upper() if serial else ""

    return bool(medium and medium.serial and report.serial and plain(medium.serial) != plain(report.serial))


def _other_size(report: ErasureReport, medium: Storage | None) -> bool:
    """Capacities are compared to 1 %, for some tools round the size of a disk to its label; but a report on fewer
    bytes than the machine's reading counted exactly is of a part of the disk.
    """
    if not medium or not medium.size_bytes or not report.size_bytes:
        return False
    if report.size_bytes < medium.size_bytes and _counted(medium.size_bytes):
        return True
    return abs(medium.size_bytes - report.size_bytes) > medium.size_bytes / 100


def _counted(size: int) -> bool:
    """Whole sectors, and not a round number of MB or MiB, which is what rounding leaves."""
    return size % 512 == 0 and size % 10**6 != 0 and size % 2**20 != 0


def _is_failing(report: ErasureReport) -> bool:
    return report.io_errors > 0


def _why_refused(
    report: ErasureReport, medium: Storage | None, size: int | None, checks: Mapping[str, bool]
) -> tuple[Message, ...]:
    """Every reason at once, the weightiest first."""
    reasons = _why_not_read_back(report, checks)
    if report.bytes_read_back and not checks["whole"]:
        reasons.append(_why_not_whole(report, medium, size))
    if not checks["nothing_hidden"]:
        count = {"count": report.hidden_sectors or 0}
        reasons.append(Message(_("%(count)d sectors are hidden (HPA or DCO) and kept their data."), count))
    if report.method is Method.VERIFY_ONLY:
        reasons.append(Message(_("This run only verified the disk: it erased nothing.")))
    elif not checks["erasing_method"]:
        reasons.append(Message(_("The method is not known: %(said)s."), {"said": report.method_said or "?"}))
    if report.result not in (None, "Erased"):
        told = {"tool": report.tool, "result": report.result.strip("-")}
        reasons.append(Message(_("%(tool)s itself says %(result)s."), told))
    elif report.claims_success is False and not reasons:
        reasons.append(Message(_("The bench itself says that the erasure failed.")))
    elif not checks.get("finished", True):
        reasons.append(Message(_("The log stops before the end of the run.")))
    if not checks["attributable"]:
        reasons.append(_why_not_attributable(report))
    return tuple(reasons)


def _why_not_read_back(report: ErasureReport, checks: Mapping[str, bool]) -> list[Message]:
    reasons: list[Message] = []
    if _is_failing(report):
        reasons.append(Message(_("The disk fails: %(count)d read or write errors."), {"count": report.io_errors}))
    if report.verification is Verification.NONE:
        tool = {"tool": report.tool}
        reasons.append(Message(_("Nobody read the disk back: the word of %(tool)s is no proof."), tool))
    elif report.bad_chunks is None:
        reasons.append(Message(_("The read-back does not say what it found.")))
    elif report.bad_chunks and not _is_failing(report):
        reasons.append(_why_not_blank(report))
    if not checks["executed"] and not report.bad_chunks:
        told = {"message": report.refused_by_drive or ""}
        reasons.append(Message(_("The command was not executed: %(message)s."), told))
    return reasons


def _who(report: ErasureReport) -> Message | str:
    """Who read the disk back, as people call it."""
    who = report.verifier or report.tool
    return Message(_("the bench")) if who == "bench" else who


def _why_not_blank(report: ErasureReport) -> Message:
    """Each way a run can end well and leave the disk as it was has its own words."""
    values = {"count": report.bad_chunks or 0, "tool": report.tool, "message": report.refused_by_drive or ""}
    if report.refused_by_drive and report.tool in ("hdparm", "nvme"):
        return Message(
            _("The drive did not execute the command (%(message)s), exit code or not: %(count)d blocks hold data."),
            values,
        )
    if report.refused_by_drive:
        return Message(
            _("%(tool)s refused its options and erased nothing (%(message)s): %(count)d blocks hold data."), values
        )
    if report.method is Method.DISCARD:
        return Message(_("The drive ignored the discard, whatever the exit code: %(count)d blocks hold data."), values)
    if report.claims_success:
        return Message(_("The report says success, but %(count)d blocks read back hold data."), values)
    return Message(_("%(count)d blocks read back do not hold the expected pattern."), values)


def _why_not_whole(report: ErasureReport, medium: Storage | None, size: int | None) -> Message:
    if size is None:
        return Message(_("The report does not give the size of the disk: was all of it read back?"))
    if _other_size(report, medium) and medium:
        return Message(
            _("The report is of a disk of %(said)d bytes, this one has %(known)d."),
            {"said": report.size_bytes or 0, "known": medium.size_bytes or 0},
        )
    return Message(
        _("%(read)d bytes were read back, the disk has %(size)d."),
        {"read": report.bytes_read_back or 0, "size": size},
    )


def _why_not_attributable(report: ErasureReport) -> Message:
    if report.serial:
        return Message(_("The report is of another disk: serial number %(serial)s."), {"serial": report.serial})
    return Message(
        _("The report does not give the disk's serial number: %(device)s may be another disk after a restart."),
        {"device": report.device or "?"},
    )


def _what_is_missing(checks: Mapping[str, bool]) -> tuple[Message, ...]:
    wanted = []
    if not (checks["read_back"] and checks["whole"] and checks["blank"]):
        wanted.append(Message(_("A full read-back that finds the disk blank.")))
    if not checks["attributable"]:
        wanted.append(Message(_("The serial number of the disk, in the report itself.")))
    if not checks["nothing_hidden"]:
        wanted.append(Message(_("The removal of the hidden area, then another erasure.")))
    if not checks["erasing_method"] or not checks["executed"]:
        wanted.append(Message(_("A method that the disk executes.")))
    return tuple(wanted)


def _level(report: ErasureReport, medium: Storage | None) -> tuple[Level, tuple[Message, ...]]:
    """The level proved, and what a higher one or full certainty would need."""
    limits: list[Message] = []
    kind = medium.kind if medium else None
    solid = kind in _SOLID or report.bus in ("NVMe", "NVME") or report.method is Method.DISCARD
    level = METHODS[report.method].reach
    if report.method is Method.DISCARD:
        limits.append(Message(_("After a discard the drive answers zeros without having to erase its cells.")))
    if report.method in (Method.ATA_SANITIZE, Method.NVME_SANITIZE) and not _sanitized(report.sanitize_status):
        level = Level.CLEAR
        limits.append(Message(_("Purge needs the drive's own sanitize status log.")))
    elif level is Level.PURGE and any(report.exit_codes):
        level = Level.CLEAR
        limits.append(Message(_("Purge needs a command that ended without an error.")))
    elif level is Level.CLEAR and solid:
        limits.append(Message(_("Purge of a solid-state disk needs a sanitize command: spare cells are out of reach.")))
    if report.hidden_sectors is None and not solid:
        limits.append(Message(_("Hidden areas (HPA, DCO) were not looked for.")))
    return level, tuple(limits)


def _sanitized(status: str | None) -> bool:
    """nvme sanitize-log and hdparm --sanitize-status say so in words; a bare SSTAT of 0x101 means the same."""
    lowered = (status or "").lower()
    return bool(_SANITIZED.search(lowered)) and not _NOT_SANITIZED.search(lowered)


_SANITIZED = re.compile(r"\b(completed?|success|successful|successfully|0x101)\b")
_NOT_SANITIZED = re.compile(
    r"fail|with error|\bnever\b|\bnot (been|complete|execut|success)|in progress|unsuccess|incomplete"
)


def _level_sentence(report: ErasureReport, level: Level) -> Message:
    if level is Level.PURGE:
        return Message(_("Purge: the drive executed a purge command and was read back blank."))
    if report.verifier == "nwipe":
        return Message(_("Clear: the read-back is nwipe's own, not the bench's; it sees addressable blocks only."))
    return Message(_("Clear: a read-back sees addressable blocks only."))
