"""Whatever comes in, a Reading or a reason comes out."""

import io
import json
import signal
import threading
import zipfile

import pytest

from maillon.hardware import documents, reading
from maillon.hardware.decoding import decode
from maillon.hardware.documents import json_depth, parse_json, parse_xml
from maillon.hardware.formats import TextFormat
from maillon.hardware.model import Limits, Machine, Reading, Unreadable
from tests.hardware.samples import CORPUS
from tests.world import wipe_report

NOTEBOOK = (CORPUS / "dmidecode" / "notebook.txt").read_text()


def refusal(data: bytes, **limits) -> str:
    result = reading.read(data, limits=Limits(**limits))
    assert isinstance(result, Unreadable), result
    assert str(result.hint)
    return str(result.reason)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x00" * 500, "blanks or zero"),
        (b" \n\t\n", "blanks or zero"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x08" * 40, "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x01" * 40, "picture"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
        (b"<html><head></head></html>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "spreadsheet"),
        (b"{\\rtf1\\ansi\\deff0 hello}", "Word"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 90, "program"),
        (b"MZ\x90\x00\x03" + b"\x00" * 90, "program"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\x11" * 40, "compressed archive"),
        (b"SQLite format 3\x00" + b"\x01" * 40, "database"),
        (b"_SM3_\x40\x18\x03\x00" + b"\x02" * 40, "binary dump"),
        (bytes(range(256)) * 4, "binary data"),
        (b"Dear all, the meeting is moved to Monday.\n", "Dear all"),
        (b"sudo: dmidecode: command not found\n", "did not run"),
        (b"/dev/mem: Permission denied\n", "did not run"),
        (b'{"name": "sheep", "legs": 4}', "JSON is not the output"),
        (b"<?xml version='1.0'?><shop><item/></shop>", "XML is not the output"),
        (b'{"a": [1, 2', "cut short"),
        (b'{"a": 1 "b": 2}', "mistake at line 1"),
        (b"<a><b></a>", "mistake"),
        (b"<a><b>", "cut short"),
    ],
)  # fmt: skip
def test_what_is_no_output_is_refused_by_its_name(data, words):
    assert words.lower() in refusal(data).lower()


def test_a_word_document_is_named():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    assert "Word document" in refusal(packed.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings_are_recognised(encoding):
    text = NOTEBOOK.replace("MAIRIE-0417", "Écolé-0417" if encoding != "ascii" else "")
    (machine,) = reading.read(text.encode(encoding)).machines
    assert (machine.model, machine.chassis.asset_tag) == ("ThinkPad T470", "Écolé-0417")


def test_french_console_of_windows_writes_cp850():
    assert decode("Mémoire physique totale : réseau précédent à côté".encode("cp850")) == (
        "Mémoire physique totale : réseau précédent à côté"
    )


def test_each_line_may_have_its_own_encoding():
    glued = "Modèle : é\n".encode() + "Modèle : é\n".encode("cp1252")
    assert decode(glued) == "Modèle : é\nModèle : é\n"


def test_readers_see_no_nul_no_bom_and_no_carriage_return():
    text = decode(b"\xef\xbb\xbfa\x00b\r\nc\rd\x07\x1b[0m\n" + b"x" * 200)
    assert text.startswith("ab\nc\nd") and not {"\0", "\r", "\ufeff", "\x07"} & set(text)


def test_json_bomb_of_a_million_levels_is_refused_without_being_parsed():
    assert "nested more than 60" in refusal(b"[" * 1_000_000)
    assert "nested more than 60" in refusal(b'{"a":' * 300_000)


def test_depth_is_counted_outside_of_strings():
    assert json_depth(r'{"a": "[[[[\"[[[", "b": ["\\", [1]]}') == 3
    assert json_depth('"') == 0


def test_json_keeps_the_first_of_duplicate_keys_and_drops_numbers_that_mean_nothing():
    document = parse_json('{"a": 1, "a": 2, "n": NaN, "i": 1e999, "h": ' + "9" * 5000 + "}", Limits())
    assert document.content == {"a": 1, "n": None, "i": None, "h": None}
    assert [str(warning) for warning in document.warnings] == [
        "Some keys are given twice (a): the first value was kept.",
        "3 numbers that mean nothing (NaN, infinite, too long) were left out.",
    ]


def test_json_documents_that_follow_each_other_are_a_list():
    assert parse_json('{"a": 1}\n{"a": 2},\n', Limits()).content == [{"a": 1}, {"a": 2}]


def test_billion_laughs_are_not_expanded():
    bomb = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'
    assert "entities" in refusal(bomb.encode())


def test_external_entities_are_not_fetched():
    attack = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>'
    assert "entities" in refusal(attack.encode())


def test_a_doctype_alone_is_fine():
    plist = '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/x.dtd"><plist><a/></plist>'
    assert parse_xml(plist, Limits()).content.tag == "plist"


def test_deep_or_huge_xml_is_refused(monkeypatch):
    assert "nested more than 60" in refusal(b"<a>" * 100_000)
    monkeypatch.setattr(documents, "_MAX_ELEMENTS", 1000)
    assert "huge" in refusal(b"<a>" + b"<b/>" * 2000 + b"</a>")


def test_a_line_without_end_is_refused():
    assert "Line 2 is more than 1000 characters" in refusal(b"first\n" + b"x" * 5000, line_bytes=1000)


def test_a_file_too_big_is_refused():
    assert "too big" in refusal(b"x" * 2_000_001, input_bytes=2_000_000)


def test_json_may_stand_on_one_long_line():
    assert "JSON is not the output" in refusal(json.dumps({"x": "y" * 5000}).encode(), line_bytes=1000)


def test_warnings_before_json_are_passed_over(monkeypatch):
    seen = []
    monkeypatch.setattr(reading, "read_document", lambda document, where: seen.append(document) or Reading("x", ()))
    reading.read(b'WARNING: you should run this program as super-user.\n{"id": "laptop"}')
    assert seen == [{"id": "laptop"}]


def fake_reader(monkeypatch, parse) -> None:
    form = TextFormat("fake", "fake", lambda head: head.startswith("fake"), parse)
    monkeypatch.setattr(reading, "_formats", lambda names, kind: iter([form] if kind is TextFormat else []))


def test_a_reader_that_fails_is_named_and_nothing_is_raised(monkeypatch):
    def fail(text, where):
        raise KeyError("x")

    fake_reader(monkeypatch, fail)
    assert "“fake” failed on this file (KeyError" in refusal(b"fake")


def test_a_reader_that_hangs_is_stopped(monkeypatch):
    def hang(text, where):
        while True:
            pass

    fake_reader(monkeypatch, hang)
    before = signal.getsignal(signal.SIGALRM)
    assert "more than" in refusal(b"fake", seconds=0.05)
    assert signal.getsignal(signal.SIGALRM) is before


def test_it_works_in_a_thread_too():
    results = []
    thread = threading.Thread(target=lambda: results.append(reading.read(NOTEBOOK.encode())))
    thread.start()
    thread.join()
    assert isinstance(results[0], Reading)


def test_memory_that_runs_out_is_a_reason(monkeypatch):
    def starve(data, where, limits):
        raise MemoryError

    monkeypatch.setattr(reading, "_parse", starve)
    assert "memory" in refusal(b"fake")


def test_finishing_twice_changes_nothing():
    (machine,) = reading.read(NOTEBOOK.encode()).machines
    assert reading.finish(machine) == machine


def test_every_reader_of_the_tables_exists():
    for names in (reading.TEXT, reading.JSON, reading.XML, reading.BINARY):
        for name in names:
            assert reading._modules(name)


def test_an_empty_machine_has_a_kind_that_says_why():
    finished = reading.finish(Machine())
    assert finished.kind == "unknown" and "Nothing" in str(finished.kind_because)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("H/W path             Device      Class          Description\n=====\n", "sudo lshw -json > machine.json"),
        (
            "# The following is the parsable format, which can be fed to other\n# programs.\n0,0,0,0\n",
            "lscpu > cpu.txt",
        ),
        (
            "Node             SN                   Model      Namespace Usage\n/dev/nvme0n1 S4 X 1\n",
            "nvme list -o json",
        ),
        ("NVME Identify Controller:\nvid       : 0x144d\n", "nvme id-ctrl /dev/nvme0 -o json"),
        ("Battery 0: Discharging, 81%, 02:31:22 remaining\n", "upower -d > battery.txt"),
        ("NAME   MAJ:MIN RM   SIZE RO TYPE MOUNTPOINT\nsda      8:0    0 465,8G  0 disk\n", "lsblk -O -J > disks.json"),
        ("/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/6p, 5000M\n", "lsusb > usb.txt"),
        (
            "------------------\nSystem Information\n------------------\n      Time of this report: 1/2/2024\n",
            "msinfo32",
        ),
        ("System:    Host: pc Kernel: 5.15.0 x86_64 bits: 64\n", "inxi -Fxxxa --output json"),
    ],
)
def test_a_known_tool_in_another_form_is_named_with_what_to_run(text, command):
    refused = reading.read(text.encode())
    assert isinstance(refused, Unreadable)
    assert command in str(refused.hint)


def test_an_erasure_report_is_called_by_its_name():
    assert refusal(wipe_report()).startswith("It is an erasure report")
    assert "erasure" not in refusal(b'{"op": "install", "ok": true}')
