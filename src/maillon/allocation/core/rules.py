"""The published rules of an allocation: the order of what counts, and how waiting raises points."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]

LEVELS = ("floors", "tier", "points", "fairness", "waiting", "lottery", "waste", "distance")
BY_TIER = ("tier", "points")  # these levels have a stage for each tier


class Stage(NamedTuple):
    """One thing to optimise: a level, and its tier for those that go tier by tier."""

    level: str
    tier: int = -1

    @property
    def name(self) -> str:
        """As in the plan: "floors", "tier 0"."""
        return f"{self.level} {self.tier}" if self.tier >= 0 else self.level


@dataclass(frozen=True, slots=True)
class Rules:
    levels: tuple[str, ...] = LEVELS
    tiers: int = 1
    points_max: int = 0
    ageing_points: int = 0
    ageing_days: int = 1
    ageing_max: int = 0
    fairness_scale: int = 1000

    def stages(self) -> Iterator[Stage]:
        """What is optimised, first things first."""
        for level in self.levels:
            if level in BY_TIER:
                yield from (Stage(level, tier) for tier in range(self.tiers))
            else:
                yield Stage(level)

    def effective_points(self, points: Int64, days: Int64) -> Int64:
        """Points raised by waiting: who waits rises, so nobody starves."""
        return points + np.minimum(self.ageing_max, self.ageing_points * (days // self.ageing_days))

    @property
    def most_points(self) -> int:
        return self.points_max + self.ageing_max

    def tier_and_points_lead(self) -> bool:
        """Whether nothing but floors comes before tier, then points: the ground of what `reasons` claims."""
        return [level for level in self.levels if level != "floors"][:2] == ["tier", "points"]
