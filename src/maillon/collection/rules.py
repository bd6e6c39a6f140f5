"""What follows from where a machine comes from and what the law calls it: data, with its source.

Nothing here is legal advice. A rule whose text was not read at its source says so (`confirmed=False`), and pages
repeat it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind


class Regime(StrEnum):
    PUBLIC = "public"  # a public body giving under CG3P L3212-2 3° and L3212-3
    COMPANY = "company"
    INDIVIDUAL = "individual"


class WasteStatus(StrEnum):
    PRODUCT = "product"
    WASTE_PREPARING = "waste_preparing"
    WASTE = "waste"


class RecipientCategory(StrEnum):
    """Who may receive a public body's retired computers (CG3P L3212-2 3°, as amended by loi 2022-217 art. 178)."""

    APEL = "apel"
    TUTORING = "soutien_scolaire"
    STUDENTS = "etudiants"
    PUBLIC_UTILITY = "rup"
    ESUS_REUSE = "esus_reemploi"
    PRECARITY_INTEREST = "interet_general_precarite"
    OWN_STAFF = "personnel"
    PUBLIC_BODY = "autre_personne_publique"


@dataclass(frozen=True, slots=True)
class Rule:
    text: Message
    source: str
    confirmed: bool = True


UNIT_VALUE_CEILING_CENTS = 30_000

# Highest prices, all taxes included, at which a public body's computer may be sold on "at a solidarity price", in
# cents. Source: décret du 7 novembre 2022, as reported by lagazettedescommunes.com/834869 and fidu.fr.
PRICE_CAPS_CENTS: Mapping[Kind, int] = {
    Kind.NOTEBOOK: 18_000,
    Kind.CONVERTIBLE: 18_000,
    Kind.DESKTOP: 15_000,
    Kind.MINI_PC: 15_000,
    Kind.ALL_IN_ONE: 15_000,
    Kind.THIN_CLIENT: 15_000,
    Kind.TABLET: 10_000,
}

MAY_SELL = frozenset({RecipientCategory.PUBLIC_UTILITY, RecipientCategory.PRECARITY_INTEREST})

RULES: Mapping[Regime, tuple[Rule, ...]] = {
    Regime.PUBLIC: (
        Rule(
            Message(
                _("Each computer given must be worth at most 300 euros (the whole set: unit, screen, keyboard, mouse).")
            ),
            "CG3P D3212-3, décret n° 2022-791 du 6 mai 2022",
        ),
        Rule(
            Message(
                _(
                    "No sale. Only a body of public utility, or of general interest for people in precarity, may "
                    "sell again, to people in precarity, at a capped price."
                )
            ),
            "CG3P L3212-2 3° et L3212-3 ; décret du 7 novembre 2022",
        ),
        Rule(
            Message(_("The data must be erased before the machine changes hands.")),
            "Code de la consommation R122-4 ; NIST SP 800-88r2",
        ),
        Rule(
            Message(_("Counts for the donor's reuse rate if the new holder undertakes to reuse it and can prove it.")),
            "Loi n° 2021-1485 art. 16, décret n° 2023-266 du 12 avril 2023",
        ),
    ),
    Regime.COMPANY: (
        Rule(
            Message(
                _(
                    "The receipt describes what was given, without a value: "
                    "valuing it is the donor's own responsibility."
                )
            ),
            "CGI 238 bis ; BOI-BIC-RICI-20-30-10-20",
        ),
        Rule(
            Message(_("The data must be erased before the machine changes hands.")),
            "Code de la consommation R122-4 ; NIST SP 800-88r2",
        ),
    ),
    Regime.INDIVIDUAL: (
        Rule(
            Message(_("The data must be erased before the machine changes hands.")),
            "Code de la consommation R122-4 ; NIST SP 800-88r2",
        ),
    ),
}
WASTE_RULES: Mapping[WasteStatus, Rule | None] = {
    WasteStatus.PRODUCT: None,
    WasteStatus.WASTE_PREPARING: Rule(
        Message(
            _(
                "This lot is waste being prepared for reuse: "
                "it leaves the status of waste once checked, machine by machine."
            )
        ),
        "Code de l'environnement L541-1-1",
    ),
    WasteStatus.WASTE: Rule(
        Message(_("This lot is waste: it goes to an approved eco-organisation, with its tracking slip.")),
        "Code de l'environnement L541-1-1, décret n° 2021-321",
    ),
}


def may_sell(regime: Regime, holder: RecipientCategory | None) -> bool:
    """Whether the holder may sell a machine of this origin at all."""
    return regime is not Regime.PUBLIC or holder in MAY_SELL


def price_cap_cents(regime: Regime, kind: Kind) -> int | None:
    """The highest price in cents, all taxes included; None where the origin sets none."""
    return PRICE_CAPS_CENTS.get(kind, 15_000) if regime is Regime.PUBLIC else None
