"""The partitions that this process reads: what the group says, and what the ledger knows of each.

What the group says arrives on the client's own thread, where nothing may wait: it is only noted
there and followed on the thread that polls.
"""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from kafka import ConsumerRebalanceListener, TopicPartition

from consumers.ingest.stops import Stop
from consumers.ingest.window import Window
from ledger.intake import Door

Mark: TypeAlias = tuple[Literal["assigned", "revoked"], frozenset[TopicPartition]]


@dataclass(slots=True)
class Claimed:
    """A partition that we have claimed: our epoch on it, its door, and how it fares.

    `by` is the party that the topic's name vouches for, None on a shared topic.
    """

    key: TopicPartition
    epoch: int
    door: Door
    window: Window
    stop: Stop | None = None
    by: str | None = None

    @property
    def stopped(self) -> bool:
        """Whether nothing is read until somebody has accepted why."""
        return self.stop is not None and not self.stop.accepted

    @property
    def tolerant(self) -> bool:
        """Whether any share of refusals is taken for now."""
        return self.stop is not None and self.stop.accepted and self.stop.why == "refusals"

    @property
    def stepping_until(self) -> int:
        """Up to which offset what cannot be read is no reason to stop again."""
        stop = self.stop
        return stop.until or 0 if stop is not None and stop.accepted else 0


def name(key: TopicPartition) -> str:
    """A partition as people write it."""
    return f"{key.topic}:{key.partition}"


def ids(key: TopicPartition) -> dict[str, Any]:
    """A partition as lines of the log name it."""
    return {"topic": key.topic, "partition": key.partition}


class Marks(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """What the group said and nobody has followed yet, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Mark] = deque()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Note what we are to read from now on."""
        self._waiting.append(("assigned", frozenset(assigned)))

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Note what we are no longer to read."""
        self._waiting.append(("revoked", frozenset(revoked)))

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        """Note what others read already."""
        self._waiting.append(("revoked", frozenset(lost)))

    @property
    def waiting(self) -> bool:
        """Whether there is something to follow."""
        return bool(self._waiting)

    def follow(self) -> Iterator[Mark]:
        """Take what was noted, oldest first."""
        while self._waiting:
            yield self._waiting.popleft()
