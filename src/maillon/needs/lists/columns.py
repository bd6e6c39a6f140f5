"""Which column of a list of requests holds what: proposed from its title, remembered, corrected by a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from maillon.hardware.fleet_columns import letters
from maillon.hardware.fleet_values import fold
from maillon.hardware.tables import Table
from maillon.needs.lists.words import LANGUAGES, text
from maillon.needs.vocabulary import OURS, Criterion

FIELDS: dict[str, str | Promise] = {
    "reference": _("Your own reference"),
    "name": _("Name"),
    "first_name": _("First name"),
    "contact": _("Whom to ask for"),
    "phone": _("Telephone"),
    "email": _("E-mail"),
    "address": _("Postal address"),
    "note": _("To reach them"),
    "beneficiary": _("For whom"),
    "use": _("Use"),
    "machines": _("Machine"),
    "quantity": _("Number of machines"),
    "minimum": _("Fewest accepted"),
    "commune": _("Commune"),
    "postcode": _("Postcode"),
    "district": _("Priority district"),
    "place": _("Place to fetch it"),
    "delivery": _("To be delivered"),
    "deadline": _("Needed by"),
    "criteria": _("Situation"),
    "proof": _("Proofs seen on"),
    "adaptations": _("Adaptations"),
    "language": _("Language"),
    "contact_way": _("How to reach them"),
    **{f"is_{criterion.value}": criterion.label for criterion in Criterion if criterion not in OURS},
    "private": _("More than the decision needs: not kept"),
    "other": _("Something else: left out"),
}
LEFT_OUT = frozenset({"private", "other"})
SEVERAL = frozenset({"phone", "address", "criteria", "private", "other", "note"})  # several columns may hold it
IDENTITY = ("name", "first_name", "contact", "phone", "email", "address", "note")

SYNONYMS = {
    "reference": "reference|ref|reference dossier|ref dossier|numero de dossier|n dossier|n de dossier|no dossier"
    "|num dossier|dossier|identifiant|id|identifiant interne|n|no|numero|votre reference|code eleve|numero interne"
    "|id dossier|your reference",
    "name": "nom|noms|nom de famille|nom usuel|nom d usage|nom de naissance|nom prenom|nom et prenom|prenom nom"
    "|prenom et nom|nom complet|nom et prenoms|nom eleve|nom de l eleve|eleve|famille|nom de la famille|beneficiaire"
    "|nom du beneficiaire|personne|usager|usagere|allocataire|locataire|foyer|nom du foyer|demandeur|nom du demandeur"
    "|nom du groupe|classe ou groupe|enfant|nom enfant|nom de l enfant"
    "|name|last name|surname|full name|family name",
    "first_name": "prenom|prenoms|prenom eleve|prenom de l eleve|prenom usuel"
    "|prenom enfant|prenom de l enfant|first name|given name",
    "contact": "contact|personne a contacter|responsable|responsable legal|responsable legal 1|responsable 1|parent"
    "|parent 1|representant legal|resp legal|tuteur|tutrice|nom du responsable|nom responsable|nom du parent"
    "|personne contact|interlocuteur|referent famille|mere|pere",
    "phone": "telephone|tel|n de telephone|numero de telephone|no telephone|n telephone|n tel|portable|tel portable"
    "|telephone portable|mobile|tel mobile|telephone mobile|gsm|tel fixe|telephone fixe|telephone 1|telephone 2"
    "|tel 1|tel 2|tel responsable|telephone responsable|telephone du responsable|tel parent|tel parents|tel des parents"
    "|telephone parent|telephone parents|telephone des parents|portable parent|portable parents|portable des parents"
    "|phone|phone number",
    "email": "mail|e mail|email|courriel|adresse mail|adresse e mail|adresse email|adresse electronique|mel"
    "|mail responsable|mail parent|mail parents|mail des parents"
    "|courriel des parents|email responsable|adresse courriel|email address",
    "address": "adresse|adresse postale|adresse complete|adresse 1|adresse 2|rue|voie|n et rue|domicile"
    "|adresse du domicile|complement d adresse|adresse responsable|address|street",
    "note": "disponibilites|disponibilite|horaires|quand appeler|pour la joindre|pour les joindre|joindre"
    "|precisions contact|horaire d appel",
    "beneficiary": "pour qui|type de beneficiaire|beneficiaire type|type de public|public|type de demandeur"
    "|type demandeur|categorie de public|type de foyer|profil|statut du demandeur|kind of beneficiary",
    "use": "usage|usages|usage principal|usage prevu|besoin|besoins|motif|motif de la demande|objet de la demande"
    "|pour quoi faire|utilisation|niveau|niveau scolaire|use|need",
    "machines": "machine|materiel|materiel demande|type de materiel|type materiel|type de machine|equipement demande"
    "|equipement souhaite|materiel souhaite|type d ordinateur|ordinateur|appareil|type de pc|machine acceptee"
    "|machines acceptees|device",
    "quantity": "quantite|qte|nombre|nb|nbre|nombre de machines|nb machines|nombre d ordinateurs|nb ordinateurs"
    "|nb pc|nombre de pc|nombre de postes|quantity|how many|effectif|nombre d eleves",
    "minimum": "minimum|au moins|nombre minimum|minimum accepte|fewest",
    "commune": "commune|ville|commune de residence|ville de residence|localite|code insee|insee|code commune"
    "|commune d habitation|lieu de residence|town|city",
    "postcode": "code postal|cp|postal|zip|postcode|codepostal",
    "district": "qpv|quartier prioritaire|quartier|quartier qpv|code qpv|qp|quartier politique de la ville",
    "place": "lieu de retrait|lieu|lieu de remise|point de retrait|ou la chercher|retrait|site de retrait|permanence",
    "delivery": "livraison|a livrer|livrer|ne peut pas se deplacer|livraison a domicile|delivery",
    "deadline": "avant le|pour le|date limite|echeance|date souhaitee|delai|date butoir|needed by|deadline|urgence",
    "criteria": "situation|situations|situation familiale|situation sociale|criteres|critere|criteres sociaux"
    "|situation du foyer|equipement actuel|equipement|equipement du foyer|equipement a la maison|materiel actuel"
    "|situation professionnelle|criteria",
    "proof": "justificatif vu le|justificatifs vus le|date du justificatif|justificatif|vu le|date justificatif"
    "|justificatifs|proof seen on",
    "adaptations": "adaptation|adaptations|amenagements|amenagement|besoins particuliers|besoin d adaptation"
    "|accessibilite",
    "language": "langue|langue parlee|langues parlees|langue maternelle|langue d echange|langues|langue de contact",
    "contact_way": "comment joindre|moyen de contact|mode de contact|contact prefere|contact par|joindre par"
    "|moyen de contact prefere|canal",
    "is_no_computer": "sans ordinateur|pas d ordinateur|aucun ordinateur|non equipe",
    "is_smartphone_only": "smartphone seul|smartphone uniquement|telephone seulement|smartphone seulement",
    "is_exam_year": "classe d examen|annee d examen|examen",
    "is_single_parent": "monoparental|famille monoparentale|parent isole|monoparentale|parent seul",
    "is_job_search": "recherche d emploi|demandeur d emploi|en recherche d emploi",
    "is_emergency_housing": "hebergement d urgence|hebergement temporaire|hebergement",
    "is_newcomer": "allophone|upe2a|apprend le francais",
    # What no decision needs, or what the criteria say in bands: left out, and said so (GDPR art. 5 and 9).
    "private": "date de naissance|ne le|nee le|naissance|age|lieu de naissance|nationalite|pays|pays de naissance"
    "|sexe|genre|civilite|religion|numero de securite sociale|n securite sociale|nir|numero allocataire"
    "|n allocataire|matricule caf|n caf|ine|numero ine|n ine|revenus|revenu|ressources|salaire|quotient familial|qf"
    "|quotient|rfr|revenu fiscal|revenu fiscal de reference|handicap|mdph|rqth|sante|maladie|pathologie|traitement"
    "|titre de sejour|situation administrative|photo|iban|rib|situation matrimoniale|profession|birth date"
    "|date of birth|gender|nationality|income",
    "other": "a corriger|to correct|commentaire|commentaires|remarque|remarques|observation|observations|notes|divers"
    "|classe|division|groupe|etablissement|ecole|college|lycee|structure|prescripteur|orienteur|date|date de demande"
    "|date de la demande|horodateur|timestamp|statut|etat|nombre d enfants|nb enfants|composition familiale"
    "|composition du foyer|ligne|row|charte|consentement|rgpd|nombre de personnes|nb personnes",
}
_BY_TITLE = {title: field for field, titles in SYNONYMS.items() for title in titles.split("|")}
_LONG = sorted((title for title in _BY_TITLE if len(title) > 4), key=len, reverse=True)
MOST_HEADER = 30  # further down no one looks for titles


@dataclass(frozen=True, slots=True)
class Column:
    index: int  # from 0
    title: str
    field: str  # of FIELDS; "" when not known: left out
    sure: str = ""  # "said" by a person, "remembered", "title", "likely"; "" when not known

    @property
    def name(self) -> str:
        """What people call the column: its title without what it explains, or its letter in a spreadsheet."""
        return _short(self.title) or letters(self.index)

    @property
    def letter(self) -> str:
        return letters(self.index)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one sheet. header: the row of the titles, from 1; 0 when there is none."""

    sheet: str
    header: int
    columns: tuple[Column, ...]

    def of(self, field: str) -> list[Column]:
        return [column for column in self.columns if column.field == field]

    def said(self, fields: Mapping[int, str]) -> "Columns":
        """As a person says: by index, "" to leave out."""
        changed = [
            replace(column, field=fields[column.index], sure="said")
            if column.index in fields and fields[column.index] != column.field
            else column
            for column in self.columns
        ]
        return replace(self, columns=tuple(changed))

    def to_json(self) -> dict[str, Any]:
        fields = {str(column.index): column.field for column in self.columns if column.field}
        return {"sheet": self.sheet, "header": self.header, "fields": fields}

    def clashes(self) -> tuple[str, ...]:
        """The fields that two columns hold where one alone may."""
        return tuple(
            field for field in FIELDS if field not in SEVERAL and len([c for c in self.columns if c.field == field]) > 1
        )


def _short(title: str) -> str:
    """ "Usage (démarches | école…)", as our own list has it, is "Usage"."""
    return (re.split(r"[(\[]", title)[0].strip() or title)[:120]


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """The names that we give the fields ourselves, in each language: our own files are always understood."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            found |= {fold(str(name)): field for field, name in FIELDS.items() if field not in LEFT_OUT}
    return found


@lru_cache(maxsize=4096)
def title_field(title: str) -> tuple[str, str]:
    """The field that a title names, and how surely ("title", "likely"); two empty texts when it names none."""
    folded = fold(_short(title))
    if not folded:
        return "", ""
    if field := _names().get(folded) or _BY_TITLE.get(folded):
        return field, "title"
    padded = f" {folded} "
    for known in _LONG:
        if f" {known} " in padded and len(known) * 2 >= len(folded):
            return _BY_TITLE[known], "likely"
    return "", ""


def guess(table: Table, remembered: Mapping[str, str], header: int | None = None) -> Columns:
    """Where the titles are and what each column holds. remembered: folded titles -> fields, as said before."""
    at = _header(table, remembered) if header is None else min(header, len(table.rows))
    titles = [text(cell) for cell in table.rows[at - 1]] if at else []
    width = max((len(row) for row in table.rows[: at + 200]), default=0)
    columns = []
    taken: set[str] = set()
    for index in range(width):
        title = titles[index] if index < len(titles) else ""
        field, sure = _guess(title, remembered)
        if field in taken and field not in SEVERAL:
            field, sure = "", ""
        taken.add(field)
        columns.append(Column(index, title, field, sure))
    return Columns(table.sheet, at, tuple(columns))


def _guess(title: str, remembered: Mapping[str, str]) -> tuple[str, str]:
    if (field := remembered.get(fold(title))) is not None and fold(title):
        return (field, "remembered") if field in FIELDS else ("", "")
    return title_field(title)


def _header(table: Table, remembered: Mapping[str, str]) -> int:
    """The row with most known titles, two at least, or one that half of the first row's cells are; 0 without any."""
    best, most = 0, 1
    for number, row in enumerate(table.rows[:MOST_HEADER], 1):
        known = {field for cell in row if isinstance(cell, str) and (field := _guess(text(cell), remembered)[0])}
        if len(known) > most:
            best, most = number, len(known)
    return best or _short_header(table, remembered)


def _short_header(table: Table, remembered: Mapping[str, str]) -> int:
    first = next((number for number, row in enumerate(table.rows, 1) if any(map(text, row))), 0)
    said = [text(cell) for cell in table.rows[first - 1] if text(cell)] if first else []
    sure = [one for one in said if _guess(one, remembered)[1] in ("title", "remembered")]
    return first if said and 2 * len(sure) >= len(said) else 0


def longest(found: Sequence[Table]) -> Table:
    """The sheet with most rows: lists come with sheets of notes and of choices."""
    return max(found, key=lambda table: len(table.rows))
