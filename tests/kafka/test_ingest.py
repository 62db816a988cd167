"""Messages on the topics become facts in the log, or dead letters that say why."""

from hashlib import sha256
from uuid import UUID

import pytest

from consumers.broker.connection import Connection
from consumers.broker.topics import CERTIFIERS, OPERATORS, SCANS
from ledger.errors import Misuse
from ledger.facts import canonical
from ledger.log import DeadLetter, Log
from tests.brokers import FreshTopics
from tests.ingesting import (
    applied,
    as_json,
    avro,
    headers_of,
    ids,
    ingesting,
    next_offset,
    recorded,
    send,
    settings_for,
    until,
)

pytestmark = pytest.mark.kafka


def test_every_form_of_message_is_recorded_once(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """Avro, JSON, an array and lines, over all partitions, some sent twice: each fact once."""
    facts = [applied() for _ in range(60)]
    values = avro(facts[:20])
    values += [as_json(fact) for fact in facts[20:30]]
    values += [as_json(*facts[30:45]), b"\n".join(as_json(fact) for fact in facts[45:])]
    values += values[:7]
    send(connection, fresh_topics(SCANS), values, partition=None)

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: log.position() >= len(facts))
        until(lambda: sum(next_offset(log, prefix + SCANS, n) for n in range(6)) == len(values))

    assert recorded(log) == ids(facts)
    assert log.dead_letters(0, 10) == []
    assert log.read(0, 1_000)[0].topic == "SealsApplied"


def test_what_is_refused_is_a_dead_letter_with_its_reason(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """Each refused event keeps its reason, its place and bytes, the key, headers and timestamp."""
    good, taken = applied(), applied()
    other = applied(lot="L-8", id=taken.id)
    headers = [("content-type", b"application/json"), ("trace", b"\xff\x00"), ("trace", b"a")]
    invalid = as_json(good).replace(b'"units":20', b'"units":"20"')
    values = [as_json(taken), b"{", None, invalid, as_json(good, other), as_json(other)]
    send(connection, fresh_topics(SCANS), values, headers=headers)
    send(connection, fresh_topics(CERTIFIERS), avro([good]))

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: len(log.dead_letters(0, 10)) == 6)

    letters = {letter.refusal.place: letter.refusal for letter in log.dead_letters(0, 10)}
    topic = prefix + SCANS
    reasons = {place: (each.index, each.reason, each.path) for place, each in letters.items()}
    assert reasons == {
        f"{topic}/0/1": (0, "undecodable", ""),
        f"{topic}/0/2": (0, "undecodable", ""),
        f"{topic}/0/3": (0, "invalid", "units"),
        f"{topic}/0/4": (1, "conflict", "id"),
        f"{topic}/0/5": (0, "conflict", "id"),
        f"{prefix}{CERTIFIERS}/0/0": (0, "not-permitted", "type"),
    }
    kept = letters[f"{topic}/0/3"]
    assert (kept.door, kept.payload, kept.key) == ("kafka", invalid, b"JAS-A")
    assert (kept.sha256, kept.size) == (sha256(invalid).digest(), len(invalid))
    assert kept.id == UUID(good.id)
    assert headers_of(kept.headers) == {
        "content-type": "application/json",
        "trace": [{"base64": "/wA="}, "a"],
    }
    assert kept.timestamp is not None
    assert letters[f"{topic}/0/4"].payload == canonical.encode(other)
    assert letters[f"{topic}/0/2"].payload == b""
    assert recorded(log) == ids([good, taken])


def test_a_message_of_eight_mib_passes(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A backlog of 8 MiB is recorded whole; one byte more is refused, and what follows passes."""
    facts = [applied(note="n" * 500) for _ in range(9_800)]
    array = as_json(*facts)
    assert len(array) < 8 * 1024 * 1024
    whole = array[:-1] + b" " * (8 * 1024 * 1024 - len(array)) + b"]"
    after = applied()
    send(connection, fresh_topics(OPERATORS), [b"x"])
    send(connection, fresh_topics(SCANS), [whole, whole + b" ", *avro([after])])

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: log.position() > len(facts) and len(log.dead_letters(0, 9)) == 2)

    assert recorded(log) == ids([*facts, after])
    large = by_place(log.dead_letters(0, 9))[f"{prefix}{SCANS}/0/1"].refusal
    assert (large.reason, large.size, len(large.payload)) == (
        "too-large",
        8 * 1024 * 1024 + 1,
        256 * 1024,
    )
    assert large.sha256 == sha256(whole + b" ").digest()


def test_where_to_read_on_is_the_databases_to_say(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A second ingest in another group goes on where the first one ended, whatever Kafka knows."""
    first, second = [applied() for _ in range(10)], [applied() for _ in range(10)]
    topic = fresh_topics(SCANS)
    send(connection, topic, avro(first))
    with ingesting(settings_for(connection, prefix + "a"), log, prefix):
        until(lambda: log.position() == 10)
    send(connection, topic, avro(second))
    with ingesting(settings_for(connection, prefix + "b"), log, prefix):
        until(lambda: log.position() == 20)

    assert recorded(log) == ids(first + second)
    assert next_offset(log, topic) == 20


def test_missing_topics_are_told_at_the_start(
    connection: Connection, prefix: str, log: Log
) -> None:
    """Without its topics an ingest does not wait for ever: it names what is missing."""
    with (
        pytest.raises(Misuse, match=r"ledger\.scans does not exist.*ledger topics create"),
        ingesting(settings_for(connection, prefix), log, prefix) as thread,
    ):
        thread.join(20)


def by_place(letters: list[DeadLetter]) -> dict[str, DeadLetter]:
    """Dead letters by where the message stood."""
    return {letter.refusal.place: letter for letter in letters}
