"""What can happen to rules, campaigns, promises and reviews, as the ledger tells it.

A promise is told in the stream of its request, so that one page tells all that happened to it.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.allocation.models import Campaign, Ending, PromiseState, Review
from maillon.kernel.events import Field, register
from maillon.needs.vocabulary import Closing

register(
    "rules.adopted",
    sentence=_("Rules adopted, version %(version)s"),
    fields={"version": Field.INT, "digest": Field.CODE, "previous": Field.INT},
)
register(
    "campaign.opened",
    sentence=_("%(type)s: requests complete on %(closes_on)s, seed of the draw sealed"),
    fields={
        "type": Field.ENUM,
        "closes_on": Field.DATE,
        "rules": Field.INT,
        "commitment": Field.CODE,
        "urgency": Field.ENUM,
        "request": Field.CODE,
    },
    labels={"type": dict(Campaign.Kind.choices), "urgency": dict(Campaign.Urgency.choices)},
)
register(
    "campaign.simulated",
    sentence=_("Plan computed: %(served)s machines for %(requests)s requests"),
    fields={
        "requests": Field.INT,
        "devices": Field.INT,
        "served": Field.INT,
        "problem": Field.CODE,
        "plan": Field.CODE,
    },
)
register("campaign.approved", sentence=_("Plan approved by a person of the coordination"), fields={"plan": Field.CODE})
register(
    "campaign.published",
    sentence=_("Published: %(promised)s machines promised, %(gone)s no longer there"),
    fields={"promised": Field.INT, "gone": Field.INT, "plan": Field.CODE},
)
register("campaign.cancelled", sentence=_("Campaign cancelled"))
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
register(
    "review.asked",
    sentence=_("A person is asked to look at the decision again, by: %(asker)s"),
    fields={"asker": Field.ENUM, "campaign": Field.CODE},
    labels={"asker": dict(Review.Asker.choices)},
)
register(
    "review.answered",
    sentence=_("A person looked at the decision again: %(answer)s"),
    fields={"answer": Field.ENUM},
    labels={"answer": dict(Review.Answer.choices)},
)
