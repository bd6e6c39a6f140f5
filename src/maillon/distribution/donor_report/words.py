"""The sentences of a donor's report, for its page and its paper: each figure with what it does not know."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy

from maillon.distribution.donor_report import rules
from maillon.distribution.donor_report.queries import Report
from maillon.distribution.donor_report.rules import Fate, Reuse
from maillon.kernel import wording

FATES: Mapping[Fate, str | Promise] = {
    Fate.EXPECTED: pgettext_lazy("a machine given", "Expected"),
    Fate.PREPARING: pgettext_lazy("a machine given", "At the workshop"),
    Fate.AVAILABLE: pgettext_lazy("a machine given", "Ready to leave"),
    Fate.IN_USE: pgettext_lazy("a machine given", "In use"),
    Fate.PARTS: pgettext_lazy("a machine given", "Kept for parts"),
    Fate.RECYCLED: pgettext_lazy("a machine given", "Recycled"),
    Fate.LOST: pgettext_lazy("a machine given", "Lost or stolen"),
}
LOOKS: Mapping[Fate, tuple[str, str]] = {  # tone and icon
    Fate.EXPECTED: ("neutral", "truck"),
    Fate.PREPARING: ("info", "wrench"),
    Fate.AVAILABLE: ("brand", "check-circle"),
    Fate.IN_USE: ("success", "gift"),
    Fate.PARTS: ("neutral", "tools"),
    Fate.RECYCLED: ("neutral", "recycle"),
    Fate.LOST: ("danger", "question-circle"),
}


def tiles(report: Report) -> list[tuple[float, str]]:
    """The figures that come first: value, label."""
    machines, in_use = len(report.machines), report.fates.get(Fate.IN_USE, 0)
    certificates, years = report.certificates, round(report.years_served)
    return [
        (machines, ngettext("machine given", "machines given", machines)),
        (in_use, ngettext("in use today", "in use today", in_use)),
        (years, ngettext("year served", "years served", years)),
        (certificates, ngettext("certificate of erasure", "certificates of erasure", certificates)),
    ]


def emissions_range(report: Report) -> str:
    """From 0 to so many kg."""
    return gettext("From 0 to %(high)s kg CO₂e") % {"high": wording.number(report.avoided.high)}


def emissions(report: Report) -> list[str]:
    """How the range is made, and what is left out of it."""
    told = report.avoided
    sentences = [
        gettext(
            "%(kg)d kg CO₂e for each year of use of a laptop that stands in for a new one, times the years really "
            "served: %(years)s (laptops: %(machines)s)."
        )
        % {
            "kg": rules.KG_A_YEAR,
            "years": wording.number(told.days / rules.DAYS_A_YEAR, 1),
            "machines": wording.number(told.machines),
        },
        gettext(
            "0 if nobody would have bought a new one; the highest figure if everybody would. We do not know how many "
            "would: that is why it is a range."
        ),
        gettext(
            "Years served go from the handover to the return, or to today when nobody told of an end: a machine given "
            "for good may have stopped serving before."
        ),
        gettext("What was emitted to make the machines is past: it is not counted as avoided."),
    ]
    if told.others:
        sentences.append(
            ngettext(
                "%(count)s machine of another kind served %(years)s years: there is no source for it, so no figure.",
                "%(count)s machines of other kinds served %(years)s years: there is no source for them, so no figure.",
                told.others,
            )
            % {
                "count": wording.number(told.others),
                "years": wording.number(told.others_days / rules.DAYS_A_YEAR, 1),
            }
        )
    sentences.append(
        gettext(
            "Source: ADEME, “Évaluation de l'impact environnemental d'un ensemble de produits reconditionnés”, 2022, "
            "as reported by alliancy.fr; the study itself was not read."
        )
    )
    return sentences


def reuse(year: Reuse) -> list[str]:
    """What is known of a year of a public body, in sentences."""
    told = [_rate(year)]
    if year.target:
        told.append(gettext("Target of the decree: %(target)s.") % {"target": wording.percent(year.target / 100)})
    if year.more_than_stock:
        told.append(gettext("More came than was in stock: check the figure told for 1 January."))
    left = (
        (
            year.not_reused,
            ngettext(
                "%(count)s ended for parts, recycled or lost: not counted as reused.",
                "%(count)s ended for parts, recycled or lost: not counted as reused.",
                year.not_reused,
            ),
        ),
        (
            year.left_out,
            ngettext(
                "%(count)s was over ten years old: the decree leaves it out.",
                "%(count)s were over ten years old: the decree leaves them out.",
                year.left_out,
            ),
        ),
        (
            year.age_unknown,
            ngettext(
                "%(count)s is missing: its age when it was retired is not known.",
                "%(count)s are missing: their age when they were retired is not known.",
                year.age_unknown,
            ),
        ),
        (
            year.other_kinds,
            ngettext(
                "%(count)s is missing: a server, or a kind not known, may not be in the decree's categories.",
                "%(count)s are missing: servers, or kinds not known, may not be in the decree's categories.",
                year.other_kinds,
            ),
        ),
    )
    return [*told, *(sentence % {"count": wording.number(count)} for count, sentence in left if count)]


def _rate(year: Reuse) -> str:
    a = ngettext(
        "A: %(count)s machine oriented to reuse, of which %(proved)s proved by a handover.",
        "A: %(count)s machines oriented to reuse, of which %(proved)s proved by a handover.",
        year.oriented,
    ) % {"count": wording.number(year.oriented), "proved": wording.number(year.proved)}
    if year.stock is None:
        return " ".join([a, gettext("B, the retired equipment in stock on 1 January, was not told: no rate.")])
    b = gettext("B: %(stock)s in stock on 1 January.") % {"stock": wording.number(year.stock)}
    if year.rate is None or year.rate_proved is None:
        return " ".join([a, b, gettext("Nothing was in stock: no rate.")])
    rate = gettext("Rate: %(rate)s, of which %(proved)s proved.") % {
        "rate": wording.percent(year.rate),
        "proved": wording.percent(year.rate_proved),
    }
    return f"{rate} {a} {b}"


def reuse_notes() -> list[str]:
    """What holds for every year."""
    return [
        gettext(
            "Loi n° 2021-1485, art. 16, and décret n° 2023-266 of 12 April 2023, art. 3: A/B; at least %(first)s in "
            "2023, %(second)s in 2024, %(then)s from 2025."
        )
        % {
            name: wording.percent((rules.target(year) or 0) / 100)
            for name, year in (("first", 2023), ("second", 2024), ("then", 2025))
        },
        gettext(
            "A counts what came here alone: add what you oriented elsewhere. A machine at the workshop counts since "
            "the workshop undertook to reuse it; it is proved once someone received it."
        ),
        gettext(
            "The age is known from the day of purchase of your list, or from the processor; a machine that may be over "
            "ten years old is not counted."
        ),
        gettext("Classified equipment is never told here. For a school, ask its owner whether it counts."),
        gettext("A reminder, not legal advice."),
    ]


def left_on_paper(count: int) -> str:
    """Machines that the paper does not list."""
    if count <= 0:
        return ""
    return ngettext(
        "%(count)s more machine is in the table (CSV).", "%(count)s more machines are in the table (CSV).", count
    ) % {"count": wording.number(count)}
