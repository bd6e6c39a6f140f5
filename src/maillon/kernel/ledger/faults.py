"""What can be wrong with a ledger, and how it is told."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    ALTERED = "altered"  # an entry's content does not give its hash
    REORDERED = "reordered"  # it does, in another place of its stream
    REMOVED = "removed"  # a place of the stream is empty
    INSERTED = "inserted"  # an entry beyond its stream's head, or at a place that does not exist
    UNLINKED = "unlinked"  # an entry that does not name the one before it
    UNSEALED = "unsealed"  # written or rewritten by something that has not the platform's key
    UNKNOWN_KEY = "unknown_key"  # sealed or signed with a key that is not known here
    HEAD = "head"  # a stream's head is missing or is not its last entry
    CHECKPOINT = "checkpoint"  # a checkpoint saw something else, or does not hold together itself
    UNPROTECTED = "unprotected"  # a trigger that refuses changes is missing


@dataclass(frozen=True)
class Problem:
    """sequence, id: None where the fault is not one entry's; stream: "" where it is no stream's."""

    fault: Fault
    detail: str
    stream: str = ""
    sequence: int | None = None
    id: str | None = None

    def __str__(self) -> str:
        place = self.stream if self.sequence is None else f"{self.stream} #{self.sequence}"
        named = f" ({self.id})" if self.id else ""
        return f"{place}{named}: {self.fault}: {self.detail}" if place else f"{self.fault}: {self.detail}"


@dataclass
class Report:
    """entries, streams: read; checkpoints: whose signature was checked; found: problems, those not listed included."""

    entries: int = 0
    streams: int = 0
    checkpoints: int = 0
    found: int = 0
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)

    def add(self, problems: list[Problem], most: int, found: int | None = None) -> None:
        self.found += len(problems) if found is None else found
        self.problems += problems[: max(0, most - len(self.problems))]

    def as_json(self) -> dict[str, object]:
        return asdict(self)
