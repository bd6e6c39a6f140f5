"""The fingerprints of a territory's machines, those of the batch being filed included."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from maillon.hardware.identity import Fingerprint, Mark
from maillon.territory.models import Organisation
from maillon.workshop.models import Fingerprint as Row

Value = tuple[Mark, str]


class Marks:
    def __init__(self, territory: Organisation) -> None:
        self.territory = territory
        self._of: dict[UUID, set[Value]] = defaultdict(set)
        self._who: dict[Value, set[UUID]] = defaultdict(set)

    def load(self, marks: Iterable[Fingerprint]) -> None:
        """Every fingerprint of each known machine that shares one of these. One query."""
        values = {mark.value for mark in marks}
        if not values:
            return
        rows = Row.objects.filter(territory=self.territory)
        sharing = rows.filter(value__in=values).values("device_id")
        for device_id, kind, value in rows.filter(device_id__in=sharing).values_list("device__id", "kind", "value"):
            self._put(device_id, (Mark(kind), value))

    def add(self, device_id: UUID, marks: Iterable[Fingerprint]) -> None:
        for mark in marks:
            self._put(device_id, (mark.kind, mark.value))

    def drop(self, device_id: UUID, marks: Iterable[Fingerprint]) -> None:
        for mark in marks:
            self._of[device_id].discard((mark.kind, mark.value))
            self._who[(mark.kind, mark.value)].discard(device_id)

    def _put(self, device_id: UUID, value: Value) -> None:
        self._of[device_id].add(value)
        self._who[value].add(device_id)

    def sharing(self, marks: Iterable[Fingerprint]) -> Mapping[UUID, list[Fingerprint]]:
        """The machines that share one of these marks, each with all of its own."""
        found = set().union(*(self._who.get((mark.kind, mark.value), ()) for mark in marks))
        return {key: [Fingerprint(kind, value, 0) for kind, value in self._of[key]] for key in found}
