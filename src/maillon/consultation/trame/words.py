"""The words of the trame: as France's schools received it in September 2020, and as people shorten them.

Source of the wording: the *trame de restitution* of the États généraux du numérique (2020), research/domain.md §7 for
the five themes.
"""

import re
import unicodedata
from collections.abc import Mapping

from maillon.consultation.trame.model import Column, Kind

TITLE = "Trame de restitution"
THEMES = (
    "Enseigner et apprendre le numérique et avec le numérique",
    "Garantir un égal accès au numérique pour tous, lutter contre la fracture numérique",
    "Favoriser le développement d'un numérique responsable et souverain",
    "Travailler ensemble autrement et promouvoir une culture numérique professionnelle commune",
    "Mettre en place de nouvelles formes de gouvernance et de nouveaux outils d'anticipation",
)
THEME = "Thématique concernée (parmi les 5)"
HEADERS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DIAGNOSIS: (THEME, "RETEX", "Irritants", "Points forts"),
    Kind.NEEDS: (
        THEME,
        "Irritants principaux",
        "Besoin",
        "Axes d'amélioration ou leviers permettant de répondre aux besoins correspondants aux irritants",
    ),
    Kind.PLAN: (
        THEME,
        "Axes d'amélioration principaux (Quoi)",
        "Actions à mener (Comment)",
        "Acteurs mobilisés",
        "Temporalité souhaitée pour une mise en œuvre",
        "Indicateurs et facteurs de réussite",
    ),
}
# What a header says, by the words that name its column; the first that is found names it.
_HEADER_WORDS: tuple[tuple[str, Column | None], ...] = (
    (r"\bthemati|\btheme", None),
    (r"\bindicateur|\bfacteurs?\b.*\breussite|\bmesur", Column.INDICATORS),
    (r"\btemporalite|\bquand\b|\bcalendrier|\becheance", Column.WHEN),
    (r"\bacteurs?\b|\bqui\b|\bporteur", Column.WHO),
    (r"\bactions?\b|\bcomment\b", Column.HOW),
    (r"\bquoi\b", Column.WHAT),
    (r"\blevier", Column.LEVERS),
    (r"\baxes?\b", Column.LEVERS),
    (r"\bbesoin", Column.NEEDS),
    (r"\birritant|\bpoints? faibles?|\bdifficulte", Column.IRRITANTS),
    (r"\bpoints? forts?|\bce qui (?:marche|fonctionne)|\breussites?\b", Column.STRENGTHS),
    (r"\bretex\b|\bretours? d experience|\bexperience", Column.FEEDBACK),
)
REGION = "Nom de la Région académique"
DATES_PLACES = "Date(s) et lieu(x) de la session"
FORMAT = "Format de la session"
FORMAT_HINT = "Cocher la case correspondante"
FACILITATORS = "Animateurs de la session"
PARTICIPANTS = "Participants à la session"
PARTICIPANTS_HINT = "Cocher les cases correspondantes puis compléter le nombre de participants"
PEOPLE = "Nombre de participants"
ORGANISATIONS = "Nombre d'établissements représentés"
SESSION_WORDS: tuple[tuple[str, str], ...] = (
    (r"^participants?\b", PARTICIPANTS),
    (r"^format\b", FORMAT),
    (r"^(?:animateur|animation|animatrice)", FACILITATORS),
    (r"^dates?\b|^lieux?\b", DATES_PLACES),
    (r"^(?:nom de la )?region", REGION),
)
UNPLACED = "Sans place dans la trame"
CONTINUED = "(suite)"


def folded(words: str) -> str:
    """For comparing: no accents, no case, no punctuation, blanks single."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", words.replace("œ", "oe")) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare.lower()).split())


def column_of(header: str) -> Column | str | None:
    """The column a header names; None for the theme; "" for a header that names none."""
    words = folded(header)
    return next((column for pattern, column in _HEADER_WORDS if re.search(pattern, words)), "")


# --- free contributions

_MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
_DATE = re.compile(
    rf"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?(?:\d{{1,2}}(?:er)? )?(?:{_MONTHS}) \d{{4}}"
)
_ROLES = (
    (r"\bobjectifs?\b.*\bcourt terme\b", "objectives_short"),
    (r"\bobjectifs?\b.*\bmoyen terme\b", "objectives_middle"),
    (r"\bobjectifs?\b.*\blong terme\b", "objectives_long"),
    (r"\bobjectifs?\b", "objectives"),
    (r"\betapes?\b|\bphases?\b|\bcalendrier\b", "steps"),
    (r"\bretours? d experience\b|\bretex\b", "feedback"),
    (r"\bprojet\b", "project"),
)


def role(title: str) -> str:
    """What a section of a free contribution is, by its title: objectives and their term, steps, a project; else ""."""
    words = folded(title)
    return next((named for pattern, named in _ROLES if re.search(pattern, words)), "")


def headed(lines: list[str]) -> dict[str, object]:
    """The lines under the title told apart: the first names the consultation, a month and a year the date."""
    dates = [line for line in lines if _DATE.fullmatch(folded(line))]
    others = [" ".join(line.split()) for line in lines if line not in dates]
    return {"consultation": others[0] if others else "", "by": others[1:], "date": dates[0] if dates else ""}
