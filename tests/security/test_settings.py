"""Settings with garbage in them, secrets and who may read them."""

import os
import stat
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from maillon.config import env


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.database("sqlite:///x"), "garbage"),
        (lambda: env.database("sqlite:///x"), "mysql://u:hunter2@host/base"),
        (lambda: env.database("sqlite:///x"), "://"),
        (lambda: env.origin("DATABASE_URL", os.environ["DATABASE_URL"]), "maillon.example"),
        (lambda: env.origin("DATABASE_URL", os.environ["DATABASE_URL"]), "javascript:alert(1)"),
        (lambda: env.origin("DATABASE_URL", os.environ["DATABASE_URL"]), "https://maillon.example/path"),
        (lambda: env.origin("DATABASE_URL", os.environ["DATABASE_URL"]), "https://me@maillon.example"),
        (lambda: env.origin("DATABASE_URL", os.environ["DATABASE_URL"]), "https://maillon.example:99999"),
        (lambda: env.hosts("DATABASE_URL", []), "https://maillon.example"),
        (lambda: env.hosts("DATABASE_URL", []), "maillon.example:8000"),
        (lambda: env.choice("DATABASE_URL", "INFO", env.LOG_LEVELS), "LOUD"),
        (lambda: env.flag("DATABASE_URL", True), "maybe"),
        (lambda: env.whole("DATABASE_URL", 1, least=1, most=9), "٣٣"),
    ],
)
def test_garbage_stops_the_start_and_names_the_setting(monkeypatch, read, value):
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as raised:
        read()
    assert "hunter2" not in str(raised.value)


def test_an_empty_database_url_is_as_good_as_none(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", " ")
    assert env.database("sqlite:///x") == "sqlite:///x"


@pytest.mark.parametrize(
    ("given", "kept", "host"),
    [
        ("HTTPS://Maillon.Example/", "https://maillon.example", "maillon.example"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000", "10.0.0.5"),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]"),
    ],
)
def test_an_address_is_read(given, kept, host):
    assert env.origin("X", given) == kept
    assert env.host_of(kept) == host
    assert env.hosts("NOT_SET_ANYWHERE", [host]) == [host]


@pytest.mark.parametrize("kept", ["", "short", " \n"])
def test_a_key_file_that_is_empty_or_cut_is_not_a_key(tmp_path, kept):
    (tmp_path / "vault-key").write_text(kept)
    with pytest.raises(ImproperlyConfigured, match="vault-key"):
        env.secret(tmp_path, "vault-key", "MAILLON_NOT_SET")


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path):
    first = env.secret(tmp_path, "vault-key", "MAILLON_NOT_SET")
    assert env.secret(tmp_path, "vault-key", "MAILLON_NOT_SET") == first
    assert [path.name for path in tmp_path.iterdir()] == ["vault-key"]
    assert stat.S_IMODE((tmp_path / "vault-key").stat().st_mode) == 0o600


def test_what_the_platform_writes_is_read_by_its_user_alone(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLON_", "DATABASE_URL"))}
    given = {**kept, "MAILLON_DATA": str(tmp_path / "data"), "MAILLON_BEHIND_PROXY": "1"}
    program = (
        "import os; os.umask(0o022)\n"
        "from maillon.config import settings\n"
        "print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)\n"
        "open(os.path.join(settings.DATA, 'maillon.sqlite3'), 'w')"
    )
    done = subprocess.run([sys.executable, "-c", program], env=given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert modes == {"secret-key": 0o600, "vault-key": 0o600, "maillon.sqlite3": 0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
