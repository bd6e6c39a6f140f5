"""The agreement in the seven languages that the platform itself does not speak: beside the French, which binds."""

import ast
import copy
import gettext
import io
import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core import mail
from django.utils.translation import override

import maillon
from maillon.distribution.agreements import commands, document, text
from maillon.distribution.agreements.commands import Signature
from maillon.distribution.agreements.models import Paper
from maillon.distribution.agreements.text import TRANSLATED, Party
from maillon.distribution.agreements.vocabulary import Accessory, Way
from maillon.kernel import wording
from maillon.workshop.models import Condition
from tests.distribution.handing import GUARDIAN, NAME, digest_of, prepared, signed
from tests.distribution.test_agreements import facts, family_session
from tests.world import make_world

PACKAGE = Path(maillon.__file__).parent
FOLDER = PACKAGE / "distribution/agreements"
HOLE = re.compile(r"%\(\w+\)[sd]")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GIVEN = {"gift_on": date(2028, 1, 1), "desk_phone": "02 40 12 34 56", "code": "2KM7XQ4"}
# Of a text frozen before there were any translations, as the program of that day made it.
FIRST_SCHEMA = "0d6188d89add1f497652ae50a85e13385d46d51f7bcdfe7bae938096afb57de4"


@pytest.fixture
def world():
    return make_world()


def said_in(path, *functions):
    """What is given to gettext in a module, or in those of its functions where another language is active."""
    tree = ast.parse((FOLDER / path).read_text(encoding="utf-8"))
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in functions]
    parts = [block for part in parts for block in ast.walk(part) if isinstance(block, ast.With)] or [tree]
    calls = (node for part in parts for node in ast.walk(part) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in ("_", "gettext")
        and isinstance(call.args[0], ast.Constant)
    }


def sentences():
    with override("en"):
        labels = {str(label) for label in chain(Condition.labels, Accessory.labels, Way.labels)}
    labels = (labels - {"Screen"}) | {"accessory\x04Screen", "not known", "%(date)s at %(time)s"}
    return said_in("text.py") | said_in("document.py") | said_in("views.py", "_send", "_send_short") | labels


def catalogue(language):
    return gettext.translation("django", str(PACKAGE / "locale"), [language])._catalog


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_agreement_is_translated_with_its_holes(language):
    known, needed = catalogue(language), sentences()
    assert len(needed) > 90
    assert sorted(needed - known.keys()) == [], f"write them in locale/{language}/LC_MESSAGES/django.po"
    assert sorted(known.keys() - needed - {""}) == [], "no longer said by the agreement"
    for sentence in needed:
        assert known[sentence].strip() == known[sentence] != "", sentence
        assert sorted(HOLE.findall(known[sentence])) == sorted(HOLE.findall(sentence)), sentence


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_that_of_the_source(language, tmp_path):
    if not shutil.which("msgfmt"):
        pytest.skip("msgfmt is missing: apt install gettext")
    source = PACKAGE / f"locale/{language}/LC_MESSAGES/django.po"
    command = ["msgfmt", "--check-format", f"--output-file={tmp_path}/made.mo", str(source)]
    subprocess.run(command, check=True)
    with open(tmp_path / "made.mo", "rb") as made:
        assert gettext.GNUTranslations(made)._catalog == catalogue(language), "run script/messages"
    assert "fuzzy" not in source.read_text(encoding="utf-8")


def test_the_platform_itself_is_not_in_these_languages(client):
    assert not set(TRANSLATED) & dict(settings.LANGUAGES).keys()
    answer = client.get("/", headers={"accept-language": "es"}, follow=True)
    assert '<html lang="fr"' in answer.content.decode()


@pytest.mark.parametrize("kind", ["loan", "gift", "sale"])
@pytest.mark.parametrize("language", TRANSLATED)
def test_each_text_is_beside_its_french_and_says_that_the_french_binds(language, kind):
    composed = text.compose(facts(kind=kind, **GIVEN), Party(NAME, GUARDIAN), language)
    alone = text.compose(facts(kind=kind, **GIVEN), Party(NAME, GUARDIAN), "fr")
    assert (composed["schema"], composed["language"]) == ("maillon-agreement/2", language)
    french = composed["french"]
    assert {**alone, **french, "note": ""} == alone, "the same French as who signs in French"
    assert "C’est le texte français qui engage" in french["note"] and "n’a pas été relue" in french["note"]
    shown = text.side_by_side(composed)
    pairs = [shown["title"], shown["note"], shown["agreed"]]
    pairs += [pair for section in shown["sections"] for pair in (section["heading"], *section["sentences"])]
    assert all(pair[0] and pair[1] for pair in pairs), "nothing was left in French"
    assert all("%(" not in pair[0] for pair in pairs)


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_pdf_has_its_letters(language):
    composed = text.compose(facts(**GIVEN), Party(NAME, GUARDIAN), language)
    printed = document.pdf(composed, digest=text.digest(composed), signed_at=NOON, way="paper", at=NOON)
    with pikepdf.open(io.BytesIO(printed)) as opened:
        assert str(opened.Root.Lang) == language
        fonts = {str(font.BaseFont) for page in opened.pages for font in page.Resources.Font.values()}
    own = {"ar": "NotoSansArabic", "ru": "NotoSans-", "uk": "NotoSans-"}.get(language, "Atkinson")
    assert any(own in font for font in fonts) and not any("Libertinus" in font for font in fonts)


def test_what_no_font_draws_is_not_in_a_text(monkeypatch):
    """The renderer replaces what it can not draw: here it must never have to."""
    replaced = []
    monkeypatch.setattr("maillon.kernel.documents._without", lambda *found: replaced.append(found) or found[0])
    for language in TRANSLATED:
        for kind in ("loan", "sale"):
            document.pdf(text.compose(facts(kind=kind, **GIVEN), Party(NAME, GUARDIAN), language), at=NOON)
    assert replaced == []


def test_the_hash_is_of_both_languages():
    composed = text.compose(facts(), Party(NAME), "uk")
    other, french = copy.deepcopy(composed), copy.deepcopy(composed)
    other["sections"][0]["sentences"][0] += "."
    french["french"]["sections"][0]["sentences"][0] += "."
    assert len({text.digest(one) for one in (composed, other, french)}) == 3


def test_a_text_frozen_before_is_hashed_and_printed_as_it_was():
    now = text.compose(facts(**{**GIVEN, "gift_on": None}), Party(NAME, GUARDIAN), "fr")
    assert now["schema"] == "maillon-agreement/1" and text.digest(now) == FIRST_SCHEMA
    frozen = {**now, "note": "اطلبوا شرحه لكم بلغتكم قبل التوقيع.", "note_language": "ar"}
    shown = text.side_by_side(frozen)
    assert shown["note"] == [frozen["note"], ""] and shown["direction"] == "ltr"
    printed = document.pdf(frozen, at=NOON)
    assert document.pdf({**frozen, "note_language": "fr"}, at=NOON) != printed, "the line follows its own language"
    del frozen["note_language"]  # the first of them had none
    assert document.pdf(frozen, at=NOON).startswith(b"%PDF")


def test_arabic_keeps_numbers_and_codes_in_their_own_direction():
    composed = text.compose(facts(**GIVEN), Party(NAME), "ar")
    told = json.dumps(composed, ensure_ascii=False)
    assert "\u206802 40 12 34 56\u2069" in told and "\u20682KM-7XQ4\u2069" in told
    assert "\u2068" not in json.dumps(composed["french"], ensure_ascii=False)
    assert text.side_by_side(composed)["direction"] == "rtl"


@pytest.mark.parametrize(
    ("language", "day", "price"),
    [
        ("es", "1 de julio de 2027", "99,50"),
        ("pt", "1 de Julho de 2027", "99,50"),
        ("tr", "01 Temmuz 2027", "99,50"),
        ("ru", "1 июля 2027 г.", "99,50"),
        ("uk", "01 липня 2027 р.", "99,50"),
        ("ro", "1 Iulie 2027", "99,50"),
        ("ar", "1 يوليو، 2027", "99,50"),
        ("en", "1 July 2027", "99.50"),
        ("fr", "1er juillet 2027", "99,50"),
    ],
)
def test_days_and_prices_are_those_of_the_language(language, day, price):
    with override(language):
        assert (wording.long_date(date(2027, 7, 1)), text.euros(9950)) == (day, f"{price}\u00a0€")


@pytest.mark.django_db
def test_both_languages_are_signed_read_and_printed(world, client):
    agreement = signed(world, language="ar")
    kept = json.loads(commands.opened_paper(Paper.objects.get(agreement=agreement, kind="text")))
    assert kept["language"] == "ar" and text.digest(kept) == agreement.text_sha256
    client.force_login(world.users["head"])
    page = client.get(f"/conventions/{agreement.code}/texte/").content.decode()
    assert '<article class="agreement-text" lang="ar" dir="rtl">' in page
    for side, lang in ((kept, "ar"), (kept["french"], "fr")):
        assert side["title"] in page and side["sections"][1]["sentences"][0] in page, lang
    assert page.count('<span class="agreement-french" lang="fr" dir="ltr">') > 30
    answer = client.get(f"/conventions/{agreement.code}/convention.pdf")
    with pikepdf.open(io.BytesIO(answer.content)) as opened:
        assert str(opened.Root.Lang) == "ar"


@pytest.mark.django_db
def test_the_message_of_the_code_holds_both_and_signs_the_text(world, client):
    agreement = prepared(world, language="ru", party=Party(NAME, "", "amina@exemple.invalid"))
    client.force_login(world.users["head"])
    client.post(f"/conventions/{agreement.code}/signer/code/", {"channel": "email"})
    [letter] = mail.outbox
    assert letter.subject == "Ваш код для подписания договора"
    assert "- Берегите технику.\n  Prenez soin des machines." in letter.body
    assert "C’est le texte français qui engage." in letter.body
    code = re.search(r"\b\d{6}\b", letter.body)[0]
    given = Signature(Way.CODE, code=code)
    commands.sign(
        actor=world.actor("head"), agreement_id=agreement.pk, text_sha256=digest_of(agreement), signature=given
    )
    agreement.refresh_from_db()
    assert (agreement.state, agreement.way) == ("signed", "code")


@pytest.mark.django_db
def test_the_family_reads_both_on_its_own_page(world, client):
    agreement = prepared(world, language="tr")
    commands.make_code(actor=world.actor("head"), agreement_id=agreement.pk, channel="family")
    page = family_session(client, agreement)
    assert "Cihazlara iyi bakın." in page and "Prenez soin des machines." in page and 'lang="tr" dir="ltr"' in page
