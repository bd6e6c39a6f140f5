"""The real report of three contributions (Nantes, 2020), read wholly, by every road."""

import shutil
import subprocess
from collections import Counter

import pytest

from maillon.consultation import papers
from maillon.consultation.trame import document, original, reading, words
from maillon.consultation.trame.model import Column, Kind
from maillon.consultation.trame.text import plain
from tests.hardware.samples import SAMPLES

REPORT = SAMPLES / "restitutions/etats-generaux-numerique-nantes-2020.md"
HINTS = (
    words.REGION,
    words.DATES_PLACES,
    words.FORMAT,
    words.FORMAT_HINT,
    words.FACILITATORS,
    words.PARTICIPANTS,
    words.PARTICIPANTS_HINT,
    words.PEOPLE,
    words.ORGANISATIONS,
)
pytestmark = pytest.mark.skipif(not REPORT.exists(), reason="the sample of a real report is not here")


@pytest.fixture(scope="module")
def read():
    return reading.read(REPORT.read_bytes(), REPORT.name)


def counts(restitution):
    _code, graf, _cemea = restitution.contributions
    session = graf.session
    columns = {
        "irritants": (Kind.DIAGNOSIS, Column.IRRITANTS),
        "strengths": (Kind.DIAGNOSIS, Column.STRENGTHS),
        "needs": (Kind.NEEDS, Column.NEEDS),
        "levers": (Kind.NEEDS, Column.LEVERS),
        "how": (Kind.PLAN, Column.HOW),
        "who": (Kind.PLAN, Column.WHO),
        "when": (Kind.PLAN, Column.WHEN),
        "indicators": (Kind.PLAN, Column.INDICATORS),
    }
    return {
        "categories": len(session.participants),
        "ticked": sum(each.ticked for each in session.participants),
        "counted": sum(each.people is not None for each in session.participants),
        **{name: len(graf.column(*column)) for name, column in columns.items()},
    }


EXPECTED = {
    "categories": 9,
    "ticked": 1,
    "counted": 2,
    "irritants": 11,
    "strengths": 10,
    "needs": 1,
    "levers": 1,
    "how": 7,
    "who": 5,
    "when": 3,
    "indicators": 3,
}


def test_every_bullet_is_in_its_place(read):
    assert counts(read.restitution) == EXPECTED
    code, graf, cemea = read.restitution.contributions
    assert [len(each.sections) for each in (code, graf, cemea)] == [1, 6, 6]
    assert [plain(each.text) for each in cemea.unplaced] == ["banquedesterritoires.fr", "| @BanqueDesTerr"]
    assert not code.unplaced and not graf.unplaced
    whole = document.to_dict(read.restitution)
    assert [each["by"] for each in whole["contributions"]] == [
        ["Contribution de M. Bastien Masse Class'Code"],
        ["Production du GRAF", "Interlocuteurs académiques du numérique et conseillers pédagogiques 1D"],
        ["Contribution des CEMEA Pays de la Loire"],
    ]
    roles = [section["role"] for section in whole["contributions"][2]["sections"]]
    assert roles == ["project", "objectives_short", "objectives_middle", "objectives_long", "steps", "steps"]


def test_nothing_is_dropped_and_nothing_invented(read):
    """The words of the document are those of the restitution, but for the wording of the trame itself."""
    said = Counter(word for line in read.original.lines() for word in plain(line.text).split())
    kept = Counter(word for text in every_text(document.to_dict(read.restitution)) for word in text.split())
    invented = kept - said
    assert not invented
    wording = [words.TITLE, *HINTS, *(header for headers in words.HEADERS.values() for header in headers)]
    letterhead = [plain(entry.text) for entry in read.restitution.letterhead] * 2  # repeated above each title
    template = {word for text in (*wording, *letterhead) for word in text.split()} | {"▶", "☐", "☒", ":"}
    assert set(said - kept) <= template


def every_text(value):
    """The words of the document in its restitution; a theme taken from the row above is not said twice."""
    if isinstance(value, list):
        for inner in value:
            yield from every_text(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in ("text", "title", "label"):
                yield inner if isinstance(inner, str) else "".join(run["text"] for run in inner)
            elif name in ("people_note", "organisations_note", "marker") and inner:
                yield inner
            elif name in ("people", "organisations") and inner is not None:
                yield str(inner)
            elif name not in ("doubts", "consultation", "by", "date") and (name, value.get("continued")) != (
                "theme",
                True,
            ):
                yield from every_text(inner)


@pytest.mark.parametrize("written", papers.FORMATS)
def test_it_is_written_and_read_back(read, written):
    again = reading.read(papers.FORMATS[written](read.restitution), f"trame.{written}")
    assert again.restitution == read.restitution


def test_lines_go_from_one_process_to_another_unchanged(read):
    assert original.from_json(original.to_json(read.original)) == read.original


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize(("written", "becomes"), [("docx", "odt"), ("odt", "docx"), ("docx", "pdf"), ("odt", "html")])
def test_libreoffice_opens_it_and_what_it_saves_is_read(read, tmp_path, written, becomes):
    (tmp_path / f"trame.{written}").write_bytes(papers.FORMATS[written](read.restitution))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    subprocess.run([*command, becomes, f"trame.{written}"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    again = reading.read((tmp_path / f"trame.{becomes}").read_bytes(), f"trame.{becomes}")
    assert counts(again.restitution) == EXPECTED
