"""The files of others are those that were fetched, and their manifest says where each comes from."""

import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "script/vendor"


@pytest.fixture
def vendor():
    loader = SourceFileLoader("vendor_script", str(SCRIPT))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module  # dataclasses look their module up
    loader.exec_module(module)
    yield module
    del sys.modules[loader.name]


def test_the_repository_holds_what_was_fetched():
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_changed_a_missing_and_an_unknown_file_are_named(vendor, tmp_path, monkeypatch):
    names = ("altered.js", "gone.js", "icons.svg")
    folder = tmp_path / vendor.STATIC
    folder.mkdir(parents=True)
    (folder / "altered.js").write_text("altered")
    (folder / "stray.js").write_text("stray")
    (folder / "icons.svg").write_text("<svg/>")
    entries = [{"file": f"{vendor.STATIC}/{name}", "name": "x", "version": "1", "sha256": "0" * 64} for name in names]
    (folder / "manifest.json").write_text(json.dumps(entries))
    monkeypatch.setattr(vendor, "PACKAGE", tmp_path)
    monkeypatch.setattr(vendor, "MANIFEST", folder / "manifest.json")
    found = "\n".join(vendor.problems())
    assert "altered.js: changed since it was fetched" in found
    assert "gone.js: missing" in found
    assert "stray.js: not in the manifest" in found
    assert "bootstrap 5.3.9: pinned, not fetched" in found
    assert "laptop: listed in vendor-icons.txt, not in the sprite" in found


def test_an_archive_that_is_not_the_pinned_one_is_refused(vendor, monkeypatch):
    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def read(self):
            return b"not the package"

    monkeypatch.setattr(vendor.urllib.request, "urlopen", lambda *_, **__: Answer())
    with pytest.raises(SystemExit, match=r"bootstrap 5\.3\.9: SHA-512 is .* was pinned"):
        vendor.fetch(vendor.SOURCES[0])


def test_each_file_names_its_licence_and_ships_its_text(vendor):
    entries = json.loads(vendor.MANIFEST.read_text(encoding="utf-8"))
    assert {"name", "version", "licence", "file", "sha256", "changed"} <= set(entries[0])
    licensed = {entry["name"] for entry in entries if Path(entry["file"]).suffix in (".LICENSE", ".txt")}
    assert licensed == {source.name for source in vendor.SOURCES}


def test_communes_of_the_home_territory_are_there():
    import csv
    import io

    import zstandard

    packed = (ROOT / "src/maillon/territory/data/communes.csv.zst").read_bytes()
    assert len(packed) < 1_000_000
    table = csv.DictReader(io.StringIO(zstandard.ZstdDecompressor().decompress(packed).decode()))
    rows = list(table)
    home = {row["code"]: row for row in rows if row["grouping_siren"] == "244400404"}
    assert len(rows) > 34_000 and len(home) == 24
    assert home["44109"]["name"] == "Nantes" and home["44109"]["postcodes"].split() == [
        "44000",
        "44100",
        "44200",
        "44300",
    ]
    assert {row["grouping_name"] for row in home.values()} == {"Nantes Métropole"}
