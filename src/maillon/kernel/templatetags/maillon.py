"""What pages are drawn with: available in every template without `{% load %}`. Described in docs/theme.md."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django import template
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from maillon.kernel import wording

register = template.Library()
Text = str | Promise

# Tones: neutral, info, brand, accent, success, warning, danger. One look a state, wherever it is shown; the label comes
# from the page (`get_state_display`), so that this table holds no word.
STATE_LOOKS: dict[str, tuple[str, str]] = {
    "announced": ("neutral", "truck"),
    "received": ("info", "box-seam"),
    "triaged": ("info", "list-check"),
    "inspected": ("info", "search"),
    "erased": ("brand", "shield-check"),
    "repaired": ("brand", "wrench"),
    "installed": ("brand", "device-ssd"),
    "checked": ("brand", "clipboard-check"),
    "ready": ("success", "check-circle"),
    "reserved": ("accent", "bookmark-fill"),
    "handed_over": ("success", "gift"),
    "returned": ("warning", "arrow-counterclockwise"),
    "for_parts": ("neutral", "tools"),
    "recycled": ("neutral", "recycle"),
    "lost": ("danger", "question-circle"),
    "to_erase": ("warning", "eraser"),
    "failed": ("danger", "shield-x"),
    "destroyed": ("neutral", "trash"),
    "absent": ("neutral", "x-circle"),
}
KIND_ICONS = {
    "notebook": "laptop",
    "convertible": "laptop",
    "desktop": "pc",
    "all_in_one": "pc-display",
    "mini_pc": "motherboard",
    "tablet": "tablet",
    "server": "server",
    "thin_client": "display",
    "virtual": "clouds",
}
NOTICE_ICONS = {
    "info": "info-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "exclamation-octagon",
}
# Django's own levels (`messages.error`) in our tones.
MESSAGE_TONES = {"debug": "info", "error": "danger"}


@register.simple_tag
def icon(name: str, label: Text = "", size: str = "") -> SafeString:
    """`{% icon "laptop" %}` beside words (hidden from screen readers), or with a label when it stands alone.

    size: "" (as the text), "lg" or "xl".
    """
    css = f"icon icon-{size}" if size else "icon"
    address = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, address)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, address)


@register.simple_tag
def kind_icon(kind: str, label: Text = "", size: str = "") -> SafeString:
    """The icon of a kind of machine (`hardware.model.Kind`); a question mark for one that is not known."""
    return icon(KIND_ICONS.get(kind, "question-circle"), label, size)


@register.simple_tag
def tag(label: Text, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A short word in a coloured pill. The word carries the meaning, never the colour alone."""
    drawn = icon(icon_name) if icon_name else ""
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, drawn, label)


@register.simple_tag
def state(code: str, label: Text) -> SafeString:
    """A device's or a medium's state: `{% state device.state device.get_state_display %}`."""
    tone, icon_name = STATE_LOOKS.get(str(code), ("neutral", ""))
    return tag(label, tone, icon_name)


@register.simple_tag
def grade(value: int | None) -> SafeString:
    """Capability from 0 to 5 as five bars and a figure; words when it is not known."""
    if value is None:
        return tag(_("Not graded"))
    bars = format_html_join("", "<i{}></i>", ((mark_safe(' class="on"') if n < value else "",) for n in range(5)))
    return format_html(
        '<span class="grade"><span class="grade-bars" aria-hidden="true">{}</span>'
        '<span aria-hidden="true">{}/5</span><span class="visually-hidden">{}</span></span>',
        bars,
        value,
        _("%(grade)d out of 5") % {"grade": value},
    )


class Crumb(NamedTuple):
    url: str
    label: Text


@register.inclusion_tag("kernel/parts/breadcrumbs.html")
def breadcrumbs(*parts: Any) -> dict[str, Any]:
    """`{% url "stock:list" as stock %}{% breadcrumbs stock _("Stock") device.code %}`: address, label, …, this page."""
    pairs = [Crumb(url, label) for url, label in zip(parts[:-1:2], parts[1:-1:2], strict=True)]
    return {"crumbs": pairs, "here": parts[-1]}


@register.simple_block_tag
def page_header(content: str, title: Text, lead: Text = "") -> SafeString:
    """The page's only <h1>, one sentence under it, and the page's actions as content."""
    actions = format_html('<div class="page-actions">{}</div>', content) if content.strip() else ""
    under = format_html('<p class="lead">{}</p>', lead) if lead else ""
    return format_html('<header class="page-head"><div><h1>{}</h1>{}</div>{}</header>', title, under, actions)


@register.simple_block_tag
def panel(content: str, title: Text = "", level: int = 2, id: str = "") -> SafeString:
    """A surface with a heading; pages are made of these."""
    anchor = format_html(' id="{}"', id) if id else ""
    head = format_html('<div class="panel-head"><h{}>{}</h{}></div>', level, title, level) if title else ""
    return format_html('<section class="panel"{}>{}{}</section>', anchor, head, content)


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: Text = "", live: bool = False) -> SafeString:
    """Something to know. tone: info, success, warning, danger. live: read aloud at once (answers to an action)."""
    role = mark_safe(' role="alert"' if tone == "danger" else ' role="status"') if live else ""  # noqa: S308
    head = format_html('<p class="notice-title">{}</p>', title) if title else ""
    return format_html(
        '<div class="notice notice-{}"{}>{}<div>{}{}</div></div>',
        tone,
        role,
        icon(NOTICE_ICONS.get(tone, "info-circle")),
        head,
        content,
    )


@register.inclusion_tag("kernel/parts/refusal.html")
def refusal(refused: Any) -> dict[str, Any]:
    """A `kernel.errors.Refusal`: what happened, then what to do. Draws nothing for None."""
    return {"refused": refused}


@register.inclusion_tag("kernel/parts/empty.html")
def empty(sentence: Text, icon: str = "box-seam", url: str = "", action: Text = "") -> dict[str, Any]:
    """A list that has nothing yet: a picture, a sentence, the one thing to do."""
    return {"sentence": sentence, "icon_name": icon, "url": url, "action": action}


@register.inclusion_tag("kernel/parts/pager.html")
def pager(previous_url: str | None, next_url: str | None, note: Text = "") -> dict[str, Any]:
    """Pages go by key: only before and after exist. note: such as "51 to 100 of more than 1,000"."""
    return {"previous_url": previous_url, "next_url": next_url, "note": note}


@register.inclusion_tag("kernel/parts/progress.html")
def progress(done: int, total: int | None, label: Text) -> dict[str, Any]:
    """How far a task is. total None: not known yet."""
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("kernel/parts/tile.html")
def tile(value: Any, label: Text, icon: str = "", hint: Text = "", url: str = "") -> dict[str, Any]:
    """A figure and what it counts, inside `<ul class="tiles">`. Numbers are written in the reader's language; None is
    a count too small to be shown."""
    shown = _("not shown") if value is None else wording.number(value) if isinstance(value, int | float) else value
    return {"value": shown, "label": label, "icon_name": icon, "hint": hint, "url": url}


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """A definition list; holds `{% fact %}`."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_tag
def fact(label: Text, value: Any, source: Text = "") -> SafeString:
    """One line of `{% facts %}`. Nothing known is said, not left blank. source: the tool and line it was read from."""
    shown = wording.unknown() if value in (None, "") else value
    origin = format_html('<span class="facts-source">{}</span>', source) if source else ""
    return format_html("<dt>{}</dt><dd>{}{}</dd>", label, shown, origin)


@register.inclusion_tag("kernel/parts/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, latest first. An entry has `at`, `sentence`, and perhaps `icon`, `who`, `detail`, `url`."""
    return {"entries": entries}


@register.inclusion_tag("kernel/parts/drop_zone.html")
def drop_zone(field: Any, sentence: Text, icon: str = "upload") -> dict[str, Any]:
    """A file field one may drop files or folders on. The field's form needs `enctype="multipart/form-data"`."""
    return {"field": field, "sentence": sentence, "icon_name": icon}


@register.filter
def tone(message_level: str) -> str:
    return MESSAGE_TONES.get(message_level, message_level)


@register.filter
def memory(value: int | None) -> str:
    """Bytes of memory, in powers of 1024 as makers count it: 8589934592 -> "8 Go"."""
    return wording.unknown() if value is None else wording.memory(value)


@register.filter
def capacity(value: int | None) -> str:
    """Bytes of a disk or a file, in powers of 1000: 256060514304 -> "256 Go"."""
    return wording.unknown() if value is None else wording.capacity(value)


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """1234567 -> "1 234 567" in French, "1,234,567" in English."""
    return wording.unknown() if value is None else wording.number(value, decimals)


@register.filter
def percent(value: float | None, decimals: int = 0) -> str:
    """A share between 0 and 1: 0.62 -> "62 %" in French, "62%" in English."""
    return wording.unknown() if value is None else wording.percent(value, decimals)


@register.filter
def long_date(value: date | datetime | None) -> str:
    """24 novembre 2026."""
    return wording.unknown() if value is None else wording.long_date(value)


@register.filter
def weekday(value: date | datetime, year: str = "") -> str:
    """{{ day|weekday }} or {{ day|weekday:"year" }}"""
    return wording.weekday(value, year=bool(year))


@register.filter
def hour(value: datetime) -> str:
    return wording.hour(value)


@register.filter
def day_and_hour(value: datetime) -> str:
    return wording.day_and_hour(value)


@register.filter
def when(value: datetime | None) -> str | SafeString:
    """ "il y a 3 jours", with the exact moment for machines and under the mouse."""
    if value is None:
        return wording.unknown()
    exact = wording.moment(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, wording.ago(value))


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """24 novembre 2026 à 14:05."""
    if value is None:
        return wording.unknown()
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), wording.moment(value))


@register.filter
def mask(value: str | None) -> str:
    """A serial number shown to those who need to recognise it, not to copy it: "S3Z9…04F"."""
    return wording.mask(value or "")
