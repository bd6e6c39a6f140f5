"""Priority districts (QPV), imported from the official file: none is known before, none is written in the code.

    maillon districts QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson --department 44

The file is that of data.gouv.fr, “Quartiers prioritaires de la politique de la ville”: its archive as it is published,
its GeoJSON in degrees (EPSG:4326), or a table without shapes (CSV, ODS, XLSX). Its properties are known by the names
that its editions gave them. Importing again updates; nothing is removed unless asked, and never what something uses.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.hardware import archives, tables
from maillon.hardware.fleet_values import text as text_of
from maillon.hardware.model import Limits, Unreadable
from maillon.kernel import ledger, wording
from maillon.kernel.actor import Actor, ActorKind, system
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.translation import told
from maillon.territory.models import Commune, District
from maillon.territory.queries import folded

LIMITS = Limits(input_bytes=96 * 2**20, unpacked_bytes=256 * 2**20)
STREAM = uuid5(NAMESPACE_URL, "maillon:districts")  # one history for the platform: these districts are everybody's
DECIMALS = 5  # of a degree: a metre
MOST_TITLES_DOWN = 20
NAMED = 5  # districts named in a sentence

# The names of the properties in the editions seen (SIG Ville, ANCT, data.gouv.fr, cartes of départements), folded.
FIELDS = {
    "code": "codeqp codeqpv codequartier codeduquartier codequartierprioritaire idqp idqpv qpcode code",
    "name": "libqp nomqp libqpv nomqpv libellequartier nomquartier nomduquartier quartierprioritaire libelle nom name",
    "communes": "inseecom codeinsee codecommune codecom codesinsee codescommunes codgeo inseecommune insee",
    "commune_names": "libcom nomcom communeqp nomcommune nomdelacommune nomsdescommunesconcernees commune communes",
}
_CODE = re.compile(r"Q[A-Z]?[0-9AB]{5,8}[A-Z]?")
_COMMUNE_CODE = re.compile(r"\b(?:\d{4,5}|2[AB]\d{3})\b", re.IGNORECASE)
# The municipal arrondissements of the three communes that have some (INSEE's official geographic code).
_ARRONDISSEMENTS = (("75101", "75120", "75056"), ("13201", "13216", "13055"), ("69381", "69389", "69123"))


@dataclass(slots=True)
class Described:
    """A district as a file tells it. where: of its first row or feature."""

    where: str
    code: str
    name: str
    commune_codes: set[str] = field(default_factory=set)
    commune_names: set[str] = field(default_factory=set)
    polygons: list[Any] = field(default_factory=list)  # of a GeoJSON MultiPolygon, degrees

    @property
    def outline(self) -> dict[str, Any] | None:
        return {"type": "MultiPolygon", "coordinates": self.polygons} if self.polygons else None


@dataclass(slots=True)
class Imported:
    """What an import did. problems: sentences, each saying what, where and what to do; those rows did not enter."""

    version: str
    added: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)  # codes no longer in the file, which something uses
    elsewhere: list[str] = field(default_factory=list)  # codes: communes not known here, or departments not asked for
    problems: list[str] = field(default_factory=list)

    @property
    def entered(self) -> int:
        return self.added + self.changed + self.same


def department_of(code: str) -> str:
    """ "QN04401M" is of 44, "QN97414I" of 974, "QP02A001" of 2A."""
    return _department(code.lstrip("QNP")[:3])


def department_of_commune(code: str) -> str:
    return code[:3] if code.startswith("97") else code[:2]


def _department(said: str) -> str:
    """ "1", "01" and "001" are 01."""
    said = said.strip().upper().lstrip("0")
    return said.rjust(2, "0") if said else ""


# --- reading


def read(data: bytes, name: str) -> tuple[dict[str, Described], list[str]]:
    """The districts of a file by code, and what was not understood. Raises Refusal when it is no such file."""
    problems: list[str] = []
    found: dict[str, Described] = {}
    for where, fields, geometry in _entries(data, name):
        try:
            _take(found, where, fields, geometry)
        except Refusal as refused:
            problems.append(f"{wording.colon(where)} {refused}")
    if not found:  # the same fault in each: said once
        raise Refusal(_("%(file)s: this file holds no district.") % {"file": name}, *problems[:1] or [_what_to_give()])
    return found, problems


def _what_to_give() -> str:
    return _("Give the file “Quartiers prioritaires de la politique de la ville” of data.gouv.fr (GeoJSON or CSV).")


Entry = tuple[str, dict[str, str], Any]  # where, properties by the names of FIELDS, geometry


def _entries(data: bytes, name: str) -> Iterator[Entry]:
    if len(data) > LIMITS.input_bytes:
        most = {"file": name, "size": LIMITS.input_bytes >> 20}
        raise Refusal(_("%(file)s: this file is larger than %(size)d MB.") % most, _what_to_give())
    if archives.is_archive(data) and not archives.is_spreadsheet(data):
        data = _in_degrees(data, name)
    if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        return _features(data, name)
    return _rows(data, name)


def _in_degrees(data: bytes, name: str) -> bytes:
    """The GeoJSON of the published archive that is in degrees: the others are in the projections of each region."""
    members = archives.members(data, LIMITS, name)
    if isinstance(members, Unreadable):
        raise Refusal(f"{wording.colon(name)} {told(members.reason)}", told(members.hint))
    shapes = [one for one in members if one.name.lower().endswith((".geojson", ".json"))]
    degrees = [one for one in shapes if re.search(r"wgs ?84|4326", one.name, re.IGNORECASE)] or shapes
    largest = max(degrees, key=lambda one: len(one.content) if isinstance(one.content, bytes) else 0, default=None)
    if largest is None or not isinstance(largest.content, bytes):
        raise Refusal(_("%(file)s: this archive holds no GeoJSON.") % {"file": name}, _what_to_give())
    return largest.content


def _features(data: bytes, name: str) -> Iterator[Entry]:
    try:
        document = json.loads(data)
        features = document["features"]
        shapes = [(one["properties"] or {}, one.get("geometry")) for one in features]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal(_("%(file)s: this is not a GeoJSON of districts.") % {"file": name}, _what_to_give()) from None
    for number, (properties, geometry) in enumerate(shapes, 1):
        said = {key: text_of(value) for key, value in properties.items() if isinstance(value, str | int | float)}
        titles = _titles(list(said))
        fields = {field: said[list(said)[at]] for field, at in titles.items()}
        yield _("Feature %(number)d") % {"number": number}, fields, geometry


def _rows(data: bytes, name: str) -> Iterator[Entry]:
    read_tables = tables.read_tables(data, LIMITS)
    if isinstance(read_tables, Unreadable):
        raise Refusal(f"{wording.colon(name)} {told(read_tables.reason)}", told(read_tables.hint))
    for table in read_tables:
        for start, row in enumerate(table.rows[:MOST_TITLES_DOWN], 1):
            titles = _titles([text_of(cell) for cell in row])
            if "code" in titles and "name" in titles:
                return _under(table, start, titles)
    raise Refusal(
        _("%(file)s: no line of titles names a code and a name (such as code_qp, lib_qp).") % {"file": name},
        _what_to_give(),
    )


def _under(table: tables.Table, start: int, titles: dict[str, int]) -> Iterator[Entry]:
    for number, row in enumerate(table.rows[start:], start + 1):
        fields = {field: text_of(row[at]) for field, at in titles.items() if at < len(row)}
        if any(fields.values()):
            yield _("Row %(number)d") % {"number": number}, fields, None


def _titles(titles: Sequence[str]) -> dict[str, int]:
    """Which title names each field: its surest name first, as FIELDS lists them."""
    plain = [re.sub(r"[^a-z0-9]", "", folded(title)) for title in titles]
    found = {
        field: next((plain.index(one) for one in names.split() if one in plain), -1) for field, names in FIELDS.items()
    }
    return {field: at for field, at in found.items() if at >= 0}


def _take(found: dict[str, Described], where: str, fields: dict[str, str], geometry: Any) -> None:
    """Add what a row or a feature says; a district of several communes may have one in each. Raises Refusal."""
    code, name = fields.get("code", "").upper().replace(" ", ""), fields.get("name", "").strip()
    if not _CODE.fullmatch(code):
        raise Refusal(
            _("“%(code)s” is not the code of a district.") % {"code": code[:40]},
            _("Write it as the decree does, such as QN followed by five digits and a letter."),
        )
    if not name:
        raise Refusal(_("The district %(code)s has no name.") % {"code": code}, _("Write its name."))
    polygons = _polygons(geometry)
    one = found.setdefault(code, Described(where, code, name[:160]))
    one.commune_codes |= {said.upper().rjust(5, "0") for said in _COMMUNE_CODE.findall(fields.get("communes", ""))}
    one.commune_names |= {folded(said) for said in re.split(r"[,;/|]", fields.get("commune_names", "")) if said.strip()}
    one.polygons += polygons


def _polygons(geometry: Any) -> list[Any]:
    if not geometry:
        return []
    try:
        kind, coordinates = geometry["type"], geometry["coordinates"]
        polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
        return [[[_degrees(point) for point in ring] for ring in polygon] for polygon in polygons]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        raise Refusal(
            _("The outline is neither a Polygon nor a MultiPolygon."), _("Take the GeoJSON as data.gouv.fr gives it.")
        ) from None


def _degrees(point: Sequence[float]) -> list[float]:
    east, north = float(point[0]), float(point[1])
    if not (-180 <= east <= 180 and -90 <= north <= 90):
        raise Refusal(_("The coordinates are not degrees."), _("Take the file whose name ends in WGS84 (EPSG:4326)."))
    return [round(east, DECIMALS), round(north, DECIMALS)]


# --- entering


def import_districts(
    *, actor: Actor, data: bytes, name: str, departments: Iterable[str] = (), remove: bool = False
) -> Imported:
    """Add the districts of a file and update those already there.

    departments: such as "44" or "974"; all of the file's when empty. remove: also remove the districts of the same
    departments that this file no longer holds; those that something uses stay. Raises NotAllowed, Refusal.
    """
    if actor.kind is not ActorKind.SYSTEM:
        actor.require("organisation.change")
        if not actor.oversees:
            raise NotAllowed("organisation.change")
    found, problems = read(data, name)
    wanted = {_department(one) for one in departments} - {""}
    done = Imported(version=Path(name).stem[:40], problems=problems)
    chosen = [one for code, one in found.items() if not wanted or department_of(code) in wanted]
    done.elsewhere = [code for code in found if wanted and department_of(code) not in wanted]
    known = _communes_of(chosen)
    if not known.codes:
        raise Refusal(_("This platform holds no commune yet."), _("Run `maillon serve` once: it loads them."))
    with transaction.atomic():
        entering = {}
        for one in chosen:
            communes = known.of(one)
            if communes:
                entering[one.code] = (one, communes)
            elif not one.commune_codes and not one.commune_names:
                done.problems.append(
                    _("%(where)s: the district %(code)s names no commune. Write its INSEE code.")
                    % {"where": one.where, "code": one.code}
                )
            else:
                done.elsewhere.append(one.code)
        _store(done, entering)
        if remove:
            _remove(done, found)
        ledger.append(
            "districts.imported",
            actor,
            STREAM,
            added=done.added,
            changed=done.changed,
            removed=done.removed,
            file=hashlib.sha256(data).hexdigest(),
        )
    return done


@dataclass(frozen=True, slots=True)
class _Communes:
    codes: frozenset[str]
    names: dict[tuple[str, str], list[str]]  # department, folded name -> codes

    def of(self, one: Described) -> set[str]:
        codes = {_whole(code) for code in one.commune_codes} & self.codes
        if codes or one.commune_codes:
            return codes
        named = (self.names.get((department_of(one.code), name), []) for name in one.commune_names)
        return {codes[0] for codes in named if len(codes) == 1}


def _communes_of(districts: Iterable[Described]) -> _Communes:
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    codes = []
    by_name = {
        (department_of(one.code), name) for one in districts if not one.commune_codes for name in one.commune_names
    }
    for code, name in Commune.objects.values_list("code", "name"):
        codes.append(code)
        if by_name and (key := (department_of_commune(code), folded(name))) in by_name:
            names[key].append(code)
    return _Communes(frozenset(codes), names)


def _whole(code: str) -> str:
    """The commune of a municipal arrondissement; any other code as it is."""
    return next((whole for first, last, whole in _ARRONDISSEMENTS if first <= code <= last), code)


def _store(done: Imported, entering: dict[str, tuple[Described, set[str]]]) -> None:
    known = {one.pk: one for one in District.objects.select_for_update().filter(pk__in=entering)}
    links = District.communes.through
    linked: dict[str, set[str]] = defaultdict(set)
    for district, commune in links.objects.filter(district__in=entering).values_list("district_id", "commune_id"):
        linked[district].add(commune)
    rows = []
    for code, (one, communes) in entering.items():
        was = known.get(code)
        outline = one.outline or (was.outline if was else None)  # a table has no shapes: those known stay
        if was is None:
            done.added += 1
        elif (was.name, was.outline, linked[code]) != (one.name, outline, communes):
            done.changed += 1
        else:
            done.same += 1
        rows.append(District(code=code, name=one.name, outline=outline, version=done.version))
    District.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "outline", "version"],
    )
    gone = [(code, commune) for code, (_one, communes) in entering.items() for commune in linked[code] - communes]
    for code, commune in gone:
        links.objects.filter(district_id=code, commune_id=commune).delete()
    links.objects.bulk_create(
        [
            links(district_id=code, commune_id=commune)
            for code, (_one, communes) in entering.items()
            for commune in sorted(communes - linked[code])
        ],
        batch_size=500,
    )


def _remove(done: Imported, found: dict[str, Described]) -> None:
    departments = {department_of(code) for code in found}
    for district in District.objects.exclude(pk__in=found).order_by("pk"):
        if department_of(district.pk) not in departments:
            continue
        try:
            with transaction.atomic():
                district.delete()
        except ProtectedError:
            done.kept.append(district.pk)
        else:
            done.removed += 1


# --- the command line


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon districts",
        description=_("Import the priority districts (QPV) from the official file; importing again updates them."),
        epilog=" ".join(
            [
                _("The file: “Quartiers prioritaires de la politique de la ville” on data.gouv.fr, its archive or its"),
                _("GeoJSON in degrees (WGS84, EPSG:4326), or a table without shapes (CSV, ODS, XLSX)."),
                _("Exit codes: 0 all entered, 1 something was refused (with its reasons), 2 wrong use."),
                _("Example: maillon districts QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson --department 44"),
            ]
        ),
    )
    parser.add_argument("file", type=Path, help=_("the file of the districts"))
    parser.add_argument(
        "--department",
        action="append",
        default=[],
        metavar="CODE",
        help=_("only the districts of this department (44, 2A, 974); may be given several times"),
    )
    parser.add_argument(
        "--remove",
        action="store_true",
        help=_("remove the districts of these departments that the file no longer holds, unless something uses them"),
    )
    options = parser.parse_args(argv)
    try:
        done = import_districts(
            actor=system(),
            data=options.file.read_bytes(),
            name=options.file.name,
            departments=options.department,
            remove=options.remove,
        )
    except Refusal as refused:
        sys.stderr.write(f"maillon districts: {refused}\n")
        return 1
    for problem in done.problems:
        sys.stderr.write(f"maillon districts: {options.file.name}, {problem}\n")
    sys.stdout.write("\n".join(summary(done)) + "\n")
    return 1 if done.problems else 0


def summary(done: Imported) -> list[str]:
    """What an import did, a sentence each."""
    said = [
        _("%(added)d added, %(changed)d changed, %(same)d as they were (%(version)s).")
        % {"added": done.added, "changed": done.changed, "same": done.same, "version": done.version}
    ]
    if done.elsewhere:
        text = ngettext(
            "%(count)d district of elsewhere was left out: %(codes)s.",
            "%(count)d districts of elsewhere were left out: %(codes)s.",
            len(done.elsewhere),
        )
        some = ", ".join(done.elsewhere[:NAMED]) + ("…" if len(done.elsewhere) > NAMED else "")
        said.append(text % {"count": len(done.elsewhere), "codes": some})
    if done.removed:
        text = ngettext(
            "%(count)d district that the file no longer holds was removed.",
            "%(count)d districts that the file no longer holds were removed.",
            done.removed,
        )
        said.append(text % {"count": done.removed})
    if done.kept:
        text = _("No longer in the file, and kept because something uses them: %(codes)s.")
        said.append(text % {"codes": ", ".join(done.kept)})
    return said
