"""`ledger run --ingests`: several processes read side by side, and nothing is recorded twice."""

import subprocess
import sys
from typing import Any

import pytest

from consumers.broker.connection import administration
from consumers.broker.local import LocalBroker
from consumers.broker.topics import SCANS, create
from ledger.log import Log
from tests.commanding import environment, ledger, refused
from tests.ingesting import applied, avro, ids, recorded, send, until

pytestmark = pytest.mark.kafka
GROUP = "two-ingests"
patience_seconds = 120.0
"""Three processes have to start."""


def members(broker: LocalBroker) -> dict[str, int]:
    """How many partitions each member of the group has, by the name of its instance."""
    with administration(broker.connection) as admin:
        described: Any = admin.describe_groups([GROUP])[GROUP]
    return {
        member["group_instance_id"]: sum(
            len(topic["partitions"])
            for topic in (member["member_assignment"] or {"assigned_partitions": []})[
                "assigned_partitions"
            ]
        )
        for member in described["members"]
    }


def test_two_ingests_share_the_partitions(own_broker: LocalBroker, database: str, log: Log) -> None:
    """Each has a name of its own and partitions of its own; every message is recorded once."""
    create(own_broker.connection, partitions=4)
    facts = [applied() for _ in range(40)]
    for number in range(4):
        send(own_broker.connection, SCANS, avro(facts[number::4]), partition=number)
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger", "run", "--only", "ingest", "--ingests", "2"],
        env=environment(
            LEDGER_DATABASE_URL=database,
            LEDGER_KAFKA_BOOTSTRAP=own_broker.bootstrap,
            LEDGER_KAFKA_GROUP=GROUP,
            LEDGER_KAFKA_INSTANCE="hall",
            LEDGER_METRICS_PORT="0",
        ),
    )
    try:
        until(lambda: log.position() == len(facts), seconds=patience_seconds)
        until(lambda: sorted(members(own_broker)) == ["hall-1", "hall-2"], patience_seconds)
        until(lambda: min(members(own_broker).values()) > 0, patience_seconds)
        later = [applied() for _ in range(8)]
        for number in range(4):
            send(own_broker.connection, SCANS, avro(later[number::4]), partition=number)
        until(lambda: log.position() == len(facts) + len(later), patience_seconds)
    finally:
        process.terminate()
        process.wait(60)

    assert sorted(recorded(log)) == sorted(ids([*facts, *later]))
    assert process.returncode == 0


def test_there_must_be_an_ingest(database: str) -> None:
    """It is said where there is none to have more of."""
    settings = {"LEDGER_DATABASE_URL": database}

    refused(
        ledger("run", "--only", "web", "--ingests", "2", settings=settings), 2, "--ingests 2", "web"
    )
    refused(ledger("run", "--ingests", "0", settings=settings), 2, "--ingests")
