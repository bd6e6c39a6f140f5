"""What can happen to a request, as the ledger tells it. The identity's own events are told in the request's stream."""

from django.utils.translation import gettext_lazy as _

from maillon.hardware.thresholds import USE_NAMES
from maillon.kernel.events import Field, register
from maillon.needs.vocabulary import Beneficiary, Closing, Criterion

register(
    "request.filed",
    sentence=_("Request filed for: %(use)s. Machines asked for: %(quantity)s"),
    fields={
        "beneficiary": Field.ENUM,
        "use": Field.ENUM,
        "quantity": Field.INT,
        "minimum": Field.INT,
        "criteria": Field.ENUM,
        "commune": Field.CODE,
        "district": Field.CODE,
    },
    labels={
        "beneficiary": dict(Beneficiary.choices),
        "use": {use.value: _(name.text) for use, name in USE_NAMES.items()},
        "criteria": dict(Criterion.choices),
    },
)
register(
    "request.changed",
    sentence=_("Request changed: %(changed)s"),
    fields={"changed": Field.ENUM},
    labels={
        "changed": {
            "beneficiary": _("whom it is for"),
            "use": _("use"),
            "kinds": _("kinds accepted"),
            "quantity": _("machines asked"),
            "minimum": _("fewest accepted"),
            "commune": _("commune"),
            "district": _("priority district"),
            "places": _("places to fetch it"),
            "delivery": _("to be delivered"),
            "deadline": _("needed by"),
            "adaptations": _("adaptations"),
            "language": _("language"),
            "contact_way": _("how to reach them"),
            "criteria": _("criteria"),
            "identity": _("name or contact"),
        }
    },
)
register(
    "request.withdrawn",
    sentence=_("Request withdrawn: %(closing)s"),
    fields={"closing": Field.ENUM},
    labels={"closing": dict(Closing.choices)},
)
register("request.reopened", sentence=_("Request open again"))
register("request.contacted", sentence=_("Still needed: last contact renewed"))
register(
    "request.expired",
    sentence=_("Closed without news since %(since)s, identity erased"),
    fields={"since": Field.DATE},
)
register("request.pin_set", sentence=_("New secret code for the family's page"))
register("request.twin_kept", sentence=_("Also followed elsewhere: kept by its prescriber"))
register("request.erasure_asked", sentence=_("The person asked for the erasure of its data"))
register(
    "identity.read",
    sentence=_("Name and contact read (%(purpose)s)"),
    fields={"purpose": Field.ENUM},
    labels={
        "purpose": {
            "page": _("on the request's page"),
            "api": _("through the API"),
            "list": _("in the list"),
            "change": _("to change the request"),
            "letter": _("to print the letter"),
            "search": _("by a search"),
            "own_data": _("by the person itself"),
            "agreement": _("to write the agreement"),
            "reminder": _("to reach the person"),
        }
    },
)
register(
    "identity.erased",
    sentence=_("Name and contact erased: %(reason)s"),
    fields={"reason": Field.ENUM},
    labels={"reason": {"asked": _("at the person's request"), "retention": _("by the retention rules")}},
)
# Lists of requests: how many rows, never what they hold.
register("request_list.received", sentence=_("List of requests received: %(rows)s rows"), fields={"rows": Field.INT})
register("request_list.read", sentence=_("List of requests read by a colleague of who sent it"))
register(
    "request_list.entered",
    sentence=_("List of requests entered: %(entered)s filed, %(known)s there already, %(wrong)s to correct"),
    fields={"entered": Field.INT, "known": Field.INT, "wrong": Field.INT},
)
register(
    "request_list.erased",
    sentence=_("List of requests erased: %(reason)s"),
    fields={"reason": Field.ENUM},
    labels={
        "reason": {
            "group": _("entered as one group"),
            "asked": _("by a person"),
            "retention": _("by the retention rules"),
        }
    },
)
