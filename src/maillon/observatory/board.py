"""What the board and the public page show, in words and shapes ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from maillon.hardware.thresholds import Use
from maillon.kernel import codes, wording
from maillon.kernel.actor import Actor
from maillon.observatory import flow, lists, publishing, queries
from maillon.observatory.words import MEASURE_LABELS, NODE_LABELS, PART_LABELS, names_of, use_name

TWO_LINES = 36.0  # in the units of the picture
FIRST_ZONES = 8  # shown at once; the others in a part to unfold


@dataclass(frozen=True, slots=True)
class Figure:
    """value: as shown, or what is said when there is none. definition: how it is counted, and what is missing."""

    label: str
    value: str
    definition: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownBar:
    x: float
    y: float
    height: float
    middle: float
    label: str
    count: int
    look: str
    url: str
    stage: str
    main: bool

    @property
    def low(self) -> bool:
        """Not as high as two lines of words."""
        return self.height < TWO_LINES


@dataclass(frozen=True, slots=True)
class ShownRibbon:
    path: str
    width: float
    look: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on a narrow screen, where the picture would be too small to read.

    share: of those that came in, 0 to 100. then: where those that went no further are.
    """

    label: str
    count: int
    url: str
    share: int
    then: Sequence[ShownBar]


@dataclass(frozen=True, slots=True)
class Sankey:
    width: float
    height: float
    bar: float
    bars: Sequence[ShownBar]
    ribbons: Sequence[ShownRibbon]
    rows: Sequence[tuple[str, str, int, str]]  # from, to, machines, address of their list

    @property
    def steps(self) -> Sequence[Step]:
        main = [bar for bar in self.bars if bar.main]
        ends = [bar for bar in self.bars if not bar.main]
        most = max((bar.count for bar in main), default=0)
        return [
            Step(
                bar.label, bar.count, bar.url, _share(bar.count, most), [end for end in ends if end.stage == bar.stage]
            )
            for bar in main
        ]


@dataclass(frozen=True, slots=True)
class Cell:
    """One count of a line. url: of its list. short: fewer than what is asked for."""

    label: str
    count: int
    definition: str
    url: str
    short: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table of counts. share: of the greatest asked for, 0 to 100, for its bar."""

    name: str
    cells: Sequence[Cell]
    share: int


@dataclass(frozen=True, slots=True)
class Board:
    figures: Sequence[Figure]
    sankey: Sankey | None
    zones: Sequence[Line]
    uses: Sequence[Line]
    oldest: Sequence[tuple[str, queries.OldestRequest]]  # its code as people read it
    oversees: bool
    flow_definition: str

    @property
    def first_zones(self) -> Sequence[Line]:
        return self.zones[:FIRST_ZONES]

    @property
    def other_zones(self) -> Sequence[Line]:
        return self.zones[FIRST_ZONES:]


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
    return Board(figures, _sankey(links), zones, uses, waits, actor.oversees, str(lists.DEFINITIONS["flow"]))


def _donation(delay: queries.Delay) -> Figure:
    return _figure("donation", _("From donation to handover"), _days(delay), lists.machines(delay.over))


def _request(delay: queries.Delay) -> Figure:
    return _figure("request", _("From request to machine"), _days(delay), lists.requests(delay.over))


def _figure(name: str, label: str, value: str, counted: str) -> Figure:
    over = _("Over %(count)s.") % {"count": counted}
    definition = f"{lists.DEFINITIONS[name]} {over}"
    return Figure(label, value, definition, lists.address(name))


def _oldest(oldest: Sequence[queries.OldestRequest]) -> Figure:
    value = wording.long_date(oldest[0].since) if oldest else _("Nobody waits")
    address = f"{reverse('needs:requests')}?state=waiting"  # the oldest first
    return Figure(_("Waiting for longest"), value, str(lists.DEFINITIONS["oldest"]), address)


def _days(delay: queries.Delay) -> str:
    return wording.days(delay.days) if delay.days is not None else _("Not known yet")


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
            _where(bar.node),
            bar.node.stage,
            bar.node.main,
        )
        for bar in drawn.bars
    ]
    rows = [
        (str(NODE_LABELS[one.source.key]), str(NODE_LABELS[one.target.key]), one.count, _where(one.target))
        for one in links
    ]
    ribbons = [
        ShownRibbon(ribbon.path, ribbon.width, ribbon.link.target.key, f"{source} → {target}{_said(count)}")
        for ribbon, (source, target, count, _url) in zip(drawn.ribbons, rows, strict=True)
    ]
    return Sankey(flow.WIDTH, round(drawn.height, 1), flow.BAR, bars, ribbons, rows)


def _where(node: flow.Node) -> str:
    """The list of the machines of a node: one way alone leads to each, so also of the link that ends there."""
    return lists.address("flow", stage=node.stage, **({} if node.main else {"now": node.key}))


def _said(count: int) -> str:
    return wording.colon("") + " " + lists.machines(count)


def _zone_lines(needs: Sequence[queries.Need]) -> list[Line]:
    most = max((need.asked for need in needs), default=0)
    return [
        Line(
            need.name or _("Elsewhere"),
            (
                _cell("asked", _("Asked for"), need.asked, zone=need.key),
                _cell("promised", _("Promised in twelve months"), need.promised, zone=need.key),
                _cell("available", _("Available there"), need.available, zone=need.key),
            ),
            _share(need.asked, most),
        )
        for need in needs
    ]


def _use_lines(asked: dict[str, int], stock: dict[str, int]) -> list[Line]:
    most = max(asked.values(), default=0)
    lines = []
    for use in Use:
        wanted, suitable = asked.get(use.value, 0), stock.get(use.value, 0)
        if wanted or suitable:
            first = _cell("asked", _("Asked for"), wanted, use=use.value)
            second = replace(_cell("suitable", _("Suitable"), suitable, use=use.value), short=suitable < wanted)
            lines.append(Line(use_name(use.value), (first, second), _share(wanted, most)))
    return lines


def _cell(figure: str, label: str, count: int, **chosen: str) -> Cell:
    return Cell(label, count, str(lists.DEFINITIONS[figure]), lists.address(figure, **chosen))


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
            last = names[part][publishing.OTHERS]
            rows.sort(key=lambda row: (row[0] == last, -row[1], row[0]))
            hidden = ", ".join(sorted(name for name, count in told.items() if count is None))
            parts.append(PublicPart(str(PART_LABELS[part]), rows, hidden))
        shown.append(PublicMeasure(str(MEASURE_LABELS[measure.name]), measure.total, parts))
    return shown
