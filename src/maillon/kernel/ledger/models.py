"""The ledger's tables. Rows come from `maillon.kernel.ledger` alone; triggers refuse the rest."""

import json
from datetime import datetime
from typing import Any, NoReturn

from django.db import models

from maillon.kernel.ids import new_id
from maillon.kernel.ledger.hashing import Facts, instant


class Unchangeable(TypeError):
    """Entries are written by `ledger.append` and never changed."""


class _Kept(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable("The ledger is written by its own functions: ledger.append, ledger.checkpoint.")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable("Nothing leaves the ledger.")


class Entry(_Kept):
    """One event. `payload` is the canonical text that was hashed; `data` is that text read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stream = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField()  # 1, 2, 3… without a hole in its stream
    kind = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=10)
    user_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    at = models.DateTimeField()  # when it happened, as its author says
    recorded_at = models.DateTimeField()  # when it was written here
    subject = models.UUIDField()
    payload = models.TextField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=40)

    class Meta:
        db_table = "ledger_entry"
        ordering = ["stream", "sequence"]
        constraints = [models.UniqueConstraint(fields=["stream", "sequence"], name="ledger_entry_place")]
        indexes = [models.Index(fields=["subject"], name="ledger_entry_subject")]

    def __str__(self) -> str:
        return f"{self.stream} #{self.sequence} {self.kind}"

    @property
    def data(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.payload)
        return read

    def facts(self) -> Facts:
        return Facts(
            stream=self.stream,
            sequence=self.sequence,
            id=str(self.id),
            kind=self.kind,
            actor_kind=self.actor_kind,
            user=str(self.user_id) if self.user_id else None,
            organisation=str(self.organisation_id) if self.organisation_id else None,
            at=instant(self.at),
            recorded_at=instant(self.recorded_at),
            subject=str(self.subject),
            payload=self.payload,
            previous=self.previous,
        )


class Head(_Kept):
    """The end of a stream: the row that writers of this stream lock."""

    stream = models.CharField(max_length=100, primary_key=True)
    sequence = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=40)

    class Meta:
        db_table = "ledger_head"

    def __str__(self) -> str:
        return f"{self.stream} #{self.sequence}"


class Checkpoint(_Kept):
    """All streams at one moment, in one signed hash. See `maillon.kernel.ledger.checkpoints`."""

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    streams = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)
    # JSON list of [first stream, root of its leaves] for each block of leaves: proofs read one block, not all.
    blocks = models.TextField()

    class Meta:
        db_table = "ledger_checkpoint"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"#{self.number} {self.at:%Y-%m-%d %H:%M}"

    @property
    def at_text(self) -> str:
        moment: datetime = self.at
        return instant(moment)


class Leaf(_Kept):
    """A stream's head as a checkpoint saw it; written only when it moved since the checkpoint before."""

    pk = models.CompositePrimaryKey("stream", "sequence")
    stream = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    checkpoint = models.PositiveIntegerField()

    class Meta:
        db_table = "ledger_leaf"

    def __str__(self) -> str:
        return f"{self.stream} #{self.sequence} in checkpoint {self.checkpoint}"
