"""How Kafka stands, in lines of the status: the broker, each topic and its settings, the group.

A broker that is away is a line like any other.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ledger.errors import LedgerError, Unavailable
from ledger.settings import Settings
from ledger.web.asking.status.lines import Line, State, counted

if TYPE_CHECKING:
    from consumers.broker.topics import Standing

kept_seconds: Final = 15.0
"""Whoever asks again so soon is answered the same: a broker is not asked at every request."""


class Broker:
    """What asks Kafka for the status; safe to use from all threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._kept: tuple[float, list[Line]] | None = None

    def __call__(self) -> Sequence[Line]:
        """The lines of Kafka, a few seconds old at most."""
        with self._lock:
            if self._kept is None or time.monotonic() - self._kept[0] > kept_seconds:
                lines = kafka_lines(self._settings)
                self._kept = time.monotonic(), lines
            return self._kept[1]


def broker_of(settings: Settings) -> Broker | None:
    """What asks Kafka; None where none is set."""
    return None if settings.kafka_bootstrap is None else Broker(settings)


def kafka_lines(settings: Settings) -> list[Line]:
    """Ask the broker once, and say how each topic stands."""
    # The Kafka client is loaded where Kafka is asked.
    from consumers.broker import connection, parties, topics

    try:
        known = parties.load(settings.kafka_parties)
        reached = connection.from_settings(settings)
        found = topics.inspect(reached, known.matches)
    except LedgerError as error:
        mend = (
            "Start the broker, or set LEDGER_KAFKA_…: `ledger doctor` tries it again. Nothing is"
            " lost meanwhile: what was not taken stays with its senders."
        )
        return [Line("kafka", "away", "-", State.WRONG, str(error), mend)]
    at = str(settings.kafka_bootstrap)
    says = f"answers at {at}"
    return [Line("kafka", "reached", "-", State.FINE, says, "", {"bootstrap": at})] + [
        _topic(one) for one in found
    ]


def _topic(topic: "Standing") -> Line:
    values = {
        "partitions": topic.partitions,
        "differences": list(topic.differences),
        "compacted": topic.compacted,
        "id": topic.id,
    }
    if topic.trouble is not None:
        mend = "Make it by `ledger topics create`, or have it granted; then restart what reads it."
        return Line("kafka", "topic", topic.name, State.WRONG, topic.trouble, mend, values)
    if topic.compacted:
        says = "is compacted: messages are lost whose key comes again"
        mend = "Set its cleanup.policy to delete."
        return Line("kafka", "compacted", topic.name, State.WRONG, says, mend, values)
    says = counted(topic.partitions, "partition", "partitions")
    if not topic.known:
        says += "; how it is set is hidden from us"
        mend = "Grant us DESCRIBE_CONFIGS on it, so that a topic which loses messages is noticed."
        return Line("kafka", "hidden", topic.name, State.NOTE, says, mend, values)
    if topic.differences:
        says = "; ".join(topic.differences)
        mend = "Where that is not on purpose, set it as `ledger topics create` does."
        return Line("kafka", "differs", topic.name, State.NOTE, says, mend, values)
    return Line("kafka", "as-made", topic.name, State.FINE, f"{says}, as made", "", values)


def examined_kafka(settings: Settings) -> Iterator[Line]:
    """The same, and whether topics are guarded, our group is ours, and codecs are there."""
    if settings.kafka_bootstrap is None:
        says = "no Kafka is set (LEDGER_KAFKA_BOOTSTRAP): events come by HTTP and files"
        yield Line("kafka", "not-set", "-", State.UNKNOWN, says)
        return
    lines = kafka_lines(settings)
    yield from lines
    if lines[0].state is State.FINE:
        yield from _access(settings)
    yield _codecs()


def _access(settings: Settings) -> Iterator[Line]:
    from consumers.broker import access, connection

    reached = connection.from_settings(settings)
    group = settings.kafka_group
    try:
        access.check_group(reached, group)
        yield Line("kafka", "group", group, State.FINE, "the group may be read by us")
    except Unavailable as error:
        yield Line("kafka", "group", group, State.UNKNOWN, str(error))
    except LedgerError as error:
        mend = f"Grant us READ on the group {group}."
        yield Line("kafka", "group", group, State.WRONG, str(error), mend)
    try:
        guarded = access.has_acls(reached)
    except LedgerError:
        guarded = None
    if guarded is None:
        says = "we may not see the broker's ACLs"
        yield Line("kafka", "acls", "-", State.UNKNOWN, says)
    elif guarded:
        yield Line("kafka", "acls", "-", State.FINE, "the broker keeps ACLs")
    else:
        says = "the broker has no ACLs: whoever reaches it may write for any party"
        mend = (
            "Where others reach it, turn its authorizer on; `ledger topics create --party` grants."
        )
        yield Line("kafka", "acls", "-", State.NOTE, says, mend)


def _codecs() -> Line:
    from consumers.broker import access

    lacking = access.codecs_missing()
    values = {"missing": lacking}
    if lacking:
        says = f"messages compressed with {', '.join(lacking)} cannot be read"
        mend = "Install the ledger with all its packages."
        return Line("kafka", "codecs", "-", State.WRONG, says, mend, values)
    says = f"messages compressed with {', '.join(access.CODECS)} can be read"
    return Line("kafka", "codecs", "-", State.FINE, says, "", values)
