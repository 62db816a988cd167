"""Migrations that are cut off anywhere: the next command finds the work done, or does it."""

from collections.abc import Iterator
from importlib.resources import as_file, files

import psycopg
import pytest
from yoyo import get_backend, read_migrations

from ledger.log import Log, migrate
from ledger.log.migrating import _yoyo_url, missing
from tests.commanding import ledger, refused
from tests.cutting import line_to
from tests.databases import Cluster


def migrated(dsn: str) -> bool:
    """Whether a database has every migration, and each works."""
    with psycopg.connect(dsn) as connection:
        lacking = missing(connection)
    if lacking:
        return False
    with Log.open(dsn) as log:
        return log.position() == 0


def test_a_migration_may_be_cut_at_any_commit(ordinary_cluster: Cluster) -> None:
    """Whichever COMMIT is not answered, the next command finds the work done or does it."""
    cut, tried = 1, 0
    while True:
        with ordinary_cluster.database(migrated=False) as dsn, line_to(dsn) as line:
            line.cut_at_commit = cut
            first = ledger("token", "list", settings={"LEDGER_DATABASE_URL": line.dsn})
            if not line.cuts:
                assert (first.code, tried > 4) == (0, True), first.said
                return
            refused(first, 1, "The database")
            tried += 1
            again = ledger("catch-up", settings={"LEDGER_DATABASE_URL": dsn})
            assert again.code == 0, again.said
            assert migrated(dsn)
        cut += 1


@pytest.mark.parametrize("share", [0.02, 0.2, 0.4, 0.6, 0.8, 0.97])
def test_a_migration_may_be_cut_after_any_answer(ordinary_cluster: Cluster, share: float) -> None:
    """The line goes in the middle of whatever: a sentence, and the next run goes on."""
    with ordinary_cluster.database(migrated=False) as dsn, line_to(dsn) as line:
        migrate(line.dsn)
        whole = line.bytes
    with ordinary_cluster.database(migrated=False) as dsn, line_to(dsn) as line:
        line.bytes_max = int(whole * share)
        first = ledger("token", "list", settings={"LEDGER_DATABASE_URL": line.dsn})
        assert line.cuts
        refused(first, 1, "The database")

        assert ledger("token", "list", settings={"LEDGER_DATABASE_URL": dsn}).code == 0
        assert migrated(dsn)


@pytest.fixture
def open_database(embedded_cluster: Cluster) -> Iterator[str]:
    """A fresh database whose user may make tables in `public`, as every user once might."""
    with embedded_cluster.database(migrated=False) as dsn:
        yield dsn


@pytest.mark.parametrize("applied", [1, 2, 3, 4])
def test_a_note_that_an_earlier_program_lost_is_made_good(open_database: str, applied: int) -> None:
    """Applied and not noted, as a kill between the two left it: noted, and the rest applied."""
    backend = get_backend(_yoyo_url(open_database))
    with as_file(files("ledger.log") / "migrations") as folder:
        of_old = list(backend.to_apply(read_migrations(str(folder))))[:applied]
        for migration in of_old:
            backend.apply_one(migration)  # the library's own way: two transactions
    with backend.transaction():
        backend.unmark_one(of_old[-1], log=False)
    backend.connection.close()

    migrate(open_database)

    assert migrated(open_database)


def test_a_table_of_somebody_else_is_not_taken_for_ours(open_database: str) -> None:
    """A database that holds another program's `events` is refused, and stays as it was."""
    with psycopg.connect(open_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE events (theirs text)")

        done = ledger("load", "-", settings={"LEDGER_DATABASE_URL": open_database})

        refused(done, 2, "another program", "a database of its own")
        found = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_name NOT LIKE '%yoyo%'"
        ).fetchall()
    assert found == [("events",)]
