"""Lists of computers: columns guessed and corrected, cells understood or named, rows kept, repeated or left out."""

import datetime
import io
import json
import re
import struct

import odfdo
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware import fleet, fleet_values, reading
from maillon.hardware.fleet import read_fleet, read_rows
from maillon.hardware.fleet_columns import SYNONYMS, Mapping, guess_columns, title_field
from maillon.hardware.model import Kind, Limits, Reading, StorageKind, Unreadable
from maillon.hardware.tables import Table, csv_table, find_delimiter

from .samples import CORPUS

GIB, GB = 2**30, 10**9
TITLES = ["Type", "Marque", "Modèle", "N° de série", "RAM", "Disque", "Processeur"]
ROW = ["Portable", "HP", "ProBook 450 G5", "5CD8123ABC", "8 Go", "SSD 256", "i5-8250U"]


def csv_of(*rows, mark=";"):
    return "\n".join(mark.join(str(cell) for cell in row) for row in rows).encode()


def machines(data, mapping=None):
    read = read_fleet(data, mapping)
    assert isinstance(read, Reading), str(read.reason)
    return read.machines


def remarks(data):
    read = read_fleet(data)
    return [str(warning) for warning in read.warnings]


def xlsx(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(out := io.BytesIO())
    return out.getvalue()


def ods(*sheets):
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    for name, rows in sheets:
        table = odfdo.Table(name)
        table.set_values(rows)
        document.body.append(table)
    document.save(out := io.BytesIO())
    return out.getvalue()


# --- the whole


def test_a_list_as_schools_keep_them():
    fleet_read = read_rows((CORPUS / "fleet/ecole.csv").read_bytes())
    first = fleet_read.rows[0]
    assert (first.number, first.machine.kind, first.machine.system.vendor) == (5, Kind.NOTEBOOK, "HP")
    assert (first.machine.system.model, first.machine.system.serial) == ("ProBook 450 G5", "5CD8123ABC")
    assert first.machine.memory.total_bytes == 8 * GIB
    assert [(d.kind, d.size_bytes) for d in first.machine.storage] == [(StorageKind.SATA_SSD, 256 * GB)]
    assert first.machine.chassis.asset_tag == "INV-001"
    assert first.notes == {"purchase_date": "2019-03-18", "state": "Bon", "donor": "Ville"}
    assert first.machine.memory.origin["total_bytes"] == ("fleet list", "row 5, column RAM (Go)", "")
    assert [row.machine.kind for row in fleet_read.rows] == [
        Kind.NOTEBOOK, Kind.DESKTOP, Kind.DESKTOP, Kind.ALL_IN_ONE, Kind.UNKNOWN,
    ]  # fmt: skip
    assert "Exemple" not in repr(fleet_read.rows)  # names of people are left out


def test_every_oddity_of_that_list_is_named():
    said = remarks((CORPUS / "fleet/ecole.csv").read_bytes())
    assert "Row 7, column “RAM (Go)”: “8 Go ?” is not a quantity. Write 8 GB." in said
    assert any(
        text.startswith("Row 9, column “N° de série”: the spreadsheet turned this number into “1,23E+15”")
        for text in said
    )
    assert "Rows 8: screens, no computers: left out." in said
    assert "Row 11 repeats row 5 (serial number 5CD8123ABC): left out." in said
    assert "Row 12 holds only “Salle 12”: taken for a title, left out." in said
    assert "Row 14 looks like a total and was left out: “Total”." in said
    assert len(said) == 7


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16"])
def test_delimiters_and_encodings(mark, encoding):
    data = csv_of(TITLES, ROW, [*ROW[:3], "5CD8123ABD", *ROW[4:]], mark=mark).decode().encode(encoding)
    read = reading.read(data)
    assert isinstance(read, Reading) and read.format == "fleet-list", str(read)
    assert [(m.kind, m.system.serial) for m in read.machines] == [
        (Kind.NOTEBOOK, "5CD8123ABC"),
        (Kind.NOTEBOOK, "5CD8123ABD"),
    ]


def test_quotes_hold_delimiters_and_line_ends():
    data = 'Type;Marque;Modèle;Commentaire\nPortable;HP;"ProBook; 450";"écran rayé\nclavier ""usé"""\n'.encode()
    (row,) = read_rows(data).rows
    assert row.machine.system.model == "ProBook; 450"
    assert row.notes["comment"] == 'écran rayé clavier "usé"'


def test_excel_s_own_hints_in_a_csv():
    data = csv_of(["sep=;"], TITLES, [*ROW[:3], '="00123456"', *ROW[4:]])
    assert machines(data)[0].system.serial == "00123456"


@pytest.mark.parametrize("make", [xlsx, ods], ids=["xlsx", "ods"])
def test_spreadsheets(make):
    rows = [["Parc 2026"], [""], ["Marque", "Modèle", "N° série", "Mémoire vive", "Stockage", "Date d'achat"],
            ["HP", "ProBook 450 G5", "5CD8123ABC", 8, "256 Go SSD", datetime.date(2019, 3, 18)],
            ["Dell", "OptiPlex 3050", "7XK2LQ2", "8192", 500, 43542]]  # fmt: skip
    read = read_rows(make(("Portables", rows), ("Notes", [["bonjour"], ["à faire"]])))
    assert [row.machine.memory.total_bytes for row in read.rows] == [8 * GIB, 8 * GIB]
    assert [row.notes["purchase_date"] for row in read.rows] == ["2019-03-18", "2019-03-18"]
    assert read.rows[0].machine.kind is Kind.NOTEBOOK  # the sheet is called "Portables"
    assert read.rows[0].machine.system.origin["serial"].at == "sheet Portables, row 4, column N° série"
    assert [str(w) for w in read.warnings] == ["Sheet “Notes” is no list of computers: left out."]


def test_each_sheet_has_its_own_columns():
    data = xlsx(
        ("Portables", [TITLES, ROW]), ("Fixes", [["Série", "Constructeur", "Désignation"], ["7XK2LQ2", "Dell", "UC"]])
    )
    read = read_rows(data)
    assert [(row.sheet, row.machine.kind) for row in read.rows] == [
        ("Portables", Kind.NOTEBOOK),
        ("Fixes", Kind.DESKTOP),
    ]
    assert [mapping.sheet for mapping in read.mappings] == ["Portables", "Fixes"]


def test_a_serial_number_that_became_a_rounded_number_is_said_and_not_kept():
    data = xlsx(("Parc", [TITLES, [*ROW[:3], 1234567890123456789, *ROW[4:]], [*ROW[:3], 4871203956, *ROW[4:]]]))
    read = read_rows(data)
    assert [row.machine.system.serial for row in read.rows] == [None, "4871203956"]
    assert "lost its digits" in str(read.warnings[0])


def test_a_rounded_inventory_number_is_said_as_well():
    read = read_rows(csv_of([*TITLES, "Étiquette"], [*ROW, "1,2E+12"]))
    assert read.rows[0].machine.chassis.asset_tag is None and "“1,2E+12”" in str(read.warnings[0])


def test_a_cell_at_the_end_of_the_sheet_does_not_take_the_memory():
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "x"
    book.save(out := io.BytesIO())
    refused = read_fleet(out.getvalue())
    assert isinstance(refused, Unreadable) and "absurd" in str(refused.reason)


@pytest.mark.parametrize("cut", [200, 2000, -40])
def test_a_damaged_spreadsheet_has_a_reason(cut):
    refused = reading.read(xlsx(("Parc", [TITLES, ROW]))[:cut])
    assert isinstance(refused, Unreadable) and str(refused.hint)


def test_an_office_document_that_is_no_spreadsheet_has_a_reason():
    refused = reading.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert isinstance(refused, Unreadable) and "spreadsheet" in str(refused.reason)


# --- Excel 97


def biff(rows):
    """A workbook of Excel 97 with one sheet of texts and numbers, in the container that Office used then."""

    def record(number, data=b""):
        return struct.pack("<HH", number, len(data)) + data

    def text(value):
        return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")

    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            at = struct.pack("<HHH", r, c, 0)
            number = isinstance(value, int | float)
            cells += record(0x203, at + struct.pack("<d", value)) if number else record(0x204, at + text(value))
    start = struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6)
    sheet = record(0x809, start) + record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, 20, 0)) + cells + record(0x0A)
    name = struct.pack("<BB", 4, 0) + b"Parc"
    head = record(0x809, start[:2] + b"\x05\x00" + start[4:])
    size = len(head) + len(record(0x85, bytes(6) + name)) + len(record(0x0A))
    book = head + record(0x85, struct.pack("<IBB", size, 0, 0) + name) + record(0x0A) + sheet
    return ole(book.ljust(8192, b"\0"))


def ole(stream, name="Workbook"):
    """A compound file: header, one sector of allocation table, one of directory, then the stream."""
    sectors = len(stream) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)

    def entry(name, kind, child, first, size):
        raw = name.encode("utf-16-le") + b"\0\0" if name else b""
        links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        return (raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1) + links + bytes(36)
                + struct.pack("<IQ", first, size))  # fmt: skip

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    return header.ljust(512, b"\xff") + fat + directory.ljust(512, b"\0") + stream


def test_a_workbook_of_excel_97():
    read = reading.read(biff([TITLES, [*ROW[:4], 8, *ROW[5:]]]))
    assert isinstance(read, Reading), str(read.reason)
    (machine,) = read.machines
    assert (machine.system.serial, machine.memory.total_bytes) == ("5CD8123ABC", 8 * GIB)


def test_a_workbook_with_a_password_says_so():
    refused = reading.read(ole(bytes(8192), "EncryptedPackage"))
    assert isinstance(refused, Unreadable) and "password" in str(refused.reason)


# --- columns


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("RAM (Go)", "memory"), ("Proc.", "processor"), ("N° de série", "serial"), ("S/N", "serial"), ("NS", "serial"),
        ("Modèle", "model"), ("MARQUE", "vendor"), ("Type", "kind"), ("Disque", "storage"),
        ("Date d'achat", "purchase_date"),
        ("Inventaire/Étiquette", "asset_tag"), ("État", "state"), ("Donateur", "donor"), ("Qté", "quantity"),
        ("Service Tag", "serial"), ("Serial Number", "serial"), ("Memory", "memory"), ("Hard drive", "storage"),
        ("Utilisateur", "person"), ("Nom du poste", "host_name"), ("Système d’exploitation", "os"),
        ("Prix HT", "other"),
        ("Type de disque", "storage_kind"), ("Capacité disque (Go)", "storage"), ("Adresse MAC", "mac"),
    ],
)  # fmt: skip
def test_titles_in_french_and_english(title, field):
    assert title_field(title)[0] == field


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Free storage", "other"),
        ("Espace libre (Go)", "other"),
        ("Azure AD Device ID", None),
        ("Last check-in date", None),
    ],
)
def test_titles_that_only_hold_a_known_word_are_not_taken_for_it(title, field):
    assert (title_field(title) or (None,))[0] == field


def test_an_export_of_a_management_console():
    titles = ["Device name", "Azure AD Device ID", "OS version", "Model", "Manufacturer", "Serial number",
              "Total storage", "Free storage", "Primary user email address", "Wi-Fi MAC"]  # fmt: skip
    row = ["PC-0{}", "0f1e2d3c-0000-4000-8000-00000000000{}", "10.0.19045.2965", "HP ProBook 450 G5", "HP",
           "5CD8123AB{}", "238 GB", "120 GB", "personne@exemple.org", "9CB6D010203{}"]  # fmt: skip
    data = csv_of(titles, *[[cell.format(n) for cell in row] for n in range(1, 5)], mark=",")
    first = read_rows(data).rows[0]
    assert first.machine.system.serial == "5CD8123AB1"
    assert [disk.size_bytes for disk in first.machine.storage] == [238 * GB]
    assert first.machine.network[0].mac == "9c:b6:d0:10:20:31"
    assert first.notes == {"host_name": "PC-01"} and "personne" not in repr(first)


def test_a_model_alone_names_its_maker():
    data = csv_of(["Type", "Modèle", "N° de série"], ["Portable", "ProBook 450 G5", "5CD8123ABC"],
                  ["Fixe", "OptiPlex 3050", "7XK2LQ2"])  # fmt: skip
    assert [m.system.vendor for m in machines(data)] == ["HP", "Dell"]


def test_no_title_names_two_fields():
    titles = [title for titles in SYNONYMS.values() for title in titles.split("|")]
    assert len(titles) == len(set(titles))


def guess(*rows):
    return {c.title or c.index: c.field for c in guess_columns(Table("", tuple(map(tuple, rows)))).columns}


def test_values_correct_a_title_that_misleads():
    rows = [["Type", "Série", "RAM"]] + [["i5-8250U", f"5CD812{n}ABC", "8 Go"] for n in range(5)]
    assert guess(*rows) == {"Type": "processor", "Série": "serial", "RAM": "memory"}


def test_a_list_without_titles_is_known_by_its_values():
    rows = [["Portable", "HP", f"5CD812{n}ABC", "8 Go", "SSD 256 Go", "i5-8250U"] for n in range(5)]
    mapping = guess_columns(Table("", tuple(map(tuple, rows))))
    assert mapping.header_row == 0
    assert [c.field for c in mapping.columns] == ["kind", "vendor", "serial", "memory", "storage", "processor"]
    assert all(c.confidence < 0.7 and c.evidence for c in mapping.columns)


def test_the_guess_says_how_sure_it_is_and_why():
    columns = guess_columns(csv_table(csv_of(TITLES, ROW, ROW, ROW).decode())).columns
    memory = columns[4]
    assert (memory.field, memory.confidence) == ("memory", 0.99)
    assert [str(e) for e in memory.evidence] == ["Its title is “RAM”.", "3 of its 3 values look like this: memory."]


def test_a_corrected_mapping_is_followed_and_survives_json():
    data = csv_of(["Type", "Marque", "Objet", "Code"], ["Portable", "HP", "ProBook 450", "5CD8123ABC"],
                  ["Fixe", "HP", "ProDesk 400", "CZC8123ABC"])  # fmt: skip
    guessed = guess_columns(csv_table(data.decode()))
    corrected = guessed.with_field(3, "asset_tag").with_field(2, "model").with_field(0, None)
    given_back = Mapping.from_json(json.loads(json.dumps(corrected.to_json())))
    first = machines(data, given_back)[0]
    assert (first.chassis.asset_tag, first.system.serial, first.system.model) == ("5CD8123ABC", None, "ProBook 450")
    assert first.kind is Kind.UNKNOWN
    with pytest.raises(ValueError, match="Unknown field 'colour'"):
        guessed.with_field(0, "colour")


def test_titles_below_a_preamble_and_repeated_titles():
    data = csv_of(["Inventaire du matériel de l'école"], ["Édité le 12/03/2026 par type de machine"], [], TITLES,
        ROW, TITLES,
                  [*ROW[:3], "5CD8123ABD", *ROW[4:]])  # fmt: skip
    read = read_rows(data)
    assert [row.number for row in read.rows] == [5, 7]
    assert read.warnings == ()


def test_a_text_with_commas_is_no_list():
    text = "Bonjour, voici la liste, comme promis.\nElle est longue, très longue.\nÀ demain, peut-être.\n"
    assert isinstance(reading.read(text.encode()), Unreadable)
    assert isinstance(read_fleet(b"a;b;c\n1;2;3\n"), Unreadable)


# --- cells


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("8 Go", 8), ("8G", 8), ("8192", 8), (8.0, 8), ("8 GB DDR4", 8), ("8Go", 8), ("2x4 Go", 8), ("4+4 Go", 8),
        ("16 384 Mo", None), ("3,5 Go", 3.5), ("512 Mo", 0.5), ("DDR3L 4 Go", 4), ("8 Go de RAM", 8), ("8 Go ?", None),
        ("beaucoup", None), ("256", None), ("16 Go ou 8", None), ("-8", None), ("1e9", None), ("8 To", None),
        ("0", None),
    ],
)  # fmt: skip
def test_memory(cell, expected):
    said = fleet_values.memory(cell)
    assert (said and said.total_bytes) == (expected and expected * GIB)


def test_the_title_gives_the_unit():
    assert fleet_values.memory("256", "g").total_bytes == 256 * GIB
    assert fleet_values.memory("4096", "m").total_bytes == 4 * GIB
    assert fleet_values.memory("8192", "g").total_bytes == 8 * GIB  # megabytes all the same
    assert fleet_values.disks("1", "t")[0].size_bytes == 10**12


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("SSD 256", [("sata_ssd", 256)]), ("256 Go SSD", [("sata_ssd", 256)]), ("1 To", [("unknown", 1000)]),
        ("HDD 500 + SSD 128", [("hdd", 500), ("sata_ssd", 128)]), ("2 x 500 Go", [("unknown", 500)] * 2),
        ("NVMe 512 Go", [("nvme", 512)]), ("eMMC 32 Go", [("emmc", 32)]), ("SSD", [("sata_ssd", None)]),
        ("SSD/256", [("sata_ssd", 256)]), ("500", [("unknown", 500)]), ("aucun", []), ("", []), ("1", None),
        ("256 Go ?", None), ("grand", None), ("500 To", None), ("DD 320 Go", [("unknown", 320)]),
    ],
)  # fmt: skip
def test_disks(cell, expected):
    said = fleet_values.disks(cell)
    found = None if said is None else [(d.kind.value, d.size_bytes and d.size_bytes // GB) for d in said]
    assert found == expected


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("portable", Kind.NOTEBOOK), ("PC Portable", Kind.NOTEBOOK), ("fixe", Kind.DESKTOP), ("UC", Kind.DESKTOP),
        ("Unité centrale", Kind.DESKTOP), ("tout-en-un", Kind.ALL_IN_ONE), ("Tablette", Kind.TABLET),
        ("Mini-PC", Kind.MINI_PC), ("Client léger", Kind.THIN_CLIENT), ("Serveur", Kind.SERVER), ("PC", None),
        ("2-en-1", Kind.CONVERTIBLE), ("laptop", Kind.NOTEBOOK), ("desktop", Kind.DESKTOP), ("VM", Kind.VIRTUAL),
    ],
)  # fmt: skip
def test_words_for_kinds(word, kind):
    assert fleet_values.kind(word) is kind


@pytest.mark.parametrize(
    "thing", ["Écran 24 pouces", "imprimante HP", "Vidéoprojecteur", "souris", "station d'accueil", "TNI"]
)
def test_what_is_no_computer_is_listed_and_left_out(thing):
    data = csv_of(TITLES, ROW, [thing, "HP", "X", "CNABC12345", "", "", ""])
    read = read_rows(data)
    assert len(read.rows) == 1
    assert "Rows 3:" in str(read.warnings[0]) and "no computers: left out." in str(read.warnings[0])


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("18/03/2022", "2022-03-18"), ("18/03/22", "2022-03-18"), ("mars 2019", "2019-03"),
        ("12 août 2020", "2020-08-12"),
        (2018, "2018"), ("2018", "2018"), (44638, "2022-03-18"), (44638.5, "2022-03-18"), ("03/2020", "2020-03"),
        ("2020-04-22", "2020-04-22"), (datetime.date(2020, 4, 22), "2020-04-22"), ("31/02/2020", None),
        ("hier", None), (7, None),
    ],
)  # fmt: skip
def test_dates(cell, iso):
    assert fleet_values.date(cell) == iso


def test_a_column_of_american_dates_is_known_by_its_values():
    titles = ["Type", "Serial number", "Purchase date"]
    data = csv_of(titles, ["laptop", "5CD8123ABC", "03/18/2022"], ["laptop", "5CD8123ABD", "04/05/2022"])
    assert [row.notes["purchase_date"] for row in read_rows(data).rows] == ["2022-03-18", "2022-04-05"]


# --- rows


def test_a_quantity_makes_that_many_machines_without_serial_numbers():
    data = csv_of(
        ["Type", "Marque", "Modèle", "Qté"], ["Fixe", "Dell", "OptiPlex 3050", "12"], ["Fixe", "HP", "400 G4", ""]
    )
    assert len(machines(data)) == 13
    assert remarks(data) == ["Row 2: 12 machines without serial numbers."]


def test_a_quantity_beside_a_serial_number_is_one_machine_and_a_remark():
    data = csv_of([*TITLES, "Qté"], [*ROW, "3"])
    assert len(machines(data)) == 1
    assert remarks(data) == ["Row 2: 3 machines can not share a serial number; one was kept."]


@pytest.mark.parametrize(("cell", "count"), [("0", 0), ("beaucoup", 1), ("1000000", 1)])
def test_odd_quantities_are_named(cell, count):
    data = csv_of(["Type", "Marque", "Modèle", "Qté"], ["Fixe", "Dell", "3050", "2"], ["Fixe", "HP", "400 G4", cell])
    assert len(machines(data)) == 2 + count
    assert len(remarks(data)) == 2


def test_rows_that_repeat_and_rows_that_only_share_a_serial_number():
    data = csv_of(TITLES, ROW, ROW, [*ROW[:4], "16 Go", *ROW[5:]])
    assert [m.memory.total_bytes // GIB for m in machines(data)] == [8, 16]
    assert [text[:40] for text in remarks(data)] == [
        "Row 3 repeats row 2 (serial number 5CD81",
        "Rows 2 and 4 have the same serial number",
    ]


def test_rows_without_serial_numbers_may_repeat():
    row = [*ROW[:3], "", *ROW[4:]]
    assert len(machines(csv_of(TITLES, row, row))) == 2 and remarks(csv_of(TITLES, row, row)) == []


def test_a_row_that_says_nothing_of_a_computer_is_named():
    data = csv_of([*TITLES, "État", "Lieu"], [*ROW, "", ""], [""] * 7 + ["bon", "salle 3"])
    assert remarks(data) == ["Row 3 says nothing of a computer and was left out: “bon ; salle 3”."]


def test_a_description_in_one_cell_is_taken_apart():
    data = csv_of(["Désignation", "N° de série"], ["PC portable HP ProBook 450 G5 i5-8250U 8Go SSD 256Go",
        "5CD8123ABC"],
                  ["Unité centrale Dell OptiPlex 3050", "7XK2LQ2"], ["ThinkPad T470 16 Go 512 Go NVMe",
                      "PF0ABC12"])  # fmt: skip
    found = machines(data)
    assert [(m.kind, m.system.vendor, m.system.model) for m in found] == [
        (Kind.NOTEBOOK, "HP", "ProBook 450 G5"),
        (Kind.DESKTOP, "Dell", "OptiPlex 3050"),
        (Kind.UNKNOWN, "Lenovo", "ThinkPad T470"),
    ]
    assert (found[0].processors[0].model, found[0].memory.total_bytes) == ("i5-8250U", 8 * GIB)
    assert [(d.kind, d.size_bytes) for m in found for d in m.storage] == [
        (StorageKind.SATA_SSD, 256 * GB),
        (StorageKind.NVME, 512 * GB),
    ]
    assert found[2].memory.total_bytes == 16 * GIB


def test_the_kind_of_disk_may_have_its_own_column():
    data = csv_of(["Marque", "Modèle", "Capacité disque", "Type disque"], ["HP", "400 G4", "256", "SSD"])
    assert [(d.kind, d.size_bytes) for d in machines(data)[0].storage] == [(StorageKind.SATA_SSD, 256 * GB)]


def test_a_title_that_names_the_kind_of_disk_tells_it():
    data = csv_of(["Marque", "Modèle", "SSD (Go)", "HDD (Go)"], ["HP", "400 G4", "256", "1000"])
    assert {(d.kind, d.size_bytes) for d in machines(data)[0].storage} == {
        (StorageKind.SATA_SSD, 256 * GB),
        (StorageKind.HDD, 1000 * GB),
    }


# --- properties

TITLE = st.sampled_from([*TITLES, "Qté", "État", "Donateur", "Nom", "Étiquette", "Date d'achat", "", "???"])
CELL = st.one_of(
    st.sampled_from(
        ["8 Go", "SSD 256", "portable", "écran", "1,5E+14", "HP", "i5-8250U", "2019", "", "-", "12", "5CD8123ABC"]
    ),
    st.text(max_size=15),
)


@given(titles=st.lists(TITLE, min_size=2, max_size=7), rows=st.lists(st.lists(CELL, max_size=8), max_size=8))
def test_any_table_ends_as_rows_or_a_reason(titles, rows):
    found = fleet.rows_of([Table("", (tuple(titles), *map(tuple, rows)))])
    if isinstance(found, Unreadable):
        return
    numbers = [row.number for row in found.rows]
    assert numbers == sorted(numbers) and len(set(numbers)) == len(numbers)
    assert all(1 < number <= len(rows) + 1 for number in numbers)


@given(
    amount=st.sampled_from([2, 4, 8, 16, 32, 64]),
    shape=st.sampled_from(["{0} Go", "{0}Go", "{0} GB", "{0}G", "{0}", "{1} Mo", "{1}", "DDR4 {0} Go", "{0} Go DDR3"]),
)
def test_the_same_memory_in_any_writing(amount, shape):
    assert fleet_values.memory(shape.format(amount, amount * 1024)).total_bytes == amount * GIB


@given(st.text(max_size=60))
def test_no_text_crashes_the_cells(text):
    """Each answers what it promises or None, whatever was typed; what is understood is never negative."""
    memory, disks = fleet_values.memory(text), fleet_values.disks(text)
    assert memory is None or memory.total_bytes is None or memory.total_bytes > 0
    assert disks is None or all(disk.size_bytes is None or disk.size_bytes > 0 for disk in disks)
    day, count = fleet_values.date(text), fleet_values.count(text)
    assert day is None or re.fullmatch(r"\d{4}(-\d{2}){0,2}", day)
    assert count is None or count >= 0
    assert fleet_values.kind(text) in (None, *Kind)
    assert fleet_values.no_machine(text) is None or text.strip()


@given(st.text(alphabet=';,|\t"\n aé1', max_size=200))
def test_no_text_crashes_the_cutting(text):
    assert find_delimiter(text)
    csv_table(text)


def test_a_long_list_is_cut_with_a_remark():
    text = csv_of(TITLES[:4], *([["Fixe", "Dell", "3050", f"7XK{n:06}"] for n in range(60)])).decode()
    found = fleet.rows_of([csv_table(text, rows=20)])
    assert len(found.rows) == 19 and "its last 41 rows were not read" in str(found.warnings[-1])


def test_a_list_of_too_many_machines_is_refused():
    data = csv_of(["Type", "Marque", "Modèle", "Qté"], *[["Fixe", "Dell", "3050", "500"]] * 3)
    refused = read_fleet(data, limits=Limits(members=100))
    assert isinstance(refused, Unreadable) and "more than 500 machines" in str(refused.reason)


def test_a_count_and_a_description_of_computers_are_a_fleet():
    text = "Quantité;Désignation\n12;Portables HP 250 G7 i3-1005G1 8Go\n3;Dell Latitude E6440 (i5 / 8 Go)\n2;Écran 22\n"
    found = reading.read(text.encode())
    assert (found.format, len(found.machines)) == ("fleet-list", 15)
    foods = "Quantité;Désignation\n12;Pommes de terre\n3;Carottes nouvelles\n2;Farine de blé\n"
    assert isinstance(reading.read(foods.encode()), Unreadable)


def test_what_glpi_exports_has_a_section_before_each_title_and_a_line_a_module():
    text = (
        '"Nom","Fabricant","Modèle","Numéro de série","Composants - Processeur","Composants - Mémoire"\n'
        '"F02","Dell Inc.","OptiPlex 3040","ABC1DE2","Intel(R) Core(TM) i5-6500 CPU @ 3.20GHz","4096\n4096"\n'
    )
    found = reading.read(text.encode())
    (machine,) = found.machines
    assert (machine.memory.total_bytes, machine.processors[0].model) == (8 * 2**30, "Core i5-6500")
    assert not found.warnings


@pytest.mark.parametrize(
    ("maker", "code", "name", "kind"),
    [
        ("LENOVO", "20L5CTO1WW", "ThinkPad T480", Kind.NOTEBOOK),
        ("Apple", "Macmini7,1", "Mac mini (Late 2014)", Kind.MINI_PC),
        ("Lenovo", "ThinkPad T480", "ThinkPad T480", Kind.NOTEBOOK),
    ],
)
def test_an_identifier_in_place_of_the_model_is_named(maker, code, name, kind):
    text = f'manufacturer;product;serial;cpu\n{maker};"{code}";PF1ABCDE;Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz\n'
    (machine,) = reading.read(text.encode()).machines
    assert (machine.model, machine.kind) == (name, kind)


def test_the_example_of_what_to_write_has_a_unit_of_the_readers_language():
    assert str(fleet_values.example("8 Go ?", "8", "g")) == "8 GB"
    assert str(fleet_values.example("4096 ?", "8", "g")) == "4096 MB"
    assert str(fleet_values.example("?", "8", "g")) == "8"
