"""A season through a real broker while its ingest is killed again and again, and once frozen.

What only the operator may say is loaded first. The reconciliation is the one of the same season
loaded from a file, nothing lost, nothing doubled.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from consumers.broker.connection import producer
from consumers.broker.local import LocalBroker
from consumers.broker.topics import create
from ledger.commands.demo_kafka import messages, operators
from ledger.facts.canonical import encode
from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.log.embedded import leave, server
from ledger.season import season
from tests.databases import open_folder
from tests.ingesting import until
from tests.loaded import run

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

ROUNDS = int(os.environ.get("LEDGER_FAULT_ROUNDS") or 5)
SEED = int(os.environ.get("LEDGER_FAULT_SEED") or random.SystemRandom().randrange(1_000_000))
EVENTS = 6_000
SESSION_SECONDS = 6
life_seconds_max = 1.2
patience_seconds = 90.0


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process of the ledger with this home."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    return clean | {"LEDGER_HOME": str(home)} | more


def ledger(home: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """What a command prints; it must succeed."""
    done = run(*arguments, env=environment(home), stdin=stdin or b"")

    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    """The reconciliation without what depends on the order of arrival and the moment of asking."""
    found = json.loads(ledger(home, "reconcile", "--format", "json", *arguments))
    moment = {"position", "as_of"}
    return [{key: value for key, value in row.items() if key not in moment} for row in found]


@contextmanager
def running(home: Path, broker: LocalBroker, only: str, instance: str) -> Iterator[psutil.Process]:
    """`ledger run` for the time of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger", "run", "--only", only],
        env=environment(
            home,
            LEDGER_KAFKA_BOOTSTRAP=broker.bootstrap,
            LEDGER_KAFKA_INSTANCE=instance,
            LEDGER_KAFKA_SESSION_SECONDS=str(SESSION_SECONDS),
            LEDGER_METRICS_PORT="0",
        ),
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(patience_seconds)


def ingest_of(supervisor: psutil.Process) -> psutil.Process:
    """The supervisor's ingest, once there is one."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        for child in supervisor.children():
            try:
                if "ingest" in child.cmdline():
                    return child
            except psutil.Error:
                continue
        time.sleep(0.05)
    raise AssertionError("the supervisor did not start an ingest again")


def send(broker: LocalBroker, part: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Produce messages; on return the broker has them."""
    sender = producer(broker.connection)
    for topic, value, content_type in part:
        sender.send(topic, value=value, headers=[("content-type", content_type)])
    sender.flush()
    sender.close()


def test_killed_and_frozen_the_reconciliation_is_the_same(own_broker: LocalBroker) -> None:
    """Every event is there once, said by who may; the promises hold, each row equals the file's."""
    print(f"seed {SEED}: repeat with LEDGER_FAULT_SEED={SEED}")  # noqa: T201 - how to repeat it
    chance = random.Random(SEED)  # noqa: S311 - moments of death, not a secret
    facts = list(season(EVENTS, seed=7).facts())
    distinct = len({fact.id for fact in facts})
    with open_folder() as folder:
        create(own_broker.connection)
        by_hand = [fact for fact in facts if operators(fact)]
        sent = list(messages((fact for fact in facts if not operators(fact)), SEED))
        parts = [sent[number :: ROUNDS + 2] for number in range(ROUNDS + 2)]
        home = folder / "kafka"
        ledger(home, "load", "-", stdin=lines_of(by_hand))
        dsn = server(home)
        try:
            with (
                Log.open(dsn) as log,
                running(home, own_broker, "ingest,projector", "first") as supervisor,
            ):
                for part in parts[:ROUNDS]:
                    victim = ingest_of(supervisor)
                    send(own_broker, part)
                    time.sleep(chance.random() * life_seconds_max)
                    victim.kill()
                    # Gone and buried, else it is taken for its successor.
                    victim.wait(patience_seconds)
                frozen = ingest_of(supervisor)
                send(own_broker, parts[ROUNDS])
                before = log.position()
                until(lambda: log.position() > before, patience_seconds)
                frozen.send_signal(signal.SIGSTOP)
                send(own_broker, parts[ROUNDS + 1])
                with running(home, own_broker, "ingest", "second"):
                    until(lambda: log.position() == distinct, patience_seconds)
                    frozen.send_signal(signal.SIGCONT)
                    # The zombie wakes beside its successor: what it still does must change nothing.
                    time.sleep(1.0)
                assert log.position() == distinct
        finally:
            leave(home)
        ledger(home, "catch-up", "--now", (datetime.now(UTC) + timedelta(days=2)).isoformat())
        ledger(home, "verify")
        cases = json.loads(ledger(home, "discrepancies", "--rule", "M-65", "--format", "json"))
        assert cases == []

        other = folder / "file"
        ledger(other, "load", "--recorded-at", "event", "-", stdin=lines_of(facts))
        ledger(other, "catch-up")

        for split in ((), ("--split", "exporter"), ("--split", "agent")):
            assert bare(rows(home, *split)) == bare(rows(other, *split))


def lines_of(facts: Sequence[Fact]) -> bytes:
    """Facts as a file of NDJSON."""
    return b"".join(encode(fact) + b"\n" for fact in facts)


def bare(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what cases tell: the audit of one was not the audit of the other."""
    told = {"cases", "status"}
    return [{key: value for key, value in row.items() if key not in told} for row in found]
