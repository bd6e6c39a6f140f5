"""What other links of the chain show on a request's page, to those who may see it.

# maillon/allocation/apps.py
def ready(self) -> None:
    pages.add_part("allocation/_request.html", request_part, order=20)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maillon.kernel.actor import Actor
from maillon.needs.models import Request

Context = Callable[[Request, Actor], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Part:
    template: str
    context: Mapping[str, Any]


_parts: dict[str, tuple[int, Context]] = {}


def add_part(template: str, context: Context, *, order: int = 100) -> None:
    """A template drawn with what `context(request, viewer)` returns, besides `shown`; None leaves the part out.

    Adding the same template again replaces it: `ready` may run twice.
    """
    _parts[template] = (order, context)


def parts(shown: Request, viewer: Actor) -> list[Part]:
    ordered = sorted(_parts.items(), key=lambda entry: (entry[1][0], entry[0]))
    told = ((template, context(shown, viewer)) for template, (_order, context) in ordered)
    return [Part(template, {**context, "shown": shown}) for template, context in told if context is not None]
