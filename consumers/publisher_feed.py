"""What a feed is: something others are told, and whoever takes it.

A position may move on without a message: not every item is for others.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Message(NamedTuple):
    """What a receiver is handed: `id` is the same whenever the same item is told again."""

    id: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes | None]] = ()
    timestamp: int | None = None


class Page(NamedTuple):
    """The next items of a feed: the position behind them, and what there is to tell.

    A position may move on without a message: not every item is for others.
    """

    position: int
    messages: Sequence[Message]


class Receiver(Protocol):
    """Where messages go: Kafka, or a web hook."""

    def deliver(self, messages: Sequence[Message]) -> None:
        """Hand messages over; on return the receiver has all of them.

        Raises Unavailable where it is not known to have them: the same ones come again.
        """


class Feed(NamedTuple):
    """One thing that others are told.

    `name` names its position beside the log and its metrics. `read(after, limit)` gives the items
    behind a position, none where there are none; `receiver` takes them.
    """

    name: str
    read: Callable[[int, int], Page]
    receiver: Receiver
