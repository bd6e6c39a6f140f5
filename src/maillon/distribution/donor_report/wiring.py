"""What the rest of the platform asks of donors' reports."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting


def wire() -> None:
    from maillon.distribution.donor_report import events  # noqa: F401 - it registers
    from maillon.kernel import navigation, start

    item = navigation.Item
    navigation.add(
        item(
            _("What became of your machines"),
            "donor_report:donors",
            "award",
            "lots.announce",
            order=32,
            group=_("Machines"),
        ),
    )
    start.add("lots.announce", waiting, order=34, group=_("Machines"))


def waiting(actor: Actor) -> Iterator[Waiting]:
    """The certificates of the donor's machines, which its report lists. One query."""
    from maillon.workshop.models import Erasure

    if not actor.gives:
        return
    proved = Erasure.objects.filter(medium__device__donor_id=actor.organisation_id, number__isnull=False, proved=True)
    if count := proved.count():
        label = ngettext("certificate of erasure", "certificates of erasure", count)
        yield Waiting(count, label, reverse("donor_report:donors"), "award")
