"""Killed at any moment, or frozen while another takes over: nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from consumers.broker.connection import Connection, producer
from consumers.broker.topics import INPUTS, SCANS
from ledger.facts.seals import SealsApplied
from ledger.log import Log
from tests.brokers import FreshTopics
from tests.ingesting import (
    applied,
    as_json,
    avro,
    describe,
    ids,
    next_offset,
    recorded,
    send,
    settings_for,
    start_ingest,
    until,
)

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


rounds = int(os.environ.get("LEDGER_FAULT_ROUNDS") or 5)
life_seconds_max = 0.8
"""An ingest that has begun to record is killed within this time."""


class Sender(threading.Thread):
    """Scanners at work: single events and messages of many, Avro and JSON, some of them twice."""

    def __init__(self, connection: Connection, topic: str, chance: random.Random) -> None:
        super().__init__()
        self.facts: list[SealsApplied] = []
        self.refused = 0
        self.done = threading.Event()
        self._connection = connection
        self._topic = topic
        self._chance = chance

    def run(self) -> None:
        """Send until told to end."""
        sender = producer(self._connection, linger_ms=1)
        while not self.done.is_set():
            for value in self._messages():
                sender.send(self._topic, value, partition=self._chance.randrange(6))
            time.sleep(0.01)
        sender.flush()
        sender.close()

    def _messages(self) -> list[bytes]:
        fresh = [applied() for _ in range(self._chance.randrange(1, 60))]
        self.facts += fresh
        kind = self._chance.randrange(10)
        if kind == 0:
            self.refused += 1
            return [*avro(fresh), b"not an event"]
        if kind < 4:
            return [as_json(*fresh), as_json(*fresh[:3])]
        return avro(fresh)


@pytest.mark.timeout(60 + 20 * rounds)
def test_killed_at_random_moments_everything_is_recorded_once(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """Under a steady stream, with SIGKILL again and again: each fact once, each refusal once."""
    seed = int(os.environ.get("LEDGER_FAULT_SEED") or time.time())
    print(f"seed {seed}, {rounds} rounds")  # noqa: T201 - what repeats a failure
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix, kafka_instance="ingest-1")
    sender = Sender(connection, topic, random.Random(seed))  # noqa: S311 - not for secrets
    sender.start()
    try:
        for _ in range(rounds):
            before = log.position()
            with start_ingest(settings, log.dsn, prefix) as process:
                if chance.random() < 0.8:
                    until(lambda before=before: log.position() > before)  # type: ignore[misc]  # mypy cannot tell a default's type
                time.sleep(chance.random() * life_seconds_max)
                assert process.poll() is None
                process.kill()
    finally:
        sender.done.set()
        sender.join()

    with start_ingest(settings, log.dsn, prefix) as process:
        until(lambda: settled(connection, prefix, log))
        process.terminate()
        assert process.wait(20) == 0
    assert recorded(log) == ids(sender.facts)
    assert len(log.dead_letters(0, 100_000)) == sender.refused


@pytest.mark.parametrize("moment", ["before", "inside"])
def test_a_frozen_ingest_that_comes_back_is_fenced(  # noqa: PLR0917 - fixtures
    connection: Connection,
    fresh_topics: FreshTopics,
    prefix: str,
    log: Log,
    tmp_path: Path,
    moment: str,
) -> None:
    """Frozen past its session with a batch in hand, it records nothing of it when it wakes."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    facts = [applied() for _ in range(12_000)]
    send(connection, topic, avro(facts[:6_000]), partition=None)
    said = tmp_path / "said"
    with (
        said.open("w") as errors,
        start_ingest(settings, log.dsn, prefix, freeze=moment, errors=errors) as frozen,
    ):
        try:
            until(lambda: state_of(frozen) == "T")
            with start_ingest(settings, log.dsn, prefix) as other:
                send(connection, topic, avro(facts[6_000:]), partition=None)
                until(lambda: settled(connection, prefix, log))
                os.kill(frozen.pid, signal.SIGCONT)
                until(lambda: any(word in said.read_text() for word in ("taken over", "is away")))
                late = [applied() for _ in range(600)]
                send(connection, topic, avro(late), partition=None)
                until(lambda: settled(connection, prefix, log))
                assert (frozen.poll(), other.poll()) == (None, None)
                other.terminate()
                assert other.wait(20) == 0
            frozen.terminate()
            assert frozen.wait(20) == 0
        finally:
            frozen.kill()

    assert recorded(log) == ids(facts + late)
    assert log.dead_letters(0, 9) == []
    # Before its transaction it is told by its epoch; inside, its connection was ended for it.
    assert ("taken over" if moment == "before" else "is away") in said.read_text()


def settled(connection: Connection, prefix: str, log: Log) -> bool:
    """Whether every message on every topic has been settled."""
    return all(
        next_offset(log, prefix + name, number) == end
        for name in INPUTS
        for number, (_, end) in enumerate(describe(connection, prefix + name))
    )


def state_of(process: subprocess.Popen[bytes]) -> str:
    """The kernel's letter for what a process does: T is stopped."""
    text = Path(f"/proc/{process.pid}/stat").read_text()
    return text.rpartition(")")[2].split()[0]
