"""Where peers are compared: one PostgreSQL with a database a run, one broker, topics filled once.

The server is the embedded one, made to listen on a port of this machine too, since Java knows no
Unix sockets; everybody is given the same address. What makes a commit durable is on for all.
"""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from consumers.broker.local import LocalBroker
from ledger.log import migrate
from ledger.log.embedded import leave, server
from ledger.log.server_programs import account, program, programs

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
_numbers = count(1)


class Place:
    """The servers of one comparison. `broker` runs only where `with_broker` asked for it."""

    def __init__(self, home: Path, port: int, broker: LocalBroker | None) -> None:
        self.home = home
        self.port = port
        self._broker = broker
        self._template = ""

    @property
    def broker(self) -> LocalBroker:
        """The broker; only where there is one."""
        assert self._broker is not None, "this comparison has no broker"
        return self._broker

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Give a fresh database for one run, all dirty pages of earlier runs written before."""
        if migrated and not self._template:
            self._template = self._create("template1")
            migrate(self._dsn(self._template))
        name = self._create(self._template if migrated else "template1")
        with self._admin() as admin:
            admin.execute("CHECKPOINT")
        try:
            yield self._dsn(name)
        finally:
            with self._admin() as admin:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def check_durable(self) -> None:
        """See that nobody is measured with a promise switched off."""
        with self._admin() as admin:
            for name in DURABLE:
                row = admin.execute(f"SHOW {name}").fetchone()
                assert row == ("on",), (name, row)

    def _create(self, template: str) -> str:
        name = f"peers_{next(_numbers)}"
        with self._admin() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._dsn("postgres"), autocommit=True)

    def _dsn(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def place(*, with_broker: bool) -> Iterator[Place]:
    """Start the servers, and stop them and remove all they kept at the end."""
    home = Path(tempfile.mkdtemp(prefix="seal-ledger-peers-"))
    home.chmod(0o755)
    try:
        port = _listening(home / "home")
        if with_broker:
            with LocalBroker(home / "kafka") as broker:
                yield _checked(Place(home, port, broker))
        else:
            yield _checked(Place(home, port, None))
    finally:
        leave(home / "home")
        shutil.rmtree(home, ignore_errors=True)


def _checked(made: Place) -> Place:
    made.check_durable()
    return made


def _listening(home: Path) -> int:
    """Start the embedded server and make it listen on a port that is free now."""
    dsn = server(home)
    port = free_port()
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET listen_addresses = '127.0.0.1'")
        admin.execute(f"ALTER SYSTEM SET port = {port}")
    log = str(home / "postgres" / "server.log")
    restart = ("-w", "-m", "fast", "-l", log, "-D", str(home / "postgres"), "restart")
    done = program(programs(home), "pg_ctl", *restart, account=account())
    assert done.returncode == 0, done.stderr
    return port


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
