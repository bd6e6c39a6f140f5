"""What a donor tells, in the ledger."""

from django.utils.translation import gettext_lazy as _

from maillon.kernel.events import Field, register

register(
    "donor.stock_told",
    sentence=_("Retired equipment in stock on 1 January %(year)s: %(count)s"),
    fields={"year": Field.INT, "count": Field.INT},
)
