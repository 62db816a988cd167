"""What others are told: each feed follows the ledger and hands its messages to a receiver.

Every item of a feed is delivered at least once, in its order. A feed's position is moved only
when its receiver has acknowledged, so a crash repeats and never skips.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from consumers import publisher_letters
from consumers.connection import from_settings
from consumers.publisher_feed import Feed
from consumers.publisher_kafka import KafkaReceiver
from consumers.topics import DEAD_LETTERS, require
from ledger import metrics
from ledger.errors import Unavailable
from ledger.log import Log
from ledger.settings import Settings

page_items_max = 100
"""Dead letters have up to 256 KiB each, and a page is held in memory."""
idle_seconds = 0.5
retry_seconds_min = 0.25
retry_seconds_max = 30.0
failures_counted_max = 20

_log = logging.getLogger("ledger.publisher")


def run(settings: Settings, log: Log, stop: threading.Event, *, prefix: str = "") -> None:
    """Publish until `stop` is set; a page in hand then is finished first.

    `prefix` stands before the names of the topics. Raises Misuse (topics missing or forbidden),
    Unavailable (no broker at start).
    """
    connection = from_settings(settings)
    topic = prefix + DEAD_LETTERS
    require(connection, writes=[topic])
    with KafkaReceiver(connection, topic) as receiver:
        feeds = [Feed("dead-letters", partial(publisher_letters.page, log), receiver)]
        follow(feeds, log, stop)


@dataclass(slots=True)
class _Standing:
    """How a feed fares: failures in a row, and when it is its turn again."""

    feed: Feed
    failures: int = 0
    due_at: float = 0.0


def follow(feeds: Sequence[Feed], log: Log, stop: threading.Event) -> None:
    """Follow every feed until `stop` is set; one that fails waits, and the others go on."""
    standings = [_Standing(feed) for feed in feeds]
    while not stop.is_set():
        moved = sum(_turn(standing, log) for standing in standings)
        if not moved:
            stop.wait(idle_seconds)


def publish(feed: Feed, log: Log) -> int:
    """Deliver the next page of a feed; how far it moved on. Raises Unavailable."""
    key = f"publisher/{feed.name}"
    after = int(log.meta(key) or 0)
    page = feed.read(after, page_items_max)
    if page.position == after:
        return 0
    if page.messages:
        feed.receiver.deliver(page.messages)
    # Only now: what is not acknowledged comes again.
    log.set_meta(key, str(page.position))
    metrics.publisher_position.labels(feed.name).set(page.position)
    metrics.publisher_messages.labels(feed.name).inc(len(page.messages))
    return page.position - after


def _turn(standing: _Standing, log: Log) -> int:
    if time.monotonic() < standing.due_at:
        return 0
    try:
        moved = publish(standing.feed, log)
    except Unavailable as error:
        wait = min(
            retry_seconds_max, retry_seconds_min * 2 ** min(standing.failures, failures_counted_max)
        )
        standing.failures += 1
        standing.due_at = time.monotonic() + wait
        metrics.publisher_failures.labels(standing.feed.name).inc()
        _log.warning("%s: %s; tried again in %.3g s", standing.feed.name, str(error), wait)
        return 0
    standing.failures = 0
    return moved
