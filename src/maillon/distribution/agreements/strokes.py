"""A signature drawn with a finger, as the points it went through. Pure."""

import json
from itertools import pairwise

WIDTH, HEIGHT = 600, 240  # the canvas's own units, whatever its size on the screen
MOST_STROKES = 200
MOST_POINTS = 6_000
LEAST_LENGTH = 40  # a touch by mistake is no signature

Strokes = list[list[tuple[int, int]]]


class NotASignature(ValueError):
    """Nothing was drawn, or not by our page."""


def parse(text: str) -> Strokes:
    """text: JSON [[x, y, x, y, …], …], whole numbers within the canvas. Raises NotASignature."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise NotASignature("not JSON") from None
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_STROKES:
        raise NotASignature("no strokes, or too many")
    strokes: Strokes = []
    points = 0
    for line in raw:
        if not isinstance(line, list) or len(line) < 2 or len(line) % 2:
            raise NotASignature("a stroke is pairs of numbers")
        points += len(line) // 2
        if points > MOST_POINTS or not all(type(value) is int for value in line):
            raise NotASignature("too many points, or not whole numbers")
        xs, ys = line[::2], line[1::2]
        if not (all(0 <= x <= WIDTH for x in xs) and all(0 <= y <= HEIGHT for y in ys)):
            raise NotASignature("outside the canvas")
        strokes.append(list(zip(xs, ys, strict=True)))
    if _length(strokes) < LEAST_LENGTH:
        raise NotASignature("too short to be a signature")
    return strokes


def _length(strokes: Strokes) -> int:
    return sum(abs(x - before[0]) + abs(y - before[1]) for stroke in strokes for before, (x, y) in pairwise(stroke))


def text(strokes: Strokes) -> str:
    """As it is kept: what `parse` reads."""
    return json.dumps([[value for point in stroke for value in point] for stroke in strokes], separators=(",", ":"))


def svg_path(strokes: Strokes) -> str:
    """The `d` of one SVG path, in the canvas's units; a dot is a line of no length, which a round pen draws."""
    return "".join(
        f"M{stroke[0][0]} {stroke[0][1]}" + "".join(f"L{x} {y}" for x, y in stroke[1:] or stroke) for stroke in strokes
    )
