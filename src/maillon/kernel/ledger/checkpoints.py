"""Checkpoints: the heads of all streams in one Merkle tree (RFC 9162), whose root is signed with Ed25519.

A leaf is the SHA-256, domain-separated, of the canonical JSON {"hash", "sequence", "stream"} of a head; leaves go by
the bytes of their stream's name. What is signed is the canonical JSON of `Statement`, which names the checkpoint before
it by its SHA-256. Whoever keeps a signed statement elsewhere can later show that the past was not rewritten.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from maillon.kernel import canonical, merkle
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import keys, reading
from maillon.kernel.ledger.hashing import GENESIS
from maillon.kernel.ledger.models import Checkpoint, Leaf

BLOCK = 1024  # leaves; a power of two, so that blocks are subtrees and their roots give the whole root
TYPE = "maillon-ledger-checkpoint-1"
_AT_ONCE = 5000  # rows fetched at a time


@dataclass(frozen=True)
class Statement:
    """What a checkpoint says. at: as hashed; root, previous: 64 hexadecimal digits; key: the public key's id."""

    number: int
    at: str
    entries: int
    streams: int
    root: str
    previous: str
    key: str

    def signed_bytes(self) -> bytes:
        return canonical.encode({"type": TYPE, **asdict(self)})

    def digest(self) -> str:
        return hashlib.sha256(self.signed_bytes()).hexdigest()


def statement_of(checkpoint: Checkpoint) -> Statement:
    return Statement(
        number=checkpoint.number,
        at=checkpoint.at_text,
        entries=checkpoint.entries,
        streams=checkpoint.streams,
        root=checkpoint.root,
        previous=checkpoint.previous,
        key=checkpoint.key_id,
    )


@dataclass(frozen=True)
class Summary:
    """The tree of one checkpoint. blocks: (first stream, root of the block), in order."""

    entries: int
    streams: int
    root: str
    blocks: list[tuple[str, str]]


def checkpoint() -> Checkpoint:
    """Sign the present heads. One pass over the leaves; PostgreSQL goes on appending meanwhile, SQLite waits."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # one checkpoint at a time; readers and appends go on
                cursor.execute("LOCK TABLE ledger_checkpoint IN EXCLUSIVE MODE")
        last = Checkpoint.objects.defer("blocks").last()
        number = last.number + 1 if last else 1
        _take_leaves(number)
        summary = summarise(number)
        made = Checkpoint(
            number=number,
            at=timezone.now(),
            entries=summary.entries,
            streams=summary.streams,
            root=summary.root,
            previous=statement_of(last).digest() if last else GENESIS,
            key_id=keys.public_key().id,
            blocks=json.dumps(summary.blocks),
        )
        made.signature = keys.sign(statement_of(made).signed_bytes()).hex()
        Checkpoint.objects.bulk_create([made])
    return made


def _take_leaves(number: int) -> None:
    """Copy the heads that moved. One statement: one snapshot of all streams, whoever is writing."""
    with reading.steady(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_leaf (stream, sequence, hash, checkpoint) "
            "SELECT h.stream, h.sequence, h.hash, %s FROM ledger_head h WHERE h.sequence > 0 AND NOT EXISTS "
            "(SELECT 1 FROM ledger_leaf l WHERE l.stream = h.stream AND l.sequence = h.sequence)",
            [number],
        )


def leaves(number: int, first: str | None = None, before: str | None = None) -> Iterator[tuple[str, int, str]]:
    """(stream, sequence, hash) of each stream as this checkpoint saw it, in order, from one name to before another."""
    rows = Leaf.objects.filter(checkpoint__lte=number).order_by("stream", "sequence")
    if first is not None:
        rows = rows.filter(stream__gte=first)
    if before is not None:
        rows = rows.filter(stream__lt=before)
    latest: tuple[str, int, str] | None = None
    for row in rows.values_list("stream", "sequence", "hash").iterator(chunk_size=_AT_ONCE):
        if latest is not None and latest[0] != row[0]:
            yield latest
        latest = row
    if latest is not None:
        yield latest


def leaf_hash(stream: str, sequence: int, digest: str) -> bytes:
    return merkle.leaf_hash(canonical.encode({"hash": digest, "sequence": sequence, "stream": stream}))


def summarise(number: int) -> Summary:
    tree, block, first, entries, streams = merkle.Tree(), merkle.Tree(), "", 0, 0
    blocks: list[tuple[str, str]] = []

    def close() -> None:
        tree.add(block.root())
        blocks.append((first, block.root().hex()))

    for stream, sequence, digest in leaves(number):
        if block.size == BLOCK:
            close()
            block = merkle.Tree()
        if block.size == 0:
            first = stream
        block.add(leaf_hash(stream, sequence, digest))
        entries += sequence
        streams += 1
    if block.size:
        close()
    return Summary(entries, streams, tree.root().hex(), blocks)


@dataclass(frozen=True)
class Proof:
    """That a checkpoint saw this head of this stream. path: hexadecimal hashes, nearest first."""

    stream: str
    sequence: int
    hash: str
    index: int
    path: tuple[str, ...]
    checkpoint: Statement
    signature: str

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "path": list(self.path)}

    @staticmethod
    def from_json(read: dict[str, Any]) -> "Proof":
        """Raises KeyError, TypeError: not such a proof. What it says is for `verify_proof` to judge."""
        return Proof(**{**read, "path": tuple(read["path"]), "checkpoint": Statement(**read["checkpoint"])})


def proof(stream: str) -> Proof:
    """The last checkpoint's proof for this stream. Reads one block of leaves. Raises NotFound before the first one."""
    last = Checkpoint.objects.last()
    blocks: list[list[str]] = json.loads(last.blocks) if last else []
    place = bisect_right([first for first, _ in blocks], stream) - 1
    if last is None or place < 0:
        raise NotFound
    following = blocks[place + 1][0] if place + 1 < len(blocks) else None
    block = list(leaves(last.number, blocks[place][0], following))
    index = next((index for index, leaf in enumerate(block) if leaf[0] == stream), None)
    if index is None:
        raise NotFound
    inside = merkle.path([leaf_hash(*leaf) for leaf in block], index)
    above = merkle.path([bytes.fromhex(root) for _, root in blocks], place)
    return Proof(
        *block[index],
        index=place * BLOCK + index,
        path=tuple(step.hex() for step in [*inside, *above]),
        checkpoint=statement_of(last),
        signature=last.signature,
    )


def verify_proof(proof: Proof, trusted: Mapping[str, keys.PublicKey] | None = None) -> bool:
    """Whether the path leads to the signed root, and a trusted key signed it (by default those known here)."""
    signed = proof.checkpoint
    key = (keys.public_keys() if trusted is None else trusted).get(signed.key)
    try:
        path = [bytes.fromhex(step) for step in proof.path]
        signature = bytes.fromhex(proof.signature)
    except ValueError:
        return False
    leaf = leaf_hash(proof.stream, proof.sequence, proof.hash)
    reached = merkle.root_by_path(leaf, proof.index, signed.streams, path)
    return (
        key is not None
        and reached is not None
        and reached.hex() == signed.root
        and key.signed(signature, signed.signed_bytes())
    )
