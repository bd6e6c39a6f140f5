"""A change of rules, tried on the real queue before anyone adopts it: who would gain, who would lose, by district."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from maillon.allocation import problems, rulesets
from maillon.allocation.campaigns import solved
from maillon.allocation.models import RuleTrial
from maillon.allocation.promises import require_decider
from maillon.allocation.rules import Rules, read
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal, find
from maillon.kernel.masking import LEAST, Shown, mask_table
from maillon.territory.models import Commune, District

GAINS, LOSES, SAME = range(3)  # columns of a result: requests that would be served, no longer be, or see no change


def propose(*, actor: Actor, document: dict[str, Any], at: datetime | None = None) -> RuleTrial:
    """Keep a change to try. Raises NotAllowed, RulesRefused (all that is wrong), Refusal (nothing changed)."""
    require_decider(actor)
    read(document)
    base = rulesets.current(actor.territory)
    if base.digest == rulesets.digest_of(document):
        raise Refusal(_("These are the rules that hold already."), _("Change something first."))
    return RuleTrial.objects.create(
        territory_id=actor.territory,
        base=base,
        document=document,
        tried_at=at or timezone.now(),
        tried_by=actor.user_id,
    )


def visible(actor: Actor) -> QuerySet[RuleTrial]:
    return RuleTrial.objects.filter(territory_id=actor.territory_id) if actor.oversees else RuleTrial.objects.none()


def compute(*, actor: Actor, trial_id: UUID, at: datetime | None = None) -> RuleTrial:
    """Solve today's queue under both rules, with the same draw, and keep the difference.

    result: {"requests", "devices", "given": [before, after], "districts": {code: [gains, loses, same]}}.
    Raises NotAllowed, NotFound, Refusal (the solver refuses).
    """
    require_decider(actor)
    trial: RuleTrial = find(visible(actor).select_related("base"), trial_id)
    today, seed = timezone.localdate(at), secrets.token_hex(16)
    before = _served(trial.territory_id, read(trial.base.document), today, seed)
    after = _served(trial.territory_id, read(trial.document), today, seed)
    trial.result = difference(before, after)
    trial.save(update_fields=["result"])
    return trial


class Served(NamedTuple):
    given: Mapping[str, int]  # machines, by request code
    district_of: Mapping[str, str]
    devices: int  # promised ones left out


def _served(territory_id: UUID, rules: Rules, today: date, seed: str) -> Served:
    commitment = sha256(seed.encode()).hexdigest()
    built = problems.build(territory_id=territory_id, rules=rules, as_of=today, commitment=commitment)
    plan = solved(built.problem, seed)
    waits = set(plan["reasons"]["request"])
    district_of = {code: district for code, district in built.district_of.items() if code in waits}
    free = built.problem["devices"]["n"] - len(built.problem["promises"])
    return Served(Counter(plan["assign"]["request"]), district_of, free)


def difference(before: Served, after: Served) -> dict[str, Any]:
    districts: dict[str, list[int]] = {}
    for code, district in sorted(before.district_of.items(), key=lambda pair: pair[1]):
        had, has = before.given.get(code, 0), after.given.get(code, 0)
        change = GAINS if has > had else LOSES if has < had else SAME
        districts.setdefault(district, [0, 0, 0])[change] += 1
    return {
        "requests": len(before.district_of),
        "devices": before.devices,
        "given": [sum(before.given.values()), sum(after.given.values())],
        "districts": districts,
    }


class Row(NamedTuple):
    district: str
    gains: Shown
    loses: Shown
    same: Shown
    total: Shown


def masked_rows(result: Mapping[str, Any]) -> tuple[list[Row], Row]:
    """The districts as they may be shown, and their total: counts under 11 are hidden, and cannot be found again."""
    names, counts = together(result["districts"], [sum(row) for row in result["districts"].values()])
    table = mask_table(counts)
    rows = [
        Row(name, gains, loses, same, total)
        for name, (gains, loses, same), total in zip(names, table.cells, table.rows, strict=True)
    ]
    columns = table.columns or [None, None, None]
    return rows, Row(_("All districts"), columns[0], columns[1], columns[2], table.total)


def together(districts: Mapping[str, Sequence[int]], sizes: Sequence[int]) -> tuple[list[str], list[list[int]]]:
    """Names and counts of the districts, those under 11 in one line: alone, each of their counts would be hidden."""
    names, shown, counts, others = district_names(districts), [], [], []
    for (code, row), size in zip(districts.items(), sizes, strict=True):
        if size < LEAST:
            others.append(row)
        else:
            shown.append(names[code])
            counts.append(list(row))
    if others:
        shown.append(_("Districts of fewer than 11 (%(count)d together)") % {"count": len(others)})
        counts.append([sum(column) for column in zip(*others, strict=True)])
    return shown, counts


def district_names(codes: Mapping[str, object]) -> dict[str, str]:
    """The name of each priority district or commune. Two queries."""
    names = {code: code for code in codes}
    names |= dict(Commune.objects.filter(code__in=codes).values_list("code", "name"))
    names |= dict(District.objects.filter(code__in=codes).values_list("code", "name"))
    if problems.UNKNOWN in names:
        names[problems.UNKNOWN] = _("Commune not known")
    return names
