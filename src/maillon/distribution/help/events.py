"""What can happen to requests for help and to repairs, as the ledger tells it.

A repair is told in the stream of its machine, whose history then holds it.
"""

from django.utils.translation import gettext_lazy as _

from maillon.distribution.help.models import BARRIERS, STATUSES
from maillon.distribution.help.vocabulary import Fault, Outcome, Source, Symptom, TicketState
from maillon.kernel.events import Field, register
from maillon.workshop.vocabulary import Repair

register(
    "ticket.opened",
    sentence=_("Help asked for machine %(device)s: %(symptom)s (%(source)s)"),
    fields={"device": Field.CODE, "symptom": Field.ENUM, "source": Field.ENUM, "place": Field.ID},
    labels={"symptom": dict(Symptom.choices), "source": dict(Source.choices)},
)
register(
    "ticket.moved",
    sentence=_("Request for help: %(state)s"),
    fields={"state": Field.ENUM},
    labels={"state": dict(TicketState.choices)},
)
register("ticket.read", sentence=_("What the person wrote was read"))
register(
    "ticket.closed",
    sentence=_("Request for help finished: %(outcome)s"),
    fields={"outcome": Field.ENUM},
    labels={"outcome": dict(Outcome.choices)},
)
register("ticket.forgotten", sentence=_("What the person wrote was erased"))
register(
    "repair.recorded",
    sentence=_("Repair: %(fault)s, %(status)s"),
    fields={
        "repair": Field.CODE,
        "ticket": Field.CODE,
        "fault": Field.ENUM,
        "status": Field.ENUM,
        "barrier": Field.ENUM,
        "parts": Field.ENUM,
    },
    labels={
        "fault": dict(Fault.choices),
        "status": dict(STATUSES),
        "barrier": dict(BARRIERS),
        "parts": dict(Repair.choices),
    },
)
register(
    "repair.imported",
    sentence=_("Repairs published by others imported: %(count)s, %(refused)s refused"),
    fields={"count": Field.INT, "refused": Field.INT, "set_aside": Field.INT, "input": Field.CODE},
)
