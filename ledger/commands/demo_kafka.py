"""`ledger demo --kafka`: the season through a real broker, `ledger run` consuming.

Who is designated is nobody's but the operator's to say, so that comes in as a file, before the
rest.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from consumers.broker import connection, topics
from consumers.broker.local import LocalBroker
from ledger.commands.home import opened
from ledger.commands.loading import Loading
from ledger.commands.output import Step, progress, say
from ledger.errors import Fatal
from ledger.facts.canonical import encode
from ledger.facts.identity import Fact
from ledger.facts.registry import IssuerDesignated
from ledger.intake.codec import to_avro
from ledger.intake.doors import OPERATOR
from ledger.log import Log
from ledger.settings import Settings

TOPIC_OF_CHANNEL = {"S": topics.SCANS, "O": topics.OPERATORS, "C": topics.CERTIFIERS}
backlog_events_max = 200
_idle_seconds_max = 60.0
_look_seconds = 2.0
_stop_seconds_max = 20.0


def through_kafka(facts: Callable[[], Iterable[Fact]], events: int, settings: Settings) -> None:
    """Start a broker, produce the facts, and return once all of them are in the log.

    `facts` gives the same ones each time it is called.
    """
    home = settings.home
    if home is None:
        raise Fatal("The demo has no home.")
    say("Starting a broker (the first time its jars are fetched).")
    with LocalBroker(home / "kafka") as broker:
        told = broker.connection
        topics.create(told)
        with opened(settings) as log:
            _by_hand(log, facts(), home)
            with _running(broker.bootstrap, settings):
                rest = (fact for fact in facts() if not operators(fact))
                _wait(log, log.position() + _produce(told, rest, events))


def operators(fact: Fact) -> bool:
    """Whether nobody but the operator may say it: a topic shared by all says nobody's name."""
    return isinstance(fact, IssuerDesignated)


def _by_hand(log: Log, facts: Iterable[Fact], home: Path) -> None:
    file = home / "designations.ndjson"
    with file.open("wb") as out:
        out.writelines(encode(fact) + b"\n" for fact in facts if operators(fact))
    Loading(log, None).file(str(file), OPERATOR)


def topic_of(fact: Fact) -> str:
    """Name the input topic for a fact: scans first, then operators, then certifiers."""
    return TOPIC_OF_CHANNEL[min(fact.channels, key="SOC".index)]


def messages(facts: Iterable[Fact], seed: int = 1) -> Iterator[tuple[str, bytes, bytes]]:
    """Pack facts as scanners do: mostly one Avro event a message, now and then a backlog of JSON.

    Yields topic, value and content type.
    """
    chance = random.Random(seed)  # noqa: S311  (a demo's scanners, not a secret)
    backlog: list[bytes] = []
    for fact in facts:
        topic = topic_of(fact)
        if topic == topics.SCANS and (backlog or chance.random() < 1 / backlog_events_max):
            backlog.append(encode(fact))
            if len(backlog) == backlog_events_max:
                yield topic, b"\n".join(backlog), b"application/x-ndjson"
                backlog.clear()
        elif chance.random() < 1 / 10:
            yield topic, encode(fact), b"application/json"
        else:
            yield topic, to_avro(fact), b"application/vnd.seals.avro"
    if backlog:
        yield topics.SCANS, b"\n".join(backlog), b"application/x-ndjson"


def _produce(told: connection.Connection, facts: Iterable[Fact], events: int) -> int:
    """Send everything; answer how many different events there are, whatever went out twice."""
    producer: Any = connection.producer(told)
    ids: set[str] = set()
    with progress("produced", events) as step:
        count = 0
        for topic, value, content_type in messages(_noted(facts, ids, step)):
            producer.send(topic, value=value, headers=[("content-type", content_type)])
            count += 1
        producer.flush()
    producer.close()
    say(f"{events:,} events went out in {count:,} messages.")
    return len(ids)


def _noted(facts: Iterable[Fact], ids: set[str], step: Step) -> Iterator[Fact]:
    for number, fact in enumerate(facts, 1):
        ids.add(fact.id)
        if number % 1_000 == 0:
            step(number)
        yield fact


@contextmanager
def _running(bootstrap: str, settings: Settings) -> Iterator[None]:
    environment = (
        {"LEDGER_LOG_LEVEL": "warning"}
        | os.environ
        | {
            # Into the demo's home, whatever is set otherwise.
            "LEDGER_CONFIG": "",
            "LEDGER_DATABASE_URL": "",
            "LEDGER_DATABASE_URL_FILE": "",
            "LEDGER_HOME": str(settings.home),
            "LEDGER_KAFKA_BOOTSTRAP": bootstrap,
            "LEDGER_METRICS_PORT": "0",
        }
    )
    command = [sys.executable, "-m", "ledger", "run", "--only", "ingest,projector"]
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603  (our own program)
        try:
            yield
        finally:
            process.terminate()
            process.wait(_stop_seconds_max)


def _wait(log: Log, events: int) -> None:
    """Wait until the log holds so many events; raises Fatal where it stops growing before."""
    position, since = 0, time.monotonic()
    with progress("recorded", events) as step:
        while position < events:
            reached = log.wait(position, _look_seconds)
            if reached > position:
                position, since = reached, time.monotonic()
                step(position)
            elif time.monotonic() - since > _idle_seconds_max:
                raise Fatal(f"Nothing arrives from the broker any more, after {position:,} events.")
