"""What follows from where a machine comes from and what the law calls it: data, with its source.

Nothing here is legal advice. A rule that was not read in its own text says so in its `note`, and pages repeat it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind
from maillon.hardware.thresholds import MEMORY


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
    note: Message | None = None  # how far the source was read, when it is not the text itself


@dataclass(frozen=True, slots=True)
class PriceCap:
    """The highest price at which a public body's equipment may be sold on, all taxes included."""

    what: Message  # as the decree names it
    cents: int
    kinds: frozenset[Kind] = frozenset()  # ours that it is read to cover

    @property
    def euros(self) -> int:
        return self.cents // 100


REPORTED = Message(_("as reported by others, not read in its own text"))

# As reported by lagazettedescommunes.com/834869 and fidu.fr; the decree's number is not confirmed.
PRICE_CAPS_SOURCE = "décret du 7 novembre 2022"
PRICE_CAPS: tuple[PriceCap, ...] = (
    PriceCap(Message(_("laptop")), 18_000, frozenset({Kind.NOTEBOOK, Kind.CONVERTIBLE})),
    PriceCap(
        Message(_("desktop computer with its screen, keyboard and mouse")),
        15_000,
        frozenset({Kind.DESKTOP, Kind.MINI_PC, Kind.ALL_IN_ONE, Kind.THIN_CLIENT}),
    ),
    PriceCap(Message(_("tablet")), 10_000, frozenset({Kind.TABLET})),
    PriceCap(Message(_("smartphone")), 10_000),
    PriceCap(Message(_("screen alone")), 3_000),
    PriceCap(Message(_("printer")), 3_000),
    PriceCap(Message(_("multifunction printer")), 17_000),
)

MAY_SELL = frozenset({RecipientCategory.PUBLIC_UTILITY, RecipientCategory.PRECARITY_INTEREST})

ERASURE = Rule(
    Message(
        _(
            "The data must be erased before the machine changes hands: without it, it may not be called "
            "“reconditionné” (refurbished)."
        )
    ),
    "Code de la consommation R122-4 ; NIST SP 800-88r2",
)
RULES: Mapping[Regime, tuple[Rule, ...]] = {
    Regime.PUBLIC: (
        Rule(
            Message(
                _("Each computer given must be worth at most 300 euros (the whole set: unit, screen, keyboard, mouse).")
            ),
            "CG3P D3212-3, décret n° 2022-791 du 6 mai 2022 ; l’ensemble : ancienne circulaire, d’usage",
        ),
        Rule(
            Message(
                _(
                    "It may be given to associations of parents, of students, of help with schoolwork, of public "
                    "utility, or of general interest whose statutes are to equip, train and support people in "
                    "precarity; to reuse bodies approved “ESUS”; to the giver's own staff; to another public body."
                )
            ),
            "CG3P L3212-2 3° et L3212-3, loi n° 2022-217 art. 178",
            REPORTED,
        ),
        Rule(
            Message(
                _(
                    "No sale. Only a body of public utility, or of general interest for people in precarity, may "
                    "sell again, to people in precarity or to associations that help them, at a capped price."
                )
            ),
            f"CG3P L3212-2 3° et L3212-3 ; {PRICE_CAPS_SOURCE}",
            REPORTED,
        ),
        ERASURE,
        Rule(
            Message(
                _(
                    "Counts for the donor's reuse rate if the new holder undertakes to reuse it and can prove it; "
                    "a machine over ten years old is left out."
                )
            ),
            "Loi n° 2021-1485 art. 16, décret n° 2023-266 du 12 avril 2023",
        ),
        Rule(
            Message(
                _(
                    "To be kept: the decision to give, the agreement, the hand-over note with its serial numbers, the "
                    "recipient's statutes and written undertaking, the proof of erasure."
                )
            ),
            "usage",
            MEMORY,
        ),
    ),
    Regime.COMPANY: (
        Rule(
            Message(
                _(
                    "The receipt (CERFA 16216) describes what was given, without a value: "
                    "valuing it is the donor's own responsibility."
                )
            ),
            "CGI 238 bis ; BOI-BIC-RICI-20-30-10-20",
        ),
        ERASURE,
    ),
    Regime.INDIVIDUAL: (ERASURE,),
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
        "Code de l’environnement L541-1-1",
        MEMORY,
    ),
    WasteStatus.WASTE: Rule(
        Message(
            _(
                "This lot is waste: it goes to an approved eco-organisation. What is hazardous (cathode-ray tubes, "
                "screens with mercury lamps, lithium batteries taken out) needs an electronic tracking slip."
            )
        ),
        "Code de l’environnement L541-1-1, décret n° 2021-321",
        MEMORY,
    ),
}


def rules_of(regime: Regime, waste: WasteStatus) -> list[Rule]:
    """All that binds a lot, in the order they are met."""
    wasted = WASTE_RULES[waste]
    return [*RULES[regime], *([wasted] if wasted else [])]


def may_sell(regime: Regime, holder: RecipientCategory | None) -> bool:
    """Whether the holder may sell a machine of this origin at all."""
    return regime is not Regime.PUBLIC or holder in MAY_SELL


def price_caps(regime: Regime, kind: Kind | None = None) -> list[PriceCap]:
    """The caps that bind: all of them, or that of one kind of machine. Empty where the law names no price."""
    if regime is not Regime.PUBLIC:
        return []
    return [cap for cap in PRICE_CAPS if kind is None or kind in cap.kinds]
