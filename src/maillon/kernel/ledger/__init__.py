"""The append-only ledger: what happened to what, when and by whom, in chains that nobody can edit unseen.

    with transaction.atomic():
        device.save(update_fields=["state"])
        ledger.append("device.handed_over", actor, device.pk, request="R-12")

See docs/ledger.md.
"""

from maillon.kernel.ledger.appending import Event, append, append_many
from maillon.kernel.ledger.checkpoints import Proof, Statement, checkpoint, proof, statement_of, verify_proof
from maillon.kernel.ledger.faults import Fault, Problem, Report
from maillon.kernel.ledger.keys import PublicKey, public_key, public_keys
from maillon.kernel.ledger.models import Checkpoint, Entry, Head
from maillon.kernel.ledger.verifying import verify

__all__ = [
    "Checkpoint",
    "Entry",
    "Event",
    "Fault",
    "Head",
    "Problem",
    "Proof",
    "PublicKey",
    "Report",
    "Statement",
    "append",
    "append_many",
    "checkpoint",
    "proof",
    "public_key",
    "public_keys",
    "statement_of",
    "verify",
    "verify_proof",
]
