"""A home and an export of release 0.1.0 are opened by the product of now, nothing lost."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

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


def restored(dsn: str) -> None:
    """Run the plain dump, as psql would, on a server that has the role it grants to."""
    with psycopg.connect(dsn) as connection:
        role = "SELECT FROM pg_roles WHERE rolname = 'ledger_reader'"
        if connection.execute(role).fetchone() is None:
            connection.execute("CREATE ROLE ledger_reader NOLOGIN")
        connection.execute((OLD / "public.sql").read_bytes())


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
        row = connection.execute(f"SELECT count(*) FROM public.{table}".encode()).fetchone()
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


def test_a_home_is_migrated_caught_up_and_verified(bare: str) -> None:
    """The restored database keeps its log, tokens and offsets through the migrations of now."""
    restored(bare)

    ledger(bare, "catch-up")

    assert number(bare, "events") >= EVENTS
    assert number(bare, "source_position") == 18
    with psycopg.connect(bare) as connection:
        tokens = connection.execute(
            "SELECT role, party, revoked_at IS NULL FROM public.tokens ORDER BY role"
        ).fetchall()
    assert tokens == [("exporter", "EXP-X0001", True), ("operator", "operator", False)]
    assert_as_it_was(bare)


def test_an_export_is_imported_caught_up_and_verified(bare: str) -> None:
    """The export of version 1 still makes the same home, positions and refusals included."""
    ledger(bare, "import", str(OLD / "export.avro"))

    ledger(bare, "catch-up", "--now", AUDITED_UNTIL)

    assert number(bare, "events") >= EVENTS
    assert_as_it_was(bare)
