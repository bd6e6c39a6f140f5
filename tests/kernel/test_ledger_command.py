"""`maillon ledger`, on a database of its own that several processes read."""

import json
import os

import pytest
from django.db import connection, transaction

from maillon.kernel import ledger
from maillon.kernel.ledger.command import main, verify_command
from tests import scratch
from tests.kernel.ledger_sample import chain, key, unprotected

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(scope="module")
def own_database(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        yield


def test_verify_names_faults_with_several_processes(own_database, monkeypatch, capsys):
    monkeypatch.setattr("maillon.kernel.ledger.verifying.FEW", 0)
    streams = [chain(3) for _ in range(20)]
    assert verify_command(["--processes", "2"]) == 0
    assert capsys.readouterr().out.startswith("60 events in 20 streams and 0 checkpoints: nothing wrong")
    altered, removed = streams[3][1], streams[12][2]
    with transaction.atomic(), unprotected() as cursor:
        cursor.execute("UPDATE ledger_entry SET kind = 'x.y' WHERE id = %s", [key(altered.pk)])
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [key(removed.pk)])
    assert verify_command(["--processes", "2", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["entries"], report["streams"], report["found"]) == (59, 20, 2)
    assert {(problem["fault"], problem["stream"], problem["sequence"]) for problem in report["problems"]} == {
        ("altered", altered.stream, 2),
        ("removed", removed.stream, 3),
    }
    connection.close()


def test_processes_read_the_database_in_use_whatever_the_platform_has(django_db_blocker, monkeypatch):
    monkeypatch.setattr("maillon.kernel.ledger.verifying.FEW", 0)
    with django_db_blocker.unblock(), scratch.database("sqlite"):
        chain(3)
        assert ledger.verify(processes=2).entries == 3


def test_verify_goes_on_alone_when_its_processes_die(own_database, monkeypatch, capfd):
    monkeypatch.setattr("maillon.kernel.ledger.verifying.FEW", 0)
    monkeypatch.setattr("maillon.kernel.processes._start", os.abort)  # takes no argument: the first call fails
    chain(3)
    assert ledger.verify(processes=2).entries == ledger.Entry.objects.count()
    connection.close()


@pytest.mark.django_db
def test_verify_lists_as_many_as_asked(capsys):
    chain(3)
    with unprotected() as cursor:
        cursor.execute("UPDATE ledger_entry SET kind = 'x.y'")
    assert main(["verify", "--most", "1"]) == 1
    out = capsys.readouterr().out
    assert "#1 (" in out and "… and 2 more." in out and "3 faults" in out


@pytest.mark.django_db
def test_verify_since(capsys):
    chain(3)
    assert main(["verify", "--since", "2999-01-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entries"] == 0
    assert main(["verify", "--since", "2020-01-01T08:00", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entries"] == 3
    with pytest.raises(SystemExit) as refused:
        main(["verify", "--since", "last week"])
    assert refused.value.code == 2 and "is not a date" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_checkpoint_kept_elsewhere_is_compared(capsys, tmp_path):
    chain(2)
    assert main(["checkpoint", "--json"]) == 0
    kept = tmp_path / "kept.jsonl"
    kept.write_text(capsys.readouterr().out)
    assert main(["verify", "--against", str(kept)]) == 0
    kept.write_text(kept.read_text().replace('"entries": 2', '"entries": 3'))
    assert main(["verify", "--against", str(kept)]) == 1
    assert "checkpoint 1: it is not the one that was kept elsewhere" in capsys.readouterr().out
    for content in ("nonsense", "[]", '{"number": 1}'):
        kept.write_text(content)
        assert main(["verify", "--against", str(kept)]) == 1
        assert "kept.jsonl" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_proof_is_checked_by_whoever_has_the_public_key(capsys, tmp_path):
    entry = chain(2)[1]
    assert main(["proof", entry.stream]) == 1
    assert "no checkpoint saw this stream" in capsys.readouterr().err
    ledger.checkpoint()
    assert main(["proof", entry.stream]) == 0
    proof, public = tmp_path / "proof.json", tmp_path / "key.pem"
    proof.write_text(capsys.readouterr().out)
    assert main(["key"]) == 0
    public.write_text(capsys.readouterr().out)
    assert main(["check-proof", str(proof)]) == main(["check-proof", str(proof), "--key", str(public)]) == 0
    assert f"{entry.stream} #2 was there at" in capsys.readouterr().out
    public.write_text(ledger.public_key("another").pem())
    assert main(["check-proof", str(proof), "--key", str(public)]) == 1
    assert "does not hold" in capsys.readouterr().err
    proof.write_text("{}")
    assert main(["check-proof", str(proof)]) == 1


@pytest.mark.parametrize("argv", [[], ["unknown"], ["verify", "--nothing"], ["proof"]])
def test_wrong_use(argv, capsys):
    with pytest.raises(SystemExit) as refused:
        main(argv)
    assert refused.value.code == 2
