"""The main menu: each app adds its pages when it starts, the base template shows those the reader may open.

# maillon/workshop/apps.py
def ready(self) -> None:
    navigation.add(navigation.Item(_("Stock"), "stock:list", "boxes", "stock.view", order=20))
"""

from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from maillon.kernel.access import EVERYONE, SIGNED_IN
from maillon.kernel.actor import PUBLIC, Actor


@dataclass(frozen=True, slots=True)
class Item:
    """A page of the menu.

    label: translated lazily. url_name: as for `{% url %}`, without arguments. icon: one of `script/vendor-icons.txt`.
    permission: as in `kernel.access`: a permission, SIGNED_IN or EVERYONE.
    order: lower comes first; tens leave room. group: heading above the items that share it, none when empty.
    """

    label: str | Promise
    url_name: str
    icon: str
    permission: str
    order: int = 100
    group: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as one reader sees it. starts_group: the heading to write above, if any."""

    label: str | Promise
    url: str
    icon: str
    current: bool
    starts_group: str | Promise


_items: dict[str, Item] = {}


def add(*items: Item) -> None:
    """Adding the same url_name again replaces the item: `ready` may run twice."""
    _items.update((item.url_name, item) for item in items)


def entries(request: HttpRequest) -> list[Entry]:
    """The reader's menu in order. The current item is the one whose address begins the page's, the longest winning."""
    actor: Actor = getattr(request, "actor", PUBLIC)
    signed_in = actor.user_id is not None
    may_open = partial(_may_open, actor=actor, signed_in=signed_in)
    shown = sorted(filter(may_open, _items.values()), key=lambda item: (item.order, item.url_name))
    addressed = [(item, url) for item in shown if (url := _address(item.url_name)) is not None]
    here = max((url for _, url in addressed if _holds(url, request.path)), key=len, default=None)
    result, group = [], None
    for item, url in addressed:
        heading = item.group if item.group != group else ""
        result.append(Entry(item.label, url, item.icon, url == here, heading))
        group = item.group
    return result


def _may_open(item: Item, actor: Actor, signed_in: bool) -> bool:
    if item.permission == EVERYONE:
        return True
    return signed_in if item.permission == SIGNED_IN else actor.may(item.permission)


def _address(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:  # an app may be left out of an installation
        return None


def _holds(url: str, path: str) -> bool:
    return path == url or (url.endswith("/") and url != "/" and path.startswith(url))
