"""Django looks for an app's tables here; each is described beside the code that uses it."""

from maillon.kernel.jobs.models import Job, PeriodicRun
from maillon.kernel.ledger.models import Checkpoint, Entry, Head, Leaf

__all__ = ["Checkpoint", "Entry", "Head", "Job", "Leaf", "PeriodicRun"]
