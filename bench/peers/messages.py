"""The same events for every peer, each on a topic in the form that suits it best.

The ledger and the bare loop read single-object Avro. Connect reads the event's JSON as it is
stored, its id as the key: nothing is left for a converter to parse.
"""

import time
from collections.abc import Callable, Iterable
from itertools import islice

from bench.ingest import scan
from consumers.broker.connection import Connection, administration, producer
from consumers.broker.topics import INPUTS, SCANS, create
from ledger.commands.demo_kafka import operators, topic_of
from ledger.facts.canonical import encode
from ledger.facts.identity import Fact
from ledger.intake import to_avro

PARTITIONS = 6
PLAIN = "peers.json"
"""The topic that Connect reads."""

_renew_seconds_max = 20.0

Progress = Callable[[int], None]


def fill(connection: Connection, events: int, step: Progress, partitions: int = PARTITIONS) -> None:
    """Make the topics and put the events on both."""
    create(connection, partitions=partitions)
    with administration(connection) as admin:
        admin.create_topics({PLAIN: {"num_partitions": partitions, "replication_factor": 1}})
        admin.wait_for_topics([PLAIN])
    sender = producer(connection)
    for number in range(events):
        fact = scan(number)
        partition = number // 50 % partitions
        sender.send(SCANS, to_avro(fact), key=b"JAS", partition=partition)
        sender.send(PLAIN, encode(fact), key=fact.id.encode(), partition=partition)
        if number % 1_000 == 0:
            step(number)
    sender.flush()
    sender.close()


def fill_season(
    connection: Connection, facts: Iterable[Fact], messages: int, step: Progress
) -> int:
    """Put a season on the ledger's topics in place of what is there; answers how many events.

    Each message is Avro, as for the other peers. A season repeats itself, one message in fifty, so
    there are fewer events than messages.
    """
    renew(connection, PARTITIONS)
    sender = producer(connection)
    scanned = (fact for fact in facts if not operators(fact))
    ids = set()
    for number, fact in enumerate(islice(scanned, messages)):
        sender.send(topic_of(fact), to_avro(fact), partition=number // 50 % PARTITIONS)
        ids.add(fact.id)
        if number % 1_000 == 0:
            step(number)
    sender.flush()
    sender.close()
    return len(ids)


def fill_partitions(connection: Connection, events: int, partitions: int, step: Progress) -> None:
    """Put the same events on the ledger's topic made anew with so many partitions."""
    renew(connection, partitions)
    sender = producer(connection)
    for number in range(events):
        sender.send(SCANS, to_avro(scan(number)), partition=number // 50 % partitions)
        if number % 1_000 == 0:
            step(number)
    sender.flush()
    sender.close()


def renew(connection: Connection, partitions: int) -> None:
    """Remove the ledger's topics with what is on them, and make them again."""
    with administration(connection) as admin:
        there = set(admin.list_topics()) & set(INPUTS)
        admin.delete_topics(sorted(there))
        deadline = time.monotonic() + _renew_seconds_max
        while set(admin.list_topics()) & there:
            assert time.monotonic() < deadline, "the broker does not let go of its topics"
            time.sleep(0.1)
    create(connection, partitions=partitions)
