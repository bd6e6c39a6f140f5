"""What can happen to an organisation, as the ledger tells it. People are named by identifier only."""

from django.utils.translation import gettext_lazy as _

from maillon.kernel.events import Field, register
from maillon.territory.models import OrganisationKind
from maillon.territory.roles import TOKEN_SCOPES, Role

ROLE = {"role": dict(Role.choices)}
KIND = {"type": dict(OrganisationKind.choices)}

register("organisation.created", sentence=_("Organisation created: %(type)s"), fields={"type": Field.ENUM}, labels=KIND)
register(
    "organisation.changed",
    sentence=_("Organisation's card changed: %(changed)s"),
    fields={"changed": Field.ENUM},
    labels={
        "changed": {
            "name": _("name"),
            "commune": _("commune"),
            "address": _("address"),
            "siret": _("SIRET"),
            "uai": _("UAI"),
            "phone": _("telephone"),
            "email": _("e-mail"),
        }
    },
)
register(
    "organisation.member_added",
    sentence=_("Member added: %(role)s"),
    fields={"user": Field.ID, "role": Field.ENUM},
    labels=ROLE,
)
register(
    "organisation.member_removed",
    sentence=_("Member removed: %(role)s"),
    fields={"user": Field.ID, "role": Field.ENUM},
    labels=ROLE,
)
register(
    "organisation.token_created",
    sentence=_("API key created: %(scopes)s"),
    fields={"token": Field.ID, "scopes": Field.ENUM},
    labels={"scopes": TOKEN_SCOPES},
)
register("organisation.token_revoked", sentence=_("API key revoked"), fields={"token": Field.ID})
register("organisation.place_added", sentence=_("Place added"), fields={"place": Field.ID})
register("organisation.place_renamed", sentence=_("Place renamed"), fields={"place": Field.ID})
register(
    "organisation.place_changed",
    sentence=_("Place changed: %(changed)s"),
    fields={"place": Field.ID, "changed": Field.ENUM},
    labels={
        "changed": {
            "name": _("name"),
            "open_to_public": _("open to the public"),
            "commune": _("commune"),
            "address": _("address"),
            "hours": _("opening hours"),
        }
    },
)
register("organisation.place_removed", sentence=_("Place removed"), fields={"place": Field.ID})
register(
    "districts.imported",
    sentence=_("Priority districts imported: %(added)s added, %(changed)s changed, %(removed)s removed"),
    fields={"added": Field.INT, "changed": Field.INT, "removed": Field.INT, "file": Field.CODE},
)
