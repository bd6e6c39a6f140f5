"""The demonstration's organisations and accounts: invented, and saying so."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.collection.rules import RecipientCategory
from maillon.territory.models import OrganisationKind
from maillon.territory.roles import Role


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    key: str
    kind: OrganisationKind
    name: str
    commune: str  # INSEE code
    address: str = ""
    places: tuple[str, ...] = ()
    desk: str = ""  # where people come, with its opening hours


@dataclass(frozen=True, slots=True)
class DemoPerson:
    email: str
    role: Role
    organisation: str  # the key of a DemoOrganisation
    icon: str
    action: Promise  # what this person comes to do


@dataclass(frozen=True, slots=True)
class DemoTerms:
    email: str  # of the workshop's coordinator, who states them
    category: RecipientCategory
    loan_months: int
    gift_after_months: int | None = None


COORDINATION = "coordination"
DESK_HOURS = "Tu-Fr 09:30-12:30,14:00-18:00; Sa 09:30-12:30; PH off"
ORGANISATIONS = (
    DemoOrganisation(COORDINATION, OrganisationKind.COORDINATION, "Coordination fictive de la métropole", "44109"),
    DemoOrganisation(
        "atelier-nord",
        OrganisationKind.WORKSHOP,
        "Atelier fictif du Nord",
        "44114",
        places=("Réception", "Étagère 1", "Étagère 2", "Banc", "Prêts à partir"),
        desk="Accueil du Nord",
    ),
    DemoOrganisation(
        "atelier-sud",
        OrganisationKind.WORKSHOP,
        "Atelier fictif du Sud",
        "44143",
        places=("Quai", "Rayonnage A", "Rayonnage B", "Départ"),
        desk="Accueil du Sud",
    ),
    DemoOrganisation("ville", OrganisationKind.TOWN, "Ville fictive de Port-l’Exemple", "44047"),
    DemoOrganisation("assureur", OrganisationKind.DONOR, "Mutuelle fictive de l’Estuaire", "44162"),
    DemoOrganisation("bureau", OrganisationKind.DONOR, "Bureau d’études fictif", "44035"),
    DemoOrganisation("college", OrganisationKind.SCHOOL, "Collège fictif des Marronniers", "44109"),
    DemoOrganisation("ecole", OrganisationKind.SCHOOL, "École fictive du Canal", "44190"),
    DemoOrganisation("ccas", OrganisationKind.PRESCRIBER, "Service social fictif", "44109"),
    DemoOrganisation("bailleur", OrganisationKind.LANDLORD, "Bailleur fictif de l’Ouest", "44162"),
    DemoOrganisation("association", OrganisationKind.ASSOCIATION, "Association fictive d’entraide", "44109"),
    DemoOrganisation("operateur", OrganisationKind.OPERATOR, "Opérateur fictif solidaire", "44109"),
    DemoOrganisation("espace", OrganisationKind.PLACE, "Espace numérique fictif", "44215", desk="Espace ouvert"),
)
PEOPLE = (
    DemoPerson(
        "coordination@exemple.invalid",
        Role.COORDINATOR,
        COORDINATION,
        "people",
        _("see the whole territory's stock and decide"),
    ),
    DemoPerson(
        "technicienne@exemple.invalid", Role.TECHNICIAN, "atelier-nord", "wrench", _("read, erase and repair machines")
    ),
    DemoPerson(
        "technicien.sud@exemple.invalid",
        Role.TECHNICIAN,
        "atelier-sud",
        "wrench",
        _("see that another workshop's stock is apart"),
    ),
    DemoPerson(
        "atelier.nord@exemple.invalid",
        Role.COORDINATOR,
        "atelier-nord",
        "clipboard-check",
        _("state how a workshop lends, gives and sells"),
    ),
    DemoPerson(
        "atelier.sud@exemple.invalid",
        Role.COORDINATOR,
        "atelier-sud",
        "clipboard-check",
        _("see that another workshop has its own terms"),
    ),
    DemoPerson("don@exemple.invalid", Role.DONOR, "assureur", "gift", _("follow what became of the machines given")),
    DemoPerson("ville@exemple.invalid", Role.DONOR, "ville", "building", _("follow what became of a town's machines")),
    DemoPerson("prescription@exemple.invalid", Role.PRESCRIBER, "ccas", "person", _("file requests for families")),
    DemoPerson("ecole@exemple.invalid", Role.PRESCRIBER, "ecole", "people", _("ask for machines for pupils")),
    DemoPerson("college@exemple.invalid", Role.PRESCRIBER, "college", "people", _("see that each school has its own")),
    DemoPerson("bailleur@exemple.invalid", Role.PRESCRIBER, "bailleur", "building", _("file requests for tenants")),
    DemoPerson(
        "association@exemple.invalid",
        Role.PRESCRIBER,
        "association",
        "people",
        _("file requests for a group"),
    ),
    DemoPerson("mediation@exemple.invalid", Role.MEDIATOR, "espace", "heart", _("see what a mediator sees")),
    DemoPerson("lecture@exemple.invalid", Role.READER, "atelier-nord", "eye", _("look without changing anything")),
)
# One may sell again what a public body gave and gives after a year; the other may not, and lends for two years.
TERMS = (
    DemoTerms("atelier.nord@exemple.invalid", RecipientCategory.PRECARITY_INTEREST, 12, 12),
    DemoTerms("atelier.sud@exemple.invalid", RecipientCategory.ESUS_REUSE, 24),
)
