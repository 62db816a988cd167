"""What a feed is, and how it is followed: told again until it is taken, and only then moved on.

A feed is something others are told, and whoever takes it. Each has a thread of its own, so a
receiver that is away or slow holds up no other.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from typing import NamedTuple, Protocol

from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
)
from tenacity.wait import wait_exponential_jitter

from ledger import metrics
from ledger.errors import Unavailable
from ledger.log import Log
from ledger.log.standing_by import Posts

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


idle_seconds = 0.5
retry_seconds_min = 0.25
retry_seconds_max = 60.0

_log = logging.getLogger("ledger.publisher")


class Follower:
    """Where a feed stands, and what of it is read but not told yet."""

    def __init__(self, feed: Feed, log: Log) -> None:
        self._feed = feed
        self._log = log
        self._key = f"publisher/{feed.name}"
        self._position: int | None = None
        self._page_end = 0
        self._in_hand: Sequence[Message] = ()

    def step(self) -> int:
        """Tell what comes next and move on; by how many positions. Raises Unavailable."""
        if self._position is None:
            self._position = int(self._log.meta(self._key) or 0)
        if not self._in_hand:
            self._page_end, self._in_hand = self._feed.read(self._position, page_items_max)
            if self._page_end == self._position:
                return 0
        batch = self._in_hand[: self._feed.messages_max]
        rest = self._in_hand[self._feed.messages_max :]
        if batch:
            self._feed.receiver.deliver(batch)
        end = batch[-1].position if rest else self._page_end
        # Only now: what is not acknowledged comes again.
        self._log.set_meta(self._key, str(end))
        moved = end - self._position
        self._position, self._in_hand = end, rest
        metrics.publisher_position.labels(self._feed.name).set(end)
        metrics.publisher_messages.labels(self._feed.name).inc(len(batch))
        return moved


def follow(feeds: Sequence[Feed], log: Log, stop: threading.Event) -> None:
    """Follow every feed until `stop` is set; what is being told then is finished first.

    One that another process follows is left to it until that one is gone: feed by feed, as
    another publisher may have another list.

    A feed whose receiver is away waits and tells again. What waiting does not mend ends them all:
    `stop` is set, and the error raised.
    """
    with (
        Posts(log, map(_post, feeds)) as posts,
        ThreadPoolExecutor(max(1, len(feeds)), thread_name_prefix="publisher") as threads,
    ):
        ends = [threads.submit(_follow, feed, log, stop, posts) for feed in feeds]
        try:
            wait(ends, return_when=FIRST_COMPLETED)
        finally:
            # Also where this thread is interrupted; after an ordinary end it is set already.
            stop.set()
        for end in ends:
            end.result()


def _post(feed: Feed) -> str:
    return f"publisher/{feed.name}"


def _follow(feed: Feed, log: Log, stop: threading.Event, posts: Posts) -> None:
    follower, post = Follower(feed, log), _post(feed)

    def ended(_attempt: RetryCallState) -> bool:
        return stop.is_set() or posts.lost(post)

    while not stop.is_set():
        if not posts.ours(post):
            # Another one tells it, and moves its position.
            follower = Follower(feed, log)
            continue
        patiently = Retrying(
            retry=retry_if_exception_type(Unavailable),
            wait=wait_exponential_jitter(
                multiplier=retry_seconds_min, max=retry_seconds_max, jitter=retry_seconds_min
            ),
            stop=ended,
            sleep=sleep_using_event(stop),
            before_sleep=partial(_failed, feed, time.monotonic()),
        )
        try:
            moved = patiently(follower.step)
        except RetryError:
            continue  # stopped or relieved meanwhile; what was not taken is told by the next one
        metrics.publisher_waiting.labels(feed.name).set(0)
        if not moved:
            stop.wait(idle_seconds)


def _failed(feed: Feed, since: float, attempt: RetryCallState) -> None:
    metrics.publisher_failures.labels(feed.name).inc()
    metrics.publisher_waiting.labels(feed.name).set(time.monotonic() - since)
    error = attempt.outcome.exception() if attempt.outcome is not None else None
    _log.warning(
        "%s: %s; told again in %.3g s", feed.name, error, attempt.upcoming_sleep,
        extra={"feed": feed.name, "attempt": attempt.attempt_number},
    )  # fmt: skip
