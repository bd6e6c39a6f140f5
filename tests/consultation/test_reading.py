"""Documents as people have them, good and bad, by every road."""

import io
import zipfile

import docx
import pytest
import typst
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from maillon.consultation.trame import reading
from maillon.consultation.trame.model import Column, DoubtKind, Kind
from maillon.consultation.trame.text import plain
from maillon.hardware.model import Unreadable

PLAN = ("Thématique", "Quoi", "Comment", "Qui", "Quand", "Indicateurs")
DIAGNOSIS = ("Thématique concernée (parmi les 5)", "RETEX", "Irritants", "Points forts")


def understood(data, name="trame"):
    found = reading.read(data, name)
    assert not isinstance(found, Unreadable), found
    return found.restitution


def refused(data, name="trame"):
    found = reading.read(data, name)
    assert isinstance(found, Unreadable), found
    return f"{found.reason} {found.hint}"


def kinds(restitution):
    return {doubt.kind for doubt in restitution.doubts}


def words_of(entries):
    return [str(entry) for entry in entries]


def saved(document):
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def table(document, *rows):
    made = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, said in zip(made.add_row().cells, row, strict=True):
            cell.text = said
    return made


def test_a_table_goes_on_over_a_page_and_keeps_its_theme():
    document = docx.Document()
    table(document, DIAGNOSIS, ("▶ Enseigner", "", "▶ Trop d'outils", "▶ Des rituels\n▶"))
    table(document, DIAGNOSIS, ("▶", "▶", "▶ Pas de connexion", ""))
    table(document, ("", "", "Un seul ordinateur", ""))
    (found,) = understood(saved(document)).contributions
    rows = list(found.rows(Kind.DIAGNOSIS))
    assert [words_of(row.theme) for row in rows] == [["Enseigner"]] * 3
    assert [row.continued for row in rows] == [False, True, True]
    assert words_of(found.column(Kind.DIAGNOSIS, Column.IRRITANTS)) == [
        "Trop d'outils",
        "Pas de connexion",
        "Un seul ordinateur",
    ]


def test_bold_and_links_are_kept_and_empty_bullets_told():
    html = "<ul><li>un <b>mot</b> <a href='https://exemple.invalid/'>ici</a></li><li></li><li>▶</li></ul>"
    found = understood(html.encode(), "a.html")
    (entry,) = found.contributions[0].sections[0].content
    assert [(run.text, run.bold, run.href) for run in entry.text] == [
        ("un ", False, ""),
        ("mot", True, ""),
        (" ", False, ""),
        ("ici", False, "https://exemple.invalid/"),
    ]
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.EMPTY_BULLET] * 2


def test_a_link_that_runs_something_is_words_alone():
    found = understood(b"<p>x <a href='javascript:alert(1)'>ici</a></p>", "a.html")
    assert {run.href for entry in found.contributions[0].head for run in entry.text} == {""}


def test_an_unticked_box_beside_a_number_is_kept_and_told():
    rows = """<table><tr><td>Animateurs</td><td>A</td></tr><tr><td>Participants à la session</td>
    <td><input type=checkbox> Familles</td><td>Nombre de participants : 12 (dont 3 élèves)</td></tr>
    <tr><td></td><td><input type=checkbox checked> Élus</td><td>Nombre de participants : à compléter</td></tr>
    </table>"""
    found = understood(rows.encode(), "a.html")
    families, elected = found.contributions[0].session.participants
    assert (families.ticked, families.people, families.people_note) == (False, 12, "(dont 3 élèves)")
    assert (elected.ticked, elected.people, elected.people_note) == (True, None, "à compléter")
    assert kinds(found) >= {DoubtKind.UNTICKED_BUT_COUNTED, DoubtKind.TO_COMPLETE, DoubtKind.TICKED_NOT_COUNTED}


def test_what_was_deleted_is_left_out_and_told():
    document = docx.Document()
    paragraph = document.add_paragraph("gardé ")
    deleted = parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="A"><w:r><w:delText>retiré</w:delText></w:r></w:del>')
    inserted = parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="A"><w:r><w:t>ajouté</w:t></w:r></w:ins>')
    paragraph._p.append(deleted)
    paragraph._p.append(inserted)
    found = understood(saved(document))
    assert words_of(found.contributions[0].head) == ["gardé ajouté"]
    assert [(doubt.kind, doubt.text) for doubt in found.doubts] == [(DoubtKind.TRACKED_CHANGES, "retiré")]


def test_a_table_in_a_table_keeps_its_words():
    document = docx.Document()
    outer = table(document, DIAGNOSIS, ("Égalité", "", "dehors", ""))
    inner = outer.rows[1].cells[2].add_table(1, 2)
    inner.rows[0].cells[0].text, inner.rows[0].cells[1].text = "dedans", "aussi"
    found = understood(saved(document))
    assert words_of(found.contributions[0].column(Kind.DIAGNOSIS, Column.IRRITANTS)) == ["dehors", "dedans", "aussi"]
    assert DoubtKind.NESTED_TABLE in kinds(found)


def test_merged_cells_say_their_words_once():
    document = docx.Document()
    made = table(document, PLAN, ("Outils", "", "choisir", "", "", ""), ("", "", "former", "", "", ""))
    made.rows[1].cells[3].merge(made.rows[2].cells[3]).text = "l'équipe"
    made.rows[1].cells[0].merge(made.rows[2].cells[0])
    found = understood(saved(document))
    (contribution,) = found.contributions
    assert words_of(contribution.column(Kind.PLAN, Column.WHO)) == ["l'équipe"]
    assert [words_of(row.theme) for row in contribution.rows(Kind.PLAN)] == [["Outils"], ["Outils"]]
    assert DoubtKind.MERGED_CELLS in kinds(found)


def test_boxes_of_three_generations_are_read():
    document = docx.Document()
    paragraph = document.add_paragraph()
    field = (
        '<w:r {0}><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
        "</w:fldChar></w:r>"
    )
    paragraph._p.append(parse_xml(field.format(nsdecls("w"))))
    paragraph.add_run(" ancien, ")
    symbol = OxmlElement("w:sym")
    symbol.set(qn("w:char"), "F0A8")
    paragraph.add_run()._r.append(symbol)
    paragraph.add_run(" signe, ☑ lettre")
    assert words_of(understood(saved(document)).contributions[0].head) == ["☒ ancien, ☐ signe, ☑ lettre"]


def test_an_unknown_table_and_a_foot_have_no_place_and_are_shown():
    html = "<h2>Budget</h2><p>Voir :</p><table><tr><td>Poste</td><td>Prix</td></tr></table><p>exemple.org</p>"
    (found,) = understood(html.encode(), "a.html").contributions
    assert words_of(found.unplaced) == ["Poste", "Prix", "exemple.org"]


def test_several_contributions_share_their_letterhead():
    title = "LOGO\n\n# Trame de restitution\n\n"
    text = f"{title}États généraux\n\n## A\n\n- a\n\n{title}## B\n\n- b\n"
    found = understood(text.encode(), "a.md")
    assert words_of(found.letterhead) == ["LOGO"]
    assert [[words_of(s.content) for s in each.sections] for each in found.contributions] == [[["a"]], [["b"]]]


def test_free_contributions_tell_their_terms_and_steps():
    text = "## Nos objectifs à court terme\n\n- relier\n\n## Les étapes\n\n1. trier\n2. réparer\n"
    found = reading.read(text.encode(), "a.md")
    from maillon.consultation.trame import document

    sections = document.to_dict(found.restitution)["contributions"][0]["sections"]
    assert [section["role"] for section in sections] == ["objectives_short", "steps"]
    assert [entry["marker"] for entry in sections[1]["content"]] == ["1)", "2)"]


# --- what is refused, and how it is said


def pages(count, body="x"):
    return typst.compile(f"#for n in range({count}) {{ [{body} #n]; pagebreak(weak: true) }}".encode(), format="pdf")


def test_a_pdf_of_five_hundred_pages():
    assert "500 pages" in refused(pages(500))


def test_a_scanned_pdf_says_that_it_has_no_text():
    drawn = typst.compile(b"#rect(width: 100%, height: 100%)", format="pdf")
    assert "without text" in refused(drawn)


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_document_cut_short_is_damaged(cut):
    document = docx.Document()
    document.add_paragraph("mot " * 2000)
    data = saved(document)
    assert "damaged" in refused(data[: int(len(data) * cut)])


def test_a_zip_bomb_is_not_opened():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"<a>" + b" " * (64 * 2**20))
    assert "absurd size" in refused(packed.getvalue())


def test_entities_that_swell_are_refused():
    bomb = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", f"{bomb}]><d>&j;</d>")
    assert refused(packed.getvalue())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old version of Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"{\\rtf1 x}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "neither"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (b'{"format": "maillon-restitution/1", "contributions": 3}', "as its format says"),
    ],
)
def test_what_is_no_trame_is_said(data, said):
    assert said in refused(data)


def test_a_spreadsheet_is_named_as_such():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("xl/workbook.xml", "<a/>")
    assert "spreadsheet" in refused(packed.getvalue())


def test_macros_are_told_and_never_kept():
    document = docx.Document()
    document.add_paragraph("texte")
    packed = io.BytesIO(saved(document))
    with zipfile.ZipFile(packed, "a") as package:
        package.writestr("word/vbaProject.bin", b"x")
    found = understood(packed.getvalue())
    assert DoubtKind.MACROS in kinds(found)


def test_plain_text_of_any_sort_is_read_whole():
    found = understood("Une réunion.\n\nPas de tableau.".encode("cp1252"), "notes.txt")
    assert [plain(entry.text) for entry in found.contributions[0].head] == ["Une réunion.", "Pas de tableau."]
