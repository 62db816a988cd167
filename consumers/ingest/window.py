"""How many of the last events of a partition were refused.

Costs nothing for an event that is accepted but the counting.
"""

from bisect import insort
from collections import deque

window_events = 1_000
"""The stretch of events over which refusals are weighed; a shorter one is not weighed at all."""


class Window:
    """The last 1,000 events of one partition, of which only the refused ones are remembered."""

    def __init__(self, share_max: float) -> None:
        self._share_max = share_max
        self._seen = 0
        self._refused: deque[int] = deque()

    def accept(self, count: int) -> None:
        """Count events that were accepted."""
        self._seen += count

    def refuse(self, count: int = 1) -> None:
        """Count events that were refused."""
        self._refused.extend(range(self._seen, self._seen + count))
        self._seen += count
        self._forget()

    def turn(self, back: int) -> None:
        """Count the event `back` events ago as refused after all: 1 is the last one."""
        insort(self._refused, self._seen - back)

    @property
    def clean(self) -> bool:
        """Whether nothing among the last events was refused: then accepting decides nothing."""
        return not self._refused

    @property
    def full(self) -> bool:
        """Whether enough events were seen to weigh them."""
        return self._seen >= window_events

    @property
    def exceeded(self) -> bool:
        """Whether the window is full and more of it is refused than may be."""
        if not self._refused or not self.full:
            return False
        return self.refused > self._share_max * window_events

    @property
    def refused(self) -> int:
        """How many of the last 1,000 events were refused."""
        self._forget()
        return len(self._refused)

    def _forget(self) -> None:
        refused, first = self._refused, self._seen - window_events
        while refused and refused[0] < first:
            refused.popleft()
