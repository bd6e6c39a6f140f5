"""`msinfo32` of Windows: the `.nfo` document (XML) and the text report, in English and French (summary also in German
and Spanish).

Both are a tree of categories holding label-value rows; the names of the XML elements themselves change with the
language, so that rows are read by position. Like `systeminfo`, it gives no serial number.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from maillon.hardware.drives import drive_kind, drive_text
from maillon.hardware.facts import Facts
from maillon.hardware.formats import TextFormat, Where, XmlFormat
from maillon.hardware.junk import clean, clean_mac
from maillon.hardware.model import (
    Board,
    Display,
    Firmware,
    Graphics,
    Machine,
    Memory,
    NetworkInterface,
    NetworkKind,
    Origin,
    Peripheral,
    Processor,
    Storage,
    StorageKind,
    System,
)
from maillon.hardware.processor_names import processor_name, processor_vendor
from maillon.hardware.quantities import size_bytes
from maillon.hardware.readers import windows
from maillon.hardware.readers.systeminfo import split_bios

SUMMARY = windows.labels(
    os="OS Name|Nom du système d'exploitation|Betriebssystemname|Nombre del sistema operativo|Nombre del SO",
    os_version="Version|Versión",
    vendor="System Manufacturer|Fabricant|Fabricant du système|Systemhersteller|Fabricante del sistema",
    model="System Model|Modèle|Modèle du système|Systemmodell|Modelo del sistema",
    type="System Type|Type|Type du système|Systemtyp|Tipo de sistema",
    sku="System SKU|Référence (SKU) du système|SKU du système|System-SKU|SKU del sistema",
    processor="Processor|Processeur|Prozessor|Procesador",
    bios="BIOS Version/Date|Version du BIOS/Date|BIOS-Version/-Datum|Versión y fecha de BIOS",
    mode="BIOS Mode|Mode BIOS|BIOS-Modus|Modo de BIOS",
    board_vendor="BaseBoard Manufacturer|Fabricant de la carte de base|BaseBoard-Hersteller"
    "|Fabricante de la placa base",
    board_model="BaseBoard Product|BaseBoard Model|Produit de la carte de base|Modèle de la carte de base"
    "|BaseBoard-Produkt|Producto de placa base",
    board_version="BaseBoard Version|Version de la carte de base|BaseBoard-Version|Versión de la placa base",
    secure="Secure Boot State|État du démarrage sécurisé|Sicherer Startzustand|Estado de arranque seguro",
    role="Platform Role|Rôle de la plateforme|Plattformrolle|Rol de plataforma",
    locale="Locale|Option régionale|Gebietsschema|Configuración regional",
    installed="Installed Physical Memory (RAM)|Mémoire physique (RAM) installée|Mémoire physique installée (RAM)"
    "|Installierter physischer Speicher (RAM)|Memoria física instalada (RAM)",
    total="Total Physical Memory|Mémoire physique totale|Gesamter physischer Speicher|Memoria física total",
)
CATEGORIES = windows.labels(
    summary="System Summary|Résumé système|Systemübersicht|Resumen del sistema",
    display="Display|Affichage|Anzeige|Pantalla",
    adapter="Adapter|Carte|Carte réseau|Adaptador",
    disks="Disks|Disques|Datenträger|Discos",
    sound="Sound Device|Périphérique audio|Périphérique son|Audiogerät|Dispositivo de sonido",
    optical="CD-ROM|CDROM",
)
ROWS = windows.labels(
    name="Name|Nom|Nombre",
    description="Description|Beschreibung|Descripción",
    maker="Manufacturer|Fabricant|Hersteller|Fabricante|Adapter Type|Type de carte|Type d'adaptateur",
    model="Model|Modèle|Modell|Modelo",
    media="Media Type|Type de média|Type de support|Medientyp|Tipo de medio",
    size="Size|Taille|Größe|Tamaño",
    memory="Adapter RAM|RAM de la carte|Mémoire RAM de la carte|Adapter-RAM|RAM del adaptador",
    resolution="Resolution|Résolution|Auflösung|Resolución",
    drive="Drive|Lecteur|Laufwerk|Unidad",
)
_MAC = re.compile(r"^(?:[0-9A-Fa-f]{2}[:‑-]){5}[0-9A-Fa-f]{2}$")
_BYTES = re.compile(r"\(([\d\s.,\u00a0\u202f]{1,40})\)?\s*(?:bytes|octets)", re.IGNORECASE)
_CPU = re.compile(r"^(.{1,200}?),\s*(\d{3,5})\s*MHz(?:,\s*(\d{1,4})\s[^,]*)?(?:,\s*(\d{1,4})\s.*)?$", re.IGNORECASE)
_MAX_ROWS = 200_000


class Row(NamedTuple):
    label: str
    value: str
    at: Origin


Sections = dict[str, list[Row]]
"""Category -> its rows; categories that are not looked at are left out."""


# --- the two shapes


def recognise_text(head: str) -> bool:
    """Rows cut by tabs, four of them with labels of the summary: the report, or what was copied of it."""
    if "\t" not in head:
        return False
    labels = {SUMMARY.get(windows.skeleton(line.split("\t")[0][:80])) for line in head.split("\n")[:80] if "\t" in line}
    return len(labels - {None, "type", "os_version"}) >= 4


def parse_text(text: str, where: Where) -> Machine:
    sections: Sections = {"summary": []}
    current = sections["summary"]  # where a copied piece begins without saying so
    for number, line in enumerate(text.split("\n")[:_MAX_ROWS], 1):
        if line.startswith("["):
            category = CATEGORIES.get(windows.skeleton(line[:100]))
            current = sections.setdefault(category, []) if category else []
        elif "\t" in line:
            label, _tab, value = line[:4000].partition("\t")
            current.append(Row(label.strip(), value.strip(), where.line(number)))
    return _machine(sections, where)


def recognise_xml(root: Any) -> bool:
    return str(root.tag) == "MsInfo"


def parse_xml(root: Any, where: Where) -> Machine:
    sections: Sections = {}
    for path, category in _categories(root, ""):
        field = CATEGORIES.get(windows.skeleton(str(category.get("name", ""))[:100]))
        if field:
            sections.setdefault(field, []).extend(_xml_rows(category, path, where))
    return _machine(sections, where)


def _categories(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    stack = [(path, node)]
    while stack:
        above, current = stack.pop()
        for child in reversed(list(current)):
            if child.tag == "Category":
                stack.append((f"{above}/{child.get('name', '')}", child))
        if current is not node:
            yield above, current


def _xml_rows(category: Any, path: str, where: Where) -> Iterator[Row]:
    for index, data in enumerate(child for child in category if child.tag == "Data"):
        cells = [(cell.text or "").strip() for cell in data]
        if cells:
            origin = Origin(where.tool, f"{path.strip('/')}, row {index + 1}", where.file)
            yield Row(cells[0], cells[1] if len(cells) > 1 else "", origin)


# --- the machine


def _machine(sections: Sections, where: Where) -> Machine:
    said: dict[str, Row] = {}
    for row in sections.get("summary", []):
        field = SUMMARY.get(windows.skeleton(row.label[:80]))
        if field and row.value:
            said.setdefault(field, row)
    os_name = clean(said["os"].value) if "os" in said else None
    version = said["os_version"].value.split(" ")[0] if "os_version" in said else ""
    cards = list(_records(sections.get("display", [])))
    return Machine(
        system=_filled(System, said, vendor="vendor", product_name="model", sku="sku"),
        board=_filled(Board, said, vendor="board_vendor", model="board_model", version="board_version"),
        firmware=_firmware(said),
        processors=tuple(_processors(sections.get("summary", []))),
        memory=_memory(said),
        storage=(*_disks(sections.get("disks", [])), *_optical(sections.get("optical", []))),
        graphics=tuple(_graphics(cards)),
        displays=tuple(_displays(cards)),
        network=tuple(_network(sections.get("adapter", []))),
        audio=tuple(_sound(sections.get("sound", []))),
        clues=windows.platform_clue(said["role"].value, said["role"].at) if "role" in said else {},
        operating_system=" ".join(filter(None, (os_name, version))) if os_name else None,
        tools=(where.tool,),
    )


def _filled(part: Any, said: dict[str, Row], **fields: str) -> Any:
    facts: Facts[Any] = Facts(part)
    for field, label in fields.items():
        if label in said:
            facts.put(field, clean(said[label].value), said[label].at)
    return facts.build()


def _firmware(said: dict[str, Row]) -> Firmware:
    firmware = Facts(Firmware)
    if row := said.get("bios"):
        text, _comma, date = row.value.rpartition(",")
        day_first = False if "United States" in said.get("locale", row).value else True if "locale" in said else None
        firmware.put("date", windows.local_date(date, day_first), row.at)
        vendor, version = split_bios(text)
        firmware.put("vendor", clean(vendor), row.at)
        firmware.put("version", clean(version), row.at)
    if row := said.get("mode"):
        firmware.put("uefi", "UEFI" in row.value.upper(), row.at)
    if row := said.get("secure"):
        state = {"on": True, "activ": True, "ein": True, "activado": True, "off": False, "dsactiv": False, "aus": False}
        firmware.put("secure_boot", state.get(windows.skeleton(row.value)), row.at)
    return firmware.build()


def _memory(said: dict[str, Row]) -> Memory:
    """What is installed where the report says it, else what Windows may use of it."""
    memory = Facts(Memory)
    for label in ("installed", "total"):
        if row := said.get(label):
            memory.put("total_bytes", size_bytes(row.value, kilo=1024), row.at)
    return memory.build()


def _processors(summary: list[Row]) -> Iterator[Processor]:
    for row in summary:
        if SUMMARY.get(windows.skeleton(row.label[:80])) != "processor":
            continue
        found = _CPU.match(row.value)
        said = found.group(1) if found else row.value
        said = re.sub(r"\b(?:x86|Intel64|AMD64|EM64T) Family \d+ Model \d+ Stepping \d+", "", said)  # is no name
        name = processor_name(re.sub(r"^\s*(?:GenuineIntel|AuthenticAMD)\s*~\d+.*$", r"", said))
        processor = Facts(Processor)
        maker = processor_vendor(next(iter(re.findall(r"GenuineIntel|AuthenticAMD", row.value)), None))
        processor.put("vendor", name.vendor or maker, row.at)
        processor.put("model", name.model, row.at)
        processor.put("frequency_mhz", name.frequency_mhz, row.at)
        if found:
            for field, value in zip(("frequency_mhz", "cores", "threads"), found.groups()[1:], strict=True):
                processor.put(field, int(value) if value else None, row.at)
        if processor:
            yield processor.build()


def _records(rows: list[Row]) -> Iterator[dict[str, Row]]:
    """The devices of a category: a new one begins where the label that began the first comes back.

    The heading of the table ("Item", "Value" in the language of Windows) comes before, once.
    """
    record: dict[str, Row] = {}
    known = (row.label for row in rows if row.value and windows.skeleton(row.label[:80]) in ROWS)
    first = next(known, "")
    for row in rows:
        if row.label == first and record:
            yield record
            record = {}
        field = ROWS.get(windows.skeleton(row.label[:80]))
        if field:
            record.setdefault(field, row)
        if "\\" in row.value and windows.bus_id(row.value):
            record.setdefault("path", row)
        elif _MAC.match(row.value):
            record.setdefault("mac", row)
    if record:
        yield record


def _put(facts: Facts[Any], record: dict[str, Row], **fields: str) -> None:
    for field, label in fields.items():
        if label in record:
            facts.put(field, clean(record[label].value), record[label].at)


def _exact_bytes(text: str) -> int | None:
    found = _BYTES.search(text[:200])
    digits = re.sub(r"\D", "", found.group(1)) if found else ""
    return int(digits) if digits else None


def _disks(rows: list[Row]) -> Iterator[Storage]:
    for record in list(_records(rows))[:64]:
        storage = Facts(Storage)
        for label in ("model", "description"):
            if row := record.get(label):
                name = re.sub(r"\s+(?:ATA|USB|SCSI Disk|SCSI) Device$", "", row.value)
                known = drive_text(name) if label == "model" or len(name.split()) > 2 else None
                storage.put("model", known, row.at)
                if "USB" in row.value:
                    storage.put("interface", "USB", row.at)
        if row := record.get("size"):
            storage.put("size_bytes", _exact_bytes(row.value) or size_bytes(row.value, kilo=1024), row.at)
        removable = (
            re.search(r"removable|amovible|externe|external", record["media"].value, re.IGNORECASE)
            if "media" in record
            else None
        )
        kind = drive_kind(model=storage.values.get("model"), interface=storage.values.get("interface"))
        if storage:
            first = next(iter(record.values()))
            storage.put("kind", StorageKind.REMOVABLE if removable else kind, first.at)
            yield storage.build()


def _optical(rows: list[Row]) -> Iterator[Storage]:
    for record in list(_records(rows))[:8]:
        if row := record.get("name") or record.get("description"):
            yield Storage(
                kind=StorageKind.OPTICAL, model=drive_text(row.value), origin={"model": row.at, "kind": row.at}
            )


def _graphics(cards: list[dict[str, Row]]) -> Iterator[Graphics]:
    for record in cards[:16]:
        graphics = Facts(Graphics)
        _put(graphics, record, model="name")
        if row := record.get("path"):
            graphics.put("bus_id", windows.bus_id(row.value), row.at)
        if row := record.get("memory"):
            memory = _exact_bytes(row.value) or size_bytes(row.value, kilo=1024)
            graphics.put("memory_bytes", memory if memory and memory >= 4 * 2**20 else None, row.at)
        if "bus_id" in graphics or "memory_bytes" in graphics:
            yield graphics.build()


def _displays(cards: list[dict[str, Row]]) -> Iterator[Display]:
    """The picture in use: the card tells its size, not which screen shows it."""
    for record in cards[:16]:
        row = record.get("resolution")
        found = re.match(r"\s*(\d{3,5})\s*x\s*(\d{3,5})", row.value) if row else None
        if row and found:
            at = {"width_px": row.at, "height_px": row.at}
            yield Display(width_px=int(found.group(1)), height_px=int(found.group(2)), origin=at)


def _network(rows: list[Row]) -> Iterator[NetworkInterface]:
    for record in list(_records(rows))[:64]:
        row = record.get("path")
        name = re.sub(r"^\[\d+\]\s*", "", record["name"].value) if "name" in record else ""
        if not row or windows.virtual_adapter(name):
            continue
        interface = Facts(NetworkInterface)
        kind = windows.network_kind(name)
        interface.put("kind", kind if kind is not NetworkKind.UNKNOWN else None, record.get("name", row).at)
        interface.put("model", clean(name), record.get("name", row).at)
        interface.put("bus_id", windows.bus_id(row.value), row.at)
        if mac := record.get("mac"):
            interface.put("mac", clean_mac(mac.value.replace("‑", ":")), mac.at)
        yield interface.build()


def _sound(rows: list[Row]) -> Iterator[Peripheral]:
    for record in list(_records(rows))[:16]:
        sound = Facts(Peripheral)
        _put(sound, record, model="name", vendor="maker")
        if row := record.get("path"):
            sound.put("bus_id", windows.bus_id(row.value), row.at)
        if sound:
            yield sound.build()


FORMATS = (
    XmlFormat("msinfo32", "msinfo32", recognise_xml, parse_xml),
    TextFormat("msinfo32-text", "msinfo32", recognise_text, parse_text),
)
