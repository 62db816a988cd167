"""Taking a partition over: whose it is, where to read on, and whether that place still exists.

Claiming fences whoever read it before. A partition whose place is gone is stopped, never skipped.
"""

import contextlib
import logging
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from kafka import TopicPartition
from kafka import errors as kafka_errors

from consumers import partition_stops
from consumers.partition import Claimed
from consumers.partition_stops import Stop
from consumers.partition_window import Window
from ledger import metrics
from ledger.intake import topic_door
from ledger.log import Log

edges_seconds_max = 10.0

_log = logging.getLogger("ledger.ingest")


class Edges(NamedTuple):
    """What a partition holds: from offset `start` up to, without it, `end`."""

    start: int
    end: int


def edges(consumer: Any, keys: Sequence[TopicPartition]) -> dict[TopicPartition, Edges] | None:
    """Ask the brokers what these partitions hold; None where they cannot tell now."""
    timeout_ms = int(edges_seconds_max * 1000)
    try:
        starts = consumer.beginning_offsets(keys, timeout_ms=timeout_ms)
        ends = consumer.end_offsets(keys, timeout_ms=timeout_ms)
    except kafka_errors.KafkaError as error:
        if not error.retriable:
            raise
        return None
    return {key: Edges(starts[key], ends[key]) for key in keys}


def claim(
    log: Log, key: TopicPartition, found: Edges, *, window: Window, prefix: str
) -> tuple[Claimed, int]:
    """Take a partition over; answers it and the offset to read from. Raises Unavailable."""
    epoch, offset = log.claim(*key)
    kept = partition_stops.read(log, *key)
    claimed = Claimed(key, epoch, topic_door(key.topic, prefix), window, kept)
    gone = _gone(key, offset, found)
    # The first claim ever: what the topic forgot before the ledger existed was never ours.
    first_ever = epoch == 1 and offset == 0
    if gone is None:
        if kept is not None and kept.why != "refusals":
            partition_stops.write(log, key.topic, key.partition, None)
            claimed.stop = None
    elif first_ever or (kept is not None and kept.accepted and kept.why == gone.why):
        _log.warning("%s:%s is read from its beginning, offset %s", *key, found.start)
        offset = found.start
        log.append(
            (),
            inside=lambda rows: partition_stops.restart(
                log, rows, key.topic, key.partition, epoch=epoch, offset=found.start
            ),
        )
        claimed.stop = None
    else:
        partition_stops.write(log, key.topic, key.partition, gone)
        claimed.stop = gone
    if claimed.stop is not None and claimed.stopped:
        stop(claimed, claimed.stop)
    else:
        forget_stop(key)
    return claimed, offset


def place(consumer: Any, claimed: Claimed, offset: int) -> bool:
    """Let the client read from this offset, or stand there where the partition is stopped.

    False where the group has taken the partition away in this very moment.
    """
    try:
        consumer.seek(claimed.key, offset)
        if claimed.stopped:
            consumer.pause(claimed.key)
        else:
            consumer.resume(claimed.key)
    except (KeyError, ValueError):
        return False  # the mark that says so is waiting
    return True


def pause(consumer: Any, keys: Iterable[TopicPartition]) -> None:
    """Fetch nothing of these partitions until they are placed again."""
    for key in keys:
        with contextlib.suppress(KeyError):  # taken away in this very moment
            consumer.pause(key)


def stop(claimed: Claimed, why: Stop) -> None:
    """Stop a partition and raise the alarm; the stop is kept already."""
    claimed.stop = why
    metrics.ingest_stopped.labels(claimed.key.topic, claimed.key.partition, why.why).set(1)
    _log.error("%s", why.sentence)


def forget_stop(key: TopicPartition) -> None:
    """Take the alarm back."""
    for why in partition_stops.WHYS:
        with contextlib.suppress(KeyError):
            metrics.ingest_stopped.remove(key.topic, str(key.partition), why)


def _gone(key: TopicPartition, offset: int, found: Edges) -> Stop | None:
    name = f"{key.topic}:{key.partition}"
    if offset < found.start:
        return Stop(
            "lost",
            offset,
            f"{name} is stopped: {found.start - offset} messages from offset {offset} on were "
            "removed from the topic before they were recorded; accept it to read on from "
            f"{found.start}",
        )
    if offset > found.end:
        return Stop(
            "rewound",
            offset,
            f"{name} is stopped: it ends at offset {found.end} and was recorded up to {offset}, so "
            f"it was made anew or cut off; accept it to read from {found.start}",
        )
    return None
