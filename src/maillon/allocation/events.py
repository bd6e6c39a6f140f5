"""What can happen to rules, campaigns, promises and reviews, as the ledger tells it.

A promise is told in the stream of its request, so that one page tells all that happened to it.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.allocation.models import Ending, PromiseState
from maillon.kernel.events import Field, register
from maillon.needs.vocabulary import Closing

register(
    "promise.made",
    sentence=_("Machine %(device)s promised, campaign %(campaign)s"),
    fields={"device": Field.CODE, "campaign": Field.CODE},
    labels={"campaign": {None: pgettext_lazy("a campaign", "none: chosen by hand")}},
)
register("promise.kept", sentence=_("Machine %(device)s handed over as promised"), fields={"device": Field.CODE})
register(
    "promise.ended",
    sentence=_("The promise of machine %(device)s ended: %(state)s, %(reason)s; request: %(leaves)s"),
    fields={"device": Field.CODE, "state": Field.ENUM, "reason": Field.ENUM, "leaves": Field.ENUM},
    labels={
        "state": dict(PromiseState.choices),
        "reason": dict(Ending.choices),
        "leaves": {None: pgettext_lazy("a request", "keeps its place"), **dict(Closing.choices)},
    },
)
