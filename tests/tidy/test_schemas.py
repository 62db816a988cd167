"""The log's tables may be in another schema than `public`: no statement says in which."""

import re

import pytest

from tests.tidy.sources import found, text, tracked

PRODUCT = ("ledger/*.py", "consumers/*.py", "ledger/*.sql")
MIGRATIONS = "ledger/log/migrations/"
CONNECTS = (
    "ledger/log/connecting.py", "ledger/log/recorder.py", "ledger/log/seeing.py",
    "ledger/log/embedded.py", "ledger/commands/database.py",
)  # fmt: skip
"""What connects by itself: it settles the connection, or asks for no table of ours."""
_MADE = re.compile(r"^CREATE TABLE (?:IF NOT EXISTS )?(?:public\.)?(\w+)", re.MULTILINE)


def qualified(path: str, source: str) -> list[str]:
    """Statements that look for a table of the log in `public`, wherever it is."""
    if path.startswith(MIGRATIONS):
        return []
    return [
        f"{path} says {hit}: leave the schema out, the connection knows it"
        for hit in re.findall(r"\bpublic\.[a-z_{]+", source)
    ]


def unqualified(path: str, source: str) -> list[str]:
    """What a migration makes without `public.`, which is where its own schema is put in."""
    made = re.findall(
        r"^(?:CREATE|ALTER) (?:TABLE|FUNCTION) (?!public\.)[^(]+", source, re.MULTILINE
    )
    return [f"{path} has {each}: write public., it is replaced" for each in made]


def connecting(path: str, source: str) -> list[str]:
    """Connections that nobody told where the ledger's tables are."""
    if path in CONNECTS:
        return []
    return [
        f"{path} has {hit}: use ledger.log.connecting.connect"
        for hit in re.findall(r"psycopg\.connect\(|ConnectionPool\(", source)
    ]


def test_no_statement_says_where_the_log_is() -> None:
    """Names of tables and functions are looked up in the schema that holds them."""
    assert found(qualified, tracked(*PRODUCT)) == []


def test_migrations_say_public() -> None:
    """It is replaced by the schema they are applied in."""
    assert found(unqualified, tracked(f"{MIGRATIONS}*.sql")) == []


def test_every_connection_is_settled() -> None:
    """Whoever connects, connects by `connect`."""
    assert found(connecting, tracked("ledger/*.py", "consumers/*.py")) == []


def test_no_view_hides_a_table_of_the_log() -> None:
    """Tables of the views come first in a search path: none is called like one of the log's."""
    of_log = {name for file in tracked(f"{MIGRATIONS}*.sql") for name in _MADE.findall(text(file))}
    product = tracked("ledger/*.py")
    of_views = {name for file in product for name in re.findall(r"CREATE TABLE (\w+)", text(file))}
    assert {"events", "tokens"} <= of_log
    assert {"moves", "cases"} <= of_views
    assert not of_log & of_views


@pytest.mark.parametrize(
    ("check", "path", "source"),
    [
        (qualified, "ledger/x.py", 'x = "SELECT FROM public.events"'),
        (unqualified, f"{MIGRATIONS}9.sql", "CREATE TABLE more (one int);\n"),
        (connecting, "ledger/x.py", "psycopg.connect(dsn)"),
        (connecting, "consumers/x.py", "ConnectionPool(dsn)"),
    ],
)
def test_the_checks_can_fail(check: object, path: str, source: str) -> None:
    """Each finds what it looks for."""
    assert callable(check)
    assert check(path, source) != []
