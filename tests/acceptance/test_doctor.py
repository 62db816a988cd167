"""`ledger doctor`: what is wrong is said with what mends it, and nothing is changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.log import Log
from ledger.log.rights import READER
from ledger.views import SCHEMA
from ledger.views.projection import Projector
from tests.commanding import ROOT, ledger
from tests.databases import Cluster


def examined(**settings: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The lines by part and code; the exit says whether something is wrong."""
    done = ledger("doctor", "--format", "json", settings=settings)
    told = json.loads(done.out)
    states = [line["state"] for line in told["lines"]]
    assert done.code == int("wrong" in states), done
    assert told["wrong"] == states.count("wrong")
    assert all(line["mend"] for line in told["lines"] if line["state"] == "wrong")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in told["lines"]:
        kept = found.setdefault((line["part"], line["code"]), line)
        if kept is not line:
            kept["mend"] += line["mend"]
    return found


def test_a_new_home_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    """What is not set up is unknown, and is not made by asking."""
    home = tmp_path / "home"
    found = examined(LEDGER_HOME=str(home))

    unknown = {key for key, line in found.items() if line["state"] == "unknown"}
    assert unknown >= {("home", "not-made"), ("database", "not-made"), ("kafka", "not-set")}
    assert not home.exists()


def test_what_is_well_is_said(database: str, tmp_path: Path) -> None:
    """A database whose views are built: versions, rights, reader, clock."""
    with Log.open(database) as log:
        Projector(log).make()
    with psycopg.connect(database, autocommit=True) as rows:
        rows.execute("SELECT public.make_reader()")

    found = examined(LEDGER_DATABASE_URL=database, LEDGER_HOME=str(tmp_path))

    fine = {key for key, line in found.items() if line["state"] == "fine"}
    assert fine >= {
        ("versions", "versions"), ("reader", "bound"), ("clock", "in-step"), ("home", "disk"),
        ("home", "writable"),
    }  # fmt: skip
    assert "everywhere" in found["reader", "bound"]["says"]


def test_a_table_that_row_security_does_not_bind(database: str) -> None:
    """Somebody granted the reader more than its policies let through: the table is named."""
    with Log.open(database) as log:
        Projector(log).make()
    with psycopg.connect(database, autocommit=True) as rows:
        rows.execute("SELECT public.make_reader()")
        rows.execute(
            f"CREATE TABLE {SCHEMA}.bare (a int); GRANT SELECT ON {SCHEMA}.bare TO {READER}"
        )
        rows.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {READER}")

    found = examined(LEDGER_DATABASE_URL=database)

    assert "bare" in found["reader", "not-bound"]["says"]


@pytest.fixture
def poor(embedded_cluster: Cluster) -> Iterator[str]:
    """A user who may sign in and nothing else."""
    name = f"poor_{uuid4().hex[:8]}"
    with embedded_cluster.admin() as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN")
        yield name
        admin.execute(f"DROP ROLE {name}")


def test_rights_that_lack_are_named(embedded_cluster: Cluster, poor: str) -> None:
    """In an empty database, and in one whose tables are another's; nothing is migrated."""
    with embedded_cluster.database(migrated=False) as dsn:
        found = examined(LEDGER_DATABASE_URL=make_conninfo(dsn, user=poor))
        mend = found["database", "rights"]["mend"]
        assert "GRANT CREATE ON DATABASE" in mend
        assert f'GRANT ledger_reader TO "{poor}";' in mend
        assert "ledger database prepare" in mend
        assert found["database", "migrations"]["state"] == "note"
        with psycopg.connect(dsn) as rows:
            assert rows.execute("SELECT to_regclass('public.events')").fetchone() == (None,)
    with embedded_cluster.database() as dsn:
        found = examined(LEDGER_DATABASE_URL=make_conninfo(dsn, user=poor))
        assert "sign in as" in found["database", "rights"]["mend"]


def test_what_settings_name_and_is_not_there(tmp_path: Path) -> None:
    """Each file by its setting, the database and the broker that are away; all in one go."""
    lacking = tmp_path / "lacking"
    blocked = tmp_path / "file"
    blocked.touch()
    settings = {
        "LEDGER_POLICY": str(lacking), "LEDGER_WEBHOOKS": str(lacking),
        "LEDGER_KAFKA_PARTIES": str(lacking), "LEDGER_KAFKA_SCHEMA_IDS": str(lacking),
        "LEDGER_KAFKA_BOOTSTRAP": "127.0.0.1:1", "LEDGER_KAFKA_CA_FILE": str(lacking),
    }  # fmt: skip
    done = ledger("doctor", "--format", "json", settings=settings | {
        "LEDGER_DATABASE_URL": "postgresql://root:hush@127.0.0.1:1/db",
    })  # fmt: skip
    told = json.loads(done.out)
    wrong = [(line["part"], line["about"]) for line in told["lines"] if line["state"] == "wrong"]

    assert done.code == 1
    assert "hush" not in done.out + done.said
    assert {about for part, about in wrong if part == "files"} == {
        "LEDGER_POLICY", "LEDGER_WEBHOOKS", "LEDGER_KAFKA_PARTIES", "LEDGER_KAFKA_SCHEMA_IDS",
    }  # fmt: skip
    assert {part for part, _ in wrong} == {"files", "database", "kafka", "certificates"}
    found = examined(LEDGER_HOME=str(blocked / "home"))
    assert str(blocked) in found["home", "read-only"]["says"]


def test_the_authority_of_a_webhook_says_when_it_ends(tmp_path: Path) -> None:
    """Beside the list of webhooks, whose secrets are in no line."""
    (tmp_path / "desk.secret").write_text("hush")
    (tmp_path / "ca.pem").write_bytes((ROOT / "tests/fixtures/authority.pem").read_bytes())
    hooks = tmp_path / "hooks.toml"
    hooks.write_text(
        '[[webhook]]\nname = "desk"\nurl = "https://desk.example/x"\n'
        'secret_file = "desk.secret"\nca_file = "ca.pem"\n'
    )

    found = examined(LEDGER_WEBHOOKS=str(hooks), LEDGER_HOME=str(tmp_path / "home"))

    assert found["files", "read"]["state"] == "fine"
    assert "webhook desk" in found["certificates", "tls"]["about"]
    assert "hush" not in json.dumps([*found.values()])


def test_a_broken_connection_string_is_a_line() -> None:
    """Not a connection string at all: said so, and the rest is examined."""
    found = examined(LEDGER_DATABASE_URL="postgresql://root:hush@h/db?nonsense=1")

    assert "no connection string" in found["database", "away"]["says"]
    assert ("home", "disk") in found
