"""What can happen to a report of a consultation, as the ledger tells it: never a word of it."""

from django.utils.translation import gettext_lazy as _

from maillon.consultation.models import ReportState
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
