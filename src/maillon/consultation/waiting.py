"""What waits for whoever leads a consultation, for the start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.consultation.models import Report, ReportState
from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Reports that nobody read over yet. One query."""
    count = Report.objects.visible_to(actor).filter(state=ReportState.DRAFT).count()
    if count:
        label = ngettext("report to read over", "reports to read over", count)
        yield Waiting(count, label, reverse("consultation:reports"), "chat-dots", _("Read over"))
