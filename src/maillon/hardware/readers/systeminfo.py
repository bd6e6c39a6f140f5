"""`systeminfo` of Windows, as text or with `/fo list` or `/fo csv`, in English, French, German, Spanish, Italian,
Portuguese and Dutch.

The label at the start of each line depends on the language of Windows and its accents on the console's encoding; both
are put aside by `windows.skeleton`. Lists go on under their label, behind `[01]:`. Memory is what Windows may use, a
little less than what is installed. The command gives no serial number.
"""

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

from maillon.hardware.facts import Facts
from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.junk import clean
from maillon.hardware.model import (
    Firmware,
    Machine,
    Memory,
    NetworkInterface,
    NetworkKind,
    Origin,
    Processor,
    Reading,
    System,
)
from maillon.hardware.processor_names import processor_name
from maillon.hardware.quantities import megahertz
from maillon.hardware.readers import windows

LABELS = windows.labels(
    host="Host Name|Nom de l'hôte|Hostname|Nombre de host|Nome host|Nome do host|Nome do anfitrião|Hostnaam",
    os="OS Name|Nom du système d'exploitation|Betriebssystemname|Nombre del sistema operativo|Nome SO|Nome do SO"
    "|Nome do sistema operacional|Naam van besturingssysteem|Naam van het besturingssysteem",
    os_version="OS Version|Version du système|Version du système d'exploitation|Betriebssystemversion"
    "|Versión del sistema operativo|Versione SO|Versão do SO|Versão do sistema operacional"
    "|Versie van besturingssysteem|Versie van het besturingssysteem",
    vendor="System Manufacturer|Fabricant du système|Systemhersteller|Fabricante del sistema|Produttore sistema"
    "|Fabricante do sistema|Systeemfabrikant|Fabrikant van het systeem",
    model="System Model|Modèle du système|Systemmodell|Modelo el sistema|Modelo del sistema|Modello sistema"
    "|Modelo do sistema|Systeemmodel|Model van het systeem",
    type="System Type|Type du système|Systemtyp|Tipo de sistema|Tipo sistema|Systeemtype|Type systeem",
    processors="Processor(s)|Processeur(s)|Prozessor(en)|Procesador(es)|Processore(i)|Processador(es)",
    bios="BIOS Version|Version du BIOS|BIOS-Version|Versión del BIOS|Versione BIOS|Versão do BIOS|BIOS-versie",
    locale="System Locale|Option régionale du système|Paramètres régionaux du système|Systemgebietsschema"
    "|Configuración regional del sistema|Impostazioni locali sistema|Localidade do sistema|Região do sistema"
    "|Landinstellingen van systeem",
    memory="Total Physical Memory|Mémoire physique totale|Gesamter physischer Speicher|Gesamter realer Speicher"
    "|Cantidad total de memoria física|Memoria fisica totale|Memória física total|Totaal fysiek geheugen",
    network="Network Card(s)|Carte(s) réseau|Netzwerkkarte(n)|Tarjeta(s) de red|Schede di rete|Scheda/e di rete"
    "|Placa(s) de rede|Netwerkkaart(en)",
)
_ITEM = re.compile(r"^\s*\[(\d{1,3})\]\s?:\s*(.*)$")
_CPU = re.compile(r"(Intel64|AMD64|x86|EM64T|ARM\w*) Family|(GenuineIntel|AuthenticAMD)", re.IGNORECASE)
_BIOS_DATE = re.compile(r",\s*(\d{1,4}[./-]\d{1,2}[./-]\d{2,4})\s*$")
_MANY = 1000  # machines in one CSV


class Line(NamedTuple):
    """A label's value: its text, where it stands, and its list, with the indentation of each item's line."""

    value: str
    number: int
    items: list[tuple[int, str]]


Lines = dict[str, Line]


def recognise(head: str) -> bool:
    """Three labels of one machine's report, whatever the language."""
    if head.lstrip().startswith('"') and head.count('","') >= 10:
        return len(_known_columns(head.lstrip().split("\n", 1)[0])) >= 4
    found = {field for _number, field, _value in _labelled(head)}
    return len(found) >= 3 and bool(found & {"vendor", "model", "memory", "processors", "bios"})


def parse(text: str, where: Where) -> Machine | Reading:
    if text.lstrip().startswith('"'):
        machines = [_machine(lines, where) for lines in _csv_rows(text)][:_MANY]
    else:
        machines = [_machine(lines, where) for lines in _reports(text)][:_MANY]
    return machines[0] if len(machines) == 1 else Reading("systeminfo", tuple(machines))


def _labelled(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines that begin with a known label: number, field, value."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line[0] in " \t[":
            continue
        label, colon, value = line[:2000].partition(":")
        field = LABELS.get(windows.skeleton(label)) if colon and len(label) < 80 else None
        if field:
            yield number, field, value.strip()


def _reports(text: str) -> Iterator[Lines]:
    """One report a machine; several may follow each other in a file."""
    lines: Lines = {}
    current: Line | None = None
    indented = _dedent(text)
    for number, line in enumerate(indented, 1):
        if not line.strip():
            continue
        if line[0] in " \t[":
            if current is not None and len(current.items) < 500:
                current.items.append((len(line) - len(line.lstrip()), line.strip()))
            continue
        label, colon, value = line[:2000].partition(":")
        field = LABELS.get(windows.skeleton(label)) if colon and len(label) < 80 else None
        if field in lines and field in ("host", "os", "vendor"):
            yield lines
            lines = {}
        current = Line(value.strip(), number, [])
        if field:
            lines.setdefault(field, current)
    if lines:
        yield lines


def _dedent(text: str) -> list[str]:
    """The lines without the indentation they all share, as in a report pasted into a message."""
    lines = [line[:4000] for line in text.split("\n")]
    first = next((line for line in lines if line.strip()), "")
    margin = len(first) - len(first.lstrip())
    return [line[margin:] if not line[:margin].strip() else line for line in lines] if margin else lines


def _known_columns(header: str) -> dict[int, str]:
    names = next(csv.reader([header[:20_000]]), [])
    found = ((index, LABELS.get(windows.skeleton(name))) for index, name in enumerate(names))
    return {index: field for index, field in found if field}


def _csv_rows(text: str) -> Iterator[Lines]:
    """`/fo csv`: a header and a line a machine; lists are in one cell, separated by commas."""
    columns: dict[int, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if (header := _known_columns(line)) and len(header) >= 4:
            columns = header  # each machine's output may carry its own
            continue
        cells = next(csv.reader([line[:200_000]]), [])
        lines: Lines = {}
        for index, field in columns.items():
            if index < len(cells):
                value, *items = re.split(r",(?=\s*\[\d{1,3}\]\s?:)", cells[index])
                lines.setdefault(field, Line(value.strip(), number, [(2, item.strip()) for item in items]))
        if lines:
            yield lines


def _machine(lines: Lines, where: Where) -> Machine:
    def at(field: str) -> Origin:
        return where.line(lines[field].number)

    def value(field: str) -> str | None:
        return lines[field].value if field in lines else None

    system, memory = Facts(System), Facts(Memory)
    for field, label in (("vendor", "vendor"), ("product_name", "model")):
        if label in lines:
            system.put(field, clean(value(label)), at(label))
    if "memory" in lines:
        memory.put("total_bytes", windows.mebibytes(lines["memory"].value), at("memory"))
    os_name = clean(value("os"))
    version = (value("os_version") or "").split(" ")[0]
    return Machine(
        system=system.build(),
        firmware=_firmware(lines, where),
        processors=tuple(_processors(lines, where)),
        memory=memory.build(),
        network=tuple(_network(lines, where)),
        operating_system=" ".join(filter(None, (os_name, version))) if os_name else None,
        tools=(where.tool,),
    )


def _day_first(lines: Lines) -> bool | None:
    """The order of dates follows the locale; American English alone of ours puts the month first."""
    locale = lines["locale"].value.split(";")[0].strip().lower() if "locale" in lines else ""
    return None if not locale else locale != "en-us"


def _firmware(lines: Lines, where: Where) -> Firmware:
    """ "LENOVO N1QET88W (1.63 ), 22/04/2020": maker, version, date."""
    firmware = Facts(Firmware)
    if "bios" not in lines:
        return firmware.build()
    at = where.line(lines["bios"].number)
    text = lines["bios"].value
    if dated := _BIOS_DATE.search(text):
        firmware.put("date", windows.local_date(dated.group(1), _day_first(lines)), at)
        text = text[: dated.start()]
    vendor, version = split_bios(text)
    firmware.put("vendor", clean(vendor), at)
    firmware.put("version", clean(version), at)
    return firmware.build()


_MAKER_ENDS = re.compile(
    r"^(.*?\b(?:Inc\.|Inc|Ltd\.?|LTD|Corp\.|Corporation|GmbH|Co\.|Technologies|Megatrends|Software|AMI|LENOVO|Lenovo|HP"
    r"|Hewlett-Packard|Insyde|INSYDE|Dell|Acer|ASUS|TOSHIBA|FUJITSU|Apple|Intel))\s+(\S.*)$"
)


def split_bios(text: str) -> tuple[str | None, str | None]:
    """The maker and the version that Windows prints side by side; where they part is known for the usual makers."""
    text = " ".join(text.split())
    found = _MAKER_ENDS.match(text)
    if found:
        vendor, version = found.groups()
        while further := re.match(r"((?:Inc\.?|Ltd\.?|LTD|Corp\.?|Co\.,?|International,?)\s+)(\S.*)$", version):
            vendor, version = f"{vendor} {further.group(1).strip()}", further.group(2)
        return vendor, version
    vendor, _blank, version = text.partition(" ")
    return (vendor, version) if version else (None, text)


def _processors(lines: Lines, where: Where) -> Iterator[Processor]:
    """ "[01]: Intel64 Family 6 Model 142 Stepping 9 GenuineIntel ~2712 Mhz": no name, but maker, width and speed."""
    if "processors" not in lines:
        return
    at = where.line(lines["processors"].number)
    texts = [lines["processors"].value] if _CPU.search(lines["processors"].value) else []
    texts += [found.group(2) for _indent, item in lines["processors"].items if (found := _ITEM.match(item))]
    for text in texts[:64]:
        processor = Facts(Processor)
        maker = re.search(r"GenuineIntel|AuthenticAMD|Qualcomm", text)
        if maker:
            names = {"GenuineIntel": "Intel", "AuthenticAMD": "AMD", "Qualcomm": "Qualcomm"}
            processor.put("vendor", names[maker.group()], at)
        if re.match(r"(?:Intel64|AMD64|EM64T) ", text):  # "x86 Family" is what a 32-bit Windows says of any processor
            processor.put("architecture", "x86_64", at)
        elif re.match(r"ARM", text, re.IGNORECASE):
            processor.put("architecture", "aarch64", at)
        if not re.search(r" Family \d+", text):  # rewritten by hand: the name in plain words
            processor.put("model", processor_name(text).model, at)
        processor.put("frequency_mhz", megahertz(text), at)
        if processor:
            yield processor.build()


def _network(lines: Lines, where: Where) -> Iterator[NetworkInterface]:
    """Adapters are the items of the list; what is said of each is indented further, with items of its own."""
    if "network" not in lines:
        return
    at = where.line(lines["network"].number)
    items = [(indent, found.group(2)) for indent, item in lines["network"].items if (found := _ITEM.match(item))]
    outer = min((indent for indent, _text in items), default=0)
    for indent, text in items[:64]:
        if indent > outer or windows.virtual_adapter(text) or re.fullmatch(r"[\d.:a-fA-F%]+", text):
            continue
        interface = Facts(NetworkInterface)
        kind = windows.network_kind(text)
        interface.put("kind", kind if kind is not NetworkKind.UNKNOWN else None, at)
        interface.put("model", clean(text), at)
        yield interface.build()


FORMAT = TextFormat("systeminfo", "systeminfo", recognise, parse)
