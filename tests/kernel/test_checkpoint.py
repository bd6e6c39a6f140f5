"""Checkpoints: what is signed, what a proof proves, and to whom."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import connection

from maillon.kernel import canonical, ledger, merkle
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import checkpoints
from maillon.kernel.ledger.hashing import GENESIS
from maillon.kernel.ledger.models import Checkpoint, Head, Leaf
from tests.kernel.ledger_sample import chain

pytestmark = pytest.mark.django_db


def leaves_of(heads):
    return [
        merkle.leaf_hash(canonical.encode({"hash": head.hash, "sequence": head.sequence, "stream": head.stream}))
        for head in sorted(heads, key=lambda head: head.stream.encode())
    ]


def test_the_root_is_that_of_the_heads_in_order():
    for length in (1, 3, 2):
        chain(length)
    made = ledger.checkpoint()
    assert (made.number, made.entries, made.streams, made.previous) == (1, 6, 3, GENESIS)
    assert made.root == merkle.root(leaves_of(Head.objects.all())).hex()
    assert Checkpoint.objects.get() == made


def test_what_is_signed_is_verified_with_the_public_key_alone():
    chain(1)
    made = ledger.checkpoint()
    statement = {
        "at": made.at_text,
        "entries": 1,
        "key": ledger.public_key().id,
        "number": 1,
        "previous": GENESIS,
        "root": made.root,
        "streams": 1,
        "type": "maillon-ledger-checkpoint-1",
    }
    key = load_pem_public_key(ledger.public_key().pem().encode())
    key.verify(bytes.fromhex(made.signature), canonical.encode(statement))  # raises when it does not hold


def test_a_checkpoint_names_the_one_before():
    first = ledger.checkpoint()
    second = ledger.checkpoint()
    assert second.previous == ledger.statement_of(first).digest()
    assert (second.number, second.entries, second.root) == (2, 0, merkle.EMPTY.hex())


def test_only_the_heads_that_moved_are_kept_again():
    still, moved = chain(1)[0], chain(1)[0]
    ledger.checkpoint()
    chain(2, moved.subject)
    ledger.checkpoint()
    kept = list(Leaf.objects.order_by("checkpoint", "sequence").values_list("checkpoint", "stream", "sequence"))
    assert sorted(kept) == sorted([(1, still.stream, 1), (1, moved.stream, 1), (2, moved.stream, 3)])
    assert [leaf[1] for leaf in checkpoints.leaves(1)] == [1, 1]


@pytest.mark.parametrize("streams", [1, 2, 3, 4, 5, 8, 11])
def test_every_stream_is_proved_from_its_block(monkeypatch, streams):
    monkeypatch.setattr(checkpoints, "BLOCK", 4)
    entries = [chain(2)[1] for _ in range(streams)]
    made = ledger.checkpoint()
    for entry in entries:
        proof = ledger.proof(entry.stream)
        assert (proof.sequence, proof.hash, proof.checkpoint.root) == (2, entry.hash, made.root)
        assert ledger.verify_proof(proof)
        assert ledger.Proof.from_json(proof.as_json()) == proof
    assert ledger.verify().problems == []


def test_a_proof_costs_two_queries(django_assert_num_queries):
    entry = chain(1)[0]
    ledger.checkpoint()
    with django_assert_num_queries(2):
        ledger.proof(entry.stream)


def test_a_proof_is_of_what_the_checkpoint_saw():
    entry = chain(1)[0]
    ledger.checkpoint()
    chain(1, entry.subject)
    proof = ledger.proof(entry.stream)
    assert proof.sequence == 1 and ledger.verify_proof(proof)


def test_no_proof_of_what_no_checkpoint_saw():
    with pytest.raises(NotFound):
        ledger.proof("sample:1")
    entry = chain(1)[0]
    with pytest.raises(NotFound):
        ledger.proof(entry.stream)
    ledger.checkpoint()
    for absent in (chain(1)[0].stream, "a:1", "z:1"):
        with pytest.raises(NotFound):
            ledger.proof(absent)


def test_a_proof_changed_anywhere_does_not_hold():
    entries = [chain(1)[0] for _ in range(5)]
    ledger.checkpoint()
    proof = ledger.proof(entries[2].stream)
    said = proof.checkpoint
    changed = [
        replace(proof, stream=entries[3].stream),
        replace(proof, sequence=2),
        replace(proof, hash="f" * 64),
        replace(proof, index=proof.index + 1),
        replace(proof, index=-1),
        replace(proof, path=proof.path[:-1]),
        replace(proof, path=("zz", *proof.path[1:])),
        replace(proof, signature="00" * 64),
        replace(proof, signature="zz"),
        replace(proof, checkpoint=replace(said, at="2020-01-01T00:00:00.000000Z")),
        replace(proof, checkpoint=replace(said, entries=said.entries + 1)),
        replace(proof, checkpoint=replace(said, key="unknown")),
    ]
    assert ledger.verify_proof(proof)
    assert not any(map(ledger.verify_proof, changed))
    assert not ledger.verify_proof(proof, trusted={})


def test_the_keys_come_from_the_vault_key(settings):
    assert ledger.public_key() == ledger.public_key(settings.VAULT_KEY)
    assert ledger.public_key("another").id != ledger.public_key().id
    assert ledger.PublicKey.from_pem(ledger.public_key().pem()) == ledger.public_key()


def test_streams_sort_by_their_bytes_on_every_database():
    """Names that languages sort otherwise: capitals, digits, punctuation."""
    names = ["room:a", "room:B", "room:_", "room:10", "room:9", "room:b-c", "room:bc", "room:A"]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ledger_head (stream, sequence, hash, seal) VALUES (%s, 1, %s, '')",
            [(name, GENESIS) for name in names],
        )
    made = ledger.checkpoint()
    assert [leaf[0] for leaf in checkpoints.leaves(1)] == sorted(names, key=str.encode)
    assert made.root == merkle.root(leaves_of(Head.objects.all())).hex()
    assert all(ledger.verify_proof(ledger.proof(name)) for name in names)
