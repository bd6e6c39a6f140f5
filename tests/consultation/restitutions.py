"""Restitutions of any shape, for property tests: what the model allows, in the one way it keeps a text."""

from hypothesis import strategies as st

from maillon.consultation.trame import text
from maillon.consultation.trame.model import (
    COLUMNS,
    Choice,
    Contribution,
    Entry,
    Grid,
    Kind,
    Participants,
    Restitution,
    Row,
    Section,
    Session,
)
from maillon.consultation.trame.text import Run

# Letters, French signs and spaces, other scripts, and what markup would take for its own.
SIGNS = "abcéèœÇ'’« »-–&<>\"#[]*_|\\/:;,.!?()0123456789 \u00a0\u202fعربіїあ𝟙"
word = st.text(SIGNS, min_size=1, max_size=12)
lead = st.sampled_from(["Besoin", "Élèves", "ouvrir", "L'ENT", "Zut"])  # a text does not start as a bullet does
href = st.sampled_from(["", "", "", "https://exemple.invalid/a?b=1&c=2", "mailto:a@exemple.invalid"])


@st.composite
def texts(draw, breaks=False):
    runs = [Run(draw(lead) + " ", draw(st.booleans()), draw(st.booleans()))]
    for _run in range(draw(st.integers(0, 3))):
        said = draw(word)
        if breaks and draw(st.booleans()):
            said = f"{said}\nsuite"
        runs.append(Run(said, draw(st.booleans()), draw(st.booleans()), draw(href)))
    return text.squeezed([*runs, Run("z")])


@st.composite
def bullets(draw, depths=(0,)):
    return Entry(draw(texts()), True, draw(st.sampled_from(["", "", "1)", "b)", "12."])), draw(st.sampled_from(depths)))


def paragraphs(breaks=True):
    return st.builds(lambda said: Entry(said, bullet=False), texts(breaks=breaks))


cells = st.lists(st.one_of(bullets(), paragraphs(breaks=False)), max_size=3).map(tuple)


@st.composite
def grids(draw):
    kind = draw(st.sampled_from(list(Kind)))
    rows = []
    above = ()
    for _row in range(draw(st.integers(0, 3))):
        continued = bool(above) and draw(st.booleans())
        theme = above if continued else (draw(bullets()),)
        row = Row(theme, tuple(draw(cells) for _column in COLUMNS[kind]), continued)
        if continued and not any(row.cells):
            continue
        above = theme
        rows.append(row)
    return Grid(kind, tuple(rows))


count = st.one_of(st.none(), st.integers(0, 9999))
note = st.sampled_from(["", "(CPD)", "à compléter", "environ"])


@st.composite
def participants(draw):
    return Participants(draw(texts()), draw(st.booleans()), draw(count), draw(note), draw(count), draw(note))


some = st.lists(paragraphs(), min_size=1, max_size=2).map(tuple)


@st.composite
def sessions(draw):
    return Session(
        region=draw(some),
        dates_places=draw(some),
        formats=tuple(draw(st.lists(st.builds(Choice, texts(), st.booleans()), max_size=3))),
        facilitators=draw(st.one_of(st.just(()), some)),
        participants=tuple(draw(st.lists(participants(), max_size=4))),
        others=tuple(draw(st.lists(st.tuples(texts(), some), max_size=2))),
    )


@st.composite
def contents(draw):
    found = []
    for _item in range(draw(st.integers(0, 6))):
        what = draw(st.sampled_from(["paragraph", "bullet", "grid", "session"]))
        if what == "bullet":
            entry = draw(bullets())
            before = found[-1] if found and isinstance(found[-1], Entry) and found[-1].bullet else None
            deepest = before.depth + 1 if before else 0
            found.append(Entry(entry.text, True, entry.marker, draw(st.integers(0, min(deepest, 4)))))
        elif what == "paragraph":
            found.append(draw(paragraphs()))
        elif what == "grid":
            found.append(draw(grids()))
        elif not any(isinstance(each, Session) for each in found):
            found.append(draw(sessions()))
    return tuple(found)


@st.composite
def contributions(draw):
    sections = tuple(
        Section(draw(texts(breaks=True)), draw(st.integers(1, 4)), draw(contents()))
        for _section in range(draw(st.integers(0, 3)))
    )
    unplaced = tuple(draw(st.lists(st.one_of(bullets(), paragraphs()), max_size=3)))
    return Contribution(tuple(draw(st.lists(paragraphs(), max_size=3))), sections, unplaced)


@st.composite
def restitutions(draw):
    found = draw(st.lists(contributions(), min_size=1, max_size=3))
    return Restitution(tuple(found), tuple(draw(st.lists(paragraphs(), max_size=2))))
