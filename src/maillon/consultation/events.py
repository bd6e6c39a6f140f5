"""What can happen to a report of a consultation, as the ledger tells it: never a word of it."""

from django.utils.translation import gettext_lazy as _

from maillon.consultation.models import ReportState
from maillon.consultation.plan.models import Source, Status
from maillon.kernel.events import Field, register

register(
    "report.received",
    sentence=_("Report received: %(state)s. Statements: %(statements)s"),
    fields={"state": Field.ENUM, "statements": Field.INT},
    labels={"state": dict(ReportState.choices)},
)
register(
    "report.corrected",
    sentence=_("Report corrected, version %(version)s. Statements: %(statements)s"),
    fields={"version": Field.INT, "statements": Field.INT},
)
register("report.checked", sentence=_("Report read over, version %(version)s"), fields={"version": Field.INT})
register("report.erased", sentence=_("Report erased"))
register(
    "plan.followed", sentence=_("Plan of action followed: new actions: %(actions)s"), fields={"actions": Field.INT}
)
register(
    "action.changed",
    sentence=_("Action changed: %(status)s (before: %(former)s)"),
    fields={"status": Field.ENUM, "former": Field.ENUM},
    labels={"status": dict(Status.choices), "former": dict(Status.choices)},
)
register(
    "indicator.aimed",
    sentence=_("Aim of an indicator said. Figures: %(source)s"),
    fields={"source": Field.ENUM},
    labels={"source": dict(Source.choices)},
)
register("indicator.measured", sentence=_("Indicator measured"))
