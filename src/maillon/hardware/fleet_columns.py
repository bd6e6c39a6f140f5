"""Which column of a list holds what: guessed from its title and from its values, with the evidence, and
corrigible.

A title alone may lie ("Type" above model names) and values alone may deceive; together they seldom do. A
column about people (user, e-mail) is recognised in order to be left out: a stock of computers needs no names.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from maillon.hardware import fleet_values as values
from maillon.hardware.junk import clean_uuid
from maillon.hardware.messages import Message, _
from maillon.hardware.model import StorageKind
from maillon.hardware.tables import Cell, Table

FIELDS = {
    "kind": _("kind of machine"),
    "designation": _("description"),
    "vendor": _("maker"),
    "model": _("model"),
    "serial": _("serial number"),
    "asset_tag": _("inventory number"),
    "uuid": _("UUID"),
    "processor": _("processor"),
    "memory": _("memory"),
    "storage": _("disk"),
    "storage_kind": _("kind of disk"),
    "graphics": _("graphics card"),
    "os": _("operating system"),
    "screen": _("size of the screen"),
    "mac": _("MAC address"),
    "quantity": _("quantity"),
    "purchase_date": _("purchase date"),
    "state": _("state"),
    "donor": _("donor"),
    "place": _("place"),
    "host_name": _("name on the network"),
    "comment": _("comment"),
    "person": _("person: left out"),
    "other": _("something else: left out"),
}
"""What a column may hold, and what people call it. A mapping may give any of these, or None, to any
column."""

SYNONYMS = {
    "kind": "type|type de materiel|type materiel|type d equipement|type equipement|type de machine|type machine"
    "|type de poste|type d appareil|type appareil|type de pc|type pc|type ordinateur|type d ordinateur|categorie"
    "|category"
    "|nature|famille|form factor|device type|computer type|chassis|chassis type|genre|format",
    "designation": "designation|libelle|description|article|materiel|equipement|produit|item|appareil|objet|intitule"
    "|device|machine|ordinateur|computer|pc|asset name|product|nom du produit",
    "vendor": "marque|constructeur|fabricant|manufacturer|brand|vendor|make|maker|marque pc|hersteller|marca"
    "|fabricante",
    "model": "modele|model|modele pc|modele ordinateur|gamme|product name|nom du modele|reference|ref"
    "|reference produit"
    "|modell|modelo|marque modele|marque et modele|model name|model number|reference constructeur",
    "serial": "numero de serie|n de serie|no de serie|n serie|no serie|num serie|num de serie|numero serie|ns|s n|sn"
    "|serial|serial number|serial no|serialnumber|service tag|servicetag|tag service|serie|seriennummer"
    "|numero de serie pc"
    "|numero de serie constructeur|n de serie pc|numero serie constructeur|n serie constructeur",
    "asset_tag": "inventaire|numero inventaire|numero d inventaire|n inventaire|n d inventaire|no inventaire"
    "|etiquette"
    "|asset tag|asset|tag|assettag|code barre|code barres|numero immobilisation|n immobilisation|immo|n immo"
    "|immobilisation"
    "|n parc|n de parc|numero de parc|numero parc|id parc|ref interne|reference interne|numero interne"
    "|inventory number"
    "|inventaire etiquette|etiquette inventaire|code inventaire|inventory|n etiquette|numero etiquette|id materiel",
    "uuid": "uuid|smbios uuid|hardware uuid|system uuid",
    "processor": "processeur|proc|cpu|processor|type processeur|type de processeur|microprocesseur"
    "|modele processeur|prozessor"
    "|procesador|processeur modele|cpu model",
    "memory": "ram|memoire|memoire vive|memory|memoire ram|taille memoire|quantite ram|quantite de ram"
    "|capacite ram|ram installee"
    "|taille ram|total memory|installed ram|arbeitsspeicher|memoria|memoire installee|ram totale|ram size"
    "|memory size",
    "storage": "disque|disque dur|hdd|stockage|storage|capacite disque|capacite du disque|taille disque"
    "|taille du disque|dd|disk"
    "|ssd|hard drive|hard disk|disque 1|disque 2|disque ssd|espace disque|hdd ssd|ssd hdd|disques"
    "|capacite stockage|disk size"
    "|capacite de stockage|taille disque dur|capacite disque dur|festplatte|disco|disque dur 1|disque dur 2"
    "|capacite|storage size",
    "storage_kind": "type disque|type de disque|type du disque|type stockage|type de stockage|disk type"
    "|type disque dur|storage type"
    "|technologie disque|type de disque dur|type hdd",
    "graphics": "carte graphique|gpu|graphics|graphics card|carte video|video",
    "os": "os|systeme|systeme d exploitation|systeme exploitation|operating system|windows|version windows"
    "|os version|version os"
    "|version de windows|se",
    "screen": "ecran|taille ecran|taille d ecran|taille de l ecran|screen|screen size|pouces|diagonale|taille"
    "|dimension ecran"
    "|display|display size|pouce",
    "mac": "mac|adresse mac|mac address|adresse physique|mac ethernet|adresse mac ethernet|mac wifi|adresse mac wifi",
    "quantity": "qte|quantite|quantity|qty|nombre|nb|nbre|nombre de postes|nb postes|nb de postes|count"
    "|nombre de machines"
    "|nb pc|nombre de pc|nombre d ordinateurs|anzahl|cantidad|qt",
    "purchase_date": "date d achat|date achat|achat|purchase date|date acquisition|date d acquisition"
    "|annee d achat|annee achat"
    "|annee|year|mise en service|date mise en service|date de mise en service|date facture|date de facture"
    "|date livraison"
    "|annee acquisition|annee d acquisition|purchased|date|date entree|annee de fabrication|annee mise en service",
    "state": "etat|etat general|state|condition|status|statut|etat fonctionnel|grade|etat physique|fonctionnel"
    "|fonctionne"
    "|etat du materiel|working|etat materiel",
    "donor": "donateur|donor|organisme donateur|provenance|origine|entreprise|societe|nom du donateur"
    "|structure donatrice|don de",
    "place": "lieu|emplacement|site|localisation|location|salle|bureau|batiment|service|agence|ville|piece|etage"
    "|ecole"
    "|etablissement|direction|lieu de stockage|local",
    "host_name": "nom machine|nom de machine|nom de la machine|nom du poste|nom poste|nom ordinateur"
    "|nom de l ordinateur|hostname"
    "|host name|nom pc|nom du pc|computer name|nom reseau|nom netbios|poste|device name|machine name",
    "person": "utilisateur|utilisateurs|user|username|nom utilisateur|nom de l utilisateur|affectation|affecte a"
    "|attribue a"
    "|beneficiaire|nom|prenom|nom prenom|nom et prenom|prenom nom|email|e mail|mail|adresse mail|courriel"
    "|telephone|tel"
    "|assigned to|owner|login|agent|contact|last user|primary user|dernier utilisateur|collaborateur",
    "comment": "commentaire|commentaires|remarque|remarques|observation|observations|notes|note|comment|comments"
    "|remarks|divers"
    "|info|infos|informations|details|precision|precisions|defaut|defauts|panne",
    "other": "prix|prix ht|prix ttc|valeur|valeur ht|montant|cout|garantie|fin de garantie|date fin garantie"
    "|warranty|adresse ip"
    "|ip|ip address|licence|cle windows|cle de licence|mot de passe|password|facture|n facture|fournisseur"
    "|n commande|commande"
    "|chargeur|connexion|imei|batterie|battery|etat batterie|sante batterie|bios|mdp|vnc|amortissement|domaine"
    "|domain|webcam|poids"
    "|keyboard|clavier|wifi|n|no|numero|num|id|index|ligne|usb|lecteur|lecteur dvd|resolution",
}  # fmt: skip
_BY_TITLE = {title: field for field, titles in SYNONYMS.items() for title in titles.split("|")}
_ALONE = (
    "device machine pc ordinateur computer produit product item article date nom taille capacite note notes "
    "service site type reference ref serie annee year index numero num ligne info infos detail details format "
    "nature display bureau agent poste contact agence direction local ville ecole societe entreprise origine "
    "achat "
)
_VAGUE = frozenset(_ALONE.split())  # words that mean what they mean only when they stand alone
_FREE_SPACE = re.compile(r"\b(?:libre|free|restant|disponible|available|utilise|used)\b")
_LONG_TITLES = sorted((t for t in _BY_TITLE if len(t) > 2 and t not in _VAGUE), key=len, reverse=True)
_TITLE_UNIT = re.compile(r"\b(go|gb|gio|gib|giga|mo|mb|mio|mib|to|tb|tio)\b", re.IGNORECASE)
_WITHIN = re.compile(r"\s[-–>:]\s")
_MAX_HEADER_ROW = 40
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Column:
    index: int  # from 0
    title: str
    field: str | None  # of FIELDS; None: not known, left out
    confidence: float = 0.0  # 0 to 1; 1 when a person said so
    evidence: tuple[Message, ...] = ()
    unit: str = ""  # "m", "g", "t" when the title says it: "RAM (Go)"

    @property
    def name(self) -> str:
        """What people call the column: its title, or its letter in a spreadsheet."""
        return self.title or letters(self.index)


@dataclass(frozen=True, slots=True)
class Mapping:
    sheet: str
    header_row: int  # from 1; 0 when the list has no titles
    columns: tuple[Column, ...]

    def with_field(self, index: int, field: str | None) -> "Mapping":
        """The mapping corrected by a person. Raises ValueError for a field that does not exist."""
        if field is not None and field not in FIELDS:
            raise ValueError(f"Unknown field {field!r}; expected one of {', '.join(FIELDS)} or None.")
        said = (Message(_("Chosen by a person.")),)
        changed = (
            replace(column, field=field, confidence=1.0, evidence=said) if column.index == index else column
            for column in self.columns
        )
        return replace(self, columns=tuple(changed))

    def of(self, field: str) -> list[Column]:
        return [column for column in self.columns if column.field == field]

    def to_json(self) -> dict[str, Any]:
        """What `from_json` takes back; the evidence is for people and stays here."""
        columns = [
            {"index": c.index, "title": c.title, "field": c.field, "confidence": round(c.confidence, 2)}
            for c in self.columns
        ]
        return {"sheet": self.sheet, "header_row": self.header_row, "columns": columns}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Mapping":
        """Raises ValueError or KeyError when it is not what `to_json` wrote."""
        columns = []
        for column in said["columns"]:
            field = column["field"]
            if field is not None and field not in FIELDS:
                raise ValueError(f"Unknown field {field!r}; expected one of {', '.join(FIELDS)} or None.")
            title = str(column["title"])
            confidence = float(column.get("confidence", 1.0))
            columns.append(Column(int(column["index"]), title, field, confidence, (), title_unit(title)))
        return cls(str(said["sheet"]), int(said["header_row"]), tuple(columns))


def letters(index: int) -> str:
    """The spreadsheet's name of a column: 0 -> "A", 27 -> "AB"."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


# --- titles


def title_unit(title: str) -> str:
    found = _TITLE_UNIT.search(title)
    return found.group(1)[0].lower() if found else ""


@lru_cache(maxsize=4096)
def title_field(title: str) -> tuple[str, float] | None:
    """The field that a title names and how surely: whole titles 0.9, titles that contain a known one 0.7 or
    less."""
    plain = re.sub(r"[(\[].*?[)\]]", " ", title[:120])
    folded = values.fold(plain) or values.fold(title[:120])
    folded = re.sub(r" (?:go|gb|mo|mb|to|tb)$", "", folded)
    if folded in _BY_TITLE:
        return _BY_TITLE[folded], 0.9
    inner = values.fold(_WITHIN.split(plain)[-1])  # "Composants - Mémoire", as GLPI exports
    if inner != folded and inner in _BY_TITLE:
        return _BY_TITLE[inner], 0.8
    if _FREE_SPACE.search(folded):
        return "other", 0.5
    padded = f" {folded} "
    for known in _LONG_TITLES:
        if f" {known} " in padded and (" " in known or len(known) * 2 >= len(folded)):
            return _BY_TITLE[known], 0.7 if len(known) * 2 >= len(folded) else 0.5
    return None


# --- values

_PROCESSOR = re.compile(
    r"\bi[3579][ -]?\d{3,5}|\bcore ?(?:2|i[3579]|m\d?|ultra)\b|\bryzen\b|\bxeon\b|\bceleron\b|\bpentium\b"
    r"|\batom\b|\bathlon\b"
    r"|\bsempron\b|\bphenom\b|\bintel\b|\bamd\b|^i[3579]\b|^[am]\d{1,2}[ -]\d{4}|\bapple m\d|^m[1-4]\b|\ba(?:4|6"
    r"|8|9|10|12)-\d{4}",
    re.IGNORECASE,
)
_MAKERS = re.compile(
    r"^(?:hp|hpe|hewlett.packard|dell|lenovo|asus(?:tek)?|acer|apple|toshiba|fujitsu|msi|samsung|microsoft|sony"
    r"|packard ?bell"
    r"|medion|huawei|ibm|compaq|panasonic|lg|dynabook|nec|gigabyte|intel|thomson|archos|terra|wortmann|honor"
    r"|xiaomi|google"
    r"|unowhy|elitegroup|clevo|emachines|gateway|zotac|shuttle|hannspree|viewsonic|aures|siemens)(?:[ .,].*)?$",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"\bwin(?:dows)?\.? ?(?:xp|vista|7|8(?:\.1)?|10|11|pro)|\blinux\b|ubuntu|\bmint\b|debian|mac ?os|chrome ?os"
    r"|^w(?:7|8|10|11)\b|^10\.0\.\d{5}|^6\.[123]\.\d{4}",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9/.\-]{4,24}")


def _is_text(cell: Cell, mark: re.Pattern[str]) -> bool:
    return mark.search(values.text(cell)) is not None


def _is_date(cell: Cell) -> bool:
    return not isinstance(cell, bool) and values.date(cell) is not None


def _is_year_or_date(cell: Cell) -> bool:
    said = values.text(cell)
    return _is_date(cell) and not (said.isdigit() and not 1995 <= int(said) <= 2035)


def _is_memory(cell: Cell) -> bool:
    said = values.memory(cell)
    return said is not None and said.total_bytes <= 256 * values.GIBI and not _is_disk_text(cell)


def _is_disk_text(cell: Cell) -> bool:
    return any(disk.kind is not StorageKind.UNKNOWN for disk in values.disks(cell) or [])


def _is_disk(cell: Cell) -> bool:
    found = values.disks(cell)
    return bool(found) and any((disk.size_bytes or 32 * values.GIGA) >= 32 * values.GIGA for disk in found or [])


TESTS: dict[str, Callable[[Cell], bool]] = {
    "kind": lambda cell: (
        bool(values.kind(values.text(cell)) or values.no_machine(values.text(cell)))
        or values.fold(values.text(cell)) in ("pc", "ordinateur")
    ),
    "vendor": lambda cell: _is_text(cell, _MAKERS),
    "serial": lambda cell: _SERIAL.fullmatch(values.text(cell).upper()) is not None,
    "uuid": lambda cell: clean_uuid(values.text(cell)) is not None,
    "mac": lambda cell: values.mac(cell) is not None,
    "processor": lambda cell: _is_text(cell, _PROCESSOR),
    "memory": _is_memory,
    "storage": _is_disk,
    "os": lambda cell: _is_text(cell, _SYSTEM),
    "purchase_date": _is_year_or_date,
    "quantity": lambda cell: (values.count(cell) or 0) in range(1, 1000),
}
_UNTITLED = ("uuid", "mac", "os", "processor", "vendor", "kind", "storage", "memory", "serial")
"""Fields that values alone can show, the surest first."""


def share(cells: list[Cell], field: str) -> float:
    """How many of the values that say something look like those of the field, from 0 to 1."""
    said = [cell for cell in cells if not values.says_nothing(values.text(cell))]
    return sum(map(TESTS[field], said)) / len(said) if said else 0.0


def describes_computers(mapping: Mapping, table: Table) -> bool:
    """Whether most descriptions name a kind of computer, a processor, or something that stands beside computers."""
    cells = [
        row[c.index]
        for c in mapping.of("designation")
        for row in table.rows[mapping.header_row :]
        if len(row) > c.index
    ]
    said = [values.text(cell) for cell in cells[:_SAMPLE] if cell]
    telling = [text for text in said if values.kind(text) or values.no_machine(text) or _PROCESSOR.search(text)]
    return 2 * len(telling) > len(said)


# --- the guess


def guess_columns(table: Table, header_row: int | None = None) -> Mapping:
    """Where the titles are and what each column holds; columns that nothing tells have no field.

    header_row: the row of the titles, when a person said it (0: there are none).
    """
    header = _header_row(table) if header_row is None else header_row
    titles = [values.text(cell) for cell in table.rows[header - 1]] if header else []
    width = max((len(row) for row in table.rows[: _SAMPLE + header]), default=0)
    samples = _samples(table, header, width)
    columns = [_guess(i, titles[i] if i < len(titles) else "", samples[i]) for i in range(width)]
    return Mapping(table.sheet, header, tuple(_without_clashes(columns, samples)))


def _samples(table: Table, header: int, width: int) -> list[list[Cell]]:
    rows = table.rows[header : header + _SAMPLE]
    return [[row[i] for row in rows if i < len(row) and row[i] not in ("", None)] for i in range(width)]


def _header_row(table: Table) -> int:
    """The row whose cells are known titles, at least two different ones; 0 when there is none.

    A later row wins only when it is clearly better: a title like "Inventaire du matériel" holds known words
    too.
    """
    best, best_score = 0, 0.0
    for number, row in enumerate(table.rows[:_MAX_HEADER_ROW], 1):
        titles = [values.text(cell) for cell in row if isinstance(cell, str) and 0 < len(cell) <= 60]
        fields = dict(found for title in titles if (found := title_field(title)))
        score = sum(0.3 if field == "other" else sure for field, sure in fields.items())
        score -= 0.5 * sum(re.search(r"\d{3}", title) is not None for title in titles)  # those are values
        if len(fields) >= 2 and score >= 1.2 and score > best_score * 1.15:
            best, best_score = number, score
    return best


def _guess(index: int, title: str, cells: list[Cell]) -> Column:
    unit = title_unit(title)
    named = title_field(title) if title else None
    if named:
        field, sure = named
        evidence = [Message(_("Its title is “%(title)s”."), {"title": title})]
        if field in TESTS and cells:
            alike = share(cells, field)
            evidence.append(_values_evidence(alike, cells, field))
            if alike < 0.2 and len(cells) >= 3 and (other := _by_values(index, title, cells, unit)):
                return other
            sure = min(0.99, sure + 0.09) if alike >= 0.6 else sure - 0.3 if alike < 0.2 else sure
        return Column(index, title, field, sure, tuple(evidence), unit)
    return _by_values(index, title, cells, unit) or Column(index, title, None)


def _by_values(index: int, title: str, cells: list[Cell], unit: str) -> Column | None:
    if len(cells) < 2:
        return None
    for field in _UNTITLED:
        alike = share(cells, field)
        if alike >= 0.8 and (field != "serial" or _all_different(cells)):
            return Column(index, title, field, 0.6 * alike, (_values_evidence(alike, cells, field),), unit)
    return None


def _all_different(cells: list[Cell]) -> bool:
    said = [values.text(cell) for cell in cells]
    long = sum(len(text) for text in said) >= 6 * len(said)
    return long and len(set(said)) >= 0.9 * len(said)


def _values_evidence(alike: float, cells: list[Cell], field: str) -> Message:
    return Message(
        _("%(alike)d of its %(count)d values look like this: %(field)s."),
        {"alike": round(alike * len(cells)), "count": len(cells), "field": Message(FIELDS[field])},
    )


_SEVERAL = frozenset(["storage", "comment", "person", "other", "mac", "place"])


def _without_clashes(columns: list[Column], samples: list[list[Cell]]) -> Iterable[Column]:
    """One column a field, the surest; two that say "Type" are told apart by their values."""
    best: dict[str, Column] = {}
    for column in columns:
        held = best.get(column.field or "")
        if column.field and (held is None or column.confidence > held.confidence):
            best[column.field] = column
    for column in columns:
        if column.field and column.field not in _SEVERAL and best[column.field] is not column:
            other = Message(_("Column “%(name)s” holds that already."), {"name": best[column.field].name})
            spare = {"model": "designation", "designation": "model"}.get(column.field)
            if spare and spare not in best and samples[column.index]:
                best[spare] = column
                yield replace(column, field=spare, confidence=0.4)
            else:
                yield replace(column, field=None, confidence=0.0, evidence=(*column.evidence, other))
        else:
            yield column
