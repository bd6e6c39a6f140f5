"""A donor's report as files: a PDF to show, a table to keep."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from maillon.distribution.donor_report import words
from maillon.distribution.donor_report.queries import Machine, Report
from maillon.kernel import codes, sheets, wording
from maillon.kernel.documents import render
from maillon.kernel.documents.typography import typeset

TEMPLATE = "donor_report.typ"
MOST_MACHINES = 2_000  # on paper: fifty pages; the table has them all


def csv_pieces(report: Report) -> Iterator[str]:
    """One line a machine, injection-safe (`kernel.sheets`), in the language of the request."""
    titles = [
        gettext("Code"),
        gettext("Machine"),
        gettext("Kind"),
        gettext("Your tag"),
        gettext("Serial number"),
        gettext("Came"),
        gettext("What became of it"),
        gettext("Certificates of erasure"),
        gettext("In use since"),
        gettext("Years served"),
    ]
    rows = [_row(machine) for machine in report.machines]  # its words are those of the request, which ends before
    return sheets.csv_pieces(titles, rows)


def _row(machine: Machine) -> list[str]:
    return [
        codes.pretty(machine.code),
        machine.title,
        machine.kind_label,
        machine.tag,
        machine.serial,
        machine.came.isoformat(),
        str(words.FATES[machine.fate]),
        " ".join(map(codes.pretty, machine.certificates)),
        f"{machine.since:%Y-%m}" if machine.since else "",  # a month: the day is that of someone
        wording.number(machine.years, 2) if machine.served else "",
    ]


def pdf(report: Report) -> bytes:
    """Tagged, in the active language, dated by the day of the report: the same report gives the same bytes."""
    lang = "en" if (get_language() or "fr").startswith("en") else "fr"
    day = timezone.make_aware(datetime.combine(report.until, time(12)))
    return render(TEMPLATE, _data(report, lang), date=day, lang=lang)


def _data(report: Report, lang: str) -> dict[str, Any]:
    title = gettext("What became of your machines")
    period = (
        gettext("Machines received in %(year)d") % {"year": report.year} if report.year else gettext("All machines")
    )
    counted = gettext("counted on %(day)s") % {"day": wording.long_date(report.until)}
    said = {
        "title": title,
        "subtitle": f"{period} – {counted}",
        "fates": gettext("What became of them"),
        "emissions": gettext("Emissions avoided"),
        "reuse": gettext("Rate of reuse (REEN)"),
        "machines": gettext("Machine by machine"),
        "left": words.left_on_paper(len(report.machines) - MOST_MACHINES),
        "footer": gettext("Made by Maillon, free software. Who received the machines is not told."),
        "partial": gettext("Only the machines held by the workshop that asks.") if report.partial else "",
    }
    return {
        "words": {name: typeset(sentence, lang) for name, sentence in said.items()},
        "donor": report.donor.name,
        "fictitious": gettext("Demonstration: organisations and machines are fictitious.")
        if report.donor.fictitious
        else "",
        "tiles": [[wording.number(value), str(label)] for value, label in words.tiles(report)],
        "fates": [[str(words.FATES[fate]), wording.number(count)] for fate, count in report.fates.items()],
        "emissions": [typeset(sentence, lang) for sentence in words.emissions(report)],
        "range": typeset(words.emissions_range(report), lang),
        "reuse": [[typeset(sentence, lang) for sentence in words.reuse(year)] for year in report.reuse],
        "reuse_titles": [str(year.year) for year in report.reuse],
        "reuse_notes": [typeset(sentence, lang) for sentence in words.reuse_notes()],
        "columns": [
            gettext("Code"),
            gettext("Machine"),
            gettext("Came"),
            gettext("What became of it"),
            gettext("Certificates"),
            gettext("Years served"),
        ],
        "machines": [
            [
                codes.pretty(machine.code),
                machine.title,
                date_format(machine.came, "m/Y"),
                str(words.FATES[machine.fate]),
                " ".join(map(codes.pretty, machine.certificates)) or "–",
                wording.number(machine.years, 1) if machine.served else "–",
            ]
            for machine in report.machines[:MOST_MACHINES]
        ],
    }
