"""How machines go through the chain, as a picture's figures. Pure.

Every machine that came in passes along the main stages until the furthest it reached, then is somewhere: still there,
taken for parts, lost, in use, or back after use. A link is that number of machines between two nodes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Stage = Literal["received", "erased", "ready", "handed_over"]
Now = Literal["here", "parts", "lost", "in_use", "returned"]

STAGES: tuple[Stage, ...] = ("received", "erased", "ready", "handed_over")
NOWS: tuple[Now, ...] = ("here", "parts", "lost", "in_use", "returned")


class Fate(NamedTuple):
    """The furthest stage a machine reached, and where it is now."""

    stage: Stage
    now: Now


class Node(NamedTuple):
    column: int
    key: str  # a stage, or where machines are that went no further

    @property
    def main(self) -> bool:
        return self.key in STAGES

    @property
    def stage(self) -> Stage:
        """The stage reached by all its machines; for one that is no stage, the last that they reached."""
        return STAGES[self.column if self.main else self.column - 1]


@dataclass(frozen=True, slots=True)
class Link:
    source: Node
    target: Node
    count: int


def links(fates: Mapping[Fate, int]) -> list[Link]:
    """The links between nodes, by column, the main way first. What comes in a node equals what leaves it."""
    found: Counter[tuple[Node, Node]] = Counter()
    for fate, count in fates.items():
        reached = STAGES.index(fate.stage)
        for column in range(reached):
            found[Node(column, STAGES[column]), Node(column + 1, STAGES[column + 1])] += count
        found[Node(reached, fate.stage), Node(reached + 1, fate.now)] += count
    order = [*STAGES, "in_use", "here", "returned", "parts", "lost"]
    ranked = sorted(found, key=lambda pair: (pair[0].column, order.index(pair[1].key)))
    return [Link(source, target, found[source, target]) for source, target in ranked if found[source, target]]


# The drawing: widths and heights in the units of the picture.

WIDTH, HEIGHT = 960.0, 320.0
BAR, GAP, MARGIN = 14.0, 26.0, 10.0  # words on one line fit in a gap and a margin
LABEL = 150.0  # kept at the right for the words of the last column


class Bar(NamedTuple):
    node: Node
    machines: int
    x: float
    y: float
    height: float


class Ribbon(NamedTuple):
    link: Link
    path: str  # of an SVG
    width: float


@dataclass(frozen=True, slots=True)
class Picture:
    bars: Sequence[Bar]
    ribbons: Sequence[Ribbon]
    height: float


def picture(flows: Sequence[Link]) -> Picture:
    """Where each bar and ribbon goes; the same for the same links. Empty for none."""
    if not flows:
        return Picture((), (), 0.0)
    sizes: dict[Node, int] = {}
    for link in flows:
        sizes.setdefault(link.source, 0)
    for link in flows:
        if link.source.column == 0:
            sizes[link.source] += link.count
        sizes[link.target] = sizes.get(link.target, 0) + link.count
    columns: dict[int, list[Node]] = {}
    for node in sizes:
        columns.setdefault(node.column, []).append(node)
    last = max(columns)
    whole = max(sum(sizes[node] for node in nodes) for nodes in columns.values())
    most = max(len(nodes) for nodes in columns.values())
    unit = (HEIGHT - GAP * (most - 1) - 2 * MARGIN) / whole
    step = (WIDTH - LABEL - BAR) / max(1, last)
    bars: dict[Node, Bar] = {}
    for column, nodes in columns.items():
        y = MARGIN
        for node in sorted(nodes, key=lambda one: not one.main):
            height = max(1.5, sizes[node] * unit)
            bars[node] = Bar(node, sizes[node], round(column * step, 1), round(y, 1), round(height, 1))
            y += height + GAP
    return Picture(
        tuple(bars.values()), _ribbons(flows, bars, unit), max(b.y + b.height for b in bars.values()) + MARGIN
    )


def _ribbons(flows: Sequence[Link], bars: Mapping[Node, Bar], unit: float) -> tuple[Ribbon, ...]:
    left = {node: bar.y for node, bar in bars.items()}
    right = dict(left)
    ribbons = []
    for link in flows:
        width = max(1.5, link.count * unit)
        source, target = bars[link.source], bars[link.target]
        from_y, to_y = right[link.source] + width / 2, left[link.target] + width / 2
        right[link.source] += width
        left[link.target] += width
        start, end = source.x + BAR, target.x
        bend = (start + end) / 2
        path = f"M{start:.1f} {from_y:.1f}C{bend:.1f} {from_y:.1f} {bend:.1f} {to_y:.1f} {end:.1f} {to_y:.1f}"
        ribbons.append(Ribbon(link, path, round(width, 1)))
    return tuple(ribbons)
