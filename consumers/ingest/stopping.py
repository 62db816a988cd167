"""Why a partition stops after a batch, and when the reason is over."""

from typing import Final

from kafka import errors as kafka_errors

from consumers.ingest.batches import Batch
from consumers.ingest.partition import Claimed, name
from consumers.ingest.stops import Stop
from consumers.ingest.unpacking import Unreadable

ASK_AGAIN: Final = (
    kafka_errors.LogTruncationError,
    kafka_errors.OffsetOutOfRangeError,
    kafka_errors.UnknownTopicIdError,
    kafka_errors.InconsistentTopicIdError,
    kafka_errors.UnknownTopicOrPartitionError,
)
"""What a broker answers where the place or the topic is no longer what we know."""


def of_batch(claimed: Claimed, batch: Batch) -> Stop | None:
    """The stop that a batch ends in, if it does."""
    if batch.unreadable is not None:
        return _unreadable(claimed, batch.unreadable)
    if not batch.exceeded:
        return None
    offset = batch.last + 1
    return Stop(
        "refusals",
        offset,
        f"{name(claimed.key)} is stopped before offset {offset}: {claimed.window.refused} of the "
        f"last events were refused; look at the dead letters, then accept the refusals",
    )


def is_over(claimed: Claimed, batch: Batch) -> bool:
    """Whether what was accepted lies behind us once a batch is settled."""
    if claimed.tolerant:
        return claimed.window.full and not claimed.window.exceeded
    return 0 < claimed.stepping_until <= batch.last + 1


def corrupt(claimed: Claimed, offset: int) -> Batch:
    """What the broker itself calls corrupt, so that there are no bytes to keep."""
    why = "the broker calls it corrupt and gives none of its bytes"
    topic, partition = claimed.key
    batch = Batch(offset, claimed.by)
    batch.stop_at(Unreadable(topic, partition, offset, offset + 1, offset + 1, b"", b"", why))
    return batch


def _unreadable(claimed: Claimed, found: Unreadable) -> Stop:
    return Stop(
        "unreadable",
        found.offset,
        f"{name(claimed.key)} is stopped: {found.sentence}; its bytes are a dead letter; accept it "
        f"to read on from {found.resume}",
        resume=found.resume,
        until=found.until,
    )
