"""PDF documents: tagged, archivable, the same bytes for the same facts, and text that stays text."""

import dataclasses
import io
from datetime import UTC, datetime

import pikepdf
import pytest
import zxingcpp
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from maillon.kernel import documents
from maillon.kernel.documents import certificate as certificates
from maillon.kernel.documents.certificate import Certificate, Medium, Person, Sanitization
from maillon.kernel.documents.typography import french

NOON = datetime(2026, 11, 24, 11, 5, tzinfo=UTC)
CERTIFICATE = Certificate(
    number="EF-K7M-2XQ4",
    issued_at=NOON,
    organisation="Atelier d'exemple",
    level="clear",
    medium=Medium(vendor="Example", model="EX-256", serial="EXAMPLE-0001", kind="SSD", size_bytes=256_060_514_304),
    sanitization=Sanitization(method="overwriting with zeros", tool="nwipe", version="0.37", verification="full"),
    seen=("All bytes were read back.",),
    sanitized_by=Person(name="Person A", title="Technician", place="Bench 1", at=NOON),
    evidence_sha256="0f" * 32,
    signature="ab" * 64,
    key="cd" * 16,
    url="https://maillon.example/v/EF-K7M-2XQ4",
)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def opened(data):
    return pikepdf.open(io.BytesIO(data))


def words(pdf):
    """Every piece of text that screen readers are given, by ToUnicode: what a copy and paste would bring."""
    found = []
    for page in pdf.pages:
        fonts = {name: decoder(font) for name, font in page.Resources.Font.items()}
        current = {}
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                current = fonts[str(operands[0])]
            elif str(operator) in ("Tj", "TJ"):
                strings = operands[0] if str(operator) == "TJ" else operands
                for string in strings:
                    if isinstance(string, pikepdf.String):
                        raw = bytes(string)
                        found += [current.get(raw[i : i + 2], "") for i in range(0, len(raw), 2)]
    return "".join(found)


def decoder(font):
    """Two bytes -> text, from the font's ToUnicode map (Typst writes bfchar lines)."""
    table = {}
    for line in font.ToUnicode.read_bytes().decode().splitlines():
        parts = line.split()
        if len(parts) == 2 and all(part.startswith("<") and part.endswith(">") for part in parts):
            table[bytes.fromhex(parts[0][1:-1])] = bytes.fromhex(parts[1][1:-1]).decode("utf-16-be")
    return table


def test_the_same_facts_give_the_same_bytes():
    first = certificates.erasure_certificate(CERTIFICATE)
    assert first == certificates.erasure_certificate(dataclasses.replace(CERTIFICATE))
    assert first != certificates.erasure_certificate(dataclasses.replace(CERTIFICATE, number="EF-OTHER"))


def test_a_certificate_is_tagged_archivable_and_holds_its_fonts():
    pdf = opened(certificates.erasure_certificate(CERTIFICATE))
    assert len(pdf.pages) == 1
    assert pdf.Root.MarkInfo.Marked and "/StructTreeRoot" in pdf.Root
    assert str(pdf.Root.Lang).startswith("en")
    with pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Data erasure certificate EF-K7M-2XQ4"
    for font in pdf.pages[0].Resources.Font.values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert any(key in descriptor for key in ("/FontFile2", "/FontFile3")), font.BaseFont
    assert any("Atkinson" in str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values())


def test_its_date_is_the_documents_own():
    pdf = opened(certificates.erasure_certificate(CERTIFICATE))
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261124110500")


def test_it_says_the_level_and_no_more():
    clear = words(opened(certificates.erasure_certificate(CERTIFICATE)))
    assert "Clear" in clear and "Purge" not in clear and "spare blocks, are not covered" in clear
    purge = words(opened(certificates.erasure_certificate(dataclasses.replace(CERTIFICATE, level="purge"))))
    assert "Purge" in purge and "Clear" not in purge


def test_it_holds_every_field_it_was_given():
    text = words(opened(certificates.erasure_certificate(CERTIFICATE)))
    for expected in ("EXAMPLE-0001", "EX-256", "nwipe 0.37", "Person A", "Technician", "read back in full", "0f0f0f0f"):
        assert expected in text, expected
    assert "not known" in text  # who verified


def test_a_fictitious_one_says_that_it_proves_nothing():
    text = words(opened(certificates.erasure_certificate(dataclasses.replace(CERTIFICATE, fictitious=True))))
    assert "This proves nothing." in text
    assert "This proves nothing." not in words(opened(certificates.erasure_certificate(CERTIFICATE)))


def test_its_code_leads_to_the_page_that_verifies_it(monkeypatch):
    real = documents.render
    monkeypatch.setattr(certificates, "render", lambda *a, **k: real(*a, **{**k, "format": "png"}))
    image = Image.open(io.BytesIO(certificates.erasure_certificate(CERTIFICATE)))
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [CERTIFICATE.url]


@pytest.mark.parametrize("nasty", ["#panic()", "[*bold*]", '"quoted" \\', "$x^2$", '#[#import "x"]', "= Title", "@ref"])
def test_data_is_never_markup(nasty):
    medium = dataclasses.replace(CERTIFICATE.medium, model=nasty, serial=nasty)
    text = words(opened(certificates.erasure_certificate(dataclasses.replace(CERTIFICATE, medium=medium))))
    assert nasty.replace(" ", "") in text.replace(" ", "")


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(), min_size=1, max_size=30)
    | st.text(st.characters(categories=["Cs", "Cc", "Co"]), min_size=1)
)
def test_any_text_makes_a_document(text):
    medium = dataclasses.replace(CERTIFICATE.medium, model=text)
    assert certificates.erasure_certificate(dataclasses.replace(CERTIFICATE, medium=medium)).startswith(b"%PDF")


def test_scripts_without_a_typeface_are_marked_not_refused():
    text = words(opened(certificates.erasure_certificate(dataclasses.replace(CERTIFICATE, organisation="Лев 日本 A"))))
    assert "Лев" in text and "\ufffd\ufffd" in text


def test_a_page_of_another_script_is_marked_too():
    many = "".join(chr(0x4E00 + n) for n in range(100))
    text = words(opened(certificates.erasure_certificate(dataclasses.replace(CERTIFICATE, organisation=many))))
    assert "\ufffd" * 100 in text.replace(" ", "")


def test_many_certificates_come_in_parts_of_a_hundred_pages():
    parts = list(certificates.erasure_certificates([CERTIFICATE] * 101))
    assert [len(opened(part).pages) for part in parts] == [100, 1]


def test_in_french_the_document_says_so_and_keeps_the_names_of_levels():
    with translation.override("fr"):
        pdf = opened(certificates.erasure_certificate(CERTIFICATE))
    assert str(pdf.Root.Lang).startswith("fr")
    assert "Clear" in words(pdf) and "Effacer" not in words(pdf)


@pytest.mark.parametrize("template", ["absent.typ", "../documents/common.typ"])
def test_an_unknown_template_is_named(template):
    with pytest.raises(ValueError, match="No template"):
        documents.render(template, {}, date=NOON)


def test_a_date_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        documents.render("labels.typ", {}, date=NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Prêt ?", "Prêt\u202f?"),
        ("Prêt?!", "Prêt\u202f?!"),
        ("Reste : rien", "Reste\u00a0: rien"),
        ("à 10:30", "à 10:30"),
        ("https://exemple.fr/a?b=1", "https://exemple.fr/a?b=1"),
        ('dit "bonjour"', 'dit "bonjour"'),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("«oui»", "«\u00a0oui\u00a0»"),
        ("1 234 567 octets", "1\u202f234\u202f567 octets"),
        ("02 40 12 34 56", "02 40 12 34 56"),
        ("8 Go, 62 %", "8\u00a0Go, 62\u202f%"),
        ("l'effacement d'un disque", "l’effacement d’un disque"),
        ("n° 12 ; art. 3", "n°\u00a012\u202f; art.\u00a03"),
    ],
)
def test_french_spaces(typed, printed):
    assert french(typed) == printed
    assert french(printed) == printed
