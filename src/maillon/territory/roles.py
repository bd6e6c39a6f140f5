"""Who may do what: one table, read by every view, endpoint and command.

A role is held in one organisation. Its permissions apply to what that organisation may see; an organisation of kind
"coordination" oversees its whole territory.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    TECHNICIAN = "technician", _("Technician")
    DONOR = "donor", _("Donor's correspondent")
    PRESCRIBER = "prescriber", pgettext_lazy("role", "Prescriber")
    MEDIATOR = "mediator", _("Mediator")
    READER = "reader", _("Reader")


_STOCK_READ = {"stock.view", "lots.view"}
_STOCK_WORK = _STOCK_READ | {
    "stock.export",
    "stock.views",
    "stock.intake",
    "stock.move",
    "stock.label",
    "stock.erasure",
    "stock.identity",
    "lots.change",
    "jobs.view",
}
_HANDS = {"handover.view", "handover.do", "help.view", "help.change", "places.change"}
_CONSULTATION = {"consultation.view", "consultation.change"}  # of one's own organisation alone
_NEEDS_WORK = {"needs.view", "needs.change", "needs.identity"}  # identity: of one's own organisation's requests alone

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.COORDINATOR: frozenset(
        _STOCK_WORK
        | _HANDS
        | _CONSULTATION
        | {
            "stock.decide",
            "needs.view",
            "allocation.view",
            "allocation.decide",
            "observatory.view",
            "organisation.view",
            "organisation.change",
            "members.change",
            "tokens.change",
            "benches.change",
        }
    ),
    Role.TECHNICIAN: frozenset(_STOCK_WORK | _HANDS | {"organisation.view"}),
    Role.DONOR: frozenset(_STOCK_READ | {"stock.export", "stock.views", "lots.announce"}),
    Role.PRESCRIBER: frozenset(_NEEDS_WORK | _HANDS | _CONSULTATION | {"organisation.view", "tokens.change"}),
    Role.MEDIATOR: frozenset(_HANDS | _CONSULTATION | {"organisation.view"}),
    Role.READER: frozenset(_STOCK_READ | {"needs.view", "allocation.view", "observatory.view"}),
}

# What an API key may be allowed, and the words of it.
TOKEN_SCOPES: dict[str, Promise] = {
    "stock.view": _("Read the stock"),
    "stock.intake": _("Send readings of machines"),
    "stock.erasure": _("Send erasure reports"),
    "stock.move": _("Move machines through the workshop"),
    "lots.view": _("Read the lots"),
    "needs.view": _("Read the requests, without whom they are for"),
    "needs.change": _("File requests and withdraw them"),
    "needs.identity": _("Read whom the organisation's own requests are for"),
}

# What a coordination sees nothing of: such a scope counts only in a key made by someone of the very organisation that
# holds it. The texts of agreements, which name people too, are no scope at all: no key reads them.
OWN_SCOPES = frozenset({"needs.identity"})


def scopes_of_kind(kind: str) -> dict[str, Promise]:
    """What a key of an organisation of this kind may be allowed: one that holds no machine only reads them."""
    allowed = {scope for scope in TOKEN_SCOPES if scope.endswith(".view") and not scope.startswith("needs.")}
    if kind in ("coordination", "workshop"):
        allowed = {scope for scope in TOKEN_SCOPES if not scope.startswith("needs.")}
    if kind == "coordination":
        allowed |= {"needs.view"}
    if Role.PRESCRIBER in ROLES_OF_KIND[kind]:
        allowed |= _NEEDS_WORK
    return {scope: words for scope, words in TOKEN_SCOPES.items() if scope in allowed}


ROLES_OF_KIND = {
    "coordination": (Role.COORDINATOR, Role.TECHNICIAN, Role.READER),
    "workshop": (Role.COORDINATOR, Role.TECHNICIAN, Role.READER),
    "donor": (Role.DONOR,),
    "town": (Role.DONOR, Role.PRESCRIBER, Role.MEDIATOR, Role.READER),
    "prescriber": (Role.PRESCRIBER,),
    "landlord": (Role.PRESCRIBER, Role.DONOR),
    "association": (Role.PRESCRIBER, Role.MEDIATOR),
    "school": (Role.PRESCRIBER, Role.DONOR),
    "operator": (Role.READER,),
    "place": (Role.MEDIATOR,),
}
