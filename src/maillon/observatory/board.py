"""What the board and the public page show, in words and shapes ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.hardware.thresholds import Use
from maillon.kernel import codes, wording
from maillon.kernel.actor import Actor
from maillon.observatory import flow, publishing, queries
from maillon.observatory.words import MEASURE_LABELS, NODE_LABELS, PART_LABELS, names_of, use_name


@dataclass(frozen=True, slots=True)
class Figure:
    """value: as shown, or what is said when there is none. definition: how it is counted, and what is missing."""

    label: str
    value: str
    definition: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownBar:
    x: float
    y: float
    height: float
    middle: float
    label: str
    count: int
    look: str


@dataclass(frozen=True, slots=True)
class ShownRibbon:
    path: str
    width: float
    look: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sankey:
    width: float
    height: float
    bar: float
    bars: Sequence[ShownBar]
    ribbons: Sequence[ShownRibbon]
    rows: Sequence[tuple[str, str, int]]  # from, to, machines


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table of counts. share: of the greatest, 0 to 100, for its bar."""

    name: str
    asked: int
    answered: int
    share: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    figures: Sequence[Figure]
    sankey: Sankey | None
    zones: Sequence[Line]
    uses: Sequence[Line]
    oldest: Sequence[tuple[str, queries.OldestRequest]]  # its code as people read it
    oversees: bool


def board(actor: Actor) -> Board:
    """A coordination sees its territory's needs and machines; a workshop its own machines. A constant number of
    queries.
    """
    since = queries.lately()
    links = flow.links(queries.fates(actor, since))
    figures = [_donation(queries.donation_to_handover(actor, since))]
    zones: list[Line] = []
    uses: list[Line] = []
    oldest: list[queries.OldestRequest] = []
    if actor.oversees:
        figures.append(_request(queries.request_to_machine(actor, since)))
        oldest = queries.oldest_waiting(actor)
        figures.append(_oldest(oldest))
        zones = _zone_lines(queries.need_by_zone(actor, since))
        uses = _use_lines(queries.need_by_use(actor), queries.stock_by_use(actor))
    waits = [(codes.pretty(one.code), one) for one in oldest]
    return Board(figures, _sankey(links), zones, uses, waits, actor.oversees)


def _donation(delay: queries.Delay) -> Figure:
    return Figure(
        _("From donation to handover"),
        _days(delay),
        _(
            "Median days from the arrival of a machine's lot (or the day it came in, without a lot) to its first "
            "handover, for the machines first handed over in the last twelve months: %(count)s."
        )
        % {"count": _machines(delay.over)},
        f"{reverse('stock:list')}?state=handed_over",
    )


def _request(delay: queries.Delay) -> Figure:
    return Figure(
        _("From request to machine"),
        _days(delay),
        _(
            "Median days from the day a request was complete to the first machine handed over for it, for those of the "
            "last twelve months: %(count)s. Requests still waiting are not in it: it looks better than the queue."
        )
        % {"count": ngettext("%(count)s request", "%(count)s requests", delay.over) % {"count": delay.over}},
        f"{reverse('needs:requests')}?state=served",
    )


def _oldest(oldest: Sequence[queries.OldestRequest]) -> Figure:
    first = oldest[0] if oldest else None
    return Figure(
        _("Waiting for longest"),
        wording.long_date(first.since) if first else _("Nobody waits"),
        _("The day the oldest waiting request was complete."),
        f"{reverse('needs:requests')}?state=waiting",
    )


def _days(delay: queries.Delay) -> str:
    return wording.days(delay.days) if delay.days is not None else _("Not known yet")


def _machines(count: int) -> str:
    return ngettext("%(count)s machine", "%(count)s machines", count) % {"count": wording.number(count)}


def _sankey(links: Sequence[flow.Link]) -> Sankey | None:
    drawn = flow.picture(links)
    if not drawn.bars:
        return None
    bars = [
        ShownBar(
            bar.x,
            bar.y,
            bar.height,
            round(bar.y + bar.height / 2, 1),
            str(NODE_LABELS[bar.node.key]),
            bar.machines,
            bar.node.key,
        )
        for bar in drawn.bars
    ]
    rows = [(str(NODE_LABELS[one.source.key]), str(NODE_LABELS[one.target.key]), one.count) for one in links]
    ribbons = [
        ShownRibbon(ribbon.path, ribbon.width, ribbon.link.target.key, f"{source} → {target}{_said(count)}")
        for ribbon, (source, target, count) in zip(drawn.ribbons, rows, strict=True)
    ]
    return Sankey(flow.WIDTH, round(drawn.height, 1), flow.BAR, bars, ribbons, rows)


def _said(count: int) -> str:
    return wording.colon("") + " " + _machines(count)


def _zone_lines(needs: Sequence[queries.Need]) -> list[Line]:
    most = max((need.asked for need in needs), default=0)
    return [
        Line(
            need.name or _("Elsewhere"),
            need.asked,
            need.promised,
            _share(need.asked, most),
            f"{reverse('needs:requests')}?state=waiting&zone={need.key}" if need.key else "",
        )
        for need in needs
    ]


def _use_lines(asked: dict[str, int], stock: dict[str, int]) -> list[Line]:
    most = max((*asked.values(), *stock.values()), default=0)
    return [
        Line(
            use_name(use.value),
            asked.get(use.value, 0),
            stock.get(use.value, 0),
            _share(asked.get(use.value, 0), most),
            f"{reverse('needs:requests')}?state=waiting&use={use.value}",
        )
        for use in Use
        if asked.get(use.value) or stock.get(use.value)
    ]


def _share(count: int, most: int) -> int:
    return round(100 * count / most) if most else 0


@dataclass(frozen=True, slots=True)
class PublicPart:
    label: str
    rows: Sequence[tuple[str, int, int]]  # name, count, share of the greatest
    hidden: str  # the names whose count is not shown


@dataclass(frozen=True, slots=True)
class PublicMeasure:
    label: str
    total: int | None
    parts: Sequence[PublicPart]


def public(territory_id: UUID) -> list[PublicMeasure]:
    """The published figures of a territory, the greatest first. Three queries."""
    measures = publishing.measures(territory_id)
    names = names_of(measures)
    shown = []
    for measure in measures:
        parts = []
        for part, cells in measure.parts.items():
            if not cells:
                continue
            told = {names[part].get(key, key): count for key, count in cells.items()}
            most = max((count for count in told.values() if count is not None), default=0)
            rows = [(name, count, _share(count, most)) for name, count in told.items() if count is not None]
            rows.sort(key=lambda row: (-row[1], row[0]))
            hidden = ", ".join(sorted(name for name, count in told.items() if count is None))
            parts.append(PublicPart(str(PART_LABELS[part]), rows, hidden))
        shown.append(PublicMeasure(str(MEASURE_LABELS[measure.name]), measure.total, parts))
    return shown
