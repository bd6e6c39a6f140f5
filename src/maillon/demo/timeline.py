"""What happens in the demonstration, in the order of time: each action may plan others."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Action = Callable[[datetime], None]


class Timeline:
    """Actions planned for after `until` never happen: that is where the demonstration's life has come to."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._planned: list[tuple[datetime, int, Action]] = []
        self._number = count()

    def plan(self, at: datetime, action: Action) -> None:
        if at <= self.until:
            heapq.heappush(self._planned, (at, next(self._number), action))

    def run(self) -> None:
        while self._planned:
            at, _number, action = heapq.heappop(self._planned)
            action(at)
