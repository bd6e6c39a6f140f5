"""What can happen to agreements, handovers and loans, as the ledger tells it.

Each is about one agreement, and told in three streams of it. Who signed is in none: the hash of the text is, and the
text holds a random salt, so that the hash tells nothing once the text is erased.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.distribution.agreements.vocabulary import (
    Accessory,
    AgreementKind,
    CancelReason,
    Channel,
    LossKind,
    RefusalReason,
    Way,
)
from maillon.kernel.events import Field, register
from maillon.workshop.models import Condition

CONDITIONS: dict[str | None, Any] = {
    None: _("not said"),
    "": _("not said"),
    **{value: value for value in Condition.values},
}
OPEN_ENDED = {None: _("no date")}

register(
    "agreement.prepared",
    sentence=_("Agreement prepared for request %(request)s: %(type)s, machines %(devices)s"),
    fields={"request": Field.CODE, "type": Field.ENUM, "devices": Field.CODE, "due": Field.DATE},
    labels={"type": dict(AgreementKind.choices)},
)
register("agreement.changed", sentence=_("Agreement changed before its signature"), fields={"due": Field.DATE})
register(
    "agreement.cancelled",
    sentence=_("Agreement cancelled: %(reason)s"),
    fields={"reason": Field.ENUM},
    labels={"reason": dict(CancelReason.choices)},
)
register(
    "agreement.code_made",
    sentence=_("One-time code made: %(channel)s"),
    fields={"channel": Field.ENUM},
    labels={"channel": dict(Channel.choices)},
)
register(
    "agreement.signed",
    sentence=_("Signed: %(way)s"),
    fields={
        "way": Field.ENUM,
        "channel": Field.ENUM,
        "sha256": Field.CODE,
        "scan": Field.CODE,
        "due": Field.DATE,
        "gift": Field.DATE,
        "minor": Field.BOOL,
    },
    labels={"way": dict(Way.choices)},
)
register(
    "agreement.read",
    sentence=_("Read: %(what)s"),
    fields={"what": Field.ENUM},
    labels={
        "what": {
            "text": pgettext_lazy("of an agreement", "its text"),
            "pdf": pgettext_lazy("of an agreement", "its PDF"),
            "scan": pgettext_lazy("of an agreement", "its signed paper"),
            "export": pgettext_lazy("of an agreement", "all its data, as a file"),
        }
    },
)
register("agreement.purged", sentence=_("Its papers and the name it held were erased"))
register(
    "handover.scanned",
    sentence=_("Machine %(device)s: label read at the desk"),
    fields={"device": Field.CODE},
)
register(
    "handover.prepared",
    sentence=_("Machine %(device)s ready to go, with: %(accessories)s"),
    fields={"device": Field.CODE, "accessories": Field.ENUM, "condition": Field.CODE},
    labels={"accessories": {**dict(Accessory.choices), None: _("nothing")}, "condition": CONDITIONS},
)
register(
    "handover.refused",
    sentence=_("Machine %(device)s refused: %(reason)s"),
    fields={"device": Field.CODE, "reason": Field.ENUM, "leaves": Field.BOOL},
    labels={"reason": dict(RefusalReason.choices)},
)
register("handover.left_out", sentence=_("Machine %(device)s kept for another day"), fields={"device": Field.CODE})
register(
    "handover.done",
    sentence=_("Handed over for request %(request)s: %(devices)s"),
    fields={"request": Field.CODE, "devices": Field.CODE},
)
register(
    "loan.terms_changed",
    sentence=_("Terms of the loans changed"),
    fields={"category": Field.ENUM, "months": Field.INT, "gift_after": Field.INT},
)
register(
    "loan.extended",
    sentence=_("Loan extended until: %(due)s"),
    fields={"due": Field.DATE, "before": Field.DATE},
    labels={"due": OPEN_ENDED, "before": OPEN_ENDED},
)
register(
    "loan.given",
    sentence=_("Machines given for good: %(devices)s"),
    fields={"devices": Field.CODE, "by_rule": Field.BOOL},
)
register(
    "loan.lost",
    sentence=_("Declared by its holder, machine %(device)s: %(how)s"),
    fields={"device": Field.CODE, "how": Field.ENUM},
    labels={"how": dict(LossKind.choices)},
)
register(
    "loan.returned",
    sentence=_("Machine %(device)s came back, looks %(condition)s (%(before)s when it left)"),
    fields={"device": Field.CODE, "condition": Field.CODE, "before": Field.CODE, "missing": Field.ENUM},
    labels={"condition": CONDITIONS, "before": CONDITIONS, "missing": dict(Accessory.choices)},
)
register(
    "loan.exchanged",
    sentence=_("Machine %(device)s broke down and was taken back: the request keeps its place"),
    fields={"device": Field.CODE},
)
register("loan.ended", sentence=_("Nothing is on loan any more"))
register(
    "loan.recalled",
    sentence=_("Recall %(recall)s: to be brought back on %(day)s"),
    fields={"recall": Field.CODE, "day": Field.DATE, "devices": Field.CODE},
)
register(
    "loan.recall_opened",
    sentence=_("Recall opened: %(count)s machines, for %(day)s"),
    fields={"count": Field.INT, "day": Field.DATE, "prescriber": Field.ID},
)
register(
    "loan.recall_closed",
    sentence=_("Recall closed: %(back)s machines came back, %(no_show)s did not"),
    fields={"back": Field.INT, "no_show": Field.INT},
)

from maillon.distribution.appointments import events as _appointments  # noqa: E402, F401 - those of the other rooms
