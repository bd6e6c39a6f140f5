"""What someone asks the stock for, as it stands in an address: `?q=t470&state=ready&state=checked&place=…`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from uuid import UUID

from django.http import QueryDict
from django.utils.http import urlencode

from maillon.workshop.stock.facets import CONDITIONS, DIMENSIONS, word
from maillon.workshop.stock.words import Wanted, wanted

MOST_VALUES = 30  # of one facet
LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class StockFilters:
    """Values of one facet are alternatives, facets add up. Nothing unknown gets in: see `of`."""

    q: str = ""
    state: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    memory: tuple[str, ...] = ()
    disk: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    holder: tuple[UUID, ...] = ()
    donor: tuple[UUID, ...] = ()
    place: tuple[UUID, ...] = ()
    lot: tuple[UUID, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """From an address. Values that do not exist are left out, as a link may outlive them."""
        known: Mapping[str, Iterable[str]] = {**DIMENSIONS, "condition": CONDITIONS}
        values: dict[str, Any] = {
            name: tuple(dict.fromkeys(v for v in query.getlist(name) if v in allowed))
            for name, allowed in known.items()
        }
        for name in ("holder", "donor", "place", "lot"):
            values[name] = tuple(dict.fromkeys(filter(None, map(_uuid, query.getlist(name)[:MOST_VALUES]))))
        return cls(q=" ".join(query.get("q", "").replace("\0", "").split())[:LONGEST_QUERY], **values)

    def query(self, **more: Any) -> str:
        """The address's part after "?", in one order whatever the order of the choices."""
        pairs: list[tuple[str, Any]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            pairs += [(field.name, value)] if isinstance(value, str) and value else []
            pairs += [(field.name, each) for each in value] if isinstance(value, tuple) else []
        return urlencode(pairs + [(name, value) for name, value in more.items() if value is not None])

    def without(self, name: str, value: object = None) -> Self:
        """The same without one value of a facet, or without the facet."""
        if name == "q":
            return replace(self, q="")
        kept = () if value is None else tuple(each for each in getattr(self, name) if str(each) != str(value))
        changed: dict[str, Any] = {name: kept}
        return replace(self, **changed)

    def chosen(self) -> list[tuple[str, object]]:
        """Each value chosen, with its facet."""
        return [(f.name, value) for f in fields(self) if f.name != "q" for value in getattr(self, f.name)]

    def words(self, *names: str) -> list[list[str]]:
        """These facets as the index holds them: groups that add up, of words that are alternatives."""
        groups = ([word(name, value) for value in getattr(self, name)] for name in names)
        return [group for group in groups if group]

    @property
    def wanted(self) -> list[Wanted]:
        return wanted(self.q)

    @property
    def too_short(self) -> bool:
        """Words of one sign alone: most of the stock would answer, so it is not searched yet."""
        found = self.wanted
        return bool(found) and all(len(each.alternatives[0][0]) == 1 for each in found)

    @property
    def searches(self) -> bool:
        return bool(self.q) and not self.too_short

    @property
    def empty(self) -> bool:
        return not self.q and not self.chosen()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
