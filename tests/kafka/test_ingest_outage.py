"""While the database is away the ingest holds still in its group, and then reads on."""

from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from consumers.broker.connection import Connection
from consumers.broker.topics import SCANS
from ledger.errors import Unavailable
from ledger.log import Appended, Columns, Log
from ledger.metrics import REGISTRY
from tests.brokers import FreshTopics
from tests.databases import Cluster
from tests.ingesting import (
    applied,
    avro,
    ids,
    ingesting,
    next_offset,
    recorded,
    send,
    session_seconds,
    settings_for,
    until,
)

pytestmark = pytest.mark.kafka


def test_a_database_away_longer_than_the_session_costs_nothing(
    connection: Connection,
    fresh_topics: FreshTopics,
    prefix: str,
    log: Log,
    embedded_cluster: Cluster,
) -> None:
    """Everything is paused, the partitions are kept, and what was sent meanwhile is recorded."""
    log._recorder.datastore.pool.timeout = 1.0  # noqa: SLF001 - so that the test is short
    topic = fresh_topics(SCANS)
    facts = [applied() for _ in range(40)]
    send(connection, topic, avro(facts[:20]))
    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: log.position() == 20)
        with embedded_cluster.admin() as admin:
            name = conninfo_to_dict(log.dsn)["dbname"]
            lock_out(admin, str(name))
            send(connection, topic, [*avro(facts[20:]), b"{"])
            until(lambda: REGISTRY.get_sample_value("ledger_ingest_paused") == 1)
            admin.execute(f"SELECT pg_sleep({session_seconds + 1})")
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        until(lambda: next_offset(log, topic) == 41)
        assert REGISTRY.get_sample_value("ledger_ingest_paused") == 0

    assert recorded(log) == ids(facts)
    assert len(log.dead_letters(0, 9)) == 1
    # Once at the start and once after the outage: the group has not moved the partition.
    assert epoch(log, topic) == 2


@pytest.mark.parametrize("committed", [False, True])
def test_a_commit_of_unknown_end_is_settled_once(
    connection: Connection,
    fresh_topics: FreshTopics,
    prefix: str,
    database: str,
    committed: bool,  # noqa: FBT001 - what the case is about
) -> None:
    """A batch is there once, whether it was committed or not before its answer was lost."""
    facts = [applied() for _ in range(20)]
    topic = fresh_topics(SCANS)
    send(connection, topic, [*avro(facts), b"{"])

    with FailingLog.open(database) as log:
        log.committed = committed
        with ingesting(settings_for(connection, prefix), log, prefix):
            until(lambda: next_offset(log, topic) == 21)
            until(lambda: log.failed)

        assert recorded(log) == ids(facts)
        assert len(log.dead_letters(0, 9)) == 1


class FailingLog(Log):
    """A log whose first append ends in an error, with or without having happened."""

    committed = False
    failed = False

    def record(self, columns: Columns, *rest: Any, **more: Any) -> Appended:
        """Record, or not, and fail the first time."""
        if self.failed or not columns:
            return super().record(columns, *rest, **more)
        self.failed = True
        if self.committed:
            super().record(columns, *rest, **more)
        raise Unavailable("The connection was lost.")


def lock_out(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Let nobody into a database, and end whoever is in it."""
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
    )


def epoch(log: Log, topic: str) -> int:
    """How often partition 0 was claimed."""
    with log.transaction() as rows:
        rows.execute(
            "SELECT epoch FROM source_position WHERE topic = %s AND partition = 0", (topic,)
        )
        row = rows.fetchone()
    return int(row[0]) if row else 0
