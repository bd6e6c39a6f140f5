"""What can be wrong with a ledger, and how it is told."""

from dataclasses import asdict, dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fault(TextChoices):
    """The label is for pages; `Problem.detail` is for whoever looks into it."""

    ALTERED = "altered", _("An event was altered")
    REORDERED = "reordered", _("An event was moved in its history")
    REMOVED = "removed", _("Events were removed")
    INSERTED = "inserted", _("An event was added outside the ledger's rules")
    UNLINKED = "unlinked", _("An event does not follow the one before it")
    UNSEALED = "unsealed", _("Something was written by other means than this platform")
    UNKNOWN_KEY = "unknown_key", _("Something is sealed or signed with a key that is not known here")
    HEAD = "head", _("The end of a history is not its last event")
    CHECKPOINT = "checkpoint", _("A signed checkpoint contradicts what is there")
    UNPROTECTED = "unprotected", _("The database does not refuse changes any more")


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
