"""Migrations: applied once, whoever runs them and however often."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from ledger.errors import Unavailable
from ledger.log import Entry, Log, migrate
from ledger.log.migrating import missing


def test_migrating_again_changes_nothing(empty_database: str) -> None:
    """What was recorded between two migrations is still there after the second."""
    migrate(empty_database)
    with Log.open(empty_database) as log:
        log.append([Entry(uuid4(), "Fact", b"")])
        migrate(empty_database)

        assert log.position() == 1


def test_two_processes_may_migrate_at_once(empty_database: str) -> None:
    """The second waits for the first and finds nothing to do."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty_database] * 4))
    with psycopg.connect(empty_database) as connection:
        assert missing(connection) == set()


def test_a_killed_migration_does_not_lock_out_the_next(empty_database: str) -> None:
    """A lock row that a killed process left behind is cleared away."""
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
        connection.execute("DELETE FROM _yoyo_migration WHERE migration_id LIKE '0003%'")
        connection.execute("DROP FUNCTION lock_log")

        migrate(empty_database)

        assert missing(connection) == set()


def test_migrating_nowhere_is_unavailable() -> None:
    """A server that does not answer is named as such."""
    with pytest.raises(Unavailable):
        migrate("postgresql://127.0.0.1:1/nothing?connect_timeout=1")
