"""French first: every sentence has its French, the compiled catalogue is that of the source, a page one language.

What needs GNU gettext is skipped where it is missing, never under CI=true. The other tests read django.mo alone.
"""

import gettext
import json
import os
import re
import shutil
import struct
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse
from django.utils.translation import ngettext, override

import maillon
from maillon.hardware import inspect
from maillon.hardware.messages import Message
from maillon.kernel.templatetags.words import colon, read_at
from maillon.kernel.translation import told
from tests.test_access import answer, filled, ours  # noqa: F401 - the fixture of two filled territories
from tests.world import dmidecode, make_world

PACKAGE = Path(maillon.__file__).parent
CATALOGUE = PACKAGE / "locale/fr/LC_MESSAGES"
CONTEXT, PLURAL = "\x04", "\x00"  # as gettext keeps them in a .mo
HOLE = re.compile(r"%\(\w+\)[sd]|%[sd%]")
TAG = re.compile(r"</?\w+>")
# A sentence of the French typography: what is found, what is wrong with it. Lexique de l'Imprimerie nationale, as in
# maillon.kernel.documents.typography.
MISTAKES = [
    (re.compile(r"\S [;:!?»](?!\S)"), "a plain space before ; : ! ? or »: no-break"),
    (re.compile(r"« "), "a plain space after «: no-break"),
    (re.compile(r"\w[;!?](?!\S)"), "no space before ; ! or ?"),
    (re.compile(r"[\w)]:(?!\S)"), "no space before the colon"),
    (re.compile(r"[^\W\d_]'[^\W\d_]"), "a straight apostrophe: ’"),
    (re.compile(r"[“”]"), "English quotation marks: « »"),
    (re.compile(r"(?:\d|%\(\w+\)[sd]) (?:[kMGT]o|Mio|mm|€|%(?!\())"), "a plain space between a number and its unit"),
    (re.compile(r"(?:comme|à l’état|état|à) neuf", re.IGNORECASE), "forbidden by Code de la consommation R122-4"),
]


def messages(compiled: bytes) -> dict[str, str]:
    """The messages of a .mo file (GNU gettext manual: two tables of lengths and offsets), its header apart."""
    _magic, _version, count, originals, translations = struct.unpack_from("<5I", compiled)

    def text(table: int, number: int) -> str:
        length, offset = struct.unpack_from("<2I", compiled, table + 8 * number)
        return compiled[offset : offset + length].decode()

    return {text(originals, n): text(translations, n) for n in range(count) if text(originals, n)}


FRENCH = messages((CATALOGUE / "django.mo").read_bytes())


@pytest.fixture(scope="module")
def tools():
    missing = [tool for tool in ("xgettext", "msgmerge", "msgen", "msgfmt") if not shutil.which(tool)]
    if missing:
        reason = f"{', '.join(missing)} missing: apt install gettext"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def compiled(source: Path) -> dict[str, str]:
    target = source.with_suffix(".compiled")
    subprocess.run(["msgfmt", "--check-format", f"--output-file={target}", str(source)], check=True)
    return messages(target.read_bytes())


# --- The catalogue


def test_every_sentence_of_the_catalogue_is_translated(tools, tmp_path):
    """Extracted again from the sources: one that has no French, or a French to read again, is named."""
    copy = tmp_path / "maillon"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("static", "locale", "data", "*.pyc"))
    (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale=fr", "--keep-pot", "--no-location"]
    settings_free = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}  # or it writes to ours
    subprocess.run(command, cwd=copy, env=settings_free, check=True, capture_output=True)
    template = copy / "locale/django.pot"
    subprocess.run(["msgen", f"--output-file={tmp_path}/english.po", str(template)], check=True)
    said = compiled(tmp_path / "english.po")
    assert len(said) > 1_000
    assert sorted(said.keys() - FRENCH.keys()) == [], "run script/messages and write the French"


def test_no_translation_of_the_catalogue_waits_to_be_read_again():
    source = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    assert re.findall(r"^#,.*fuzzy.*\n(?:#.*\n)*(.*)", source, re.MULTILINE) == []
    assert "\n#~" not in source  # what the sources no longer say


def test_the_compiled_catalogue_is_that_of_the_source(tools, tmp_path):
    source = shutil.copy(CATALOGUE / "django.po", tmp_path)
    assert compiled(Path(source)) == FRENCH, "run script/messages"


def test_each_translation_keeps_the_holes_and_the_tags_of_its_sentence():
    wrong = []
    for original, translation in FRENCH.items():
        sentence = original.split(CONTEXT)[-1].split(PLURAL)[-1]
        for form in translation.split(PLURAL):
            if any(sorted(mark.findall(form)) != sorted(mark.findall(sentence)) for mark in (HOLE, TAG)):
                wrong.append((sentence, form))
    assert wrong == []


def test_a_count_has_its_two_french_forms():
    assert [one for one, other in FRENCH.items() if one.count(PLURAL) != other.count(PLURAL)] == []
    with override("fr"):
        said = [ngettext("%(count)s machine", "%(count)s machines", count) for count in (0, 1, 2)]
    assert said == ["%(count)s machine", "%(count)s machine", "%(count)s machines"]  # French counts zero as one


def test_french_is_set_as_in_print():
    wrong = []
    for original, translation in FRENCH.items():
        if "--lang fr" in original:
            continue  # the examples of a command line
        faults = [fault for pattern, fault in MISTAKES if pattern.search(translation)]
        faults += ["straight quotation marks: « »"] if '"' in translation and '"' not in original else []
        wrong += [(translation, fault) for fault in faults]
    assert wrong == []


@pytest.mark.parametrize(
    "sentence", ["Prêt ?", "Prix :\u00a05\u00a0€", "l'atelier", "«\u00a0a »", "un “mot”", "8 Go", "comme neuf", "Quoi?"]
)
def test_the_reading_of_french_finds_each_mistake(sentence):
    assert any(pattern.search(sentence) for pattern, _fault in MISTAKES)


# --- The sources


def test_no_template_holds_words_outside_of_the_catalogue():
    """Words between tags and in the attributes that people hear: each goes through translate."""
    bare = []
    for path in sorted(PACKAGE.glob("**/templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        for left_out in (r"{#.*?#}", r"{% comment %}.*?{% endcomment %}", r"{% blocktrans.*?{% endblocktrans\w* %}"):
            text = re.sub(left_out, "", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
        text = re.sub(r'<(script|style|svg|code)\b.*?</\1>|<button name="language".*?</button>', "", text, flags=re.S)
        heard = re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]*[A-Za-z]{2,}[^"]*)"', text)
        shown = re.findall(r"[A-Za-zÀ-ÿ]{2,}", re.sub(r"<[^>]*>", " ", text, flags=re.DOTALL))
        bare += [
            (path.name, words) for words in heard + shown if words not in ("Maillon", "class", "entrance", "manage")
        ]
    assert bare == []


# --- Pages


class Nodes(HTMLParser):
    """What a page says: its texts, and the attributes that are read aloud; what states its own language apart."""

    SILENT = {"script", "style", "code"}
    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "use", "path", "wbr"}
    HEARD = ("aria-label", "title", "alt", "placeholder", "data-label", "data-confirm")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lang, self.said, self._closed = "", set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang")
        elif tag not in self.VOID:
            self._closed.append(tag in self.SILENT or given.get("lang", self.lang) != self.lang)
        self.said |= {given[name].strip() for name in self.HEARD if given.get(name)}

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in self.VOID and self._closed:
            self._closed.pop()

    def handle_data(self, data):
        if data.strip() and not any(self._closed):
            self.said.add(data.strip())


def sentences(language: str) -> re.Pattern[str]:
    """Every sentence that is only of this language, its holes filled with anything; single words of English too."""
    found = set()
    for original, translation in FRENCH.items():
        forms = {*original.split(CONTEXT)[-1].split(PLURAL)}, {*translation.split(PLURAL)}
        mine, other = forms if language == "en" else reversed(forms)
        found |= {form for form in mine - other if language == "en" or len(form.split()) > 2}
    return re.compile("|".join(spelt(form) for form in sorted(found) if worded(form)))


def spelt(form: str) -> str:
    """The pattern of a sentence: a count in it is a number, another hole holds anything."""
    words = HOLE.sub("\0", form).split("\0")
    holes = [r"[\d\s.,]+" if re.search(r"count|\(n\)|d$", hole) else ".+?" for hole in HOLE.findall(form)]
    return "".join(re.escape(word) + hole for word, hole in zip(words, [*holes, ""], strict=True))


def worded(form: str) -> bool:
    """Whether a sentence has words of its own around its holes."""
    return len(re.sub(r"[^A-Za-z]", "", HOLE.sub("", form))) > (2 if HOLE.search(form) else 0)


def html_pages(client, things):
    """Every page that opens with these things: (its route, its HTML)."""
    for name, path, _rule in ours():
        try:
            response = answer(client, name, path, things, "get")
        except NoReverseMatch:  # tests.test_access fails on a route whose arguments it does not know
            continue
        if response.status_code not in (301, 302) and response.headers.get("Content-Type", "").startswith("text/html"):
            yield path, response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["", "coordinator", "technician", "donor"])
@pytest.mark.parametrize(("language", "foreign"), [("fr", "en"), ("en", "fr")])
def test_a_page_speaks_one_language(client, filled, who, language, foreign):  # noqa: F811 - the imported fixture
    world, _foreign, things = filled
    if who:
        client.force_login(world.users[who])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    strange, other_language = [], sentences(foreign)
    pages = dict(html_pages(client, things[world.coordination.name]))
    for path, html in pages.items():
        page = Nodes(html)
        if page.lang and page.lang != language:
            strange.append((path, f"lang={page.lang}"))
        strange += [(path, text) for text in sorted(page.said - {who}) if other_language.fullmatch(text)]
    assert strange == []
    assert len(pages) > (8 if who else 3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"), [("fr", "2 nouvelles machines, 1 refusé"), ("en", "2 new machines, 1 refused")]
)
def test_what_came_in_is_told_in_one_sentence(client, language, said):
    world = make_world()
    client.force_login(world.users["technician"])
    files = [("a", dmidecode("PF0AAAA1")), ("b", dmidecode("PF0BBBB2", uuid=str(uuid4()))), ("c", b"Sous le pont")]
    sent = {"files": [SimpleUploadedFile(f"{name}.txt", content) for name, content in files]}
    response = client.post(reverse("workshop:intake"), sent, HTTP_ACCEPT_LANGUAGE=language)
    assert said in response.content.decode()


def test_the_reading_of_pages_finds_another_language():
    html = (
        '<html lang="fr"><p>Choose the machines</p><button lang="en">Sign in</button><img alt="Sign in">Accueil</html>'
    )
    page = Nodes(html)
    assert page.lang == "fr" and page.said == {"Choose the machines", "Sign in", "Accueil"}
    assert [text for text in sorted(page.said) if sentences("en").fullmatch(text)] == ["Sign in"]


# --- Values


def test_numbers_and_places_are_written_as_the_reader_does():
    said = Message(
        "Read back in full by %(who)s: %(bytes)d bytes, all as expected.", {"who": "x", "bytes": 256_060_514}
    )
    need = Message("Memory: %(have)s GB, %(need)s GB needed.", {"have": 3.5, "need": 8})
    with override("fr"):
        assert "256\u202f060\u202f514 octets" in told(said) and "3,5\u00a0Go" in told(need)
        assert (read_at("line 12"), read_at("row 3, column RAM")) == ("ligne 12", "ligne 3, colonne RAM")
        assert colon("Prix") == "Prix\u00a0:"
    with override("en"):
        assert "256,060,514 bytes" in told(said) and "3.5 GB" in told(need)
        assert (read_at("line 12"), read_at("$.dmi.uuid"), colon("Price")) == ("line 12", "$.dmi.uuid", "Price:")


# --- The command line, which has no Django


@pytest.mark.parametrize("language", ["fr", "en"])
def test_inspect_gives_its_reasons_in_the_language_asked_for(tmp_path, capsys, language):
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert inspect.main(["--lang", language, str(empty)]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    catalogue = gettext.translation("django", str(PACKAGE / "locale"), [language], fallback=True)
    assert error["reason"] == catalogue.gettext("The file is empty (0 bytes).")
    assert error["reason"].startswith("Le fichier" if language == "fr" else "The file")


def test_the_help_of_inspect_is_in_french(capsys):
    with pytest.raises(SystemExit):
        inspect.main(["--lang", "fr", "--help"])
    assert "Lit des fichiers qui décrivent des ordinateurs" in capsys.readouterr().out
