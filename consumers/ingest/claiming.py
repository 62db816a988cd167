"""Taking a partition over: whose it is, where to read on, and whether that place still exists.

Claiming fences whoever read it before. A partition whose place is gone is stopped, never skipped.
"""

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from kafka import KafkaAdminClient, TopicPartition
from kafka import errors as kafka_errors
from kafka.protocol.consumer import OffsetSpec

from consumers.broker.connection import Connection, administration
from consumers.broker.parties import Topics
from consumers.ingest import stops as partition_stops
from consumers.ingest.partition import Claimed, ids
from consumers.ingest.stops import READ_FROM_THE_BEGINNING, Stop
from consumers.ingest.window import Window
from ledger import metrics
from ledger.errors import LedgerError
from ledger.log import Log

edges_seconds_max = 10.0

_log = logging.getLogger("ledger.ingest")


class Edges(NamedTuple):
    """What a partition holds: from offset `start` up to, without it, `end`; its topic's id.

    `topic_id` is None where the brokers know no ids. `cut` says that a broker has told that what
    was read of it is no longer there.
    """

    start: int
    end: int
    topic_id: UUID | None = None
    cut: bool = False


def edges(connection: Connection, keys: Sequence[TopicPartition]) -> dict[TopicPartition, Edges]:
    """Ask the brokers what these partitions hold.

    A partition that is missing, hidden from us or without a leader is left out, and all of them
    where no broker can tell now.
    """
    try:
        with administration(connection) as admin:
            led = _led(admin, sorted({key.topic for key in keys}))
            asked = [key for key in keys if key in led]
            starts = _offsets(admin, asked, OffsetSpec.EARLIEST)
            ends = _offsets(admin, asked, OffsetSpec.LATEST)
            # The id is asked last: if it is still the one we know, the offsets are of that topic.
            ids = _led(admin, sorted({key.topic for key in asked}))
    except (kafka_errors.KafkaError, LedgerError) as error:
        _log.warning("The brokers do not tell what the partitions hold: %s", error)
        return {}
    return {key: Edges(starts[key], ends[key], ids[key]) for key in asked if key in ids}


def _led(admin: KafkaAdminClient, topics: list[str]) -> dict[TopicPartition, UUID | None]:
    """The partitions that have a leader, with the id of their topic."""
    if not topics:
        return {}
    return {
        TopicPartition(topic["name"], partition["partition_index"]): _id(topic)
        for topic in admin.describe_topics(topics)
        if not topic["error_code"]
        for partition in topic["partitions"]
        if partition["leader_id"] >= 0
    }


def _id(topic: dict[str, Any]) -> UUID | None:
    found = topic.get("topic_id")
    # All zeros, or nothing at all, where the brokers know no ids.
    return UUID(str(found)) if found is not None and UUID(str(found)).int else None


def _offsets(
    admin: KafkaAdminClient, keys: Sequence[TopicPartition], which: OffsetSpec
) -> dict[TopicPartition, int]:
    if not keys:
        return {}
    found = admin.list_partition_offsets(
        dict.fromkeys(keys, which), timeout_ms=int(edges_seconds_max * 1000)
    )
    return {key: at.offset for key, at in found.items()}


def name_by_id(
    consumer: Any, owned: dict[TopicPartition, Claimed], found: Mapping[TopicPartition, Edges]
) -> set[TopicPartition]:
    """Fetch topics by the ids they have now; answers what is to be claimed anew for that.

    A topic goes by one id: where it has another one now, nothing of it is owned any longer.
    """
    anew = consumer.fetching.changed({key.topic: each.topic_id for key, each in found.items()})
    left = {key for key in owned if key.topic in anew and key not in found}
    for key in left:
        del owned[key]
    pause(consumer, left)
    return left


def claim(
    log: Log, key: TopicPartition, found: Edges, *, window: Window, topics: Topics
) -> tuple[Claimed, int]:
    """Take a partition over; answers it and the offset to read from. Raises Unavailable."""
    epoch, offset = log.claim(*key)
    kept = partition_stops.read(log, *key)
    known = partition_stops.topic_id(log, *key)
    claimed = Claimed(key, epoch, topics.door(key.topic), window, kept, topics.party(key.topic))
    gone = _gone(key, offset, found, known)
    # The first claim ever: what the topic forgot before the ledger existed was never ours.
    first_ever = epoch == 1 and offset == 0
    if gone is not None and not (first_ever and gone.why == "lost") and not _accepts(kept, gone):
        partition_stops.write(log, key.topic, key.partition, gone)
        claimed.stop = gone
    elif gone is not None or (
        kept is not None and kept.accepted and kept.why in READ_FROM_THE_BEGINNING
    ):
        said = "%s:%s is read from its beginning, offset %s"
        _log.warning(said, *key, found.start, extra=ids(key))
        offset = _moved(log, claimed, found.start, found.topic_id)
    elif kept is not None and kept.accepted and kept.why == "unreadable":
        offset = _stepped_over(log, claimed, kept, offset, found)
    elif kept is not None and kept.why == "compacted" and partition_stops.is_ended(log, *key):
        partition_stops.write(log, key.topic, key.partition, None)
        claimed.stop = None
    if known is None and found.topic_id is not None:
        partition_stops.keep_topic_id(log, *key, epoch=epoch, found=found.topic_id)
    forget_stop(key)
    if claimed.stop is not None and claimed.stopped:
        stop(claimed, claimed.stop)
    return claimed, offset


def _accepts(kept: Stop | None, gone: Stop) -> bool:
    """Whether somebody has accepted the very thing that is found now."""
    return (
        kept is not None
        and kept.accepted
        and kept.why == gone.why
        and kept.topic_id == gone.topic_id
    )


def _moved(
    log: Log, claimed: Claimed, offset: int, topic_id: UUID | None, kept: Stop | None = None
) -> int:
    """Move a partition that is ours to another offset, with what is left of its stop."""
    log.append(
        (),
        inside=lambda rows: partition_stops.restart(
            log,
            rows,
            *claimed.key,
            epoch=claimed.epoch,
            offset=offset,
            topic_id=topic_id,
            stop=kept,
        ),
    )
    claimed.stop = kept
    return offset


def _stepped_over(log: Log, claimed: Claimed, kept: Stop, offset: int, found: Edges) -> int:
    """Go on behind what cannot be read; up to the batch's end more of it is no news."""
    until = min(kept.until or 0, found.end)
    if offset == kept.offset:
        resume = min(kept.resume or 0, found.end)
        offset = max(offset + 1, resume)
        said = "%s:%s is read on from offset %s"
        _log.warning(said, *claimed.key, offset, extra=ids(claimed.key))
    return _moved(log, claimed, offset, found.topic_id, kept if offset < until else None)


def place(consumer: Any, claimed: Claimed, offset: int) -> bool:
    """Let the client read from this offset, or stand there where the partition is stopped.

    False where the group has taken the partition away in this very moment.
    """
    consumer.fetching.drained.pop(claimed.key, None)
    try:
        consumer.seek(claimed.key, offset)
        if claimed.stopped:
            consumer.pause(claimed.key)
        else:
            consumer.resume(claimed.key)
    except (KeyError, ValueError):
        return False  # the mark that says so is waiting
    return True


def park(consumer: Any, key: TopicPartition) -> None:
    """Let the client stand still in a partition that cannot be claimed now.

    Without any position it would wait for one, and read nothing else meanwhile.
    """
    with contextlib.suppress(KeyError, ValueError, kafka_errors.IllegalStateError):
        consumer.pause(key)
        consumer.seek(key, 0)


def pause(consumer: Any, keys: Iterable[TopicPartition]) -> None:
    """Fetch nothing of these partitions until they are placed again."""
    for key in keys:
        with contextlib.suppress(KeyError):  # taken away in this very moment
            consumer.pause(key)


def stop(claimed: Claimed, why: Stop) -> None:
    """Stop a partition and raise the alarm; the stop is kept already."""
    claimed.stop = why
    metrics.ingest_stopped.labels(claimed.key.topic, claimed.key.partition, why.why).set(1)
    _log.error("%s", why.sentence, extra=ids(claimed.key) | {"why": why.why})


def forget_stop(key: TopicPartition) -> None:
    """Take the alarm back."""
    for why in partition_stops.WHYS:
        with contextlib.suppress(KeyError):
            metrics.ingest_stopped.remove(key.topic, str(key.partition), why)


def _gone(key: TopicPartition, offset: int, found: Edges, known: UUID | None) -> Stop | None:
    name = f"{key.topic}:{key.partition}"
    if known is not None and found.topic_id is not None and known != found.topic_id:
        return Stop(
            "made-anew",
            offset,
            f"{name} is stopped: the topic was deleted and made anew since it was recorded up to "
            f"offset {offset}; accept it to read the new one from {found.start}",
            topic_id=str(found.topic_id),
        )
    if offset < found.start:
        return Stop(
            "lost",
            offset,
            f"{name} is stopped: {found.start - offset} messages from offset {offset} on were "
            "removed from the topic before they were recorded; accept it to read on from "
            f"{found.start}",
        )
    if offset > found.end or found.cut:
        return Stop(
            "rewound",
            offset,
            f"{name} is stopped: it ends at offset {found.end} and was recorded up to {offset}, so "
            f"it was made anew or cut off; accept it to read from {found.start}"
            if offset > found.end
            else f"{name} is stopped: it was recorded up to {offset}, and what was recorded is no "
            f"longer there, so it was cut off; accept it to read from {found.start}",
        )
    return None
