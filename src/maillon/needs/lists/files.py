"""Files out: the empty list to fill in, and the rows left to correct."""

import io
from collections.abc import Iterator

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from maillon.kernel import sheets
from maillon.needs.lists import words
from maillon.needs.lists.columns import FIELDS
from maillon.needs.lists.commands import Rest

EMPTY = (
    "reference",
    "name",
    "first_name",
    "contact",
    "phone",
    "email",
    "address",
    "beneficiary",
    "use",
    "machines",
    "quantity",
    "commune",
    "district",
    "criteria",
    "proof",
    "deadline",
    "delivery",
    "adaptations",
    "language",
    "contact_way",
)


def accepted() -> list[tuple[str, list[str]]]:
    """Each column of the empty list and the words it takes; none where anything may be written."""
    return [(str(FIELDS[field]), _words(field)) for field in EMPTY]


def _words(field: str) -> list[str]:
    if field in words.SYNONYMS:
        return [name for _value, name in words.choices(field)]
    return {
        "quantity": [_("a number, 1 when empty")],
        "deadline": [_("a day, as 18/03/2027")],
        "proof": [_("the day you saw the proofs, as 18/03/2027")],
        "delivery": [_("yes, or empty")],
        "commune": [_("its name, its postcode or its INSEE code")],
        "reference": [_("as you wish: the same one is never entered twice")],
    }.get(field, [])


def empty_csv() -> Iterator[str]:
    """Its titles say the words that each column takes."""
    titles = [f"{title} ({' | '.join(said)})" if said else title for title, said in accepted()]
    return sheets.csv_pieces(titles, [])


def empty_ods() -> bytes:
    """The titles alone on the first sheet; the words on the second."""
    titles = [title for title, _said in accepted()]
    explained = ([title, ", ".join(said)] for title, said in accepted())
    made = io.BytesIO()
    sheets.write_ods(made, (_("Requests"), titles, []), (_("Words"), [_("Column"), _("What to write")], explained))
    return made.getvalue()


def rest_csv(rest: Rest) -> Iterator[str]:
    return sheets.csv_pieces(rest.titles, rest.rows)


def rest_ods(rest: Rest) -> bytes:
    made = io.BytesIO()
    sheets.write_ods(made, (_("To correct"), rest.titles, rest.rows))
    return made.getvalue()


def answer(name: str, content: Iterator[str] | bytes) -> HttpResponseBase:
    """A file to download; nothing on the way keeps it."""
    response: HttpResponseBase
    if isinstance(content, bytes):
        ods = io.BytesIO(content)
        response = FileResponse(ods, as_attachment=True, filename=f"{name}.ods", content_type=sheets.ODS_TYPE)
    else:
        response = StreamingHttpResponse(content, content_type=sheets.CSV_TYPE)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
