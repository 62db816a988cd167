"""PostgreSQL as operators have it: each version, and a user who may do no more than it has to.

What an administrator does first is what `ledger database prepare` prints or runs, word by word.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which
from typing import NamedTuple

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.log import Log, recorder, seeing
from ledger.log.connecting import OWN_SCHEMA, connect
from ledger.log.rights import rights
from ledger.web.desk import SYSTEM, Desk
from tests.commanding import Done, ledger, refused
from tests.databases import open_folder, ordinary_server
from tests.handbook.fences import blocks
from tests.handbook.shell import run, shell
from tests.servers import lacks, own, required

OWN = 18
VERSIONS = [15, 16, 17, OWN]
ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "fixtures" / "home-0.1.0"
seconds_max = 200.0
SEASON = ("season", "--events", "420", "--seed", "7", "--faults", "count-variance")


class Server(NamedTuple):
    """A running server: an administrator's address, and its version."""

    admin: str
    version: int

    def url(self, user: str, database: str, password: str | None = None) -> str:
        """The address of a user, as an operator would write it."""
        parts = conninfo_to_dict(self.admin)
        secret = "" if password is None else f":{password}"
        return f"postgresql://{user}{secret}@{parts['host']}:{parts['port']}/{database}"


@contextmanager
def running(version: int) -> Iterator[Server]:
    """A server of a version, as an operator runs it."""
    programs = own() if version == OWN else required(version)
    with open_folder() as folder, ordinary_server(folder, programs) as (_, admin):
        yield Server(admin, version)


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each version in turn."""
    with running(request.param) as found:
        with psycopg.connect(found.admin) as admin:
            assert admin.info.server_version // 10_000 == request.param
        yield found


@pytest.fixture(scope="module")
def season() -> bytes:
    """A small season in which a count differs."""
    done = ledger(*SEASON, settings={})
    assert done.code == 0, done.said
    return done.out.encode()


@pytest.fixture(scope="module")
def prepared(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two databases that `prepare --run` made, with a user of their own; the first is used."""
    file = tmp_path_factory.mktemp("admin") / "url"
    file.write_text(server.admin + "\n")
    secret = secrets.token_hex(8)
    urls = [server.url("seals", name, secret) for name in ("ledger_a", "ledger_b")]
    for url in urls:
        for again in (False, True):
            done = ok("database", "prepare", "--run", "--admin-url-file", str(file), url=url)
            assert ("is made" in done.said) is not again
            assert "may NOT" not in done.said
            assert secret not in done.said + done.out
    return urls[0], urls[1]


def ok(*arguments: str, url: str, stdin: bytes = b"") -> Done:
    """A command that must succeed."""
    done = ledger(*arguments, settings={"LEDGER_DATABASE_URL": url}, stdin=stdin)
    assert done.code == 0, done.said
    return done


def test_a_season_with_an_ordinary_user(
    prepared: tuple[str, str], season: bytes, tmp_path: Path
) -> None:
    """Loaded, caught up, read by the web's role, verified, rebuilt, exported and imported."""
    first, second = prepared
    ok("load", "-", url=first, stdin=season)
    ok("catch-up", url=first)
    found = json.loads(ok("reconcile", "--format", "json", url=first).out)
    assert found
    assert json.loads(ok("discrepancies", "--format", "json", url=first).out)
    with Log.open(first) as log, closing(Desk(log)) as desk:
        desk.open()
        standing = desk.standing()
        assert (standing.behind, standing.position) == (0, log.position())
        with desk.looking(SYSTEM) as looking:
            reader = looking.rows.execute("SELECT current_user::text").fetchone()
        assert reader == ("ledger_reader",)
    assert "All promises hold" in ok("verify", url=first).said
    ok("rebuild", url=first)
    assert json.loads(ok("reconcile", "--format", "json", url=first).out)[0].keys()

    file = str(tmp_path / "all.avro")
    ok("export", file, url=first)
    ok("import", file, url=second)
    ok("catch-up", url=second)
    assert "All promises hold" in ok("verify", url=second).said
    with connect(first) as one, connect(second) as other:
        events = "SELECT count(*), max(recorded_at) FROM events"
        assert one.execute(events).fetchone() == other.execute(events).fetchone()
        # Its tables are in a schema of their own: nothing is in `public`.
        tables = "SELECT DISTINCT schemaname FROM pg_tables WHERE tableowner = 'seals' ORDER BY 1"
        assert one.execute(tables).fetchall() == [(OWN_SCHEMA,), ("views_4",)]
        assert [right.what for right in rights(one) if not right.held] == []


@pytest.fixture
def bare(server: Server) -> Iterator[str]:
    """The address of an ordinary user in a database that an administrator made."""
    with psycopg.connect(server.admin, autocommit=True) as admin:
        admin.execute("CREATE ROLE poor LOGIN PASSWORD 'poor'")
        admin.execute("CREATE DATABASE bare")
        yield server.url("poor", "bare", "poor")
        admin.execute("DROP DATABASE bare WITH (FORCE)")
        admin.execute("DROP ROLE poor")


def in_database(server: Server, name: str) -> psycopg.Connection[tuple[object, ...]]:
    """The administrator in a database."""
    return psycopg.connect(make_conninfo(server.admin, dbname=name), autocommit=True)


def test_what_is_printed_is_what_is_missing(server: Server, bare: str) -> None:
    """A user with no rights is told the command; what that prints, run twice, is enough."""
    done = ledger("catch-up", settings={"LEDGER_DATABASE_URL": bare})
    refused(done, 2, "ledger database prepare", 'GRANT CREATE ON DATABASE "bare" TO "poor";')
    printed = ok("database", "prepare", url=bare).out
    with in_database(server, "bare") as admin:
        admin.execute("DROP SCHEMA public")  # as some administrators do
        for _ in range(2):
            admin.execute(printed.encode())

    ok("catch-up", url=bare)

    with Log.open(bare) as log, closing(Desk(log)) as desk:
        desk.open()


def test_an_existing_ledger_stays_in_public(server: Server, bare: str) -> None:
    """A home of 0.1.0 in `public`, whose user lost its right there: prepared, it is migrated."""
    with in_database(server, "bare") as admin:
        role = "SELECT FROM pg_roles WHERE rolname = 'ledger_reader'"
        if admin.execute(role).fetchone() is None:
            admin.execute("CREATE ROLE ledger_reader NOLOGIN")
        admin.execute("GRANT CREATE ON SCHEMA public TO poor")
        with psycopg.connect(bare) as user:
            user.execute((OLD / "public.sql").read_bytes())
        admin.execute("REVOKE CREATE ON SCHEMA public FROM poor")
        told = 'GRANT USAGE, CREATE ON SCHEMA "public" TO "poor";'
        refused(ledger("verify", settings={"LEDGER_DATABASE_URL": bare}), 2, told)
        admin.execute(ok("database", "prepare", url=bare).out.encode())

    ok("catch-up", url=bare)

    with connect(bare) as user:
        assert user.execute("SELECT current_schema()").fetchone() == ("public",)
        found = user.execute("SELECT to_regnamespace(%s)", (OWN_SCHEMA,)).fetchone()
        assert found == (None,)
    with in_database(server, "bare") as admin:
        admin.execute(f"CREATE SCHEMA {OWN_SCHEMA}; GRANT USAGE ON SCHEMA {OWN_SCHEMA} TO poor")
        admin.execute(f"CREATE TABLE {OWN_SCHEMA}.source_position (somebody_elses text)")
    with connect(bare) as user:
        assert user.execute("SELECT current_schema()").fetchone() == ("public",)


PAGES = ("postgresql.md", "backup-and-restore.md")
TYPED_HERE = "tests/acceptance/test_postgresql.py types it"


def test_what_the_handbook_says_is_typed(season: bytes) -> None:
    """Prepared, with a password file, dumped and restored: word by word, on a server of 15."""
    if not all(map(which, ("psql", "pg_dump", "pg_restore"))):
        lacks("no clients of PostgreSQL here: apt-get install postgresql-client")
    with running(15) as server, open_folder() as folder, shell(folder) as programs:
        (folder / "admin-url").write_text(server.admin + "\n")
        (folder / "season.ndjson").write_bytes(season)
        at = f"127.0.0.1:{conninfo_to_dict(server.admin)['port']}"
        lines = []
        for page in PAGES:
            text = (ROOT / "docs" / "operator" / page).read_text(encoding="utf-8")
            typed = [block.lines for block in blocks(text) if TYPED_HERE in block.why]
            assert len(typed) > 1
            lines += [*typed, "ledger load season.ndjson\nledger token create --role operator\n"]
        script = "".join(lines).replace("db.example:5432", at)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
        env = kept | {"PYTHONPATH": str(ROOT), "HOME": str(folder)}
        done = run(script, programs, folder, env, seconds_max)

        assert done.returncode == 0, done.stdout
        held = []
        for name in ("ledger", "restored"):
            with connect(server.url("seals", name, "a-long-secret")) as one:
                sums = (
                    "SELECT (SELECT count(*) FROM events WHERE door IS NOT NULL),"
                    " (SELECT count(*) FROM tokens)"
                )
                held.append(one.execute(sums).fetchone())
        # Loaded again after the restore, all of it was known. One token more was made there.
        assert held[0] is not None
        assert held[0][0] > 400
        assert held[1] == (held[0][0], held[0][1] + 1)


def test_the_handbook_knows_how_many_connections_there_are() -> None:
    """What an operator reckons with is what the program does."""
    text = (ROOT / "docs" / "operator" / "postgresql.md").read_text(encoding="utf-8")

    assert f"up to {recorder.connections_max} connections" in text
    assert f"up to\n{seeing.connections_max} more" in text


def test_a_user_who_may_make_roles_makes_the_reader(server: Server) -> None:
    """Of version 16 on, to make a role is not to speak as it; the ledger grants that, too."""
    with psycopg.connect(server.admin, autocommit=True) as admin:
        there = admin.execute("SELECT FROM pg_roles WHERE rolname = 'ledger_reader'").fetchone()
        if there is not None:
            admin.execute("ALTER ROLE ledger_reader RENAME TO another")
        admin.execute("CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'maker'")
        admin.execute("CREATE DATABASE made OWNER maker")
    url = server.url("maker", "made", "maker")
    try:
        ok("catch-up", url=url)
        with Log.open(url) as log, closing(Desk(log)) as desk:
            desk.open()
    finally:
        with psycopg.connect(server.admin, autocommit=True) as admin:
            admin.execute("DROP DATABASE made WITH (FORCE)")
            admin.execute("DROP ROLE ledger_reader")
            admin.execute("DROP ROLE maker")
            if there is not None:
                admin.execute("ALTER ROLE another RENAME TO ledger_reader")
