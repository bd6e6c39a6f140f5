"""The append-only ledger: what happened to what, when and by whom, in chains that nobody can edit unseen.

    with transaction.atomic():
        device.save(update_fields=["state"])
        ledger.append("device.handed_over", actor, device.pk, request="R-12")

See docs/ledger.md.
"""

from maillon.kernel.ledger.appending import Event, append, append_many
from maillon.kernel.ledger.models import Checkpoint, Entry, Head

__all__ = ["Checkpoint", "Entry", "Event", "Head", "append", "append_many"]
