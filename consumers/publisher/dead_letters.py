"""Dead letters as messages: under the headers that Kafka Connect gives its own.

Key, value and headers are the refused message's, so tools that look into such topics, or send
again from them, need not know the ledger. What is ours stands in `ledger.` headers, the refused
message's own timestamp too: a dead letter under a time long ago would be removed at once.
"""

from collections.abc import Iterator

from consumers.ingest import refusals
from consumers.publisher.feed import Message, Page
from ledger.log import DeadLetter, Log

CONNECT = "__connect.errors."
"""Kafka Connect, org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter."""
OURS = "ledger."
STAGE = "VALUE_CONVERTER"
EXCEPTION = "ledger.intake.Refused"
CONNECTOR = "seal-ledger"


def page(log: Log, after: int, limit: int) -> Page:
    """The dead letters behind a number, as messages. Raises Unavailable."""
    letters = log.dead_letters(after, limit)
    last = letters[-1].number if letters else after
    return Page(last, [message(letter) for letter in letters])


def message(letter: DeadLetter) -> Message:
    """One dead letter: keyed as the refused message was, by its number where that had no key."""
    refusal = letter.refusal
    number = str(letter.number)
    ours = list(_headers(letter))
    taken = {name for name, _ in ours}
    theirs = [pair for pair in refusals.unpack(refusal.headers) if pair[0] not in taken]
    return Message(
        id=number,
        position=letter.number,
        key=number.encode() if refusal.key is None else refusal.key,
        value=refusal.payload,
        headers=[*theirs, *((name, value.encode()) for name, value in ours)],
        # The time of sending, which the producer gives.
        timestamp=None,
    )


def _headers(letter: DeadLetter) -> Iterator[tuple[str, str]]:
    refusal = letter.refusal
    if refusal.door == refusals.DOOR:
        topic, partition, offset = refusal.place.rsplit("/", 2)
        yield CONNECT + "topic", topic
        yield CONNECT + "partition", partition
        yield CONNECT + "offset", offset
    yield CONNECT + "connector.name", CONNECTOR
    yield CONNECT + "task.id", "0"
    yield CONNECT + "stage", STAGE
    yield CONNECT + "class.name", EXCEPTION.rpartition(".")[0]
    yield CONNECT + "exception.class.name", EXCEPTION
    where = f" at {refusal.path}" if refusal.path else ""
    yield CONNECT + "exception.message", f"{refusal.reason}{where}"
    yield OURS + "number", str(letter.number)
    yield OURS + "recorded-at-micros", str(letter.recorded_at)
    yield OURS + "door", refusal.door
    yield OURS + "place", refusal.place
    yield OURS + "index", str(refusal.index)
    yield OURS + "reason", refusal.reason
    yield OURS + "path", refusal.path
    yield OURS + "sha256", refusal.sha256.hex()
    if refusal.size is not None:
        yield OURS + "size", str(refusal.size)
    if refusal.id is not None:
        yield OURS + "event-id", str(refusal.id)
    if refusal.timestamp is not None:
        yield OURS + "timestamp-millis", str(refusal.timestamp)
    if refusal.by is not None:
        yield OURS + "by", refusal.by
