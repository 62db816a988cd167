"""What happens to discrepancies reaches Kafka: in order, at least once, readable by schema."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
import pytest
from kafka import TopicPartition

from consumers.broker.connection import Connection, consumer
from consumers.broker.local import LocalBroker
from consumers.broker.topics import DISCREPANCIES, create
from consumers.publisher import publisher
from ledger.intake.schemas import folder
from ledger.log import Log
from ledger.settings import Settings
from tests import publishing as p
from tests.ingesting import patience_seconds, settings_for, until

pytestmark = pytest.mark.kafka

kills = 3
AT = "publisher/discrepancies"
SCHEMAS = {
    path.name.split(".")[0]: json.loads(path.read_text())
    for path in (folder() / "decisions").glob("*.v1.avsc")
}


@contextmanager
def publishing(settings: Settings, log: Log, prefix: str) -> Iterator[None]:
    """A publisher in a thread for the time of the block."""
    stop = threading.Event()
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
    while not found or found[-1].offset + 1 < end:
        found += reader.poll(5_000).get(key, [])
    reader.close()
    return found


def told(records: list[Any]) -> list[str]:
    """The ids of what was told."""
    return [dict(record.headers)["ledger.event-id"].decode() for record in records]


def test_every_decision_reaches_the_topic(
    broker: LocalBroker, fresh_topics: Callable[[str], str], prefix: str, log: Log
) -> None:
    """The lives of two cases, mixed with facts; after a restart only what is new."""
    topic = fresh_topics(DISCREPANCIES)
    settings = settings_for(broker.connection, "-")
    first, second = p.a_life("L-1"), p.a_life("L-2")
    p.decide(log, first[:3])
    p.report(log, 200)
    p.decide(log, second)
    p.report(log, 50)
    with publishing(settings, log, prefix):
        until(lambda: log.meta(AT) == str(log.position()))
    p.decide(log, first[3:], 4)
    with publishing(settings, log, prefix):
        until(lambda: log.meta(AT) == str(log.position()))

    records = read_all(broker.connection, topic)
    assert told(records) == p.ids(log)
    assert [record.key.decode() for record in records] == [
        str(each.id) for each in p.decisions(log)
    ]
    for record, decision in zip(records, p.decisions(log), strict=True):
        schema = fastavro.parse_schema(SCHEMAS[decision.topic])
        found: Any = fastavro.schemaless_reader(BytesIO(record.value[10:]), schema, None)
        state = json.loads(decision.state)
        assert (str(found["case"]), found["position"]) == (state["case"], 3)
        assert found["time"].isoformat(timespec="microseconds") == state["time"]
        same = {"rule", "subject", "discriminator", "party", "person", "reason", "text", "values"}
        assert {k: found[k] for k in same & found.keys()} == {
            k: state[k] for k in same & state.keys()
        }


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_killed_at_any_moment_the_topic_misses_nothing(
    own_broker: LocalBroker, database: str, log: Log
) -> None:
    """Killed again and again while cases come in: everything, first in its order."""
    create(own_broker.connection)
    bootstrap = own_broker.connection.bootstrap
    for round_ in range(kills):
        with p.a_publisher(database, kafka_bootstrap=bootstrap):
            before = log.meta(AT)
            for number in range(40):
                p.decide(log, p.a_life(f"L-{round_}-{number}"))
                p.report(log, 2)
            until(lambda before=before: log.meta(AT) != before)  # type: ignore[misc]  # the loop's own
            time.sleep(random.random() * 0.1)  # noqa: S311 -- chance, no secret
    with p.a_publisher(database, kafka_bootstrap=bootstrap):
        until(lambda: log.meta(AT) == str(log.position()))

    assert p.firsts(told(read_all(own_broker.connection, DISCREPANCIES))) == p.ids(log)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_broker_that_is_away_holds_up_no_webhook(
    own_broker: LocalBroker, prefix: str, log: Log, tmp_path: Path
) -> None:
    """Without a broker at the start webhooks hear everything, and Kafka when it is there."""
    create(own_broker.connection, prefix=prefix)
    own_broker.stop()
    p.decide(log, p.a_life("L-1"))
    with p.listening(p.Listener()) as hook:
        hooks = p.listed(tmp_path, desk=hook.url)
        settings = settings_for(own_broker.connection, "-", webhooks=hooks)
        with publishing(settings, log, prefix):
            until(lambda: log.meta("publisher/webhook:desk") == "6")
            assert log.meta(AT) is None
            own_broker.start()
            until(lambda: log.meta(AT) == "6")

    assert hook.taken() == p.ids(log)
    assert p.firsts(told(read_all(own_broker.connection, prefix + DISCREPANCIES))) == p.ids(log)
