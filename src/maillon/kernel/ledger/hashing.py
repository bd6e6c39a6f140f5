"""What is hashed, and how: pure functions, so that a stranger with the exported rows can do the same.

An entry's hash is the SHA-256 of the canonical JSON (RFC 8785) of
{"actor": {"kind", "user"}, "at", "id", "kind", "organisation", "payload", "previous", "recorded_at", "sequence",
"stream", "subject"}: UUIDs in their usual text, instants in UTC with microseconds ("2026-11-24T10:00:00.000000Z"),
null where there is none.

A seal is an HMAC with a key that is not in the database: who can write in the tables can compute hashes, not seals.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted  # JSON text in quotes, as RFC 8785 escapes it
from typing import NamedTuple

GENESIS = "0" * 64  # the "previous hash" of a stream's first entry


class Facts(NamedTuple):
    """An entry as text, the way it is hashed. payload: its canonical JSON; previous: 64 hexadecimal digits."""

    stream: str
    sequence: int
    id: str
    kind: str
    actor_kind: str
    user: str | None
    organisation: str | None
    at: str
    recorded_at: str
    subject: str
    payload: str
    previous: str


def statement(facts: Facts) -> str:
    """The canonical JSON that is hashed. Written out, not built: verification goes through here for every entry."""
    user = "null" if facts.user is None else quoted(facts.user)
    organisation = "null" if facts.organisation is None else quoted(facts.organisation)
    return (
        f'{{"actor":{{"kind":{quoted(facts.actor_kind)},"user":{user}}},"at":{quoted(facts.at)},'
        f'"id":{quoted(facts.id)},"kind":{quoted(facts.kind)},"organisation":{organisation},'
        f'"payload":{facts.payload},"previous":{quoted(facts.previous)},"recorded_at":{quoted(facts.recorded_at)},'
        f'"sequence":{facts.sequence},"stream":{quoted(facts.stream)},"subject":{quoted(facts.subject)}}}'
    )


def entry_hash(facts: Facts) -> str:
    return hashlib.sha256(statement(facts).encode(errors="surrogatepass")).hexdigest()


def instant(moment: datetime) -> str:
    """UTC with microseconds, always: one text for one instant."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class SealKey:
    """id: eight hexadecimal digits, public; secret: 32 bytes."""

    id: str
    secret: bytes

    def entry(self, digest: str) -> str:
        return self.id + self._mac(b"entry\0" + digest.encode())

    def head(self, stream: str, sequence: int, digest: str) -> str:
        return self.id + self._mac(f"head\0{stream}\0{sequence}\0{digest}".encode(errors="surrogatepass"))

    def _mac(self, message: bytes) -> str:
        return hmac.digest(self.secret, message, "sha256")[:16].hex()
