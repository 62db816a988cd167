"""Every way in which a database can be the wrong one: a sentence that says what mends it."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.log import migrate
from ledger.log.embedded import SERVER_USER
from tests.commanding import ledger, refused
from tests.databases import Cluster, connected, free_port, open_folder, ordinary_server, serving
from tests.servers import lacks, own, required

COMMANDS = (("catch-up",), ("reconcile",), ("load", "-"), ("run", "--only", "web"))
WRONG = [
    ("nonsense", 2, "set it to postgresql://user:password@host/name"),
    ("host=no-such-host.invalid dbname=x user=x", 1, "Correct the host in LEDGER_DATABASE_URL"),
    ("host=127.0.0.1 port=1 dbname=x user=x", 1, "Start the server, or correct host and port"),
    ("{ordinary} password=wrong", 1, "Correct user and password in LEDGER_DATABASE_URL"),
    ("{ordinary} user=nobody_here", 1, "Correct user and password in LEDGER_DATABASE_URL"),
    ("{ordinary} dbname=nowhere", 1, "`ledger database prepare` makes database and user"),
    ("{ordinary} sslmode=require", 1, "Look at sslmode and sslrootcert"),
    ("{powerless}", 2, "what `ledger database prepare` prints"),
    ("{newer}", 2, "is newer than this program: it has 9999.of-tomorrow"),
    ("{other}", 2, "Give the ledger a database of its own"),
    ("{standby}", 1, "The database only reads: name the primary"),
    ("{old}", 2, "The database is PostgreSQL 14: the ledger needs 15 or newer"),
    ("{transactions}", 2, "set its pool_mode to session"),
]


@pytest.fixture(scope="module")
def urls(ordinary_cluster: Cluster) -> Iterator[dict[str, str]]:
    """Databases that are wrong, each by its name in the table."""
    with ExitStack() as stack:
        ordinary = stack.enter_context(ordinary_cluster.database())
        powerless = stack.enter_context(ordinary_cluster.database(migrated=False))
        name = str(conninfo_to_dict(powerless)["dbname"])
        with ordinary_cluster.admin() as admin:
            admin.execute(f"REVOKE CREATE ON DATABASE {name} FROM ledger".encode())
        newer = stack.enter_context(ordinary_cluster.database())
        with psycopg.connect(newer, autocommit=True) as user:
            user.execute(
                "INSERT INTO _yoyo_migration SELECT 'x', '9999.of-tomorrow', applied_at_utc"
                " FROM _yoyo_migration LIMIT 1"
            )
        other = stack.enter_context(ordinary_cluster.database(migrated=False))
        with psycopg.connect(other, autocommit=True) as user:
            user.execute("CREATE SCHEMA seal_ledger_log")
            user.execute("CREATE TABLE events (theirs text)")
        standby = stack.enter_context(only_reads())
        old, _ = stack.enter_context(of_old())
        pooled = stack.enter_context(pooler(ordinary, "transaction"))
        yield {
            "ordinary": ordinary, "powerless": powerless, "newer": newer, "other": other,
            "standby": standby, "old": old, "transactions": pooled,
        }  # fmt: skip


@contextmanager
def only_reads() -> Iterator[str]:
    """A standby of a server that held a ledger; it waits for a primary, and answers questions."""
    with open_folder() as folder:
        with ordinary_server(folder, own()) as (_, admin):
            migrate(admin)
        (folder / "data" / "standby.signal").touch()
        with serving(folder, own()) as port:
            dsn = make_conninfo(admin, port=port)
            connected(dsn).close()
            yield dsn


@contextmanager
def of_old() -> Iterator[tuple[str, str]]:
    """A server of a version that is too old."""
    programs = required(14)
    with open_folder() as folder, ordinary_server(folder, programs) as found:
        yield found


@contextmanager
def pooler(dsn: str, mode: str) -> Iterator[str]:
    """A pooler in front of a database, lending sessions for as long as `mode` says."""
    program = which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        lacks("no pooler here: apt-get install pgbouncer")
    parts = conninfo_to_dict(dsn)
    with open_folder() as folder:
        port = free_port()
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{parts['dbname']} = host={parts['host']} port={parts['port']}"
            f" user={parts['user']} password={parts['password']}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
            f"unix_socket_dir =\npool_mode = {mode}\n"
        )
        account = pwd.getpwnam(SERVER_USER).pw_uid if os.geteuid() == 0 else None
        with subprocess.Popen(
            [program, settings], user=account, stderr=subprocess.DEVNULL, cwd="/"
        ) as process:
            try:
                pooled = make_conninfo(dsn, port=port)
                connected(pooled).close()
                yield pooled
            finally:
                process.terminate()


@pytest.mark.parametrize(("url", "code", "words"), WRONG)
def test_a_wrong_database(urls: dict[str, str], url: str, code: int, words: str) -> None:
    """Every command ends with one sentence, whatever is wrong, and without the password."""
    filled = url.format(**urls)
    for command in COMMANDS:
        done = ledger(*command, settings={"LEDGER_DATABASE_URL": filled, "LEDGER_WEB_PORT": "0"})

        refused(done, code, words)
        *lines, last = done.said.splitlines()
        # A process that runs on has told of itself before.
        assert (words in last, lines == [] or command[0] == "run") == (True, True), done.said
        secret = conninfo_to_dict(urls["ordinary"])["password"]
        assert str(secret) not in done.said


def test_a_pooler_of_sessions(ordinary_database: str) -> None:
    """One that lends a session for as long as a connection lasts is as good as none."""
    with pooler(ordinary_database, "session") as dsn:
        settings = {"LEDGER_DATABASE_URL": dsn}

        assert ledger("catch-up", settings=settings).code == 0
        assert ledger("verify", settings=settings).code == 0


HOMES = [
    ("{file}", "cannot be"),
    ("/proc/nothing", "cannot be"),
    ("{file}/below", "cannot be made"),
]


@pytest.mark.parametrize(("home", "words"), HOMES)
def test_a_home_that_cannot_be(tmp_path: Path, home: str, words: str) -> None:
    """A home that is a file, or where none can be made, is named."""
    file = tmp_path / "file"
    file.touch()
    for command in COMMANDS:
        done = ledger(*command, settings={"LEDGER_HOME": home.format(file=file)})

        refused(done, 2, words, home.format(file=file))
        assert words in done.said.splitlines()[-1]
