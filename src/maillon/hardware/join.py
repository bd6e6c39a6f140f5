"""One machine from what several tools said of it.

Every value kept was said by a tool and carries where; which one is kept follows `join_trust`, which parts are the
same one follows `join_likeness`. What disagrees is kept too, as a `Dispute` with its reason; differences that mean
nothing (case, a cut name, rounding) are none. The result does not depend on the order of the parts, joining one part
changes nothing, joining again changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from maillon.hardware.join_likeness import DIFFERENT, LIKENESS, SURE, same_value
from maillon.hardware.join_trust import GENERAL, rank, rule_for
from maillon.hardware.model import (
    Dispute,
    Kind,
    Lock,
    LockKind,
    LockState,
    Machine,
    Memory,
    NetworkKind,
    Origin,
    StorageKind,
)

_UNSAID = (None, StorageKind.UNKNOWN, NetworkKind.UNKNOWN)
_SINGLE = ("system", "chassis", "board", "firmware")
_LISTS = tuple(path for path in LIKENESS if path != "memory.modules")
_TOO_MANY = 300  # parts of one kind of one machine; beyond, nothing is compared and all are kept
_WORST = {LockState.LOCKED: 0, LockState.PRESENT: 1, LockState.ABSENT: 2}

Said = tuple[Any, Origin]


def join(parts: Sequence[Machine]) -> Machine:
    """What these partial readings of ONE machine say together. No part: an empty machine."""
    ordered = _ordered(parts)
    if len(ordered) < 2:
        return ordered[0] if ordered else Machine()
    disputes: dict[str, Dispute] = {}
    values: dict[str, Any] = {}
    for name in _SINGLE:
        values[name] = _merge(name, name, [_with_default(getattr(part, name), part) for part in ordered], disputes)
    values["memory"] = _memory(ordered, disputes)
    for name in _LISTS:
        values[name] = _list(name, [(part, getattr(part, name)) for part in ordered], disputes)
    chips = [_with_default(part.tpm, part) for part in ordered if part.tpm]
    values["tpm"] = _merge("tpm", "tpm", chips, disputes) if chips else None
    values["locks"] = _locks(ordered, disputes)
    values |= _rest(ordered, disputes)
    joined = Machine(**values)
    return replace(joined, disputes=_all_disputes(ordered, disputes))


# --- order ----------------------------------------------------------------------------------------------------------


def _ordered(parts: Sequence[Machine]) -> list[Machine]:
    """The parts in one order whatever the order they came in, without repetitions."""
    keys = [_key(part) for part in parts]
    if len(set(keys)) < len(keys):
        keys = [(*key, repr(part)) for key, part in zip(keys, parts, strict=True)]
    ordered: list[Machine] = []
    for index in sorted(range(len(parts)), key=keys.__getitem__):
        if not ordered or ordered[-1] != parts[index]:
            ordered.append(parts[index])
    return ordered


def _key(part: Machine) -> tuple[Any, ...]:
    tool = part.tools[0].split(" ")[0] if part.tools else ""
    origins = [origin for piece in _pieces(part) for origin in piece.origin.values()]
    return (GENERAL.index(tool) if tool in GENERAL else len(GENERAL), part.tools, min(origins, default=Origin("", "")))


def _pieces(part: Machine) -> Iterator[Any]:
    for name in _SINGLE:
        yield getattr(part, name)
    yield part.memory
    yield from part.memory.modules
    for name in _LISTS:
        yield from getattr(part, name)
    yield from part.locks


# --- one part, field by field ---------------------------------------------------------------------------------------


def _with_default(piece: Any, part: Machine) -> tuple[Any, Origin]:
    """A part and the origin of values that name none."""
    return piece, Origin(part.tools[0].split(" ")[0] if part.tools else "", "")


def _merge(path: str, label: str, pieces: list[tuple[Any, Origin]], disputes: dict[str, Dispute]) -> Any:
    """One part of what several tools said of it; `label` names it in disputes: "storage[S3Z9NB0K]"."""
    first = pieces[0][0]
    empty = type(first)()
    pieces = [each for each in pieces if each[0].origin or each[0] != empty]
    if len(pieces) < 2:
        return pieces[0][0] if pieces else empty
    values: dict[str, Any] = {}
    origin: dict[str, Origin] = {}
    for field in fields(first):
        if field.name in ("origin", "modules"):
            continue
        said = [
            (value, piece.origin.get(field.name, default))
            for piece, default in pieces
            if (value := getattr(piece, field.name)) not in _UNSAID
        ]
        if said:
            kept = _keep(f"{path}.{field.name}", f"{label}.{field.name}", said, disputes)
            values[field.name] = kept[0]
            if any(field.name in piece.origin for piece, _default in pieces):
                origin[field.name] = kept[1]
    return type(first)(**values, origin=origin)


def _keep(path: str, label: str, said: list[Said], disputes: dict[str, Dispute]) -> Said:
    """The value most believed; those that differ from it in earnest become a dispute."""
    said = sorted(said, key=lambda each: (_precedence(path, each[0]), rank(path, each[1].tool), str(each[0]), each[1]))
    kept = said[0]
    others = tuple(dict.fromkeys(each for each in said[1:] if not same_value(path, kept[0], each[0])))
    if others:
        disputes[label] = Dispute(label, kept[0], kept[1], others, rule_for(path).because)
    return kept


def _precedence(path: str, value: Any) -> int:
    """Values that win whoever says them: what hangs on USB is removable, a UEFI start proves UEFI."""
    if path == "storage.kind":
        return 0 if value in (StorageKind.REMOVABLE, StorageKind.OPTICAL) else 1
    return 0 if path == "firmware.uefi" and value is True else 1


# --- lists of parts -------------------------------------------------------------------------------------------------


def _list(path: str, lists: list[tuple[Machine, tuple[Any, ...]]], disputes: dict[str, Dispute]) -> tuple[Any, ...]:
    """The parts of one kind, those that are the same one merged."""
    lists = [each for each in lists if each[1]]
    if len(lists) < 2:
        return lists[0][1] if lists else ()
    if sum(len(items) for _part, items in lists) > _TOO_MANY:
        return tuple(item for _part, items in lists for item in items)
    clusters: list[list[tuple[Any, Origin]]] = []
    for part, items in lists:
        news = [_with_default(item, part) for item in items]
        pairs = _pairs(path, [new[0] for new in news], clusters)
        for index, new in enumerate(news):
            if index in pairs:
                clusters[pairs[index]].append(new)
            else:
                clusters.append([new])
    labels = _labels(path, clusters)
    return tuple(_merge(path, label, cluster, disputes) for label, cluster in zip(labels, clusters, strict=True))


def _pairs(path: str, news: list[Any], clusters: list[list[tuple[Any, Origin]]]) -> dict[int, int]:
    """For each new part the place of the known one it is, each known one once: surest first, then only candidates."""
    likeness = LIKENESS[path]
    scores: dict[tuple[int, int], int] = {}
    for index, new in enumerate(news):
        for place, cluster in enumerate(clusters):
            each = [likeness(new, member) for member, _default in cluster]
            score = DIFFERENT if DIFFERENT in each and max(each) < 90 else max(each)
            if score > 0:
                scores[index, place] = score
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for (index, place), score in sorted(scores.items(), key=lambda each: (-each[1], each[0])):
        if score >= SURE and index not in pairs and place not in taken:
            pairs[index] = place
            taken.add(place)
    left = [pair for pair in scores if pair[0] not in pairs and pair[1] not in taken]
    for index, place in left:
        alone = sum(1 for pair in left if index == pair[0] or place == pair[1]) == 1
        if alone:
            pairs[index] = place
    return pairs


def _labels(path: str, clusters: list[list[tuple[Any, Origin]]]) -> list[str]:
    """A name for each part in the paths of disputes: its serial number or place, else its number."""
    labels: list[str] = []
    for number, cluster in enumerate(clusters):
        names = (
            getattr(piece, field, None)
            for field in ("serial", "mac", "slot", "bus_id", "device", "model")
            for piece, _default in cluster
        )
        name = None if path == "processors" else next((name for name in names if name), None)
        label = f"{path}[{name or number}]"
        labels.append(label if label not in labels else f"{path}[{number}]")
    return labels


def _memory(ordered: list[Machine], disputes: dict[str, Dispute]) -> Memory:
    merged: Memory = _merge("memory", "memory", [_with_default(part.memory, part) for part in ordered], disputes)
    modules = _list("memory.modules", [(part, part.memory.modules) for part in ordered], disputes)
    return replace(merged, modules=modules)


# --- locks and what stands alone ------------------------------------------------------------------------------------


def _locks(ordered: list[Machine], disputes: dict[str, Dispute]) -> tuple[Lock, ...]:
    """One lock of each kind (one a drive for drive passwords), in the state that forbids most."""
    found: dict[tuple[LockKind, str], list[Lock]] = {}
    for part in ordered:
        for lock in part.locks:
            drive = lock.evidence.partition(": ")[0] if lock.kind == LockKind.ATA_PASSWORD else ""
            found.setdefault((lock.kind, drive), []).append(lock)
    kept: list[Lock] = []
    for (kind, drive), locks in found.items():
        worst = min(locks, key=lambda lock: _WORST[lock.state])
        kept.append(worst)
        others = [(lock.state, _origin(lock)) for lock in locks if lock.state != worst.state]
        if others:
            label = f"locks[{drive or kind.value}].state"
            because = rule_for("locks").because
            disputes[label] = Dispute(label, worst.state, _origin(worst), tuple(dict.fromkeys(others)), because)
    return tuple(kept)


def _origin(lock: Lock) -> Origin:
    return next(iter(lock.origin.values()), Origin("", ""))


def _rest(ordered: list[Machine], disputes: dict[str, Dispute]) -> dict[str, Any]:
    kinds = [part for part in ordered if part.kind != Kind.UNKNOWN]
    clues: dict[str, Origin] = {}
    for part in ordered:
        for name, origin in part.clues.items():
            clues.setdefault(name, origin)
    systems = [(part.operating_system, _with_default(None, part)[1]) for part in ordered if part.operating_system]
    return {
        "kind": kinds[0].kind if kinds else Kind.UNKNOWN,
        "kind_because": kinds[0].kind_because if kinds else None,
        "clues": clues,
        "operating_system": _keep("operating_system", "operating_system", systems, disputes)[0] if systems else None,
        "seen_at": max((part.seen_at for part in ordered if part.seen_at), default=None),
        "tools": tuple(dict.fromkeys(tool for part in ordered for tool in part.tools)),
    }


def _all_disputes(ordered: list[Machine], found: dict[str, Dispute]) -> tuple[Dispute, ...]:
    """The disputes found now, and those the parts already carried: nothing once said is dropped."""
    merged = dict(found)
    for part in ordered:
        for old in part.disputes:
            new = merged.get(old.path)
            if new is None:
                merged[old.path] = old
                continue
            said = [*new.others, *old.others, (old.kept, old.kept_from)]
            others = dict.fromkeys(each for each in said if each[0] != new.kept)
            merged[old.path] = replace(new, others=tuple(others))
    return tuple(merged[path] for path in sorted(merged))
