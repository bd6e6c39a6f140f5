"""Labels: at the right place, their code readable by another library, nothing outside its label."""

import io
from datetime import UTC, datetime

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from maillon.kernel import documents, labels, labels_bench, qr
from maillon.kernel.labels import FORMATS, Label

DAY = datetime(2026, 1, 1, tzinfo=UTC)
PPI = 300
PIXELS_PER_MM = PPI / 25.4


def first_page(items, format, monkeypatch, **options):
    real = documents.render
    monkeypatch.setattr(labels, "render", lambda *a, **k: real(*a, **{**k, "format": "png", "ppi": PPI}))
    return Image.open(io.BytesIO(labels.pdf(items, format, date=DAY, **options))).convert("L")


def numbered(count):
    return [
        Label(f"K7M-{n:04d}", f"https://maillon.example/m/K7M{n:04d}", "ThinkPad T470", ("8 Go",)) for n in range(count)
    ]


@pytest.mark.parametrize("key", list(FORMATS))
def test_every_code_of_a_page_is_read_in_its_own_label(key, monkeypatch):
    format = FORMATS[key]
    items = numbered(format.per_page)
    found = {code.text: code.position for code in zxingcpp.read_barcodes(first_page(items, format, monkeypatch))}
    assert set(found) == {item.url for item in items}
    for position, item in enumerate(items):
        left, top = format.corner(position)
        for corner in (found[item.url].top_left, found[item.url].bottom_right):
            assert left <= corner.x / PIXELS_PER_MM <= left + format.size[0]
            assert top <= corner.y / PIXELS_PER_MM <= top + format.size[1]


@pytest.mark.parametrize("key", list(FORMATS))
def test_ink_stays_inside_the_labels(key, monkeypatch):
    format = FORMATS[key]
    long = Label(
        "K7M-2XQ4", "https://maillon.example/m/K7M2XQ4", "Wide model name " * 6, ("A long line of words " * 5,) * 3
    )
    page = first_page([long] * format.per_page, format, monkeypatch)
    for position in range(format.per_page):
        left, top = (round(edge * PIXELS_PER_MM) for edge in format.corner(position))
        right, bottom = left + int(format.size[0] * PIXELS_PER_MM), top + int(format.size[1] * PIXELS_PER_MM)
        page.paste(255, (left + 6, top + 6, right - 6, bottom - 6))
    assert page.point(lambda shade: 255 if shade < 128 else 0).getbbox() is None


@pytest.mark.parametrize("key", list(FORMATS))
@pytest.mark.parametrize("code", ["V45-FS23", "T3K-33HV", "NCP-QCQT"])
def test_a_code_stands_on_one_line(key, code, monkeypatch):
    format = FORMATS[key]
    page = first_page([Label(code, "https://maillon.example/m/V45FS23")], format, monkeypatch)
    [left, top], layout = format.corner(0), labels._layout(format, 29)
    words = tuple(
        round(edge * PIXELS_PER_MM)
        for edge in (left + layout.text_left - 0.5, top, left + format.size[0], top + format.size[1])
    )
    _left, above, right, below = page.crop(words).point(lambda shade: 255 if shade < 128 else 0).getbbox()
    assert below - above < layout.size * 2 * labels.POINT * PIXELS_PER_MM
    assert right < words[2] - words[0] - 1  # nothing is cut off


def test_sheets_have_the_makers_sizes():
    left, top = FORMATS["L7160"].corner(0)
    assert (round(left, 1), round(top, 2)) == (7.2, 15.15)
    last = FORMATS["L7160"].corner(20)
    assert (round(last[0], 1), round(last[1], 2)) == (139.2, 243.75)
    assert FORMATS["L7160"].nudged(1, -0.5).corner(0) == (left + 1, top - 0.5)
    assert {key: format.per_page for key, format in FORMATS.items()} == {
        "L7160": 21, "L7159": 24, "L7163": 14, "L7651": 65, "62x29": 1, "57x32": 1,
    }  # fmt: skip


def test_a_sheet_begun_is_finished_from_its_first_free_place(monkeypatch):
    format = FORMATS["L7163"]
    (found,) = zxingcpp.read_barcodes(first_page(numbered(1), format, monkeypatch, start=4))
    left, top = format.corner(3)
    assert left < found.position.top_left.x / PIXELS_PER_MM < left + format.size[0]
    assert top < found.position.top_left.y / PIXELS_PER_MM < top + format.size[1]


@pytest.mark.parametrize(
    ("key", "count", "start", "pages"), [("L7163", 14, 1, 1), ("L7163", 14, 2, 2), ("62x29", 3, 1, 3)]
)
def test_pages_follow(key, count, start, pages):
    pdf = pikepdf.open(io.BytesIO(labels.pdf(numbered(count), FORMATS[key], start=start, date=DAY)))
    assert len(pdf.pages) == pages
    width, height = (float(edge) * 25.4 / 72 for edge in pdf.pages[0].MediaBox[2:])
    assert (round(width, 1), round(height, 1)) == FORMATS[key].page


def test_the_same_labels_give_the_same_bytes():
    assert labels.pdf(numbered(3), FORMATS["57x32"], date=DAY) == labels.pdf(numbered(3), FORMATS["57x32"], date=DAY)


@pytest.mark.parametrize(("count", "start"), [(0, 1), (1, 0), (1, 22), (5_001, 1)])
def test_what_can_not_be_printed_is_refused(count, start):
    with pytest.raises(ValueError, match="Expected"):
        labels.pdf(numbered(1) * count, FORMATS["L7160"], start=start)


def test_a_number_is_not_parted_from_its_unit():
    assert labels.wrap("8\u00a0Go · Disque dur 500\u00a0Go", 10, most=3) == ["8\u00a0Go · Disque dur", "500\u00a0Go"]


def test_words_are_wrapped_to_their_room():
    lines = labels.wrap("Lenovo ThinkPad T470 20HEZ0PWUS", 10, most=2, bold=True)
    assert len(lines) == 2 and lines[0] == "Lenovo ThinkPad" and lines[1].startswith("T470")
    assert all(labels.advance(line, bold=True) <= 10 for line in lines)
    assert labels.wrap("words", 10, most=0) == []
    assert labels.wrap("incompréhensiblement", 5, most=1)[0].endswith("…")


def test_codes_of_a_batch_share_one_size():
    made = qr.codes(["HTTPS://MAILLON.EXAMPLE/1", "https://maillon.example/a/rather/longer/one", "x"])
    assert len({code.modules for code in made}) == 1
    assert qr.codes([]) == []
    with pytest.raises(ValueError, match="too large"):
        qr.code("x" * 3_000)


def test_a_code_on_a_page_has_its_quiet_zone_and_says_what_it_is():
    drawn = qr.svg("https://maillon.example/m/1", 'the page of "1"')
    assert 'viewBox="0 0 37 37"' in drawn and "translate(4 4)" in drawn and "&quot;1&quot;" in drawn


def test_the_bench_measures_the_format_asked_for(capsys):
    assert labels_bench.main(["--labels", "5", "--format", "62x29"]) == 0
    assert capsys.readouterr().out.startswith("62x29: 5 labels in ")
    with pytest.raises(SystemExit):
        labels_bench.main(["--labels", "0"])
