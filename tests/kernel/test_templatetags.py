"""Parts and words: what pages say in both languages, and that nothing a person wrote becomes markup."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template import engines
from django.utils import translation

from maillon.kernel import wording
from maillon.kernel.errors import Refusal
from maillon.kernel.templatetags import maillon as parts

GIB = 2**30
NARROW, NO_BREAK = "\u202f", "\u00a0"
NOON = datetime(2026, 11, 24, 11, 5, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def in_french():
    with translation.override("fr"):
        yield


def draw(source, **context):
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (8 * GIB, f"8{NO_BREAK}Go", f"8{NO_BREAK}GB"),
        (512 * 2**20, f"512{NO_BREAK}Mo", f"512{NO_BREAK}MB"),
        (3 * GIB // 2, f"1,5{NO_BREAK}Go", f"1.5{NO_BREAK}GB"),
        (0, f"0{NO_BREAK}o", f"0{NO_BREAK}B"),
    ],
)
def test_memory_is_counted_as_makers_do(value, french, english):
    assert parts.memory(value) == french
    with translation.override("en"):
        assert parts.memory(value) == english


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (256_060_514_304, f"256{NO_BREAK}Go"),
        (1_000_204_886_016, f"1{NO_BREAK}To"),
        (999_600, f"1{NO_BREAK}Mo"),
        (1_500, f"1,5{NO_BREAK}ko"),
        (20_000 * 10**15, f"20{NARROW}000{NO_BREAK}Po"),
    ],
)
def test_disks_are_counted_as_sold(value, words):
    assert parts.capacity(value) == words


def test_numbers_shares_and_dates_follow_the_language():
    assert parts.number(1_234_567.5, 1) == f"1{NARROW}234{NARROW}567,5"
    assert parts.percent(0.625, 1) == f"62,5{NARROW}%"
    assert parts.long_date(NOON) == "24 novembre 2026"
    assert parts.long_date(datetime(2026, 12, 1, 9, tzinfo=UTC)) == "1er décembre 2026"
    with translation.override("en"):
        assert parts.number(1_234_567.5, 1) == "1,234,567.5"
        assert parts.percent(0.625, 1) == "62.5%"
        assert parts.long_date(NOON) == "24 November 2026"
        assert wording.moment(NOON) == "24 November 2026 at 12:05"  # Paris time


def test_what_is_not_known_is_said():
    with translation.override("en"):
        filters = (parts.memory, parts.capacity, parts.number, parts.percent, parts.long_date, parts.when, parts.moment)
        assert {each(None) for each in filters} == {"not known"}
        assert "not known" in draw('{% facts %}{% fact "Model" "" %}{% endfacts %}')
        assert "Not graded" in parts.grade(None)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(hours=3, minutes=10), f"3{NO_BREAK}hours ago"),
        (timedelta(days=-2), f"in 2{NO_BREAK}days"),
        (timedelta(days=45), "10 October 2026"),
    ],
)
def test_how_long_ago(before, words):
    with translation.override("en"):
        assert wording.ago(NOON - before, now=NOON) == words


@pytest.mark.parametrize(
    ("serial", "shown"), [("S3Z9NB0K123404F", "S3Z9…04F"), ("PF0ABC12", "PF…12"), ("SHORT", "…"), ("", "")]
)
def test_a_mask_shows_the_ends_alone(serial, shown):
    assert parts.mask(serial) == shown


def test_an_icon_is_hidden_unless_it_stands_alone():
    assert parts.icon("laptop") == (
        '<svg class="icon" aria-hidden="true"><use href="/static/vendor/icons.svg#laptop"/></svg>'
    )
    assert 'role="img" aria-label="Notebook"' in parts.icon("laptop", "Notebook")


def test_every_icon_named_by_the_parts_is_in_the_sprite():
    sprite = (ROOT / "src/maillon/static/vendor/icons.svg").read_text(encoding="utf-8")
    named = {look[1] for look in parts.STATE_LOOKS.values()} | set(parts.KIND_ICONS.values())
    named |= set(parts.NOTICE_ICONS.values())
    assert {name for name in named if f'<symbol id="{name}"' not in sprite} == set()


def test_what_people_write_never_becomes_markup():
    nasty = "<b>\"x\" & 'y'</b>"
    drawn = draw(
        "{% page_header n lead=n %}{% endpage_header %}{% panel n %}{{ n }}{% endpanel %}{% notice title=n %}{{ n }}"
        "{% endnotice %}{% facts %}{% fact n n source=n %}{% endfacts %}{% tile n n hint=n %}{% tag n %}{% state n n %}"
        '{% empty n url=n action=n %}{% breadcrumbs n n n %}{% pager n n n %}{% progress 1 2 n %}{% icon "x" n %}'
        "{% timeline e %}{% refusal r %}",
        n=nasty,
        e=[{"at": NOON, "sentence": nasty, "who": nasty, "detail": nasty, "url": nasty}],
        r=Refusal(nasty, nasty, nasty),
    )
    assert "<b>" not in drawn and "&lt;b&gt;" in drawn


def test_a_refusal_says_what_to_do():
    one = draw("{% refusal r %}", r=Refusal("PC-042 was not handed over.", "Wipe the disk."))
    assert 'role="alert"' in one and "<p>Wipe the disk.</p>" in one
    two = draw("{% refusal r %}", r=Refusal("No.", "First.", "Second."))
    assert two.count("<li>") == 2
    assert draw("{% refusal r %}", r=None).strip() == ""


def test_the_pager_offers_only_what_exists():
    assert 'rel="prev"' not in draw("{% pager None '?after=3' %}")
    assert 'rel="next"' in draw("{% pager None '?after=3' %}")
    assert draw("{% pager None None %}").strip() == ""


def test_progress_without_a_total_is_undetermined():
    assert 'value="3" max="10"' in draw("{% progress 3 10 'Reading' %}")
    assert "max=" not in draw("{% progress 3 None 'Reading' %}")


def test_breadcrumbs_end_with_this_page():
    drawn = draw("{% breadcrumbs '/' 'Start' '/stock/' 'Stock' 'K7M-2XQ4' %}")
    assert drawn.count("<a ") == 2 and '<li aria-current="page">K7M-2XQ4</li>' in drawn


def test_a_grade_is_a_figure_and_as_many_bars():
    with translation.override("en"):
        drawn = parts.grade(3)
    assert drawn.count('class="on"') == 3 and "3 out of 5" in drawn


def test_a_timeline_uses_each_entrys_icon():
    drawn = draw("{% timeline e %}", e=[{"at": NOON, "sentence": "A", "icon": "truck"}, {"at": NOON, "sentence": "B"}])
    assert "#truck" in drawn and "#clock-history" in drawn
