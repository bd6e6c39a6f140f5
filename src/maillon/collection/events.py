"""What can happen to a lot, as the ledger tells it."""

from django.utils.translation import gettext_lazy as _

from maillon.collection.models import REGIME_LABELS
from maillon.kernel.events import Field, register

register(
    "lot.announced",
    sentence=_("Lot announced: %(regime)s, %(count)s machines"),
    fields={"regime": Field.ENUM, "count": Field.INT, "donor": Field.ID, "holder": Field.ID},
    labels={"regime": {regime.value: label for regime, label in REGIME_LABELS.items()}},
)
register(
    "lot.changed",
    sentence=_("Lot's card changed: %(changed)s"),
    fields={"changed": Field.ENUM},
    labels={
        "changed": {
            "regime": _("origin"),
            "waste_status": _("status"),
            "agreement": _("agreement or decision"),
            "agreed_on": _("signed on"),
            "announced_count": _("machines announced"),
        }
    },
)
register("lot.arrived", sentence=_("Lot arrived"))
register("lot.closed", sentence=_("Lot closed"))
register("lot.withdrawn", sentence=_("Lot withdrawn: it will not come"))
