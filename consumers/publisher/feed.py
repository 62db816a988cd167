"""What a feed is: something others are told, and whoever takes it.

A position may move on without a message: not every item is for others.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

page_items_max = 100
"""Dead letters have up to 256 KiB each, and a page is held in memory."""


class Message(NamedTuple):
    """What a receiver is handed: `id` is the same whenever the same item is told again.

    `position` is the item's own, and where its feed stands once the receiver has it.
    """

    id: str
    position: int
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
    behind a position, none where there are none; `receiver` takes them, `messages_max` at once:
    what is told again after a failure is at most so many.
    """

    name: str
    read: Callable[[int, int], Page]
    receiver: Receiver
    messages_max: int = page_items_max
