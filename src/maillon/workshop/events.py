"""What can happen to a device, as the ledger tells it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.kernel.events import Field, register
from maillon.kernel.machine_words import LEVEL_LABELS
from maillon.workshop.models import STATE_LABELS, Condition
from maillon.workshop.vocabulary import Reason, Repair, System

REASON = {"reason": dict(Reason.choices)}
CONDITION = {"condition": dict(Condition.choices)}

register("device.announced", sentence=_("Announced by its donor"), fields={"lot": Field.CODE})
register("device.received", sentence=_("Received"), fields={"lot": Field.CODE, "place": Field.ID})
register("device.triaged", sentence=_("Sorted: %(condition)s"), fields={"condition": Field.CODE}, labels=CONDITION)
register(
    "device.inspected",
    sentence=_("Hardware read (%(format)s), grade %(grade)s"),
    fields={"input": Field.CODE, "format": Field.CODE, "grade": Field.INT},
)
register(
    "device.listed",
    sentence=_("Described by a list, grade %(grade)s"),
    fields={"input": Field.CODE, "format": Field.CODE, "grade": Field.INT},
)
register(
    "device.read_again",
    sentence=_("Hardware read again (%(format)s), grade %(grade)s"),
    fields={"input": Field.CODE, "format": Field.CODE, "grade": Field.INT},
)
register("device.erased", sentence=_("Erased: the proofs cover every disk"), fields={"media": Field.ID})
register(
    "device.erasure_recorded",
    sentence=_("Erasure report of a disk: %(level)s; certificate: %(certificate)s"),
    fields={
        "medium": Field.ID,
        "proved": Field.BOOL,
        "level": Field.ENUM,
        "certificate": Field.CODE,
        "input": Field.CODE,
    },
    labels={
        "level": {**LEVEL_LABELS, "none": _("not proved")},
        "certificate": {None: pgettext_lazy("certificate", "none")},
    },
)
register(
    "device.medium_destroyed",
    sentence=_("Disk destroyed before a witness, certificate %(certificate)s"),
    fields={"medium": Field.ID, "certificate": Field.CODE, "photo": Field.CODE},
)
register(
    "bench.registered",
    sentence=_("Bench registered: the reports that it signs with its key are told from others"),
    fields={"key": Field.CODE},
)
register("bench.withdrawn", sentence=_("Bench withdrawn: its key is believed no more"))
register("device.medium_absent", sentence=_("Disk declared absent before a witness"), fields={"medium": Field.ID})
register("device.medium_removed", sentence=_("Disk taken out"), fields={"medium": Field.ID})
register("device.medium_fitted", sentence=_("Disk fitted"), fields={"medium": Field.ID})
register("device.no_disk", sentence=_("Declared without any disk, before a witness"))
register(
    "device.repaired",
    sentence=_("Repaired: %(repair)s"),
    fields={"repair": Field.ENUM},
    labels={"repair": dict(Repair.choices)},
)
register(
    "device.installed",
    sentence=_("Installed: %(system)s"),
    fields={"system": Field.CODE},
    labels={"system": dict(System.choices)},
)
register("device.checked", sentence=_("Check-list complete, nothing fails"))
register("device.ready", sentence=_("Available"), fields={"place": Field.ID})
register("device.faulty", sentence=_("A fault was found: to repair, then to check again"))
register("device.reserved", sentence=_("Reserved for request %(reference)s"), fields={"reference": Field.CODE})
register("device.released", sentence=_("Released: %(reason)s"), fields={"reason": Field.ENUM}, labels=REASON)
register("device.handed_over", sentence=_("Handed over, request %(reference)s"), fields={"reference": Field.CODE})
register("device.returned", sentence=_("Taken back: %(condition)s"), fields={"condition": Field.CODE}, labels=CONDITION)
register("device.for_parts", sentence=_("Kept for parts: %(reason)s"), fields={"reason": Field.ENUM}, labels=REASON)
register(
    "device.restored", sentence=_("Back in the workshop: %(reason)s"), fields={"reason": Field.ENUM}, labels=REASON
)
register("device.recycled", sentence=_("Sent to recycling, slip %(slip)s"), fields={"slip": Field.CODE})
register("device.lost", sentence=_("Lost: %(reason)s"), fields={"reason": Field.ENUM}, labels=REASON)
register("device.transferred", sentence=_("Transferred to another workshop"), fields={"to": Field.ID})
register("device.moved", sentence=_("Moved"), fields={"place": Field.ID, "from_place": Field.ID})
register(
    "device.described",
    sentence=_("Description corrected: %(changed)s"),
    fields={"changed": Field.ENUM},
    labels={
        "changed": {
            "kind": _("kind"),
            "vendor": _("make"),
            "model": _("model"),
            "condition": _("looks"),
            "asset_tag": _("donor's tag"),
            "lot": _("lot"),
        }
    },
)
register("device.document_added", sentence=_("Document added"), fields={"digest": Field.CODE, "type": Field.ENUM})
register(
    "device.recognised",
    sentence=_("A doubtful reading was recognised as this machine by a person"),
    fields={"input": Field.CODE},
)
register(
    "device.step_undone",
    sentence=_("Last step undone: back to %(state)s"),
    fields={"state": Field.ENUM, "undone": Field.ENUM},
    labels={"state": {state.value: label for state, label in STATE_LABELS.items()}},
)
register(
    "input.emptied",
    sentence=_("Bytes of a reading forgotten: its %(machines)s machines left a year ago"),
    fields={"input": Field.CODE, "machines": Field.INT},
)
