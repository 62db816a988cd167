"""The database itself keeps foreign rows from the web's role, whatever a query forgets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.errors import Misuse
from ledger.log import Log, migrate
from ledger.log.rights import READER
from ledger.views.projection import Projector
from ledger.web.desk import Desk
from tests.databases import Cluster
from tests.web.api.conftest import Trade

NAMELESS = {"progress", "audit", "mentions", "retracted", "unbound", "corrections"}
"""Tables of positions, hashes and ids."""


@contextmanager
def reader(dsn: str, role: str, party: str, source: str = "") -> Iterator[Any]:
    """The web's role in a transaction of a viewer."""
    with psycopg.connect(dsn) as connection:
        connection.execute(f"SET LOCAL ROLE {READER}")
        connection.execute(
            "SELECT set_config('search_path', 'views_4, public', true),"
            " set_config('ledger.role', %s, true), set_config('ledger.party', %s, true),"
            " set_config('ledger.source', %s, true)",
            (role, party, source),
        )
        yield connection
        connection.rollback()


def tables(dsn: str) -> list[str]:
    """Every table of the views, and those of the log that the reader may read."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'views_4'::regnamespace"
            " AND relkind = 'r' ORDER BY 1"
        ).fetchall()
    return [*(name for (name,) in found), "events", "dead_letter"]


@pytest.mark.parametrize("role", ["exporter", "processor", "importer", "certifier"])
def test_no_table_shows_a_row_of_others(trade: Trade, role: str) -> None:
    """Read without any filter, no table holds a name of a chain the viewer has no part in."""
    party = {
        "exporter": trade.parties.other_exporter, "processor": trade.parties.other_exporter,
        "importer": trade.parties.other_importer, "certifier": trade.parties.other_rcb,
    }[role]  # fmt: skip
    things, parties = trade.things, trade.parties
    names = (things.mark, things.lot, things.shipment, parties.exporter, things.source)
    seen = 0
    with reader(trade.dsn, role, party) as connection:
        for table in tables(trade.dsn):
            state = "convert_from(state, 'UTF8') || topic" if "events" in table else "t::text"
            rows = connection.execute(f"SELECT {state} FROM {table} AS t").fetchall()
            seen += len(rows)
            for (text,) in rows:
                words = set(text.replace('"', " ").replace(",", " ").replace("(", " ").split())
                assert not words & set(names), (table, text)
    assert seen > 50


@pytest.mark.parametrize(("role", "party"), [("", ""), ("scanner", "EXP-SIERRA"), ("nobody", "x")])
def test_nobody_and_scanners_see_no_table(trade: Trade, role: str, party: str) -> None:
    """A transaction that says nothing of who asks sees positions and hashes at most."""
    with reader(trade.dsn, role, party) as connection:
        for table in tables(trade.dsn):
            if table in NAMELESS:
                continue
            rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()

            assert rows == (0,), table


def test_a_scanner_sees_the_events_of_its_source(trade: Trade) -> None:
    """All of them, and of no other."""
    source = trade.things.source
    with reader(trade.dsn, "scanner", trade.parties.exporter, source) as connection:
        found = connection.execute(
            "SELECT DISTINCT convert_from(state, 'UTF8')::jsonb->>'source' FROM events"
        ).fetchall()

    assert found == [(source,)]


@pytest.mark.parametrize("table", ["tokens", "meta", "source_position", "tracking"])
def test_the_reader_cannot_read_what_it_does_not_need(trade: Trade, table: str) -> None:
    """Tokens and keys are nobody's to read."""
    with (
        reader(trade.dsn, "operator", "") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT * FROM {table}")


@pytest.mark.parametrize("table", ["events", "views_4.places", "views_4.cases"])
def test_the_reader_cannot_write(trade: Trade, table: str) -> None:
    """Nothing, not even as an operator."""
    with (
        reader(trade.dsn, "operator", "") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"DELETE FROM {table}")


def test_every_table_is_guarded(trade: Trade) -> None:
    """A table without a policy shows nothing; every policy names a table that is there."""
    with psycopg.connect(trade.dsn) as connection:
        found = connection.execute(
            "SELECT relname, relrowsecurity FROM pg_class"
            " WHERE relnamespace = 'views_4'::regnamespace AND relkind = 'r'"
        ).fetchall()

    assert all(guarded for _, guarded in found)
    with Log.open(trade.dsn) as log:
        assert set(Projector(log).seen) <= {name for name, _ in found}


def test_a_table_without_policies_keeps_the_web_from_starting(database: str) -> None:
    """Row-level security that does not bind is no reason to serve all the same."""
    with Log.open(database) as log:
        desk = Desk(log)
        desk.open()
        desk.close()
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CREATE TABLE public.leak (party text)")
            connection.execute(f"GRANT SELECT ON public.leak TO {READER}")

        with pytest.raises(Misuse, match="leak"):
            Desk(log).open()


def test_it_starts_on_an_ordinary_server(ordinary_database: str) -> None:
    """Where an administrator has made the role, the web starts under an ordinary owner."""
    with Log.open(ordinary_database) as log:
        desk = Desk(log)
        desk.open()
        desk.close()


def test_an_owner_who_may_not_make_the_role_is_told_how(embedded_cluster: Cluster) -> None:
    """The ledger is migrated all the same; only the web says what an administrator has to do."""
    with embedded_cluster.database(migrated=False) as dsn:
        with psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute("CREATE ROLE poor LOGIN")
            admin.execute(f"ALTER DATABASE {admin.info.dbname} OWNER TO poor")
        try:
            poor = make_conninfo(dsn, user="poor")
            migrate(poor)
            with (
                Log.open(poor) as log,
                pytest.raises(Misuse, match='GRANT ledger_reader TO "poor"'),
            ):
                Desk(log).open()
        finally:
            with psycopg.connect(dsn, autocommit=True) as admin:
                admin.execute("DROP OWNED BY poor CASCADE")
                admin.execute(f"ALTER DATABASE {admin.info.dbname} OWNER TO postgres")
                admin.execute("DROP ROLE poor")
