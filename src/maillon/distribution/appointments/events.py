"""What can happen to appointments and reminders, as the ledger tells it.

An appointment and the messages about it are told in the stream of its request; a desk's settings in its organisation's.
"""

from django.utils.translation import gettext_lazy as _

from maillon.distribution.appointments.vocabulary import (
    CLOSURES,
    Booker,
    CancelReason,
    Channel,
    Failure,
    NoShowReason,
    Purpose,
    Topic,
)
from maillon.kernel.events import Field, register

register(
    "appointment.booked",
    sentence=_("Appointment booked by %(by)s: %(purpose)s"),
    fields={"place": Field.ID, "starts": Field.DATE, "purpose": Field.ENUM, "by": Field.ENUM},
    labels={"purpose": dict(Purpose.choices), "by": dict(Booker.choices)},
)
register(
    "appointment.moved",
    sentence=_("Appointment moved by %(by)s"),
    fields={"place": Field.ID, "starts": Field.DATE, "before": Field.DATE, "by": Field.ENUM},
    labels={"by": dict(Booker.choices)},
)
register(
    "appointment.cancelled",
    sentence=_("Appointment cancelled by %(by)s: %(reason)s"),
    fields={"reason": Field.ENUM, "by": Field.ENUM},
    labels={"reason": dict(CancelReason.choices), "by": dict(Booker.choices)},
)
register("appointment.held", sentence=_("They came to the appointment"))
register(
    "appointment.no_show",
    sentence=_("Nobody came to the appointment: %(reason)s"),
    fields={"reason": Field.ENUM},
    labels={"reason": dict(NoShowReason.choices)},
)
register("appointment.waiting", sentence=_("Would come earlier if a slot opens"), fields={"place": Field.ID})
register("appointment.waiting_ended", sentence=_("No longer waits for an earlier slot"), fields={"place": Field.ID})
register(
    "appointment.desk_changed",
    sentence=_("Appointments of a place: settings changed"),
    fields={
        "place": Field.ID,
        "active": Field.BOOL,
        "families": Field.BOOL,
        "minutes": Field.INT,
        "capacity": Field.INT,
        "horizon": Field.INT,
        "notice": Field.INT,
    },
)
register(
    "appointment.closure_added",
    sentence=_("Place closed: %(why)s"),
    fields={"place": Field.ID, "first": Field.DATE, "last": Field.DATE, "why": Field.ENUM},
    labels={"why": dict(CLOSURES)},
)
register(
    "appointment.closure_removed",
    sentence=_("Closure of a place removed"),
    fields={"place": Field.ID, "first": Field.DATE, "last": Field.DATE},
)
register("appointment.feed_made", sentence=_("Calendar address made"), fields={"place": Field.ID})
register("appointment.feed_revoked", sentence=_("Calendar address revoked"), fields={"place": Field.ID})
register(
    "reminder.planned",
    sentence=_("Message prepared: %(channel)s"),
    fields={"channel": Field.ENUM, "topic": Field.ENUM, "manual": Field.BOOL, "reminder": Field.ID},
    labels={"channel": dict(Channel.choices), "topic": dict(Topic.choices)},
)
register(
    "reminder.sent",
    sentence=_("Message gone: %(channel)s"),
    fields={"channel": Field.ENUM, "receipt": Field.CODE, "reminder": Field.ID},
    labels={"channel": dict(Channel.choices)},
)
register(
    "reminder.failed",
    sentence=_("Message not sent: %(why)s"),
    fields={"channel": Field.ENUM, "why": Field.ENUM, "reminder": Field.ID},
    labels={"why": dict(Failure.choices)},
)
register("reminder.expired", sentence=_("Message not sent: it was too late"), fields={"reminder": Field.ID})
register("reminder.dropped", sentence=_("Message not sent: no longer needed"), fields={"reminder": Field.ID})
