"""What is typed in a box is what was in it, and nothing typed is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from maillon.consultation import correcting, showing, typed
from maillon.consultation.trame.model import Entry
from maillon.consultation.trame.text import plain
from tests.consultation.restitutions import cells, contents, restitutions

often = settings(max_examples=50, deadline=None)


@often
@given(before=cells)
def test_a_cell_left_alone_does_not_change(before):
    assert typed.to_cell(typed.of_cell(before), before) == before


@often
@given(before=cells)
def test_a_cell_typed_from_nothing_says_the_same(before):
    read = typed.to_cell(typed.of_cell(before), ())
    assert [entry.text for entry in read] == [entry.text for entry in before]


@often
@given(before=contents())
def test_free_text_typed_from_nothing_says_the_same(before):
    before = [entry for entry in before if isinstance(entry, Entry)]
    read = typed.to_prose(typed.of_prose(before), ())
    assert [(entry.text, entry.bullet) for entry in read] == [(entry.text, entry.bullet) for entry in before]


@often
@given(said=st.text(max_size=60))
def test_anything_may_be_typed(said):
    for entry in (*typed.to_cell(said, ()), *typed.to_prose(said, ())):
        assert plain(entry.text)


@often
@given(found=restitutions())
def test_a_page_sent_back_as_it_was_changes_nothing(found):
    """Each box of the page with what it held."""
    for place, contribution in enumerate(found.contributions):
        sent = boxes_sent(showing.boxes(contribution, found.doubts))
        assert correcting.corrected(found, place, sent) == found


def boxes_sent(page):
    sent = {"head": page["head"], "unplaced": page["unplaced"]}
    for section in page["sections"]:
        sent[section["name"]] = section["title"]
        for block in section["blocks"]:
            name = block["name"]
            if block["kind"] == "prose":
                sent[name] = block["text"]
            elif block["kind"] == "grid":
                for row in block["rows"]:
                    sent[f"{row['name']}.theme"] = row["theme"]
                    sent |= {cell: said for cell, _label, said, _doubts in row["cells"]}
            else:
                sent |= {f"{name}.{field}": block[field] for field in ("region", "dates_places", "facilitators")}
                for number, (_label, ticked) in enumerate(block["formats"]):
                    sent |= {f"{name}.format{number}": "on"} if ticked else {}
                for number, each in enumerate(block["participants"]):
                    sent |= {f"{name}.p{number}.{field}": each[field] for field in ("people", "organisations")}
                    sent |= {f"{name}.p{number}.ticked": "on"} if each["ticked"] else {}
    return sent
