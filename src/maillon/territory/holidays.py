"""French public holidays of any year from 1982 on, computed: nothing to update, no list that ends.

PURE: no Django. Days: Code du travail L3133-1, L3134-13 (Alsace-Moselle) and L3422-2 (overseas), as listed by the
State's own `etalab/jours-feries-france`, whose dates these are. Easter: Meeus, Astronomical Algorithms, chapter 8.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from maillon.hardware.messages import Message, _


class Region(StrEnum):
    """Where days are closed that are open elsewhere in France."""

    METROPOLE = "metropole"
    ALSACE_MOSELLE = "alsace_moselle"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    MAYOTTE = "mayotte"
    SAINT_BARTHELEMY = "saint_barthelemy"
    SAINT_MARTIN = "saint_martin"


_BY_CODE = {
    "57": Region.ALSACE_MOSELLE,
    "67": Region.ALSACE_MOSELLE,
    "68": Region.ALSACE_MOSELLE,
    "971": Region.GUADELOUPE,
    "972": Region.MARTINIQUE,
    "973": Region.GUYANE,
    "974": Region.REUNION,
    "976": Region.MAYOTTE,
    "977": Region.SAINT_BARTHELEMY,
    "978": Region.SAINT_MARTIN,
}

_FIXED = (
    (1, 1, _("New Year’s Day")),
    (5, 1, _("Labour Day")),
    (5, 8, _("Victory Day, 8 May 1945")),
    (7, 14, _("Bastille Day")),
    (8, 15, _("Assumption")),
    (11, 1, _("All Saints’ Day")),
    (11, 11, _("Armistice Day, 11 November 1918")),
    (12, 25, _("Christmas Day")),
)
_ABOLITION = _("Abolition of slavery")
_FROM_EASTER = ((1, _("Easter Monday")), (39, _("Ascension Day")), (50, _("Whit Monday")))
_LOCAL: Mapping[Region, tuple[tuple[int, int, str], ...]] = {
    Region.ALSACE_MOSELLE: ((12, 26, _("Saint Stephen’s Day")),),
    Region.GUADELOUPE: ((5, 27, _ABOLITION), (7, 21, _("Victor Schœlcher Day"))),
    Region.MARTINIQUE: ((5, 22, _ABOLITION), (7, 21, _("Victor Schœlcher Day"))),
    Region.GUYANE: ((6, 10, _ABOLITION),),
    Region.REUNION: ((12, 20, _ABOLITION),),
    Region.MAYOTTE: ((4, 27, _ABOLITION),),
    Region.SAINT_BARTHELEMY: ((10, 9, _ABOLITION),),
    Region.SAINT_MARTIN: ((5, 28, _ABOLITION),),
}


def region_of(commune: str) -> Region:
    """Of a commune, by its INSEE code; the mainland's when it is not known."""
    return _BY_CODE.get(commune[:3]) or _BY_CODE.get(commune[:2]) or Region.METROPOLE


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (from 1583)."""
    a = year % 19
    b, c = divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int, region: Region = Region.METROPOLE) -> Mapping[date, Message]:
    """Each public holiday of the year and its name, in order.

    Alsace-Moselle's Good Friday is counted everywhere there: a closed door on that day is a smaller fault than an
    appointment before one.
    """
    sunday = easter(year)
    days = {date(year, month, day): Message(name) for month, day, name in (*_FIXED, *_LOCAL.get(region, ()))}
    days |= {sunday + timedelta(days=after): Message(name) for after, name in _FROM_EASTER}
    if region is Region.ALSACE_MOSELLE:
        days[sunday - timedelta(days=2)] = Message(_("Good Friday"))
    return MappingProxyType(dict(sorted(days.items())))
