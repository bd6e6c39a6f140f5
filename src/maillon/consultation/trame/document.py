"""A restitution as JSON, and back: the format is defined in docs/restitution.md."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from maillon.consultation.trame import doubts as sentences
from maillon.consultation.trame import text, words
from maillon.consultation.trame.model import (
    COLUMNS,
    Choice,
    Content,
    Contribution,
    Doubt,
    DoubtKind,
    Entry,
    Grid,
    Kind,
    Participants,
    Restitution,
    Row,
    Section,
    Session,
)
from maillon.hardware.messages import Message

FORMAT = "maillon-restitution/1"


def to_dict(
    restitution: Restitution, *, source: Mapping[str, str] | None = None, render: Callable[[Message], str] = str
) -> dict[str, Any]:
    """A document that `json.dumps` takes. source: name, sha256 and format of the file it was read from."""
    return {
        "format": FORMAT,
        **({"source": dict(source)} if source else {}),
        "letterhead": _entries(restitution.letterhead),
        "contributions": [_contribution(each) for each in restitution.contributions],
        "doubts": [
            {
                "kind": doubt.kind.value,
                "at": doubt.at,
                "text": doubt.text,
                "says": render(sentences.said(doubt)),
            }
            for doubt in restitution.doubts
        ],
    }


def _contribution(contribution: Contribution) -> dict[str, Any]:
    tables: dict[Kind, list[dict[str, Any]]] = {kind: [] for kind in Kind}
    sections = []
    for section in contribution.sections:
        content: list[dict[str, Any]] = []
        for each in section.content:
            if isinstance(each, Entry):
                content.append(_entry(each))
            elif isinstance(each, Grid):
                rows = tables[each.kind]
                content.append({"table": each.kind.value, "from": len(rows), "to": len(rows) + len(each.rows)})
                rows.extend(_row(each.kind, row) for row in each.rows)
            else:
                content.append({"table": "session"} | ({} if each is contribution.session else _session(each)))
        sections.append(
            {
                "title": text.to_json(section.title),
                "level": section.level,
                "role": words.role(text.plain(section.title)),
                "at": section.at,
                "content": content,
            }
        )
    session = contribution.session
    return {
        "head": _entries(contribution.head),
        **words.headed([text.plain(entry.text) for entry in contribution.head]),
        "session": _session(session) if session else None,
        **{kind.value: rows for kind, rows in tables.items()},
        "sections": sections,
        "unplaced": _entries(contribution.unplaced),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return (
        {"text": text.to_json(entry.text), "at": entry.at}
        | ({} if entry.bullet else {"bullet": False})
        | ({"marker": entry.marker} if entry.marker else {})
        | ({"depth": entry.depth} if entry.depth else {})
    )


def _entries(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [_entry(entry) for entry in entries]


def _row(kind: Kind, row: Row) -> dict[str, Any]:
    columns = zip(COLUMNS[kind], row.cells, strict=True)
    return {
        "theme": _entries(row.theme),
        "continued": row.continued,
        **{column.value: _entries(entries) for column, entries in columns},
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "region": _entries(session.region),
        "dates_places": _entries(session.dates_places),
        "formats": [
            {"label": text.to_json(each.label), "ticked": each.ticked, "at": each.at} for each in session.formats
        ],
        "facilitators": _entries(session.facilitators),
        "participants": [
            {
                "label": text.to_json(each.label),
                "ticked": each.ticked,
                "people": each.people,
                "people_note": each.people_note,
                "organisations": each.organisations,
                "organisations_note": each.organisations_note,
                "at": each.at,
            }
            for each in session.participants
        ],
        "others": [{"label": text.to_json(label), "values": _entries(values)} for label, values in session.others],
    }


# --- and back


def from_dict(document: object) -> Restitution:
    """Raises ValueError, which says what was expected and where."""
    whole = _object(document, "the document")
    if whole.get("format") != FORMAT:
        raise ValueError(f"Expected the format {FORMAT}, got {whole.get('format')!r}.")
    return Restitution(
        tuple(_read_contribution(each, f"contributions[{place}]") for place, each in _list(whole, "contributions", "")),
        _read_entries(whole, "letterhead", ""),
        tuple(
            Doubt(DoubtKind(each["kind"]), int(each.get("at") or 0), str(each.get("text") or ""))
            for _place, each in _list(whole, "doubts", "")
        ),
    )


def _read_contribution(value: object, where: str) -> Contribution:
    found = _object(value, where)
    rows = {
        kind: [_read_row(kind, each, f"{where}.{kind}[{place}]") for place, each in _list(found, kind.value, where)]
        for kind in Kind
    }
    sections = []
    for place, each in _list(found, "sections", where):
        at = f"{where}.sections[{place}]"
        read = _object(each, at)
        content = [
            _read_content(item, rows, found, f"{at}.content[{number}]") for number, item in _list(read, "content", at)
        ]
        sections.append(
            Section(_text(read, "title", at), int(read.get("level") or 1), tuple(content), int(read.get("at") or 0))
        )
    return Contribution(_read_entries(found, "head", where), tuple(sections), _read_entries(found, "unplaced", where))


def _read_content(value: object, rows: Mapping[Kind, list[Row]], of: Mapping[str, Any], where: str) -> Content:
    found = _object(value, where)
    table = found.get("table")
    if table is None:
        return _read_entry(found, where)
    if table == "session":
        session = found if "participants" in found else of.get("session")
        return _read_session(_object(session, f"{where}.session"), where)
    kind = Kind(table)
    return Grid(kind, tuple(rows[kind][int(found["from"]) : int(found["to"])]))


def _read_entry(value: object, where: str) -> Entry:
    found = _object(value, where)
    return Entry(
        _text(found, "text", where),
        found.get("bullet") is not False,
        str(found.get("marker") or ""),
        int(found.get("depth") or 0),
        int(found.get("at") or 0),
    )


def _read_entries(of: Mapping[str, Any], name: str, where: str) -> tuple[Entry, ...]:
    return tuple(_read_entry(each, f"{where}.{name}[{place}]") for place, each in _list(of, name, where))


def _read_row(kind: Kind, value: object, where: str) -> Row:
    found = _object(value, where)
    cells = tuple(_read_entries(found, column.value, where) for column in COLUMNS[kind])
    return Row(_read_entries(found, "theme", where), cells, found.get("continued") is True)


def _read_session(found: Mapping[str, Any], where: str) -> Session:
    return Session(
        region=_read_entries(found, "region", where),
        dates_places=_read_entries(found, "dates_places", where),
        formats=tuple(
            Choice(_text(each, "label", where), each.get("ticked") is True, int(each.get("at") or 0))
            for _place, each in _list(found, "formats", where)
        ),
        facilitators=_read_entries(found, "facilitators", where),
        participants=tuple(
            Participants(
                _text(each, "label", where),
                each.get("ticked"),
                each.get("people"),
                str(each.get("people_note") or ""),
                each.get("organisations"),
                str(each.get("organisations_note") or ""),
                int(each.get("at") or 0),
            )
            for _place, each in _list(found, "participants", where)
        ),
        others=tuple(
            (_text(each, "label", where), _read_entries(each, "values", where))
            for _place, each in _list(found, "others", where)
        ),
    )


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected an object.")
    return value


def _list(of: Mapping[str, Any], name: str, where: str) -> Iterable[tuple[int, Any]]:
    value = of.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{where}.{name}: expected a list.")
    return enumerate(value)


def _text(of: Mapping[str, Any], name: str, where: str) -> text.Text:
    try:
        return text.from_json(of.get(name, ""))
    except ValueError as error:
        raise ValueError(f"{where}.{name}: {error}") from error
