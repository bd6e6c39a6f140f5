import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections import Counter

import pytest

from maillon.hardware import inspect
from maillon.hardware.messages import Message
from tests.hardware.samples import CORPUS, sample

DMIDECODE = CORPUS / "dmidecode"


def run(capsys, *arguments) -> tuple[int, list[dict], str]:
    code = inspect.main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return code, [json.loads(line) for line in output.out.splitlines()], output.err


def test_a_file_gives_one_line(capsys):
    code, (line,), errors = run(capsys, DMIDECODE / "notebook.txt")
    assert (code, errors) == (0, "")
    assert list(line) == ["file", "format", "machines", "warnings"]
    assert (line["file"], line["format"]) == (str(DMIDECODE / "notebook.txt"), "dmidecode")
    (machine,) = line["machines"]
    assert (machine["kind"], machine["vendor"], machine["model"]) == ("notebook", "Lenovo", "ThinkPad T470")
    assert machine["system"]["origin"]["serial"] == ["dmidecode", "line 11", ""]


def test_a_refused_file_is_said_on_both_outputs_and_the_others_are_read(capsys, tmp_path):
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4 hello")
    code, lines, errors = run(capsys, tmp_path / "letter.pdf", DMIDECODE / "server.txt")
    assert code == 1
    assert lines[0]["error"]["reason"] == "This is a PDF document." and lines[0]["error"]["hint"]
    assert lines[1]["machines"][0]["kind"] == "server"
    assert "letter.pdf: This is a PDF document." in errors


def test_wrong_use_is_told(capsys, tmp_path):
    code, lines, errors = run(capsys, tmp_path / "absent.txt", DMIDECODE / "server.txt")
    assert (code, lines) == (2, []) and "absent.txt: no such file" in errors
    for arguments in ([], ["--jobs", "0", "x"], ["--jobs", "many", "x"], ["--lang", "tlh", "x"]):
        with pytest.raises(SystemExit) as stop:
            inspect.main(arguments)
        assert stop.value.code == 2


def test_standard_input(capsys, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO((DMIDECODE / "server.txt").read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    code, (line,), _errors = run(capsys, "-")
    assert (code, line["file"], line["machines"][0]["vendor"]) == (0, "-", "HP")


def test_a_pipe_is_read_once(capsys, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = (DMIDECODE / "server.txt").read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    code, (line,), _errors = run(capsys, pipe)
    writer.join()
    assert (code, line["machines"][0]["vendor"]) == (0, "HP")


def test_a_folder_gives_a_line_for_each_machine(capsys):
    code, lines, _errors = run(capsys, DMIDECODE)
    assert code == 0
    assert sorted(line["file"] for line in lines) == sorted(f"{DMIDECODE}/{path.name}" for path in DMIDECODE.iterdir())


def packed(tmp_path, files: dict[str, str | bytes]):
    path = tmp_path / "lot.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


CPUINFO = "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz\n"


def test_files_of_one_machine_in_an_archive_are_one_line(capsys, tmp_path):
    notebook = (DMIDECODE / "notebook.txt").read_text()
    files = {
        "PC1/dmidecode.txt": notebook,
        "PC1/cpuinfo.txt": CPUINFO,
        "PC2/dmidecode.txt": (DMIDECODE / "server.txt").read_text(),
    }
    path = packed(tmp_path, files)
    code, lines, _errors = run(capsys, path)
    assert code == 0
    assert [line["file"] for line in lines] == [
        f"{path}:PC1/dmidecode.txt + PC1/cpuinfo.txt", f"{path}:PC2/dmidecode.txt"
    ]  # fmt: skip
    assert lines[0]["machines"][0]["system"]["origin"]["serial"] == ["dmidecode", "line 11", "PC1/dmidecode.txt"]


def test_a_member_that_is_refused_has_its_line(capsys, tmp_path):
    path = packed(tmp_path, {"a.txt": (DMIDECODE / "server.txt").read_text(), "notes.txt": "call them back"})
    code, lines, errors = run(capsys, path)
    assert code == 1
    assert [("error" in line, line["file"]) for line in lines] == [
        (False, f"{path}:a.txt"),
        (True, f"{path}:notes.txt"),
    ]
    assert "notes.txt" in errors


def test_lines_are_the_same_whatever_the_number_of_processes(capsys, tmp_path):
    server = (DMIDECODE / "server.txt").read_text()
    path = tmp_path / "many.tar.xz"
    with tarfile.open(path, "w:xz") as archive:
        for number in range(inspect.CHUNK * 3):
            text = server.replace("CZJ7210Q8L", f"CZJ72{number:05}").replace("323130513851", f"{number:012}")
            entry = tarfile.TarInfo(f"machines/{number:03}.txt")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    alone = run(capsys, path)
    together = run(capsys, "--jobs", "2", path)
    assert alone == together
    assert len(alone[1]) == inspect.CHUNK * 3
    plain = [DMIDECODE / "server.txt", DMIDECODE / "notebook.txt"] * (inspect.CHUNK + 1)
    assert run(capsys, "--jobs", "2", *plain) == run(capsys, *plain)


def test_the_schema_is_printed(capsys):
    assert inspect.main(["--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["schema"] == {"const": "maillon-machine/1"}


def test_help_tells_inputs_output_and_exit_codes(capsys):
    with pytest.raises(SystemExit) as stop:
        inspect.main(["--help"])
    told = capsys.readouterr().out
    assert stop.value.code == 0
    for word in ("dmidecode", "archive", '"machines"', "--jobs", "--lang", "Exit code", "Examples"):
        assert word in told


def test_sentences_within_sentences_are_translated():
    translate = inspect.translator("en")
    inner = Message("a %(what)s", {"what": "touchpad"})
    assert translate(Message("It has %(part)s.", {"part": inner})) == "It has a touchpad."


def test_it_starts_without_django_nor_what_it_does_not_need():
    code = (
        "import sys; from maillon.hardware import inspect; "
        f"inspect.main([{str(DMIDECODE / 'server.txt')!r}]); "
        "print([m for m in ('django', 'zstandard', 'defusedxml', 'PIL') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.samples
def test_twelve_hundred_real_machines_are_twelve_hundred_lines(capsys):
    path = sample("hardware/dmidecode-1200.tar.xz")
    code, lines, errors = run(capsys, "--jobs", "2", path)
    assert (code, errors, len(lines)) == (0, "", 1200)
    kinds = Counter(line["machines"][0]["kind"] for line in lines)
    assert kinds["unknown"] < 5 and kinds["notebook"] > 600


def test_judgement_is_added_when_asked_for_in_the_language_asked_for(capsys, tmp_path):
    (tmp_path / "lot").mkdir()
    (tmp_path / "lot/a.txt").write_bytes((DMIDECODE / "notebook.txt").read_bytes())
    (tmp_path / "lot/b.txt").write_bytes((CORPUS / "upower/fr.txt").read_bytes())
    _code, (line,), _errors = run(capsys, "--judge", "--lang", "fr", tmp_path / "lot")
    judged = line["machines"][0]["judgement"]
    assert judged["grade"] is None and 0 < judged["at_best"] <= 5
    assert set(judged["uses"]) == {"administrative", "primary", "secondary", "video_call", "creation"}
    assert "Écran non connu." in judged["because"]
    assert {unknown["criterion"] for unknown in judged["unknowns"]} >= {"screen", "camera"}
    _code, (line,), _errors = run(capsys, tmp_path / "lot")
    assert "judgement" not in line["machines"][0], "what nobody asked for costs no time"


def test_the_cheapest_upgrade_is_said(capsys):
    _code, (line,), _errors = run(capsys, "--judge", "--lang", "en", CORPUS / "glpi/notebook.json")
    upgrade = line["machines"][0]["judgement"]["upgrade"]
    assert (upgrade["parts"], upgrade["before"], upgrade["after"]) == (["+4 GB DDR3 SO-DIMM", "SSD 240 GB"], 1, 3)
