"""The command line as its users meet it: help, exit codes, bad input, odd terminals, closed pipes."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from maillon import cli
from maillon.bench import BENCHES
from maillon.hardware.messages import session_language
from maillon.kernel import trouble

pytestmark = pytest.mark.pure  # each command runs in a process and a folder of its own, on SQLite or nothing

USES = [[name] for name in cli.COMMANDS if name != "manage"] + [["bench", name] for name in BENCHES]
UNREACHABLE = "postgres://maillon@127.0.0.1:1/maillon"
TRACES = ("Traceback", "Exception ignored", "Error:")


@pytest.fixture
def maillon(tmp_path):
    """maillon(*arguments, **environment): what the command did, run in an empty folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLON_", "DATABASE_URL"))}

    def run(*arguments, stdin="", **environment):
        return subprocess.run(
            [sys.executable, "-m", "maillon.cli", *arguments],
            env={**kept, "LC_ALL": "C.UTF-8", "MAILLON_DATA": str(tmp_path / "data"), **environment},
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
        )

    return run


def explained(done, code, *words):
    """It stopped with this code and a sentence that holds these words: no trace of the program's inside."""
    assert done.returncode == code, done.stderr
    assert not [trace for trace in TRACES if trace in done.stderr], done.stderr
    for word in words:
        assert word in done.stderr


def test_every_command_is_named_with_its_exit_codes(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown and command.summary in shown for name, command in cli.COMMANDS.items())
    assert "0 all right" in shown and "1 some input was refused" in shown and "2 wrong use" in shown


def test_nothing_asked_is_wrong_use_and_shows_what_may_be(capsys):
    assert cli.main([]) == 2
    assert "usage: maillon COMMAND" in capsys.readouterr().out


def test_a_misspelt_command_is_met_with_the_nearest(capsys):
    assert cli.main(["sevre"]) == 2
    assert "Did you mean `maillon serve`?" in capsys.readouterr().err


@pytest.mark.parametrize("use", USES, ids=" ".join)
def test_help_tells_what_the_command_does_and_each_option(maillon, use):
    done = maillon(*use, "--help")
    assert done.returncode == 0 and not done.stderr
    usage, _, rest = done.stdout.partition("\n\n")
    assert f"usage: maillon {' '.join(use)}" in usage and rest.strip()
    options = [line.strip() for line in rest.splitlines() if line.startswith("  -")]
    bare = [line for at, line in enumerate(rest.splitlines()) if line.startswith("  -") and _is_bare(rest, at)]
    assert options and not bare, f"no help for {bare}"


def _is_bare(text, at):
    """An option whose line holds nothing after it, and whose next line is not its help either."""
    lines = [*text.splitlines(), ""]
    return "  " not in lines[at].strip() and not lines[at + 1].startswith(" " * 10)


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "many"],
        ["serve", "--port", "70000"],
        ["serve", "--workers", "0"],
        ["worker", "--concurrency", "0"],
        ["inspect"],
        ["inspect", "missing.txt"],
        ["inspect", "--jobs", "0", "x"],
        ["intake", "x"],
        ["labels"],
        ["ledger"],
        ["ledger", "verify", "--since", "yesterday"],
        ["erasure"],
        ["backup"],
        ["restore"],
        ["bench", "nothing"],
        ["demo", "--machines", "-5"],
        ["demo", "--unknown"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_code_2_with_a_sentence(maillon, arguments):
    done = maillon(*arguments)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"maillon {arguments[0]}" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["restore", "given"],
        ["erasure", "given"],
        ["ledger", "check-proof", "given"],
        ["ledger", "verify", "--against", "given"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "there is no such file or folder. Check its name."),
        (os.mkdir, "this is a folder. Give a file."),
        (lambda path: path.write_bytes(b"\xff not one of ours\n"), " not "),
        (lambda path: path.write_text("[[{}]]"), " not "),
        (lambda path: path.write_bytes(b""), "given"),
    ],
    ids=["missing", "folder", "other", "json", "empty"],
)
def test_a_file_that_can_not_be_read_is_code_1_and_told(maillon, tmp_path, arguments, made, said):
    if made:
        made(tmp_path / "given")
    done = maillon(*arguments)
    explained(done, 1, f"maillon {arguments[0]}: ", "given", said)
    assert "Errno" not in done.stderr and "error(" not in done.stderr.lower()


def test_a_full_disk_is_told_with_the_file_that_did_not_fit():
    with pytest.raises(OSError, match="space") as caught, trouble.writing(Path("labels.pdf")):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert trouble.of_file(caught.value) == "labels.pdf: the disk is full. Free some room, then run this again."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_is_not_ours_is_told_with_who_may(maillon, tmp_path):
    (tmp_path / "given").touch(mode=0)
    explained(maillon("restore", "given"), 1, "given", "may not read or write here")


@pytest.mark.parametrize(
    ("session", "language"),
    [
        ({}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LC_ALL": "POSIX"}, "fr"),
        ({"LANG": "fr_BE.UTF-8@euro"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_US"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "en:fr"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "br:fr"}, "fr"),
    ],
    ids=str,
)
def test_the_language_is_the_session_s_and_french_when_it_names_none(monkeypatch, session, language):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in session.items():
        monkeypatch.setenv(name, value)
    assert session_language() == language


IN_FRENCH = (
    (["labels"], "il manque"),
    (["ledger", "verify"], "la base de données n’est pas prête"),
    (["inspect", "missing"], "ce fichier ou ce dossier n’existe pas"),
    (["restore", "missing"], "ce fichier ou ce dossier n’existe pas"),
    (["serve", "--port", "0"], "de 1 à 65535"),
    (["worker", "--lease", "0"], "de 1 à 3600"),
    (["sevre"], "Vouliez-vous dire"),
)


@pytest.mark.parametrize(("arguments", "said"), IN_FRENCH, ids=[" ".join(use) for use, _said in IN_FRENCH])
def test_every_command_speaks_french_where_the_session_says_nothing(maillon, arguments, said):
    assert said in maillon(*arguments, LANGUAGE="").stderr


@pytest.mark.parametrize("use", [use for use in USES if use[0] != "bench"], ids=" ".join)
def test_the_help_of_every_command_is_in_french_too(maillon, use):
    told = maillon(*use, "--help", LANGUAGE="fr").stdout
    assert told.startswith("utilisation") and "montrer cette aide" in told
    foreign = re.findall(r"\b(?:the|of|which|without|print|all)\b", told)
    assert not foreign, told


def test_a_worker_whose_database_is_away_says_so_and_fails(maillon):
    explained(maillon("worker", "--once", DATABASE_URL=UNREACHABLE), 1, "ERROR", "PostgreSQL does not answer")


def test_a_worker_whose_database_is_not_ready_says_so_and_fails(maillon):
    explained(maillon("worker", "--once"), 1, "ERROR", "maillon manage migrate")


@pytest.mark.parametrize(
    "arguments", [["demo"], ["ledger", "verify"], ["ledger", "checkpoint"], ["intake", "--as", "a@exemple.fr", "x"]]
)
def test_an_empty_database_is_met_with_what_to_do(maillon, arguments):
    explained(maillon(*arguments), 1, "the database is not ready", "maillon manage migrate")


@pytest.mark.parametrize("arguments", [["serve", "--port=0"], ["ledger", "verify"]])
def test_a_server_that_is_down_is_told_in_a_sentence(maillon, arguments):
    if arguments[0] == "serve":
        arguments = ["serve", f"--port={free_port()}"]
    explained(maillon(*arguments, DATABASE_URL=UNREACHABLE), 1, "PostgreSQL does not answer", "127.0.0.1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nothing"),
        ("DATABASE_URL", "mysql://maillon@localhost/maillon"),
        ("DATABASE_URL", "postgres://a:b@localhost:port/maillon"),
        ("MAILLON_DEMO", "perhaps"),
        ("MAILLON_SMTP_PORT", "ninety"),
        ("MAILLON_DATA", __file__),
    ],
)
def test_a_wrong_setting_stops_every_command_and_is_named(maillon, name, value):
    explained(maillon("ledger", "verify", **{name: value}), 2, name)


def test_a_password_is_not_shown(maillon):
    done = maillon("ledger", "verify", DATABASE_URL="postgres://maillon:hidden-word@127.0.0.1:1/maillon")
    assert "hidden-word" not in done.stderr + done.stdout


def test_a_reader_that_leaves_is_no_error(maillon, tmp_path):
    for number in range(200):
        (tmp_path / f"{number}.txt").write_text("nothing known\n" * 5)
    command = f'"{sys.executable}" -m maillon.cli inspect *.txt 2>errors | head -n 1'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith('{"file"')
    assert "BrokenPipe" not in (tmp_path / "errors").read_text()


def test_help_to_a_reader_that_left_is_no_error(tmp_path):
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(
        [sys.executable, "-m", "maillon.cli", "--help"], stdout=writes, stderr=subprocess.PIPE, timeout=120
    )
    os.close(writes)
    assert done.returncode == 0 and done.stderr == b""


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}])
def test_any_file_name_can_be_said_on_any_terminal(maillon, tmp_path, environment):
    name = os.fsdecode(b"relev\xc3\xa9-\xe9-\xe2\x82\xac.txt")
    (tmp_path / name).write_text("nothing known\n")
    done = maillon("inspect", name, **environment)
    assert done.returncode == 1
    assert done.stdout.startswith('{"file":"relev') and "Traceback" not in done.stderr


def free_port():
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


SMALL = {
    "allocation": ["--sizes", "50", "--groups", "5"],
    "board": ["--devices", "60", "--requests", "60", "--repeat", "2"],
    "intake": ["--machines", "3"],
    "jobs": ["--jobs", "5", "--workers", "2"],
    "labels": ["--labels", "5", "--format", "62x29"],
    "ledger": ["--writers", "1", "--seconds", "1", "--verify", "50"],
    "reserve": ["--workers", "2", "--machines", "4", "--requests", "5", "--seconds", "2", "--kills", "0"],
    "stock": ["--devices", "500", "--repeat", "3", "--writes", "3"],
}


@pytest.mark.parametrize("name", BENCHES)
def test_every_bench_runs_to_its_end(maillon, name):
    done = maillon("bench", name, *SMALL[name])
    assert done.returncode in (0, 1) and done.stderr == "", done.stderr  # 1: slower than its goal
    assert done.stdout.count("\n") > 0
