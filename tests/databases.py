"""Fresh databases for tests, on the embedded server and on an ordinary one.

Each test gets a database of its own, copied from a migrated one: real PostgreSQL, no leftovers.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from ledger.log import Log, migrate
from ledger.log.connecting import OWN_SCHEMA
from ledger.log.embedded import SERVER_USER, leave, server
from ledger.log.rights import prepared
from tests.servers import own

_start_seconds_max = 30
drop_seconds_max = 30.0
_numbers = count(1)


class Cluster:
    """A running server: makes databases, migrated or empty, and drops them.

    Where an administrator is given, databases are its own, and `dsn` is of an ordinary user that
    has been granted what `ledger database prepare` prints, and nothing else.
    """

    def __init__(self, dsn: str, administrator: str | None = None) -> None:
        self._dsn = dsn
        self._administrator = administrator
        self._template = ""
        self._made_by: psycopg.Connection[tuple[object, ...]] | None = None

    def admin(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Connect as whoever may do everything, to the database that is always there or another."""
        dsn = self._administrator or self._dsn
        return psycopg.connect(make_conninfo(dsn, dbname=database), autocommit=True)

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Give one fresh database for the time of the block, as a connection string."""
        if migrated and not self._template:
            self._template = self._create("template1")
            migrate(make_conninfo(self._dsn, dbname=self._template))
        name = self._create(self._template if migrated else "template1")
        try:
            yield make_conninfo(self._dsn, dbname=name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def copied(self, dsn: str) -> Iterator[str]:
        """Give a copy of one of these databases, to which nobody is connected by then."""
        name = self._create(str(conninfo_to_dict(dsn)["dbname"]))
        try:
            yield make_conninfo(self._dsn, dbname=name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Leave the server."""
        if self._made_by is not None:
            self._made_by.close()

    def _create(self, template: str) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        if self._administrator is not None:
            user = str(conninfo_to_dict(self._dsn)["user"])
            for _, statement in prepared(user, name)[:4]:  # the last is for ledgers in `public`
                self._execute(statement)
        return name

    def _execute(self, statement: str) -> None:
        # Thousands of tests make a database each: they share a connection for that.
        if self._made_by is None:
            self._made_by = self.admin()
        # The server's own cleaning may be at work in a database, and is no one's to end but its.
        again = Retrying(
            retry=retry_if_exception_type(psycopg.errors.InsufficientPrivilege),
            wait=wait_fixed(0.1),
            stop=stop_after_delay(drop_seconds_max),
            reraise=True,
        )
        again(self._made_by.execute, statement.encode())


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a folder that the server's user may enter also where the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="seal-ledger-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def open_home() -> Iterator[tuple[Path, str]]:
    """Give a home whose server runs throughout, so that no command has to start it, and its dsn."""
    with open_folder() as folder:
        home = folder / "home"
        try:
            yield home, server(home)
        finally:
            leave(home)


@pytest.fixture(scope="session")
def embedded_cluster() -> Iterator[Cluster]:
    """The server that the ledger brings along."""
    with open_home() as (_, dsn):
        made = Cluster(dsn)
        with made.admin() as admin:
            # What a power cut would cost is tried on homes of their own.
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                admin.execute(f"ALTER SYSTEM SET {name} = off")
            admin.execute("SELECT pg_reload_conf()")
        with closing(made):
            yield made


@pytest.fixture(scope="session")
def ordinary_cluster(embedded_cluster: Cluster) -> Iterator[Cluster]:
    """A server as an operator would run it: TCP, passwords, an ordinary user's few rights.

    Debian's where it is installed, which is an older version, else the wheel's programs.
    """
    assert embedded_cluster is not None  # as root it has made the user that this one runs as
    with open_folder() as folder, ordinary_server(folder) as urls, closing(Cluster(*urls)) as made:
        yield made


@pytest.fixture(scope="session", params=["embedded", "ordinary"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """Each of the two servers in turn."""
    found: Cluster = request.getfixturevalue(f"{request.param}_cluster")
    return found


@pytest.fixture
def database(embedded_cluster: Cluster) -> Iterator[str]:
    """A fresh, migrated database on the embedded server."""
    with embedded_cluster.database() as dsn:
        yield dsn


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """The log of a fresh database; nothing is recorded or projected yet."""
    with Log.open(database) as opened:
        yield opened


@pytest.fixture
def ordinary_database(ordinary_cluster: Cluster) -> Iterator[str]:
    """A fresh, migrated database on the ordinary server."""
    with ordinary_cluster.database() as dsn:
        yield dsn


@pytest.fixture
def any_database(cluster: Cluster) -> Iterator[str]:
    """A fresh, migrated database on each of the two servers in turn."""
    with cluster.database() as dsn:
        yield dsn


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[str]:
    """A fresh database without any table, on each of the two servers in turn."""
    with cluster.database(migrated=False) as dsn:
        yield dsn


@contextmanager
def ordinary_server(folder: Path, programs: Path | None = None) -> Iterator[tuple[str, str]]:
    """Run a server of these programs, or of those installed: addresses of a user and of an admin.

    The user's names without a schema mean the ledger's tables, for the tests' own statements.
    """
    programs = programs or _programs()
    data = folder / "data"
    data.mkdir(mode=0o700)
    secret = secrets.token_hex(16)
    secret_file = folder / "secret"
    secret_file.write_text(secret)
    account = pwd.getpwnam(SERVER_USER).pw_uid if os.geteuid() == 0 else None
    if account is not None:
        os.chown(data, account, -1)
        os.chown(secret_file, account, -1)
    options = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret_file}"]
    options += ["-E", "UTF8", "--no-sync"]
    subprocess.run(
        [programs / "initdb", *options, "-D", data],
        check=True, user=account, capture_output=True, cwd="/",
    )  # fmt: skip
    with serving(folder, programs) as port:
        admin = f"postgresql://postgres:{secret}@127.0.0.1:{port}/postgres"
        with connected(admin) as connection:
            connection.execute(f"CREATE ROLE ledger LOGIN PASSWORD '{secret}'")
            connection.execute(f"ALTER ROLE ledger SET search_path = {OWN_SCHEMA}, public")
        yield f"postgresql://ledger:{secret}@127.0.0.1:{port}/postgres", admin


@contextmanager
def serving(folder: Path, programs: Path) -> Iterator[int]:
    """Run the server whose data is in this folder; answers its port."""
    port = free_port()
    settings = ["-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "jit=off"]
    account = pwd.getpwnam(SERVER_USER).pw_uid if os.geteuid() == 0 else None
    with (folder / "log").open("w") as log, subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port),
         *settings],
        user=account, stdout=log, stderr=log, cwd="/",
    ) as process:  # fmt: skip
        try:
            yield port
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def connected(dsn: str) -> psycopg.Connection[tuple[object, ...]]:
    """Connect as soon as the server answers."""
    deadline = time.monotonic() + _start_seconds_max
    while True:
        try:
            return psycopg.connect(dsn, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _programs() -> Path:
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if installed:
        return installed[-1].parent
    return own()
