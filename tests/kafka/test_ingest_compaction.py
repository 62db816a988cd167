"""Topics that forget by key: named, not read until somebody accepts it, and counted then."""

import re
from pathlib import Path

import pytest

from consumers.broker.connection import Connection
from consumers.broker.local import LocalBroker
from consumers.broker.topics import OPERATORS, SCANS, create
from consumers.ingest import ingest
from consumers.ingest import stops as partition_stops
from consumers.ingest import topics as ingest_topics
from ledger.errors import Misuse
from ledger.log import Log
from ledger.metrics import REGISTRY
from tests.brokers import FreshTopics
from tests.ingesting import (
    applied,
    avro,
    configure,
    gauge,
    ids,
    ingesting,
    next_offset,
    recorded,
    send,
    settings_for,
    until,
)

pytestmark = pytest.mark.kafka


def test_a_compacted_topic_is_refused_at_the_start(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A shared topic that forgets by key is named and not read, until somebody accepts it."""
    topic = fresh_topics(SCANS)
    configure(connection, topic, {"cleanup.policy": "compact,delete"})
    settings = settings_for(connection, prefix)
    with (
        pytest.raises(Misuse, match=rf"{re.escape(topic)}: cleanup.policy is compact.*:0"),
        ingesting(settings, log, prefix) as thread,
    ):
        thread.join(20)

    ingest.accept_refusals(log, topic, 0)
    facts = [applied(), applied()]
    send(connection, topic, avro(facts[:1]))
    send(connection, topic, avro(facts[1:]), partition=1)
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 2)

    assert recorded(log) == ids(facts)
    configure(connection, topic, {"cleanup.policy": "delete"})
    with ingesting(settings, log, prefix):
        until(lambda: not partition_stops.compaction_accepted(log, topic))


def test_a_topic_compacted_later_stops(
    connection: Connection,
    fresh_topics: FreshTopics,
    prefix: str,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its partitions stop at the next look, all others go on, and one acceptance is for all."""
    monkeypatch.setattr(ingest_topics, "look_seconds", 1.0)
    topic, other = fresh_topics(SCANS), fresh_topics(OPERATORS)
    with ingesting(settings_for(connection, prefix), log, prefix):
        send(connection, topic, avro([applied()]))
        until(lambda: log.position() == 1)
        configure(connection, topic, {"cleanup.policy": "compact"})
        for number in range(6):
            until(lambda number=number: gauge(topic, "compacted", number) == 1)  # type: ignore[misc]  # mypy cannot tell a default's type
        send(connection, topic, avro([applied()]), partition=2)
        send(connection, other, [b"{"])
        until(lambda: next_offset(log, other) == 1)
        assert next_offset(log, topic, 2) == 0
        ingest.accept_refusals(log, topic, 4)
        until(lambda: next_offset(log, topic, 2) == 1)


@pytest.mark.usefixtures("either_reading")
def test_what_compaction_took_is_counted(own_broker: LocalBroker, prefix: str, log: Log) -> None:
    """Offsets that are missing without a marker are counted; the records around them are read."""
    connection = own_broker.connection
    create(connection, prefix=prefix, partitions=1)
    topic = prefix + SCANS
    quick = {
        "cleanup.policy": "compact",
        "segment.ms": "100",
        "min.cleanable.dirty.ratio": "0.001",
        "max.compaction.lag.ms": "100",
        "delete.retention.ms": "100",
    }
    configure(connection, topic, quick)
    facts = [applied() for _ in range(6)]
    for fact in facts:
        send(connection, topic, avro([fact]), key=b"the same")
    settings = settings_for(connection, prefix)
    partition_stops.write(log, topic, 0, partition_stops.Stop("compacted", 0, "as it is"))
    ingest.accept_refusals(log, topic, 0)

    def compacted() -> bool:
        # A new segment lets the cleaner at the old ones; a slow machine spread the facts over many.
        send(connection, topic, avro([facts[-1]]), key=b"the same")
        kept = b"".join(content_of(path) for path in segments_of(own_broker, topic))
        return not any(fact.id.encode() in kept for fact in facts[:-1])

    until(compacted)
    before = REGISTRY.get_sample_value("ledger_ingest_offset_holes", partition_0(topic)) or 0
    with ingesting(settings, log, prefix):
        until(lambda: log.position() >= 1)
        until(
            lambda: (
                (REGISTRY.get_sample_value("ledger_ingest_offset_holes", partition_0(topic)) or 0)
                >= before + 5
            )
        )


def segments_of(broker: LocalBroker, topic: str) -> list[Path]:
    """The segment files of a topic's first partition."""
    return list((broker.folder / "data" / f"{topic}-0").glob("*.log"))


def content_of(path: Path) -> bytes:
    """What a segment file holds; nothing once the cleaner has replaced it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def partition_0(topic: str) -> dict[str, str]:
    """The labels of a topic's first partition."""
    return {"topic": topic, "partition": "0"}
