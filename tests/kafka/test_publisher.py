"""Dead letters reach Kafka: every one, in order, in a form that other tools understand."""

import gc
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from kafka import TopicPartition

from consumers.broker.connection import Connection, consumer
from consumers.broker.local import LocalBroker
from consumers.broker.topics import DEAD_LETTERS, create
from consumers.ingest.refusals import pack, unpack
from consumers.publisher import publisher
from consumers.publisher.following import Feed, Follower, Message, Page, follow
from consumers.publisher.messages import dead_letter_message
from ledger.errors import Malformed, Misuse, Unavailable
from ledger.log import DeadLetter, Log, Refusal
from ledger.metrics import REGISTRY
from tests.brokers import FreshTopics
from tests.ingesting import patience_seconds, settings_for, until

kafka = pytest.mark.kafka

EVENT = UUID("01900000-0000-7000-8000-000000000001")
SENT_MS = 1_775_000_000_000

HEADERS: list[list[tuple[str, bytes | None]]] = [
    [("content-type", b"application/json")],
    [("a", b"\xff\xfe"), ("b", None), ("c", b"")],
    [("a", b"1"), ("a", b"\x80"), ("a", None)],
    [("", b"nameless"), ("名", "値".encode())],
]


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_are_kept_as_they_came(headers: list[tuple[str, bytes | None]]) -> None:
    """Whatever a header holds comes out of its JSON as it went in."""
    assert unpack(pack(headers)) == headers


def test_headers_that_we_did_not_pack_are_malformed() -> None:
    """Bytes that are no packed headers are said to be so; none at all are no headers."""
    assert unpack(None) == []
    assert pack([]) is None
    for wrong in (b"{", b"[1]", b'{"a":{"b":1}}', b'{"a":{"base64":"?"}}'):
        with pytest.raises(Malformed, match="headers of a dead letter"):
            unpack(wrong)


def test_a_dead_letter_speaks_as_kafka_connect_does() -> None:
    """Key, value and headers are the sender's; what happened stands in headers, and when."""
    told = dead_letter_message(letter(3))

    headers = {name: (value or b"").decode() for name, value in told.headers}
    assert (told.id, told.key, told.value) == ("3", b"JAS-A", b"{3")
    assert told.timestamp is None
    assert headers == {
        "content-type": "application/json",
        "__connect.errors.topic": "ledger.scans",
        "__connect.errors.partition": "4",
        "__connect.errors.offset": "3",
        "__connect.errors.connector.name": "seal-ledger",
        "__connect.errors.task.id": "0",
        "__connect.errors.stage": "VALUE_CONVERTER",
        "__connect.errors.class.name": "ledger.intake",
        "__connect.errors.exception.class.name": "ledger.intake.Refused",
        "__connect.errors.exception.message": "invalid at lines[0].mark",
        "ledger.number": "3",
        "ledger.recorded-at-micros": str(SENT_MS * 1_000 + 5),
        "ledger.door": "kafka",
        "ledger.place": "ledger.scans/4/3",
        "ledger.index": "0",
        "ledger.reason": "invalid",
        "ledger.path": "lines[0].mark",
        "ledger.sha256": sha256(b"{3").hexdigest(),
        "ledger.size": "2",
        "ledger.event-id": str(EVENT),
        "ledger.timestamp-millis": str(SENT_MS),
        "ledger.by": "EXP-1",
    }


def test_a_dead_letter_of_another_door_is_keyed_by_its_number() -> None:
    """What came by file or HTTP has no key, no topic, and no time of its own."""
    refusal = Refusal("file", "s.ndjson:7", 7, "undecodable", "", b"{", sha256(b"{").digest())

    told = dead_letter_message(DeadLetter(9, 1, refusal))
    assert (told.key, told.timestamp) == (b"9", None)
    names = dict(told.headers)
    for absent in ("__connect.errors.topic", "ledger.timestamp-millis", "ledger.by"):
        assert absent not in names


def test_a_feed_that_fails_repeats_and_holds_up_no_other(log: Log) -> None:
    """Nothing is skipped while a receiver is away, and the next feed goes on."""
    log.append([], [letter(number).refusal for number in range(1, 8)])
    shaky, steady = Receiver(failures=2), Receiver()
    feeds = [feed("shaky", log, shaky, page=3), feed("steady", log, steady, page=3)]
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(feeds, log, stop))
    thread.start()
    until(lambda: len(shaky.told) == len(steady.told) == 7)
    stop.set()
    thread.join()

    assert [each.id for each in shaky.told] == [str(number) for number in range(1, 8)]
    assert [each.id for each in steady.told] == [each.id for each in shaky.told]
    labels = {"feed": "shaky"}
    assert REGISTRY.get_sample_value("ledger_publisher_failures_total", labels) == 2
    assert REGISTRY.get_sample_value("ledger_publisher_position", labels) == 7


def test_a_feed_moves_on_over_what_is_not_for_others(log: Log) -> None:
    """A page without messages moves the position, and nobody is bothered."""
    silent = Receiver(failures=1)
    moving = Feed("silent", lambda after, limit: Page(min(after + limit, 150), []), silent)
    follower = Follower(moving, log)

    assert [follower.step() for _ in range(3)] == [100, 50, 0]
    assert log.meta("publisher/silent") == "150"


@kafka
def test_every_dead_letter_reaches_the_topic(
    broker: LocalBroker, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """All of them, in order, and after a restart only what is new."""
    topic = fresh_topics(DEAD_LETTERS)
    log.append([], [letter(number).refusal for number in range(1, 251)])
    with publishing(broker.connection, log, prefix):
        until(lambda: log.meta("publisher/dead-letters") == "250")
    log.append([], [letter(251).refusal])
    with publishing(broker.connection, log, prefix):
        until(lambda: log.meta("publisher/dead-letters") == "251")

    found = read_all(broker.connection, topic)
    assert [record.value for record in found] == [b"{%d" % number for number in range(1, 252)]
    assert found[0].key == b"JAS-A"
    # Under the time of an old message the topic would remove it again at once.
    assert all(abs(record.timestamp / 1000 - time.time()) < 60 for record in found)
    assert ("ledger.timestamp-millis", str(SENT_MS).encode()) in found[0].headers
    assert ("content-type", b"application/json") in found[0].headers


@kafka
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_broker_that_was_away_is_told_everything(
    own_broker: LocalBroker, prefix: str, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    """Letters of an outage follow when the broker is back, none is missing."""
    # What kafka-python logs then holds sockets that it never closed.
    caplog.set_level(logging.CRITICAL, logger="kafka")
    create(own_broker.connection, prefix=prefix)
    log.append([], [letter(1).refusal])
    with publishing(own_broker.connection, log, prefix):
        until(lambda: log.meta("publisher/dead-letters") == "1")
        own_broker.stop()
        log.append([], [letter(2).refusal])
        own_broker.start()
        until(lambda: log.meta("publisher/dead-letters") == "2")
    gc.collect()  # here, where unclosed sockets are expected

    found = read_all(own_broker.connection, prefix + DEAD_LETTERS)
    values = [record.value for record in found]
    # At least once: the second may have arrived before its acknowledgement was lost.
    assert values[:2] == [b"{1", b"{2"]
    assert set(values) == {b"{1", b"{2"}


@kafka
def test_a_missing_topic_is_told_at_the_start(broker: LocalBroker, prefix: str, log: Log) -> None:
    """Without its topic the publisher does not start, and says what makes it."""
    with pytest.raises(Misuse, match=r"dead-letters does not exist.*ledger topics create"):
        publisher.run(settings_for(broker.connection, "-"), log, threading.Event(), prefix=prefix)


class Receiver:
    """Takes messages, and refuses the first few times."""

    def __init__(self, failures: int = 0) -> None:
        self.told: list[Message] = []
        self._failures = failures

    def deliver(self, messages: Sequence[Message]) -> None:
        """Take messages, or be away."""
        if self._failures:
            self._failures -= 1
            raise Unavailable("Not at home.")
        self.told += messages


def feed(name: str, log: Log, receiver: Receiver, *, page: int) -> Feed:
    """The dead letters, a few at a time."""

    def read(after: int, limit: int) -> Page:
        letters = log.dead_letters(after, min(limit, page))
        return Page(
            letters[-1].number if letters else after,
            [dead_letter_message(each) for each in letters],
        )

    return Feed(name, read, receiver)


def letter(number: int) -> DeadLetter:
    """A dead letter as the ingest writes it."""
    value = b"{%d" % number
    refusal = Refusal(
        "kafka",
        f"ledger.scans/4/{number}",
        0,
        "invalid",
        "lines[0].mark",
        value,
        sha256(value).digest(),
        EVENT,
        len(value),
        b"JAS-A",
        pack([("content-type", b"application/json")]),
        SENT_MS,
        "EXP-1",
    )
    return DeadLetter(number, SENT_MS * 1_000 + 5, refusal)


@contextmanager
def publishing(connection: Connection, log: Log, prefix: str) -> Iterator[None]:
    """A publisher in a thread for the time of the block."""
    stop = threading.Event()
    settings = settings_for(connection, "-")
    thread = threading.Thread(
        target=publisher.run, args=(settings, log, stop), kwargs={"prefix": prefix}
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(patience_seconds)


def read_all(connection: Connection, topic: str) -> list[Any]:
    """Everything on the only partition of a topic."""
    key = TopicPartition(topic, 0)
    reader = consumer(connection)
    reader.assign([key])
    reader.seek_to_beginning(key)
    end = reader.end_offsets([key])[key]
    found: list[Any] = []
    while len(found) < end:
        found += reader.poll(5_000).get(key, [])
    reader.close()
    return found
