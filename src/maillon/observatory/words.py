"""What the figures are called."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.hardware.thresholds import USE_NAMES, Use
from maillon.kernel.translation import told
from maillon.observatory.publishing import OTHERS, Measure
from maillon.territory.models import Commune, District

NODE_LABELS: Mapping[str, Promise] = {
    "received": pgettext_lazy("machines", "Came in"),
    "erased": pgettext_lazy("machines", "Erased"),
    "ready": pgettext_lazy("machines", "Made available"),
    "handed_over": pgettext_lazy("machines", "Handed over"),
    "here": pgettext_lazy("machines", "Still at this stage"),
    "parts": pgettext_lazy("machines", "Parts, recycling"),
    "lost": pgettext_lazy("machines", "Lost"),
    "in_use": pgettext_lazy("machines", "In use"),
    "returned": pgettext_lazy("machines", "Came back"),
}
MEASURE_LABELS: Mapping[str, Promise] = {
    "machines_available": _("Machines available"),
    "machines_given": _("Machines in use by families, schools and associations"),
    "needed": _("Requests waiting for a machine"),
    "served": _("Requests served since the start"),
}
PART_LABELS: Mapping[str, Promise] = {
    "zone": _("By district or commune"),
    "use": _("By use"),
}


def use_name(use: str) -> str:
    return told(USE_NAMES[Use(use)]) if use in set(Use) else use


def names_of(measures: Iterable[Measure]) -> dict[str, dict[str, str]]:
    """part -> key -> what a person calls it. Two queries."""
    keys = {key for measure in measures for key in measure.parts.get("zone", {})}
    zones = dict(Commune.objects.filter(code__in=keys).values_list("code", "name"))
    zones |= dict(District.objects.filter(code__in=keys).values_list("code", "name"))
    return {
        "zone": {OTHERS: str(_("Other places")), **zones},
        "use": {OTHERS: str(_("Other uses")), **{use.value: use_name(use.value) for use in Use}},
    }


def place_name(code: str) -> str | None:
    """Of a priority district or a commune; None for neither. Two queries at most."""
    for model in (District, Commune):
        if name := model.objects.filter(code=code).values_list("name", flat=True).first():
            return str(name)
    return None
