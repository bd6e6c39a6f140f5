"""A certificate of erasure, shown and printed from its signed statement: nothing else is added to it."""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override

from maillon.hardware.erasure import METHODS, Method
from maillon.kernel import codes
from maillon.kernel.documents import certificate as paper
from maillon.kernel.machine_words import STORAGE_LABELS
from maillon.kernel.translation import from_kept, told
from maillon.territory.roles import Role
from maillon.workshop.erasure import proving
from maillon.workshop.models import Erasure


def shown(row: Erasure) -> dict[str, Any]:
    """The statement, read; whether its signature holds; the words of its choices."""
    statement = json.loads(row.statement)
    kinds = {kind.value: str(label) for kind, label in STORAGE_LABELS.items()}
    return {
        "number": row.number,
        "statement": statement,
        "issued_at": datetime.fromisoformat(statement["issued_at"]),
        "kind": kinds.get(statement["medium"]["kind"], ""),
        "method": method_words(statement["sanitization"]["method"]),
        # The statement of another certificate, signed as it is, proves nothing of this one.
        "holds": proving.signature_holds(row) and statement["number"] == row.number,
        "seen": [told(from_kept(message)) for message in statement["seen"]],
        "limits": [told(from_kept(message)) for message in statement["limits"]],
        "signature": row.signature,
    }


def method_words(method: str) -> str:
    """The method in the reader's words."""
    if method == "destruction":
        return gettext("physical destruction")
    return told(METHODS[Method(method)].name) if method in list(Method) else method


def pdf(row: Erasure, language: str) -> bytes:
    """The certificate as a tagged PDF; the same bytes for the same certificate and language."""
    with override(language):
        return paper.erasure_certificate(on_paper(row))


def on_paper(row: Erasure) -> paper.Certificate:
    told_now = shown(row)
    statement = told_now["statement"]
    medium, source = statement["medium"], statement["source"]
    verified = statement["verification"]
    witnessed = verified["extent"] == "witness"
    operator = _operator(statement, told_now["issued_at"])
    return paper.Certificate(
        number=codes.pretty(row.number or ""),
        issued_at=told_now["issued_at"],
        organisation=statement["issuer"],
        level=statement["sanitization"]["level"],
        medium=paper.Medium(
            vendor=medium["vendor"],
            model=medium["model"],
            serial=medium["serial"],
            kind=told_now["kind"],
            interface=medium["interface"],
            size_bytes=medium["size_bytes"],
            source=" ".join(
                part for part in (codes.pretty(source["device"]), source["vendor"], source["model"]) if part
            ),
        ),
        sanitization=_sanitization(told_now),
        seen=[*told_now["seen"], *told_now["limits"]],
        donor=source["donor"],
        lot=source["lot"],
        sanitized_by=operator,
        verified_by=None if witnessed else operator,
        witness=verified["by"] if witnessed else "",
        evidence_sha256=statement["evidence_sha256"],
        signature=row.signature,
        key=statement["key"],
        url=statement["url"],
        fictitious=statement["fictitious"],
    )


def _operator(statement: dict[str, Any], at: datetime) -> paper.Person | None:
    if not statement["operator"]:
        return None
    roles = ", ".join(str(Role(role).label) for role in statement["operator_roles"])
    return paper.Person(name=statement["operator"], title=roles, place=statement["place"], at=at)


def _sanitization(told_now: dict[str, Any]) -> paper.Sanitization:
    done, verified = told_now["statement"]["sanitization"], told_now["statement"]["verification"]
    if verified["extent"] == "witness":
        return paper.Sanitization(method=told_now["method"])
    return paper.Sanitization(
        method=told_now["method"],
        technique=done["ieee_2883"],
        tool=done["tool"],
        version=done["tool_version"] or "",
        passes=done["passes"],
        verification=verified["extent"],
        bytes_read_back=verified["bytes_read_back"],
        bad_blocks=verified["bad_chunks"],
        io_errors=verified["io_errors"],
        hidden_sectors=verified["hidden_sectors"],
        started=proving.instant(done["started"]),
        ended=proving.instant(done["ended"]),
    )
