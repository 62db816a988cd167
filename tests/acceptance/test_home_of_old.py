"""A home and an export of release 0.1.0 are opened by the product of now, nothing lost."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests import commanding
from tests.databases import Cluster

OLD = Path(__file__).parents[1] / "fixtures" / "home-0.1.0"
EVENTS, LETTERS = 449, 5
AUDITED_UNTIL = "2026-12-05"
"""The audit's clock of the home."""


@pytest.fixture
def bare(cluster: Cluster) -> Iterator[str]:
    """A database without any table, on each of the two servers in turn."""
    with cluster.database(migrated=False) as dsn:
        yield dsn


@pytest.fixture
def old(cluster: Cluster, bare: str) -> str:
    """A database into which the plain dump was restored, as psql would, into `public`.

    Its user may make tables there, as every user might when the home was new.
    """
    parts = conninfo_to_dict(bare)
    with cluster.admin(str(parts["dbname"])) as admin:
        role = "SELECT FROM pg_roles WHERE rolname = 'ledger_reader'"
        if admin.execute(role).fetchone() is None:
            admin.execute("CREATE ROLE ledger_reader NOLOGIN")
        admin.execute(f"GRANT CREATE ON SCHEMA public TO {parts['user']}".encode())
    with psycopg.connect(bare) as connection:
        connection.execute((OLD / "public.sql").read_bytes())
    return bare


def ledger(dsn: str, *arguments: str) -> str:
    """What a command prints; it must succeed."""
    done = commanding.ledger(*arguments, settings={"LEDGER_DATABASE_URL": dsn})

    assert done.code == 0, done.said
    return done.out + done.said


def told(dsn: str, *arguments: str) -> list[dict[str, Any]]:
    """The rows that a command prints as JSON."""
    settings = {"LEDGER_DATABASE_URL": dsn}
    done = commanding.ledger(*arguments, "--format", "json", settings=settings)
    assert done.code == 0, done.said
    rows: list[dict[str, Any]] = json.loads(done.out)
    return rows


def number(dsn: str, table: str) -> int:
    """How many rows a table has."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def assert_as_it_was(dsn: str) -> None:
    """Facts, refusals, decisions and the signed year are what they were; the promises hold."""
    assert "All promises hold" in ledger(dsn, "verify")
    assert number(dsn, "dead_letter") == LETTERS
    [pair] = told(dsn, "reconcile", "--importer", "IMP-X0001", "--rcb", "RCB-X0001")
    figures = ("issued", "in_transit", "delivered", "arrived")
    assert [pair[name] for name in figures] == [367, 20, 300, 300]
    cases = told(dsn, "discrepancies", "--state", "OPEN,EXPLAINED,ESCALATED,CLOSED")
    states = Counter((case["rule"], case["state"]) for case in cases)
    assert states["M-02", "CLOSED"] == states["M-03", "ESCALATED"] == 1
    [period] = told(dsn, "period", "show", "FY2025")
    assert (period["importer"], period["state"]) == ("IMP-X0001", "RESTATED")


def test_a_home_is_migrated_caught_up_and_verified(old: str) -> None:
    """The restored database keeps its log, tokens and offsets through the migrations of now."""
    ledger(old, "catch-up")

    assert number(old, "events") >= EVENTS
    assert number(old, "source_position") == 18
    with psycopg.connect(old) as connection:
        tokens = connection.execute(
            "SELECT role, party, revoked_at IS NULL FROM tokens ORDER BY role"
        ).fetchall()
    assert tokens == [("exporter", "EXP-X0001", True), ("operator", "operator", False)]
    assert_as_it_was(old)
    recorded = number(old, "events")
    ledger(old, "rebuild")
    ledger(old, "catch-up")
    assert number(old, "events") == recorded
    assert_as_it_was(old)


def test_an_export_is_imported_caught_up_and_verified(bare: str) -> None:
    """The export of version 1 still makes the same home, positions and refusals included."""
    ledger(bare, "import", str(OLD / "export.avro"))

    ledger(bare, "catch-up", "--now", AUDITED_UNTIL)

    assert number(bare, "events") >= EVENTS
    assert_as_it_was(bare)
