"""The certificate of one sanitized medium: the fields of NIST SP 800-88 and what Maillon adds.

Source of the fields: NIST SP 800-88 Rev. 1 §4.8 and appendix G, from general knowledge and confirmed in outline only by
secondary sources; Rev. 2 (September 2025) withdrew it and asks that verification and validation be told apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import get_language, gettext, pgettext

from maillon.kernel import qr, wording
from maillon.kernel.documents import chunks, render
from maillon.kernel.documents.typography import typeset

TEMPLATE = "erasure_certificate.typ"


@dataclass(frozen=True, kw_only=True)
class Medium:
    """The disk itself. Empty: not known. size_bytes: of the whole medium. source: the machine it was in."""

    vendor: str = ""
    model: str = ""
    serial: str = ""
    kind: str = ""  # in words: "Hard disk", "NVMe SSD"
    interface: str = ""
    size_bytes: int | None = None
    property_number: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Sanitization:
    """What was done. method in words; technique in those of IEEE 2883; None or empty: not known."""

    method: str
    technique: str = ""
    tool: str = ""
    version: str = ""
    started: datetime | str | None = None  # a text is shown as it is: nwipe tells no time zone
    ended: datetime | str | None = None
    passes: int | None = None
    verification: Literal["full", "sampled", "none"] = "none"
    bytes_read_back: int | None = None
    bad_blocks: int | None = None
    io_errors: int | None = None
    hidden_sectors: int | None = None
    drive_status: str = ""
    report: str = ""  # who vouches for it: a sentence


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who answers for it. at: when they did. signs: by hand, on the paper; a program does not."""

    name: str
    title: str = ""
    place: str = ""
    contact: str = ""
    at: datetime | None = None
    signs: bool = True


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """seen: sentences that say what proves it, in the reader's language. url: the public page that verifies it.

    signature: Ed25519 in hexadecimal over the signed statement; key: the fingerprint of the public key.
    """

    number: str
    issued_at: datetime
    organisation: str
    organisation_detail: str = ""
    level: Literal["clear", "purge", "destroy"]
    medium: Medium
    sanitization: Sanitization
    seen: Sequence[str] = field(default_factory=tuple)
    donor: str = ""
    lot: str = ""
    destination: str = ""
    sanitized_by: Person | None = None
    verified_by: Person | None = None
    witness: str = ""
    evidence_sha256: str = ""
    signature: str = ""
    key: str = ""
    url: str
    fictitious: bool = False


def erasure_certificate(certificate: Certificate) -> bytes:
    """One page, in the active language, dated by `issued_at`: the same certificate always gives the same bytes."""
    return _pdf([certificate])


def erasure_certificates(certificates: Sequence[Certificate]) -> Iterator[bytes]:
    """Many, one page each, as PDFs of at most 100 pages."""
    return (_pdf(chunk) for chunk in chunks(certificates))


def _pdf(certificates: Sequence[Certificate]) -> bytes:
    lang = "en" if (get_language() or "fr").startswith("en") else "fr"
    data = {"words": _typeset(_words(certificates), lang), "certificates": [_page(c, lang) for c in certificates]}
    return render(TEMPLATE, data, date=max(c.issued_at for c in certificates), lang=lang)


def _typeset(words: dict[str, str], lang: str) -> dict[str, str]:
    return {key: typeset(sentence, lang) for key, sentence in words.items()}


def _words(certificates: Sequence[Certificate]) -> dict[str, str]:
    title = gettext("Data erasure certificate")
    single = f"{title} {certificates[0].number}" if len(certificates) == 1 else gettext("Data erasure certificates")
    return {
        "document_title": single,
        "title": title,
        "number": gettext("Number"),
        "fictitious": gettext("Demonstration: organisations, people and machine are fictitious. This proves nothing."),
        "level": gettext("Level reached (NIST SP 800-88 Rev. 2)"),
        "medium": gettext("Medium"),
        "sanitization": gettext("What was done"),
        "seen": gettext("What was seen afterwards"),
        "signature": gettext("Signature"),
        "verify": gettext("Check this certificate"),
        "verify_how": gettext("Scan the code, or open this address. The page shows what was signed:"),
        "qr_alt": gettext("QR code leading to the page that verifies this certificate"),
        "footer": gettext("Made by Maillon, free software. One certificate for each medium."),
    }


# The standard's word for each level, and what it protects from. Source: its own definitions, abridged by us.
def _level(level: str) -> tuple[str, str]:
    if level == "purge":
        return "Purge", gettext(
            "The drive executed its own sanitizing command, and every address that can be read was read back. The data"
            " can not be recovered, even with laboratory means known today."
        )
    if level == "destroy":
        return "Destroy", gettext(
            "The medium was physically destroyed before a witness. It can store nothing any more, and its data can not"
            " be recovered."
        )
    return "Clear", gettext(
        "Every address that can be read was erased, then read back. The data can not be recovered by ordinary"
        " means; areas that the drive hides, such as spare blocks, are not covered."
    )


def _page(c: Certificate, lang: str) -> dict[str, Any]:
    level, meaning = _level(c.level)
    code = qr.code(c.url)
    return {
        "number": c.number,
        "organisation": c.organisation,
        "organisation_detail": c.organisation_detail,
        "level": level,
        "level_meaning": typeset(meaning, lang),
        "medium": _medium_rows(c),
        "sanitization": _destruction_rows(c) if c.witness else _sanitization_rows(c.sanitization),
        "seen": [typeset(sentence, lang) for sentence in c.seen] or [gettext("Nothing was recorded.")],
        "people": [
            _person(gettext("Sanitized by") if c.witness else gettext("Report filed by"), c.sanitized_by, ""),
            _person(gettext("Verified by"), c.verified_by, c.witness),
        ],
        "proof": _proof_rows(c),
        "url": c.url,
        "qr": {"path": code.path, "modules": code.modules},
        "fictitious": c.fictitious,
    }


def _row(label: str, value: str | None, look: str = "") -> list[str]:
    return [label, value or wording.unknown(), look]


def _moment(at: datetime | str | None) -> str:
    return wording.moment(at) if isinstance(at, datetime) else at or ""


def _medium_rows(c: Certificate) -> list[list[str]]:
    m = c.medium
    size = (
        "" if m.size_bytes is None else f"{wording.capacity(m.size_bytes)} ({wording.number(m.size_bytes)} {_octets()})"
    )
    rows = [
        _row(gettext("Manufacturer"), m.vendor),
        _row(gettext("Model"), m.model, "strong"),
        _row(gettext("Serial number"), m.serial, "strong"),
        _row(gettext("Kind"), " · ".join(part for part in (m.kind, m.interface) if part)),
        _row(gettext("Capacity"), size),
        _row(gettext("Taken from"), m.source),
    ]
    optional = (
        (gettext("Property number"), m.property_number),
        (gettext("Given by"), " · ".join(part for part in (c.donor, c.lot) if part)),
        (gettext("Destination"), c.destination),
    )
    return rows + [_row(label, value) for label, value in optional if value]


def _octets() -> str:
    return "octets" if wording.french() else "bytes"


def _sanitization_rows(s: Sanitization) -> list[list[str]]:
    tool = " ".join(part for part in (s.tool, s.version) if part)
    rows = [_row(gettext("Method"), s.method, "strong")]
    if s.technique:
        rows.append(_row("IEEE 2883", s.technique))
    rows += [
        _row(gettext("Tool"), tool),
        _row(gettext("Began"), _moment(s.started)),
        _row(gettext("Ended"), _moment(s.ended)),
        _row(gettext("Verification"), _verification(s), "strong"),
        _row(gettext("Blocks not erased"), None if s.bad_blocks is None else wording.number(s.bad_blocks)),
        _row(gettext("Read or write errors"), None if s.io_errors is None else wording.number(s.io_errors)),
        _row(gettext("Hidden sectors"), None if s.hidden_sectors is None else wording.number(s.hidden_sectors)),
    ]
    if s.report:
        rows.append(_row(gettext("Report"), s.report))
    if s.drive_status:
        rows.append(_row(gettext("Drive's own status"), s.drive_status))
    return rows


def _destruction_rows(c: Certificate) -> list[list[str]]:
    return [_row(gettext("Method"), c.sanitization.method, "strong"), _row(gettext("Certified"), _moment(c.issued_at))]


def _verification(s: Sanitization) -> str:
    if s.verification == "none":
        return gettext("not read back")
    how = gettext("read back in full") if s.verification == "full" else gettext("read back by samples")
    return how if s.bytes_read_back is None else f"{how} ({wording.capacity(s.bytes_read_back)})"


def _person(heading: str, person: Person | None, witness: str) -> dict[str, Any]:
    rows = [] if witness else [_row(gettext("Name"), person.name if person else "", "strong")]
    if person:
        rows += [_row(gettext("Role"), person.title), _row(pgettext("of a person", "Place"), person.place)]
        rows += [_row(gettext("Contact"), person.contact)] if person.contact else []
        rows += [_row(gettext("Date"), _moment(person.at))]
    rows += [_row(gettext("Witness"), witness, "strong")] if witness else []
    return {"heading": heading, "rows": rows, "signs": person is None or person.signs}


def _proof_rows(c: Certificate) -> list[list[str]]:
    rows = [_row(gettext("Issued"), wording.moment(c.issued_at))]
    if c.evidence_sha256:
        evidence = gettext("Photo (SHA-256)") if c.witness else gettext("Report (SHA-256)")
        rows.append([evidence, _grouped(c.evidence_sha256), "code"])
    if c.signature:
        rows.append([gettext("Signature (Ed25519)"), _grouped(c.signature), "code"])
    if c.key:
        rows.append([gettext("Signing key"), _grouped(c.key), "code"])
    return rows


def _grouped(hexadecimal: str) -> str:
    """By eight, so that it can be compared by eye and breaks across lines."""
    return " ".join(hexadecimal[i : i + 8] for i in range(0, len(hexadecimal), 8))
