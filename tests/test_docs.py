"""What exists is described, what is described exists: the documentation, compared with the program."""

import contextlib
import hashlib
import io
import os
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.utils.translation import gettext, override

import maillon
from maillon.bench import BENCHES
from maillon.cli import COMMANDS, main
from maillon.config.api import api
from maillon.hardware import erasure
from maillon.hardware.model import Reading
from maillon.hardware.readers.cim import COLLECT
from maillon.hardware.reading import read
from tests import docs_pages
from tests.chain.test_every_page import PAGES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
EVERY = sorted(path for folder in (ROOT, DOCS) for path in folder.glob("**/*.md" if folder == DOCS else "*.md"))
FRENCH = [
    ROOT / "LISEZMOI.md",
    DOCS / "techniciens.md",
    DOCS / "coordinateurs.md",
    DOCS / "donateurs.md",
    DOCS / "aide.md",
    DOCS / "consultations.md",
    DOCS / "prescripteurs.md",
    DOCS / "remises.md",
    DOCS / "rendez-vous.md",
]
VARIABLE = re.compile(r"\b(?:MAILLON_[A-Z_]+|DATABASE_URL)\b")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)

every_page = pytest.mark.parametrize("page", EVERY, ids=[str(page.relative_to(ROOT)) for page in EVERY])


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_of(page: Path) -> list[str]:
    """Each line of code on a page, without its comment."""
    lines = [line for block in CODE.findall(text(page)) for line in block.strip("`").splitlines()]
    return [re.sub(r"\s#\s.*", "", line) for line in lines]


ALL_CODE = [line for page in EVERY for line in code_of(page)]
ALL_TEXT = "\n".join(map(text, EVERY))
TOURED = {name for name, *_rest in PAGES} | {"famille-served", "famille-waiting"}  # those of test_family_page
CHAIN = text(ROOT / "tests/chain/test_whole_chain.py")  # takes the pictures named chaine-…


def help_of(*arguments: str) -> str:
    """What `--help` prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([*arguments, "--help"])
    return printed.getvalue()


# -- commands and settings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_described(name):
    assert any(re.search(rf"\bmaillon {name}\b", line) for line in ALL_CODE), f"docs/operators.md: maillon {name}"


@pytest.mark.parametrize("name", BENCHES)
def test_each_bench_is_described_with_its_command(name):
    assert f"maillon bench {name}" in text(DOCS / "performance.md")


def uses() -> list[tuple[str, list[str], str]]:
    """Every use of the command line in the documentation: command, sub-command if any, options, the whole."""
    found = []
    for line in ALL_CODE:
        for used in re.findall(r"(?:^|[\s/;|&])maillon ([a-z][^|;&>]*)", line):
            words = used.split()
            depth = 1 + (words[0] in ("ledger", "bench") and bool(re.match(r"[a-z]", "".join(words[1:2]))))
            found.append((" ".join(words[:depth]), re.findall(r"(?<=\s)--?[a-z][a-z-]*", used), line))
    return found


@pytest.mark.parametrize(("command", "options", "line"), sorted({(c, tuple(o), n) for c, o, n in uses()}))
def test_what_the_documentation_tells_to_type_exists(command, options, line):
    name, *rest = command.split()
    assert name in COMMANDS, line
    if name == "manage":
        return
    told = help_of(name, *rest)
    assert told.startswith("usage:"), line
    for option in options:
        assert option in told, f"{line}: {option} is no option of maillon {command}"


HELPS = [
    *[(name,) for name in COMMANDS if name != "manage"],
    *[("ledger", action) for action in ("verify", "checkpoint", "proof", "check-proof", "key")],
    *[("bench", name) for name in BENCHES],
]


@pytest.mark.parametrize("command", HELPS, ids=" ".join)
def test_each_help_says_what_it_does_and_what_each_argument_is(command):
    told = help_of(*command)
    usage, what, *_rest = told.split("\n\n")
    assert usage.startswith(f"usage: maillon {' '.join(command)}")
    assert re.match(r"[A-Z].*", what) and not what.startswith(("options:", "positional arguments:"))
    arguments = "\n".join(re.findall(r"^(?:options|positional arguments):\n((?:  .*\n)+)", told, re.MULTILINE))
    nameless = re.findall(r"^  (?! )(\S(?:(?!  ).)*)$(?!\n {10,}\S)", arguments, re.MULTILINE)
    assert [argument for argument in nameless if argument != "ACTION"] == []


def test_each_setting_is_described_to_operators_and_nothing_else():
    read_by = [ROOT / "src/maillon" / name for name in ("config/settings.py", "config/env.py", "serve.py")]
    known = set().union(*(VARIABLE.findall(text(path)) for path in read_by))
    table = set(VARIABLE.findall("\n".join(re.findall(r"^\| `.*", text(DOCS / "operators.md"), re.MULTILINE))))
    assert table == known
    for_tests = {"MAILLON_TOUR", "MAILLON_CHROMIUM"}
    assert set(VARIABLE.findall(ALL_TEXT)) <= known | for_tests


@pytest.mark.parametrize("page", ["README.md", "LISEZMOI.md"])
def test_the_two_commands_are_there_and_run(page):
    block = re.search(r"```\n(.*?)```", text(ROOT / page), re.DOTALL)[1]
    commands = [line.split("#")[0].strip() for line in block.splitlines()]
    assert commands == ["script/server", "script/test"]
    assert all(os.access(ROOT / command, os.X_OK) for command in commands)


def test_dependencies_are_those_of_the_project():
    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    wanted_names = {re.split(r"[\[><=~ ]", one)[0] for one in wanted}
    assert set(re.findall(r"^\| `([^`]+)` \|", text(DOCS / "dependencies.md"), re.MULTILINE)) == wanted_names


# -- pages made from the code ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", docs_pages.PAGES)
def test_pages_made_from_the_code_are_up_to_date(name):
    with override("en"):
        made = docs_pages.PAGES[name]()
    assert text(DOCS / name) == made, "Run: DJANGO_SETTINGS_MODULE=maillon.config.settings python -m tests.docs_pages"


def test_the_api_page_tells_each_request_with_its_summary():
    schema = api.get_openapi_schema()
    offered = {
        (method.upper(), path, operation["summary"])
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    }
    rows = re.findall(r"^\| `([A-Z]+) (/api/\S+)` \| [^|]+ \| ([^|]+) \|$", text(DOCS / "api.md"), re.MULTILINE)
    assert {(method, path, what.strip()) for method, path, what in rows} == offered
    takes = [
        parameter["name"]
        for path in schema["paths"].values()
        for one in path.values()
        for parameter in one["parameters"]
    ]
    takes += schema["paths"]["/api/v1/snapshots"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"][
        "properties"
    ]
    assert [name for name in takes if not re.search(rf"`{name}`|{{{name}}}|files=", text(DOCS / "api.md"))] == []
    codes = schema["components"]["schemas"]["Problem"]["properties"]["code"]["description"].split(", ")
    assert [code for code in codes if f"`{code}`" not in text(DOCS / "api.md")] == []


def test_the_windows_command_is_the_one_whose_output_is_read():
    assert f"```powershell\n{COLLECT}\n```" in text(DOCS / "techniciens.md")


# -- links, words, versions ------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub(lambda code: code[0].strip("`"), text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@every_page
def test_links_lead_somewhere(page):
    for link in LINK.findall(text(page)):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        target, _, anchor = unquote(link).partition("#")
        path = (page.parent / target).resolve() if target else page
        if path.parent == DOCS / "tour" and path.suffix == ".png":  # pictures are taken by the browser tests
            name = path.stem.rpartition("-")[0]
            taken = f'"{name.removeprefix("chaine-")}"' in CHAIN if name.startswith("chaine-") else name in TOURED
            assert taken, link
            assert path.exists() or not path.parent.exists(), link
            continue
        assert path.exists() and path.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(path), link


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        if page.is_dir():
            waiting += page.glob("*.md")
        elif page.suffix == ".md":
            links = [unquote(link).partition("#")[0] for link in LINK.findall(text(page))]
            waiting += [path for link in links if link and (path := (page.parent / link).resolve()).exists()]
    assert [str(page.relative_to(ROOT)) for page in EVERY if page not in reached] == []


@every_page
def test_no_page_holds_an_unfinished_word_or_a_path_of_one_machine(page):
    assert not re.findall(r"\b(?:TODO|FIXME|XXX)\b|/(?:wor[k]|roo[t])/|(?<![\w.])/tmp/", text(page))


LABEL = re.compile(r"\*\*([^*]+)\*\*")
SENTENCES = {  # bold for weight, not the name of something on a page
    "en gras",
    "un dossier par machine",
    "ouvert en administrateur",
    "Un disque est effacé quand il a été relu en entier et trouvé vide.",
    "Clear",
    "Purge",
    "certificat",
}


def plain(words: str) -> str:
    return words.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("page", FRENCH, ids=[page.name for page in FRENCH])
def test_french_pages_name_buttons_as_the_program_does(page):
    catalogue = text(ROOT / "src/maillon/locale/fr/LC_MESSAGES/django.po")
    said = {plain(found) for found in re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', catalogue, re.MULTILINE)}
    same = {plain(found) for found in re.findall(r'^msgid "(.*)"\nmsgstr ""$', catalogue, re.MULTILINE)}
    named = {plain(label) for label in LABEL.findall(text(page))} - SENTENCES
    unknown = {label for label in named - said if not (label in same and gettext(label) == label)}
    assert unknown == set()


def test_versions_agree_and_the_licence_is_whole():
    version = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["version"]
    assert maillon.__version__ == version
    assert f'version: "{version}"' in text(ROOT / "CITATION.cff")
    assert f"## {version}" in text(ROOT / "CHANGELOG.md")
    licence = (ROOT / "LICENSE").read_bytes()
    assert licence.count(b"\n") == 661
    assert hashlib.sha256(licence).hexdigest() == "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def test_decisions_are_numbered_and_say_what_was_not_chosen():
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert text(page).startswith(f"# {int(page.name[:4])}. ")
        for part in ("Context", "Decision", "Not chosen", "Consequences"):
            assert f"**{part}.**" in text(page), page.name


# -- what the tour drops ---------------------------------------------------------------------------------------------


def test_the_examples_of_the_tour_are_what_it_says():
    result = read((DOCS / "examples/machine/dmidecode.txt").read_bytes())
    assert isinstance(result, Reading)
    assert [(machine.vendor, machine.model) for machine in result.machines] == [("Lenovo", "ThinkPad T470")]
    for name, proved in (("erasure", True), ("false-erasure", False)):
        [report] = erasure.read_erasure((DOCS / f"examples/{name}.json").read_bytes(), name)
        assert erasure.assess(report).proved is proved
