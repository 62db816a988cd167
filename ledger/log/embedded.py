"""PostgreSQL without installing PostgreSQL: a server of our own in the ledger's home.

Any number of processes share it; it stops when the last one leaves, however that one ends up
leaving: the count is kept by the kernel, as file locks, so a killed process is not counted. After
a kill of the last one the server runs on until somebody comes and leaves.
"""

import atexit
import errno
import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psycopg

from ledger.errors import LedgerError, Misuse, Unavailable
from ledger.log.server_programs import SERVER_USER, VERSION
from ledger.log.server_programs import account as _account
from ledger.log.server_programs import program as _program
from ledger.log.server_programs import programs as _programs

ROOT_HOME = Path("/var/lib/seal-ledger")
_start_seconds_max = 120
_recover_seconds_max = 60
"""How long a server that runs may take to answer: after a crash it reads its own log first."""
_look_seconds = 0.1
_RECOVERS = "the database system is"  # … starting up, … in recovery mode, … not yet accepting
_room_bytes_min = 32 * 1024 * 1024  # two segments of the server's own log
_socket_path_bytes_max = 90  # the kernel's limit is 108 on Linux and 104 on macOS, name included
_SETTINGS = """\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 64
shared_buffers = 96MB
work_mem = 16MB
maintenance_work_mem = 64MB
effective_cache_size = 1GB
max_wal_size = 2GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off
autovacuum_naptime = 10s
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_min_error_statement = panic
"""

_held: dict[Path, int] = {}


def default_home() -> Path:
    """Where the ledger lives unless told: LEDGER_HOME, or the place the system has for data."""
    if told := os.environ.get("LEDGER_HOME"):
        return Path(told)
    if os.geteuid() == 0:
        return ROOT_HOME
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "seal-ledger"


def server(home: Path) -> str:
    """Start the server in this home, or join it, and return its connection string.

    Left at `leave` or at the end of the process. Raises Misuse where the home cannot be written
    or the server's user could not enter it, Unavailable where the server does not start or the
    disk has no room.
    """
    home = home.expanduser().resolve()
    account = _account()
    try:
        return _joined(home, account)
    except OSError as error:
        raise _of_the_disk(home, error) from error


def _of_the_disk(home: Path, error: OSError) -> LedgerError:
    where = error.filename or home
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Misuse(f"The home {home} cannot be written ({where}: {error.strerror}).")
    return Unavailable(f"The embedded database cannot work: {where}: {error.strerror}.")


def _joined(home: Path, account: int | None) -> str:
    _check(home, account)
    sockets = _sockets(home / "postgres", account)
    with _guarded(home):
        if home not in _held:
            users = os.open(home / ".users.lock", os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(users, fcntl.LOCK_SH)
            _held[home] = users
        try:
            _run(home, home / "postgres", sockets, account)
        except BaseException:
            os.close(_held.pop(home))
            raise
    atexit.register(leave, home)
    return f"postgresql://postgres@/ledger?host={quote(str(sockets), safe='')}"


def alive(home: Path) -> bool:
    """Whether the server of this home runs; asks nothing but its process."""
    told = home.expanduser().resolve() / "postgres" / "postmaster.pid"
    try:
        os.kill(int(told.read_text().split("\n", 1)[0]), 0)
    except PermissionError:
        return True  # it runs, as another user
    except (OSError, ValueError):
        return False
    return True


def in_use(home: Path) -> bool:
    """Whether any process has joined the server of this home."""
    try:
        users = os.open(home.expanduser().resolve() / ".users.lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(users)
    return False


def leave(home: Path) -> None:
    """Leave the server of this home; it stops where nobody else is there."""
    home = home.expanduser().resolve()
    users = _held.pop(home, None)
    if users is None:
        return
    atexit.unregister(leave)
    for other in _held:
        atexit.register(leave, other)
    try:
        # Where the disk is gone or became read-only, nothing is left to be put in order.
        with suppress(OSError), _guarded(home):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            stop = ("-w", "-m", "fast", "-D", str(home / "postgres"), "stop")
            account = _account()
            _program(_programs(home), "pg_ctl", *stop, account=account)
            if (sockets := _sockets(home / "postgres", account)) != home / "postgres":
                with suppress(OSError):  # not empty: the server did not stop, and still needs it
                    sockets.rmdir()
    finally:
        os.close(users)


@contextmanager
def _guarded(home: Path) -> Iterator[None]:
    # Starting and stopping exclude each other; the lock falls with the process.
    guard = os.open(home / ".server.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield
    finally:
        os.close(guard)


def _check(home: Path, account: int | None) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(
            f"The home {home} cannot be made: {error.strerror}. Set LEDGER_HOME to another folder."
        ) from error
    if os.statvfs(home).f_flag & os.ST_RDONLY:
        raise Misuse(f"The home {home} cannot be written: it lies on a read-only file system.")
    if not os.access(home, os.W_OK | os.X_OK):
        raise Misuse(f"The home {home} belongs to another user.")
    data = home / "postgres"
    if data.exists() and data.stat().st_uid != (os.geteuid() if account is None else account):
        raise Misuse(f"The database in {home} belongs to another user.")
    if account is None:
        return
    for folder in (home, *home.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            raise Misuse(
                f"As root the database runs as the user {SERVER_USER!r}, who may not enter"
                f" {folder}: choose a home elsewhere by LEDGER_HOME, such as {ROOT_HOME}."
            )


def _sockets(data: Path, account: int | None) -> Path:
    if len(os.fsencode(data)) <= _socket_path_bytes_max:
        return data
    name = f"seal-ledger-{sha256(os.fsencode(data)).hexdigest()[:16]}"
    folder = Path("/tmp") / name  # noqa: S108 - made 0700 and its owner checked below
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account, -1)
    found = folder.lstat()
    owner = os.geteuid() if account is None else account
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise Misuse(f"{folder}, meant for the server's socket, belongs to somebody else.")
    return folder


def _run(home: Path, data: Path, sockets: Path, account: int | None) -> None:
    programs = _programs(home)
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, account)
    if (data / "PG_VERSION").read_text().strip() != str(VERSION):
        raise Misuse(f"The database in {home} is not of PostgreSQL {VERSION}.")
    status = _program(programs, "pg_ctl", "-D", str(data), "status", account=account)
    if status.returncode != 0:
        folder = str(sockets).replace("'", "''")
        _write(data / "ledger.conf", f"{_SETTINGS}unix_socket_directories = '{folder}'\n")
        log = str(data / "server.log")
        start = ("-w", "-t", str(_start_seconds_max), "-l", log, "-D", str(data), "start")
        started = _program(programs, "pg_ctl", *start, account=account)
        if started.returncode != 0:
            room = "" if shutil.disk_usage(data).free > _room_bytes_min else " Its disk is full."
            raise Unavailable(f"The embedded database does not start; {log} says why.{room}")
    _create_database(sockets)


def _write(file: Path, text: str) -> None:
    """Write a file whole: where there is no room for it, the one that was there stays."""
    made = file.with_name(file.name + ".new")
    try:
        made.write_text(text)
        made.chmod(0o644)
        made.replace(file)
    except OSError:
        made.unlink(missing_ok=True)
        raise


def _initialise(programs: Path, data: Path, account: int | None) -> None:
    # Made beside its place and renamed, so that a kill leaves no half of a database behind.
    made = data.with_name("postgres.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    if account is not None:
        os.chown(made, account, -1)
    options = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "-D", str(made))
    done = _program(programs, "initdb", *options, account=account)
    if done.returncode != 0:
        shutil.rmtree(made, ignore_errors=True)
        said = " ".join(done.stderr.split())
        raise Unavailable(f"The embedded database cannot be made: {said}")
    with (made / "postgresql.conf").open("a") as settings:
        settings.write("include = 'ledger.conf'\n")
    made.rename(data)


def _create_database(sockets: Path) -> None:
    deadline = time.monotonic() + _recover_seconds_max
    while True:
        try:
            with psycopg.connect(
                host=str(sockets), user="postgres", dbname="postgres", autocommit=True
            ) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'ledger'")
                if found.fetchone() is None:
                    connection.execute("CREATE DATABASE ledger")
                return
        except psycopg.OperationalError as error:
            said = " ".join(str(error).split())
            if _RECOVERS not in said or time.monotonic() > deadline:
                raise Unavailable(f"The embedded database does not answer: {said}") from error
        time.sleep(_look_seconds)


__all__ = ["ROOT_HOME", "SERVER_USER", "alive", "default_home", "leave", "server"]
