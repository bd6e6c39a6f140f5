"""Reading a problem (`alloc-problem/1`): everything wrong in it is told at once, and nothing wrong goes further.

docs/allocation.md defines the file. Columns are read from JSON or from a Parquet table beside it, and sorted by id, so
that the order of lines changes nothing afterwards.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from maillon.allocation.core import hashing
from maillon.allocation.core.rules import LEVELS, Rules
from maillon.hardware.messages import Message, _

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

SCHEMA = "alloc-problem/1"
MANY = 10**9  # the largest count, cap, floor or distance that is taken
MOST_KINDS, MOST_EXTRAS, MOST_EXTRAS_IN_USE, MOST_LATTICE = 16, 24, 12, 2_000_000
EPOCH = date(1970, 1, 1).toordinal()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TOLD_BY_COLUMN = 20  # wrong values told one by one in a column, before their number alone


class Refusal(NamedTuple):
    """What is wrong: where in the problem ("requests.columns.points[14]"), and why with what to do."""

    place: str
    reason: Message

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class Refused(Exception):
    """The problem was refused; `refusals` holds every reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = list(refusals)
        super().__init__("\n".join(map(str, refusals)))


@dataclass(frozen=True, slots=True)
class Tree:
    """Who requests belong to: parents before children. parent and cap: -1 for none."""

    ids: tuple[str, ...]
    parent: Int64
    district: Bool
    floor: Int64
    cap: Int64

    def upward(self, counts: Int64) -> Int64:
        """What each node holds with all those below it, from what each holds itself."""
        total = counts.copy()
        for node in range(len(total) - 1, 0, -1):
            total[self.parent[node]] += total[node]
        return total


@dataclass(frozen=True, slots=True)
class Devices:
    """Sorted by id; columns of one value a device."""

    ids: Any  # pyarrow string array
    place: Int64
    kind: Int64
    grade: Int64
    extras: Int64

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True, slots=True)
class Requests:
    """Sorted by id; columns of one value a request. days: waited at the day of the decision."""

    ids: Any  # pyarrow string array
    node: Int64
    zone: Int64
    kinds: Int64
    grade: Int64
    extras: Int64
    km: Int64
    tier: Int64
    points: Int64
    days: Int64
    quantity: Int64
    minimum: Int64

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, slots=True)
class Problem:
    """A valid problem. places_cap: -1 for none. Promises: positions in requests and devices, one a pair."""

    rules: Rules
    tree: Tree
    kinds: int
    extras: int
    grades: int
    places_cap: Int64
    distance: Int64  # zones × places, km; -1 out of reach
    delivery_km: int
    devices: Devices
    requests: Requests
    promised_request: Int64
    promised_device: Int64
    seed_commitment: str


def read(document: object, tables: Path | None = None) -> Problem:
    """The problem in a JSON document; `tables` is the folder of its Parquet files.

    Raises Refused with everything that is wrong.
    """
    reading = _Reading(tables)
    problem = reading.problem(document)
    if reading.refusals or problem is None:
        raise Refused(reading.refusals)
    return problem


class _Reading:
    """Reads on after a refusal, with a harmless value in its place, so that all refusals come together."""

    def __init__(self, tables: Path | None) -> None:
        self.tables = tables
        self.refusals: list[Refusal] = []

    def refuse(self, place: str, text: str, **values: object) -> None:
        self.refusals.append(Refusal(place, Message(text, values)))

    # --- Values -------------------------------------------------------------------------------------------------------

    def whole(self, value: object, place: str, low: int, high: int) -> int:
        if type(value) is int and low <= value <= high:
            return value
        self.refuse(
            place,
            _("%(value)s is not a whole number from %(low)d to %(high)d."),
            value=_shown(value),
            low=low,
            high=high,
        )
        return low

    def cap(self, holder: Mapping[str, object], place: str) -> int:
        """-1 when there is none, which null says: one that is absent may have been forgotten."""
        if "cap" not in holder:
            self.refuse(f"{place}.cap", _("It is missing. Write a whole number, or null where there is none."))
            return -1
        return -1 if holder["cap"] is None else self.whole(holder["cap"], f"{place}.cap", 0, MANY)

    def text(self, value: object, place: str) -> str:
        if isinstance(value, str) and value and _writable(value):
            return unicodedata.normalize("NFC", value)
        self.refuse(place, _("%(value)s is not a text. Write a non-empty text here."), value=_shown(value))
        return place

    def mapping(self, value: object, place: str) -> Mapping[str, object]:
        if isinstance(value, dict):
            return value
        self.refuse(place, _("An object {…} is expected here."))
        return {}

    def sequence(self, value: object, place: str) -> list[object]:
        if isinstance(value, list):
            return value
        self.refuse(place, _("A list […] is expected here."))
        return []

    def day(self, value: object, place: str) -> int:
        """Days since 1970-01-01."""
        days = _days(value)
        if days is None:
            self.refuse(place, _("%(value)s is not a day. Write it like 2026-11-24."), value=_shown(value))
        return days or 0

    def names(self, value: object, place: str, most: int) -> list[str]:
        names = [self.text(name, f"{place}[{at}]") for at, name in enumerate(self.sequence(value, place))]
        self.once(names, place)
        if len(names) > most:
            self.refuse(place, _("There are %(count)d; at most %(most)d are taken."), count=len(names), most=most)
        return names[:most]

    def once(self, names: list[str], place: str) -> None:
        seen: dict[str, int] = {}
        for at, name in enumerate(names):
            if name in seen:
                self._twice(place, name, at, seen[name])
            seen.setdefault(name, at)

    def _twice(self, place: str, name: str, at: int, before: int) -> None:
        self.refuse(
            f"{place}[{at}]", _("“%(name)s” is already number %(before)d (counting from 0)."), name=name, before=before
        )

    # --- The whole ----------------------------------------------------------------------------------------------------

    def problem(self, document: object) -> Problem | None:
        whole = self.mapping(document, "problem")
        if whole.get("schema") != SCHEMA:
            self.refuse("schema", _("“%(schema)s” is expected."), schema=SCHEMA)
        if self.refusals:  # another kind of file: its other faults would say nothing
            return None
        try:
            hashing.canonical_hash(document)
        except (UnicodeEncodeError, ValueError, TypeError):
            self.refuse("problem", _("A text in it can not be written in UTF-8, or a key is not a text."))
            return None
        as_of = self.day(whole.get("as_of"), "as_of")
        commitment = whole.get("seed_commitment")
        if not (isinstance(commitment, str) and _SHA256.fullmatch(commitment)):
            self.refuse("seed_commitment", _("The SHA-256 of the seed is expected, 64 digits and letters a to f."))
        rules = self.rules(whole.get("rules"))
        tree = self.tree(whole.get("nodes"))
        kinds = len(self.names(whole.get("kinds"), "kinds", MOST_KINDS))
        extras = len(self.names(whole.get("extras"), "extras", MOST_EXTRAS))
        grades = self.whole(whole.get("grades"), "grades", 1, 100)
        places, places_cap = self.places(whole.get("places"))
        zones = self.zones(whole.get("zones"))
        distance = self.distances(whole.get("distance_km"), len(zones), len(places))
        delivery = self.whole(whole.get("delivery_km"), "delivery_km", 0, MANY)
        sizes = _Sizes(len(tree.ids), len(zones), len(places), kinds, extras, grades)
        devices = self.devices(whole.get("devices"), sizes)
        requests = self.requests(whole.get("requests"), sizes, rules, tree, as_of)
        if self.refusals or devices is None or requests is None:
            return None
        promised = self.promises(whole.get("promises"), requests, devices)
        problem = Problem(
            rules, tree, kinds, extras, grades, places_cap, distance, delivery, devices, requests, *promised,
            seed_commitment=str(commitment),
        )  # fmt: skip
        self.size(problem)
        return problem

    def rules(self, value: object) -> Rules:
        rules = self.mapping(value, "rules")
        levels = self.sequence(rules.get("levels"), "rules.levels")
        if sorted(map(str, levels)) != sorted(LEVELS):
            self.refuse("rules.levels", _("These are expected, each once: %(levels)s."), levels=", ".join(LEVELS))
            levels = list(LEVELS)
        ageing = self.mapping(rules.get("ageing"), "rules.ageing")
        return Rules(
            levels=tuple(map(str, levels)),
            tiers=self.whole(rules.get("tiers"), "rules.tiers", 1, 16),
            points_max=self.whole(rules.get("points_max"), "rules.points_max", 0, 10_000),
            ageing_points=self.whole(ageing.get("points"), "rules.ageing.points", 0, 10_000),
            ageing_days=self.whole(ageing.get("days"), "rules.ageing.days", 1, MANY),
            ageing_max=self.whole(ageing.get("max"), "rules.ageing.max", 0, 10_000),
            fairness_scale=self.whole(rules.get("fairness_scale"), "rules.fairness_scale", 1, 1_000_000),
        )

    def tree(self, value: object) -> Tree:
        ids: list[str] = []
        parents: list[int] = []
        districts: list[bool] = []
        floors: list[int] = []
        caps: list[int] = []
        for at, item in enumerate(self.sequence(value, "nodes")):
            place = f"nodes[{at}]"
            node = self.mapping(item, place)
            ids.append(self.text(node.get("id"), f"{place}.id"))
            floors.append(self.whole(node.get("floor"), f"{place}.floor", 0, MANY))
            caps.append(self.cap(node, place))
            parents.append(self._parent(node.get("parent", ""), at, f"{place}.parent"))
            district = node.get("district")
            if not isinstance(district, bool):
                self.refuse(f"{place}.district", _("true or false is expected."))
                district = False
            above = parents[at]
            while district and above >= 0:
                if districts[above]:
                    self.refuse(f"{place}.district", _("A district can not be under another one, nodes[%(above)d]."),
                                above=above)  # fmt: skip
                    district = False
                above = parents[above]
            districts.append(district)
        self.once(ids, "nodes")
        if not ids:
            self.refuse("nodes", _("There is no node. Give at least one, the territory."))
            ids, parents, districts, floors, caps = ["nodes"], [-1], [False], [0], [-1]
        return Tree(tuple(ids), _array(parents), np.array(districts, bool), _array(floors), _array(caps))

    def _parent(self, value: object, at: int, place: str) -> int:
        if at == 0:
            if value is not None:
                self.refuse(place, _("The first node is the root: its parent is null."))
            return -1
        if type(value) is int and 0 <= value < at:
            return value
        self.refuse(place, _("%(value)s is not the number of a node before this one (there is one root, the first)."),
                    value=_shown(value))  # fmt: skip
        return 0

    def places(self, value: object) -> tuple[list[str], Int64]:
        ids, caps = [], []
        for at, item in enumerate(self.sequence(value, "places")):
            place = self.mapping(item, f"places[{at}]")
            ids.append(self.text(place.get("id"), f"places[{at}].id"))
            caps.append(self.cap(place, f"places[{at}]"))
        self.once(ids, "places")
        return ids, _array(caps)

    def zones(self, value: object) -> list[str]:
        ids = []
        for at, item in enumerate(self.sequence(value, "zones")):
            ids.append(self.text(self.mapping(item, f"zones[{at}]").get("id"), f"zones[{at}].id"))
        self.once(ids, "zones")
        return ids

    def distances(self, value: object, zones: int, places: int) -> Int64:
        rows = self.sequence(value, "distance_km")
        distance = np.full((zones, places), -1, np.int64)
        if len(rows) != zones:
            self.refuse("distance_km", _("There are %(rows)d rows for %(zones)d zones."), rows=len(rows), zones=zones)
            return distance
        for at, row in enumerate(rows):
            values = self.sequence(row, f"distance_km[{at}]")
            if len(values) != places:
                self.refuse(f"distance_km[{at}]", _("There are %(count)d distances for %(places)d places."),
                            count=len(values), places=places)  # fmt: skip
                continue
            distance[at] = self.integers(values, f"distance_km[{at}]", -1, MANY)
        return distance

    # --- Tables -------------------------------------------------------------------------------------------------------

    def devices(self, value: object, sizes: "_Sizes") -> Devices | None:
        bounds = {
            "place": (0, sizes.places - 1),
            "kind": (0, sizes.kinds - 1),
            "grade": (0, sizes.grades - 1),
            "extras": (0, 2**sizes.extras - 1),
        }
        table = self.table(value, "devices", bounds)
        return Devices(**table) if table else None

    def requests(self, value: object, sizes: "_Sizes", rules: Rules, tree: Tree, as_of: int) -> Requests | None:
        bounds = {
            "node": (0, sizes.nodes - 1),
            "zone": (0, sizes.zones - 1),
            "kinds": (0, 2**sizes.kinds - 1),
            "grade": (0, sizes.grades - 1),
            "extras": (0, 2**sizes.extras - 1),
            "km": (-1, MANY),
            "tier": (0, rules.tiers - 1),
            "points": (0, rules.points_max),
            "since": (-10_000_000, 10_000_000),
            "quantity": (1, 1_000_000),
            "minimum": (1, 1_000_000),
        }
        inner = np.zeros(sizes.nodes, bool)
        inner[tree.parent[1:]] = True
        wrong = (
            ("node", _("The node is not a leaf: other nodes are under it."), lambda t: inner[t["node"]]),
            ("minimum", _("The minimum is over the quantity."), lambda t: t["minimum"] > t["quantity"]),
        )
        table = self.table(value, "requests", bounds, wrong)
        if not table:
            return None
        table["days"] = np.maximum(0, as_of - table.pop("since"))
        return Requests(**table)

    def table(
        self,
        value: object,
        name: str,
        bounds: Mapping[str, tuple[int, int]],
        wrong: Sequence[tuple[str, str, Any]] = (),
    ) -> dict[str, Any] | None:
        """Its columns sorted by id; None when it is refused. wrong: further conditions, once all values are right."""
        before = len(self.refusals)
        table = self.mapping(value, name)
        count = self.whole(table.get("n"), f"{name}.n", 0, 100_000_000)
        columns, prefix = self.columns(table, name, ["id", *bounds])
        if columns is None:
            return None
        for column, values in columns.items():
            if len(values) != count:
                self.refuse(f"{prefix}.{column}", _("There are %(rows)d values, `n` says %(count)d."),
                            rows=len(values), count=count)  # fmt: skip
        read: dict[str, Any] = {"ids": self.ids(columns["id"], f"{prefix}.id")}
        for column, (low, high) in bounds.items():
            read[column] = self.integers(columns[column], f"{prefix}.{column}", low, high, day=column == "since")
        if len(self.refusals) > before:
            return None
        for column, text, condition in wrong:
            for at in self._few(condition(read), f"{prefix}.{column}"):
                self.refuse(f"{prefix}.{column}[{at}]", text)
        return self.sorted(read, f"{prefix}.id")

    def columns(self, table: Mapping[str, object], name: str, wanted: list[str]) -> tuple[dict[str, Any] | None, str]:
        if "uri" in table:
            return self.parquet(table, name, wanted), name
        place = f"{name}.columns"
        columns = self.mapping(table.get("columns"), place)
        missing = [column for column in wanted if column not in columns]
        if missing:
            self.refuse(place, _("Missing: %(columns)s."), columns=", ".join(missing))
            return None, place
        return {column: self.sequence(columns[column], f"{place}.{column}") for column in wanted}, place

    def parquet(self, table: Mapping[str, object], name: str, wanted: list[str]) -> dict[str, Any] | None:
        uri = table["uri"]
        place = f"{name}.uri"
        if not isinstance(uri, str) or not uri or Path(uri).name != uri or self.tables is None:
            self.refuse(place, _("The name of a file beside the problem is expected, without a folder."))
            return None
        try:
            data = (self.tables / uri).read_bytes()
        except OSError as error:
            self.refuse(place, _("“%(file)s” can not be read (%(error)s)."), file=uri, error=error.strerror)
            return None
        if hashing.sha256(data) != table.get("sha256"):
            self.refuse(f"{name}.sha256", _("The file's SHA-256 is %(sha256)s: it is not the one meant here."),
                        sha256=hashing.sha256(data))  # fmt: skip
            return None
        try:
            file = pq.ParquetFile(pa.BufferReader(data))
            missing = [column for column in wanted if column not in file.schema_arrow.names]
            if missing:
                self.refuse(place, _("Missing: %(columns)s."), columns=", ".join(missing))
                return None
            read = file.read(columns=wanted)
        except (pa.ArrowException, OSError, ValueError) as error:
            self.refuse(place, _("“%(file)s” is not a readable Parquet file (%(error)s)."), file=uri,
                        error=str(error).splitlines()[0])  # fmt: skip
            return None
        return {column: read.column(column).combine_chunks() for column in wanted}

    def integers(self, values: Any, place: str, low: int, high: int, *, day: bool = False) -> Int64:
        """A column of whole numbers within bounds, or of days; 0 where they are not."""
        if isinstance(values, list):
            numbers, bad = self._from_json(values, place, low, high, day)
        elif not pa.types.is_integer(values.type):
            self.refuse(place, _("The column holds %(type)s; whole numbers are expected."), type=str(values.type))
            return np.zeros(len(values), np.int64)
        else:
            bad = np.asarray(values.is_null())
            if pa.types.is_uint64(values.type):  # beyond the largest int64 it is wrong anyway
                values = pc.min_element_wise(values, pa.scalar(2**62, pa.uint64()))
            numbers = np.asarray(values.fill_null(0)).astype(np.int64)
        bad = bad | (numbers < low) | (numbers > high)
        for at in self._few(bad, place):
            value = values[at] if isinstance(values, list) else values[at].as_py()
            if day:
                self.refuse(
                    f"{place}[{at}]", _("%(value)s is not a day. Write it like 2026-11-24."), value=_shown(value)
                )
            else:
                self.whole(None if value is None else value, f"{place}[{at}]", low, high)
        numbers[bad] = 0
        return numbers

    def _from_json(self, values: list[object], place: str, low: int, high: int, day: bool) -> tuple[Int64, Bool]:
        if day:
            known = {value: _days(value) for value in set(filter(lambda v: isinstance(v, str), values))}
            days = [known.get(value) if isinstance(value, str) else None for value in values]
            return _array([day or 0 for day in days]), np.array([day is None for day in days], bool)
        if set(map(type, values)) <= {int}:
            try:
                return np.array(values, np.int64), np.zeros(len(values), bool)
            except OverflowError:
                pass
        good = [type(value) is int and low <= value <= high for value in values]
        numbers = [value if fits else 0 for value, fits in zip(values, good, strict=True)]
        return np.array(numbers, np.int64), ~np.array(good, bool)

    def _few(self, bad: Bool, place: str) -> list[int]:
        """The positions to tell one by one; when there are too many, their number is told too."""
        positions = np.flatnonzero(bad)
        if len(positions) > _TOLD_BY_COLUMN:
            self.refuse(place, _("%(count)d values are refused; the first %(told)d are told."),
                        count=len(positions), told=_TOLD_BY_COLUMN)  # fmt: skip
        return [int(at) for at in positions[:_TOLD_BY_COLUMN]]

    def ids(self, values: Any, place: str) -> Any:
        """A column of non-empty texts, in their NFC form."""
        if isinstance(values, list):
            bad = np.array([not (isinstance(v, str) and v and _writable(v)) for v in values], bool)
            array = pa.array(["" if wrong else v for v, wrong in zip(values, bad, strict=True)], pa.string())
        elif not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            self.refuse(place, _("The column holds %(type)s; texts are expected."), type=str(values.type))
            return pa.array([], pa.string())
        else:
            array = values
            bad = np.asarray(pc.fill_null(pc.equal(pc.binary_length(values), 0), True))
        for at in self._few(bad, place):
            value = values[at] if isinstance(values, list) else values[at].as_py()
            self.refuse(
                f"{place}[{at}]", _("%(value)s is not a text. Write a non-empty text here."), value=_shown(value)
            )
        if bad.any():
            return array
        return array if pc.all(pc.string_is_ascii(array)).as_py() else pc.utf8_normalize(array, "NFC")

    def sorted(self, table: dict[str, Any], place: str) -> dict[str, Any] | None:
        ids = table["ids"]
        ascending = len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py()
        if ascending:
            return table
        order = np.asarray(pc.sort_indices(ids)).astype(np.int64)  # UTF-8 sorts as code points do
        ids = ids.take(pa.array(order))
        twice = np.asarray(pc.equal(ids[:-1], ids[1:]))
        for at in self._few(twice, place):
            first, second = sorted((int(order[at]), int(order[at + 1])))
            self._twice(place, ids[at].as_py(), second, first)
        if twice.any():
            return None
        return {name: ids if name == "ids" else values[order] for name, values in table.items()}

    # --- Promises, and sizes -----------------------------------------------------------------------------------------

    def promises(self, value: object, requests: Requests, devices: Devices) -> tuple[Int64, Int64]:
        asked, given = [], []
        for at, item in enumerate(self.sequence(value, "promises")):
            promise = self.mapping(item, f"promises[{at}]")
            asked.append(self.text(promise.get("request"), f"promises[{at}].request"))
            given.append(self.text(promise.get("device"), f"promises[{at}].device"))
            run = promise.get("run")
            if not (isinstance(run, str) and _SHA256.fullmatch(run)):
                self.refuse(f"promises[{at}].run", _("The SHA-256 of the plan that made the promise is expected."))
        request, device = _positions(asked, requests.ids), _positions(given, devices.ids)
        for at in np.flatnonzero(request < 0).tolist():
            self.refuse(f"promises[{at}].request", _("There is no request “%(id)s”."), id=asked[at])
        for at in np.flatnonzero(device < 0).tolist():
            self.refuse(f"promises[{at}].device", _("There is no device “%(id)s”."), id=given[at])
        made: dict[int, int] = {}
        taken: dict[int, int] = {}
        for at, (r, d) in enumerate(zip(request.tolist(), device.tolist(), strict=True)):
            made[r] = made.get(r, 0) + 1
            if r >= 0 and made[r] > requests.quantity[r]:
                self.refuse(f"promises[{at}].request", _("“%(id)s” is promised more machines than it asks for, %(n)d."),
                            id=asked[at], n=int(requests.quantity[r]))  # fmt: skip
            if d >= 0 and d in taken:
                self.refuse(f"promises[{at}].device", _("“%(id)s” is already promised by promises[%(before)d]."),
                            id=given[at], before=taken[d])  # fmt: skip
            taken.setdefault(d, at)
        return request, device

    def size(self, problem: Problem) -> None:
        """What the network could not hold, or its costs exceed what is exact."""
        free = np.ones(len(problem.requests), bool)
        free[problem.promised_request] = False
        used = int(np.bitwise_or.reduce(problem.requests.extras[free], initial=0)).bit_count()
        if used > MOST_EXTRAS_IN_USE:
            self.refuse("requests", _("%(used)d extras are asked for; at most %(most)d are taken. Ask for fewer."),
                        used=used, most=MOST_EXTRAS_IN_USE)  # fmt: skip
            return
        lattice = len(problem.places_cap) * problem.kinds * problem.grades << used
        if lattice > MOST_LATTICE:
            self.refuse(
                "places",
                _("Places × kinds × grades × sets of extras asked for make %(nodes)d; at most %(most)d are taken."
                  " Ask for fewer extras, or join places."),
                nodes=lattice, most=MOST_LATTICE,
            )  # fmt: skip
        requests = problem.requests
        largest = max(
            int(requests.days.max(initial=0)), len(requests), problem.rules.most_points, problem.rules.fairness_scale,
            int(problem.distance.max(initial=0)), problem.delivery_km,
        )  # fmt: skip
        nodes = 2 + len(problem.tree.ids) + len(requests) + 2 * lattice + len(problem.places_cap)
        if (largest + 1) * nodes >= 2**62:
            self.refuse("problem", _("Distances, days or points are too large to stay exact. Use larger units."))


class _Sizes(NamedTuple):
    nodes: int
    zones: int
    places: int
    kinds: int
    extras: int
    grades: int


def _positions(names: list[str], ids: Any) -> Int64:
    """Where each name is among sorted ids; -1 where it is not."""
    if not names:
        return np.zeros(0, np.int64)
    found = pc.index_in(pa.array(names, ids.type), ids)
    return np.asarray(found.fill_null(-1)).astype(np.int64)


def _array(values: Sequence[int]) -> Int64:
    return np.array(values, np.int64)


def _days(value: object) -> int | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).toordinal() - EPOCH
    except ValueError:
        return None


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    """A value as it is written, cut to what fits in a sentence."""
    text = json.dumps(value) if isinstance(value, bool | None) else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
