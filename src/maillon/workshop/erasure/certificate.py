"""A certificate of erasure, shown and printed from its signed statement: nothing else is added to it."""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override

from maillon.hardware.erasure import METHODS, Level, Method
from maillon.kernel import codes, wording
from maillon.kernel.documents import certificate as paper
from maillon.kernel.machine_words import STORAGE_LABELS
from maillon.kernel.translation import from_kept, told
from maillon.territory.roles import Role
from maillon.workshop.erasure import proving
from maillon.workshop.erasure.models import Bench
from maillon.workshop.life import MediumState
from maillon.workshop.models import Erasure


def shown(row: Erasure) -> dict[str, Any]:
    """The statement, read; whether its signature holds; the words of its choices."""
    statement = json.loads(row.statement)
    done = statement["sanitization"]
    kinds = {kind.value: str(label) for kind, label in STORAGE_LABELS.items()}
    return {
        "number": row.number,
        "statement": statement,
        "issued_at": datetime.fromisoformat(statement["issued_at"]),
        "kind": kinds.get(statement["medium"]["kind"], ""),
        "method": method_words(statement["sanitization"]["method"]),
        "report": _report_words(statement),
        "roles": _roles(statement),
        "operator": ", ".join(part for part in (statement["operator"], _roles(statement)) if part),
        "tool": " ".join(str(done[part]) for part in ("tool", "tool_version") if done.get(part)),
        "started": _moment(done.get("started")),
        "ended": _moment(done.get("ended")),
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


def _moment(text: str | None) -> str:
    moment = proving.instant(text)
    return wording.moment(moment) if moment else text or ""


def _report_words(statement: dict[str, Any]) -> str:
    """Whether a bench signed the report; empty for what a witness saw."""
    if statement["verification"]["extent"] == "witness":
        return ""
    bench = statement.get("report", {}).get("bench")
    return gettext("signed by the bench “%(bench)s”") % {"bench": bench} if bench else gettext("not signed by a bench")


def since(row: Erasure) -> list[tuple[str, str]]:
    """What became of the disk, and of the key that vouched for it, after this certificate: tone and sentence."""
    medium, told_now = row.medium, []
    later = Erasure.objects.filter(medium=medium, proved=True, recorded_at__gt=row.recorded_at)
    again = later.order_by("recorded_at").values_list("recorded_at", flat=True).first()
    if row.level == Level.DESTROY and medium.state != MediumState.DESTROYED:
        told_now.append(("danger", gettext("This disk was read again in a machine: do not rely on this certificate.")))
    elif again:
        day = {"day": wording.long_date(again)}
        told_now.append(
            ("warning", gettext("This disk was erased again on %(day)s: a later certificate counts.") % day)
        )
    elif medium.state == MediumState.TO_ERASE:
        told_now.append(
            (
                "warning",
                gettext("This disk was used again since: the certificate says nothing of what was written then."),
            )
        )
    bench = json.loads(row.statement).get("report", {}).get("bench_id")
    if bench and Bench.objects.filter(pk=bench, withdrawn_at__isnull=False).exists():
        told_now.append(("warning", gettext("The key of the bench was withdrawn since: ask the workshop why.")))
    return told_now


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
    operator = _operator(told_now)
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
        lot=codes.pretty(source["lot"]) if source["lot"] else "",
        sanitized_by=operator,
        verified_by=None if witnessed else _verifier(told_now),
        witness=verified["by"] if witnessed else "",
        evidence_sha256=statement["evidence_sha256"],
        signature=row.signature,
        key=statement["key"],
        url=statement["url"],
        fictitious=statement["fictitious"],
    )


def _operator(told_now: dict[str, Any]) -> paper.Person | None:
    statement = told_now["statement"]
    if not statement["operator"]:
        return None
    return paper.Person(
        name=statement["operator"], title=told_now["roles"], place=statement["place"], at=told_now["issued_at"]
    )


def _roles(statement: dict[str, Any]) -> str:
    return ", ".join(str(Role(role).label) for role in statement["operator_roles"])


def _verifier(told_now: dict[str, Any]) -> paper.Person:
    """What read the disk back: a tool, never the person who only filed its report."""
    statement = told_now["statement"]
    by = (
        statement.get("report", {}).get("bench") or statement["verification"]["by"] or statement["sanitization"]["tool"]
    )
    return paper.Person(
        name=gettext("the bench") if by == "bench" else by,
        title=gettext("full read-back by program, report %(signed)s") % {"signed": told_now["report"]},
        place=statement["place"],
        at=proving.instant(statement["sanitization"]["ended"]),
        signs=False,
    )


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
        report=told_now["report"],
    )
