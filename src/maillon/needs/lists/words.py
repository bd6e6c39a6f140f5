"""What people write in the cells of a list of requests: "PC portable", "collège", "oui", "06 12 34 56 78".

Each function answers None for what it does not understand with certainty: nothing is guessed about a family.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, override

from maillon.hardware.fleet_values import fold
from maillon.hardware.fleet_values import text as text_of
from maillon.hardware.tables import Cell
from maillon.hardware.thresholds import USE_NAMES, Use
from maillon.kernel.sheets import unguarded
from maillon.needs import contacts
from maillon.needs.vocabulary import Adaptation, Beneficiary, ContactWay, Criterion, KindOfMachine, Language

LANGUAGES = ("fr", "en")
YES = frozenset(["oui", "o", "yes", "y", "x", "1", "vrai", "true", "ok", "v"])
NO = frozenset(["non", "n", "no", "0", "faux", "false", "aucun", "aucune", "neant"])
_MARKS = frozenset("✓✔☑✗×")
_SEPARATORS = re.compile(r"[,;/+|\n]|\bou\b|\bet\b|\bor\b|\band\b", re.IGNORECASE)

# What a cell may say for each choice, folded (no accents, no punctuation). The choices' own names come besides. Words
# that fit two choices are in none: "scolaire" may be a primary or a secondary school.
SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "beneficiary": {
        Beneficiary.HOUSEHOLD: "famille|foyer|menage|couple|parents|logement",
        Beneficiary.PUPIL: "eleve|etudiant|etudiante|lyceen|lyceenne|collegien|collegienne|ecolier|ecoliere|enfant"
        "|apprenti|apprentie|jeune",
        Beneficiary.ADULT: "adulte|personne seule|personne|allocataire|usager|usagere|demandeur d emploi|senior"
        "|retraite|retraitee|locataire|resident|residente|isole|isolee",
        Beneficiary.GROUP: "groupe|classe|association|atelier|structure|collectif|etablissement|service",
    },
    "use": {
        Use.ADMINISTRATIVE: "demarches|demarche|administratif|administrative|papiers|bureautique|acces aux droits"
        "|formalites|caf|france travail|internet|courriels|mails|emploi|recherche d emploi|cv|usage courant",
        Use.PRIMARY: "primaire|maternelle|elementaire|ecole elementaire|ecole maternelle|cp|ce1|ce2|cm1|cm2",
        Use.SECONDARY: "secondaire|college|lycee|lycee professionnel|collegien|lyceen|6e|5e|4e|3e|2nde|seconde"
        "|premiere|1ere|terminale|segpa|cap|bac|bac pro|etudes|etudes superieures|universite|bts|formation",
        Use.VIDEO_CALL: "visio|visioconference|appel video|appels video|video|teleconsultation|teletravail|skype|zoom",
        Use.CREATION: "montage|montage video|graphisme|musique|photo|programmation|codage|developpement|dao|pao|3d",
    },
    "machines": {
        KindOfMachine.LAPTOP: "portable|portables|pc portable|ordinateur portable|laptop|notebook",
        KindOfMachine.DESKTOP: "fixe|fixes|pc fixe|ordinateur fixe|tour|uc|unite centrale|ordinateur de bureau"
        "|pc de bureau|desktop|tout en un",
        KindOfMachine.TABLET: "tablette|tablettes|tablet|ipad",
    },
    "adaptations": {
        Adaptation.LARGE_SCREEN: "grand ecran|ecran large|large ecran|grands caracteres",
        Adaptation.LIGHT: "leger|legere|facile a porter|transportable",
        Adaptation.SCREEN_READER: "lecteur d ecran|synthese vocale|nvda|orca|jaws",
        Adaptation.LARGE_KEYS: "grosses touches|grandes touches|clavier grosses touches|clavier agrandi"
        "|clavier contraste",
        Adaptation.ONE_HAND: "une main|d une main|une seule main",
        Adaptation.SIMPLE: "simple|simplifie|bureau simple|bureau simplifie|interface simple",
    },
    "language": {
        Language.FRENCH: "fr|fra",
        Language.EASY_FRENCH: "falc|facile a lire|francais simple",
        Language.ENGLISH: "en|eng",
        Language.ARABIC: "ar",
        Language.SPANISH: "es",
        Language.PORTUGUESE: "pt",
        Language.TURKISH: "tr",
        Language.RUSSIAN: "ru",
        Language.UKRAINIAN: "uk|ua",
        Language.ROMANIAN: "ro",
        Language.SIGNED: "lsf|langue des signes",
        Language.OTHER: "autre langue",
    },
    "contact_way": {
        ContactWay.PRESCRIBER: "par nous|nous|prescripteur|prescriptrice|referent|referente|travailleur social"
        "|travailleuse sociale|assistante sociale|assistant social|conseiller|conseillere|ecole|college"
        "|etablissement|enseignant|professeur",
        ContactWay.PHONE: "telephone|tel|appel|appeler|portable|mobile",
        ContactWay.SMS: "sms|texto|message|textos",
        ContactWay.POST: "courrier|poste|lettre|postal|voie postale",
        ContactWay.EMAIL: "mail|email|e mail|courriel|mel|messagerie",
    },
    "criteria": {
        Criterion.NO_COMPUTER: "pas d ordinateur|aucun ordinateur|sans ordinateur|pas de pc|non equipe|non equipee"
        "|aucun equipement|pas equipe|rien",
        Criterion.SMARTPHONE_ONLY: "smartphone seul|smartphone seulement|smartphone uniquement|telephone seul"
        "|telephone seulement|uniquement un smartphone|que le telephone",
        Criterion.SHARED_COMPUTER: "ordinateur partage|pc partage|3 enfants ou plus pour un ordinateur",
        Criterion.SCHOOLING: "scolarite|scolaire|etudes|ecole|devoirs",
        Criterion.EXAM_YEAR: "annee d examen|examen|classe d examen|brevet|bac|annee du brevet|annee du bac",
        Criterion.JOB_SEARCH: "recherche d emploi|demandeur d emploi|chomage|sans emploi",
        Criterion.FORMALITIES: "demarches|demarches administratives|acces aux droits",
        Criterion.INCOME_A: "tranche a|revenus a|tranche 1|tres faibles revenus",
        Criterion.INCOME_B: "tranche b|revenus b|tranche 2",
        Criterion.INCOME_C: "tranche c|revenus c|tranche 3",
        Criterion.SINGLE_PARENT: "monoparental|monoparentale|famille monoparentale|parent isole|mere isolee"
        "|pere isole|parent seul|mere seule",
        Criterion.EMERGENCY_HOUSING: "hebergement d urgence|hebergement|hebergement temporaire|chrs|cada|hotel"
        "|hotel social|115|sans domicile|foyer d hebergement",
        Criterion.RECENT_ACCIDENT: "accident de la vie|accident de vie|perte d emploi|separation|incendie|deces",
        Criterion.NEWCOMER: "allophone|upe2a|apprend le francais|fle|primo arrivant|nouvel arrivant",
    },
}
_ANY_COMPUTER = frozenset(
    {"indifferent", "peu importe", "ordinateur", "pc", "portable ou fixe", "au choix", "tout", "tous"}
)
LISTS = frozenset({"machines", "adaptations", "criteria"})  # several in a cell


def choices(field: str) -> list[tuple[str, str]]:
    """What a field may be: value and name, in the reader's language."""
    if field == "use":
        return [(use.value, gettext(USE_NAMES[use].text)) for use in Use]
    of: dict[str, type[TextChoices]] = {
        "beneficiary": Beneficiary,
        "machines": KindOfMachine,
        "adaptations": Adaptation,
        "language": Language,
        "contact_way": ContactWay,
        "criteria": Criterion,
    }
    return [(choice.value, str(choice.label)) for choice in of[field]]


@lru_cache(maxsize=16)
def _known(field: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, synonyms in SYNONYMS[field].items():
        found |= dict.fromkeys(synonyms.split("|"), str(value))
    for language in LANGUAGES:
        with override(language):
            for value, name in choices(field):
                found[fold(name)] = value
                found[_without_article(fold(name))] = value
    for value, _name in choices(field):
        found[fold(value)] = value
    return found


def _without_article(words: str) -> str:
    return re.sub(r"^(?:un|une|le|la|les|des|a|an|the) ", "", words)


def choice(field: str, said: str, habits: Mapping[str, str]) -> str | None:
    """The value that a word means. habits: what this organisation said its own words mean (folded -> value)."""
    folded = fold(said)
    return habits.get(folded) or _known(field).get(folded) or _known(field).get(_without_article(folded))


def several(field: str, said: str, habits: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The values that a cell names, and the words that are not understood."""
    whole = choice(field, said, habits)
    if whole:
        return [whole], []
    if field == "machines" and fold(said) in _ANY_COMPUTER:
        return [KindOfMachine.LAPTOP.value, KindOfMachine.DESKTOP.value], []
    found: list[str] = []
    unknown: list[str] = []
    for part in _SEPARATORS.split(said):
        if not fold(part) or fold(part) in NO:
            continue
        value = choice(field, part, habits)
        if value:
            found.append(value)
        else:
            unknown.append(part.strip())
    return list(dict.fromkeys(found)), unknown


def text(cell: Cell) -> str:
    """The cell as one line, without the apostrophe that our files put before a formula."""
    return unguarded(text_of(cell))


def yes(cell: Cell) -> bool | None:
    if isinstance(cell, bool):
        return cell
    said = text(cell)
    if said in _MARKS or fold(said) in YES:
        return True
    return False if fold(said) in NO or not said.strip("-– ") else None


def day(cell: Cell) -> datetime.date | None:
    """A day: of a spreadsheet, "18/03/2027", "18-3-27", "2027-03-18"."""
    if isinstance(cell, datetime.date):
        return cell
    said = text(cell).replace(" ", "")
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T.*)?", said):
            return datetime.date(*map(int, found.groups()))
        if found := re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})", said):
            of_month, month, year = map(int, found.groups())
            return datetime.date(year + 2000 if year < 100 else year, month, of_month)
    except ValueError:
        return None
    return None


def phone(cell: Cell) -> str | None:
    """E.164. A spreadsheet that takes it for a number loses the 0 it begins with: it is put back."""
    said = re.sub(r"[^\d+]", "", text(cell)) if isinstance(cell, float | int) else text(cell)
    number = contacts.phone_number(said)
    return number or (contacts.phone_number(f"0{said}") if re.fullmatch(r"[1-9]\d{8}", said) else None)


def email(cell: Cell) -> str | None:
    said = text(cell)
    try:
        validate_email(said)
    except ValidationError:
        return None
    return said


def names(values: Iterable[tuple[str, str | Promise]]) -> str:
    """Accepted words, to be shown."""
    return ", ".join(str(name) for _value, name in values)
