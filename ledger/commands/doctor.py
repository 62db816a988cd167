"""What `ledger doctor` examines: everything that the ledger stands on, nothing of it changed.

What is not set up is unknown. A part that cannot be reached is a line, and the rest is examined.
"""

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg

from ledger.commands.kafka_lines import examined_kafka
from ledger.commands.policy import policy_of
from ledger.errors import LedgerError
from ledger.log import Log
from ledger.log.connecting import connect, connectable, unreachable
from ledger.log.embedded import default_home, leave, server
from ledger.log.migrating import missing
from ledger.log.rights import READER, REMEDY, rights
from ledger.log.seeing import Sight
from ledger.settings import Settings
from ledger.views import SCHEMA
from ledger.web.asking.status.expiring import tls_file, tls_files
from ledger.web.asking.status.holding import clock, disk, place_of, versions
from ledger.web.asking.status.lines import Line, State, counted

if TYPE_CHECKING:
    from consumers.publisher.hooks import Hook

python_min: Final = (3, 11)
fonts_seconds_max: Final = 10

_Connection = psycopg.Connection[tuple[Any, ...]]

_SERVER: Final = """
SELECT current_user::text, current_setting('server_version'),
    current_setting('server_version_num')::int4, rolsuper, rolsuper OR rolcreaterole
FROM pg_roles WHERE rolname = current_user
"""
_BUILT: Final = "SELECT to_regnamespace(%s) IS NOT NULL"


def examined(settings: Settings) -> Iterator[Line]:
    """Every check, in the order in which things stand on one another."""
    yield _system()
    yield from _home(settings)
    yield from _database(settings)
    yield from examined_kafka(settings)
    yield from _files(settings)
    yield _fonts()


def _system() -> Line:
    version = platform.python_version()
    values = {"python": version, "system": platform.platform()}
    says = f"Python {version} on {values['system']}"
    if sys.version_info < python_min:
        mend = f"Use Python {'.'.join(map(str, python_min))} or newer."
        return Line("system", "python-old", "-", State.WRONG, says, mend, values)
    if os.geteuid() == 0:
        mend = "Give the ledger a user of its own where it runs for good."
        return Line("system", "root", "-", State.NOTE, f"{says}, as root", mend, values)
    return Line("system", "python", "-", State.FINE, says, "", values)


def _home(settings: Settings) -> Iterator[Line]:
    home, place = settings.home or default_home(), place_of(settings)
    values = {"home": str(home)}
    writable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    if not writable or os.statvfs(place).f_flag & os.ST_RDONLY:
        if settings.database_url is None:
            mend = f"Give {place} to the ledger's user, or set LEDGER_HOME to another folder."
            says = f"{place} cannot be written"
            yield Line("home", "read-only", str(home), State.WRONG, says, mend, values)
    elif place != home.expanduser():
        says = "is not made yet: the first command makes it"
        yield Line("home", "not-made", str(home), State.UNKNOWN, says, "", values)
    else:
        yield Line("home", "writable", str(home), State.FINE, "can be written", "", values)
    yield disk(settings)


# -- the database


def _database(settings: Settings) -> Iterator[Line]:
    home = settings.home or default_home()
    if settings.database_url is None and not (home.expanduser() / "postgres").exists():
        says = f"there is none in {home} yet: the first command makes it"
        yield Line("database", "not-made", "-", State.UNKNOWN, says)
        return
    try:
        with _reached(settings) as dsn, connect(dsn) as connection:
            yield from _server(connection, own=settings.database_url is None)
            if lacking := missing(connection):
                says = f"{counted(len(lacking), 'migration is', 'migrations are')} to be applied"
                mend = "The first command of this version applies them."
                yield Line("database", "migrations", "-", State.NOTE, says, mend)
                return
            if all(right.held for right in rights(connection)):
                yield from _reader(connection, dsn)
            with Log.open(dsn) as log:
                yield clock(log)
    except (LedgerError, psycopg.Error) as error:
        mend = "Start the database, or mend LEDGER_DATABASE_URL and the rights of its user."
        says = str(error) if isinstance(error, LedgerError) else unreachable(error)
        yield Line("database", "away", "-", State.WRONG, says, mend)


@contextmanager
def _reached(settings: Settings) -> Iterator[str]:
    """The connection string of the database; nothing is migrated."""
    if settings.database_url is not None:
        yield connectable(settings.database_url)
        return
    home = settings.home or default_home()
    dsn = server(home)
    try:
        yield dsn
    finally:
        leave(home)


def _server(connection: _Connection, *, own: bool) -> Iterator[Line]:
    """Version, and each right that the ledger's user needs; `own` is the embedded server."""
    ((user, text, number, super_, makes_roles),) = connection.execute(_SERVER).fetchall()
    yield versions(text, number)
    # Where there is no ledger yet, the first command makes the role, if it may.
    made = makes_roles and missing(connection)
    lacking = [
        right for right in rights(connection) if not right.held and not (made and right.of_reader)
    ]
    for right in lacking:
        mend = f"{REMEDY}: {right.grant}"
        values = {"grant": right.grant}
        says = f"may not {right.what}"
        yield Line("database", "rights", user, State.WRONG, says, mend, values)
    if super_ and not own:
        says = "may do everything on this server"
        mend = "Give the ledger a user that owns its database and nothing else."
        yield Line("database", "superuser", user, State.NOTE, says, mend)
    elif not lacking:
        yield Line("database", "rights", user, State.FINE, "has the rights it needs")


def _reader(connection: _Connection, dsn: str) -> Iterator[Line]:
    """Whether row security binds the role that the web reads as on every table it reads."""
    ((built,),) = connection.execute(_BUILT, (SCHEMA,)).fetchall()
    if not built:
        says = "which tables it reads is seen once views are built"
        yield Line("reader", "not-built", READER, State.UNKNOWN, says)
        return
    with Log.open(dsn) as log:
        sight = Sight(log)
        try:
            sight.open()
            sight.check(SCHEMA)
        except LedgerError as error:
            mend = f"Take back what was granted by hand: REVOKE SELECT ON … FROM {READER};"
            yield Line("reader", "not-bound", READER, State.WRONG, str(error), mend)
        else:
            says = "row-level security binds it everywhere"
            yield Line("reader", "bound", READER, State.FINE, says)
        finally:
            sight.close()


# -- files and fonts


def _files(settings: Settings) -> Iterator[Line]:
    """Each file that the settings name, read as the process that needs it reads it."""
    checks: list[tuple[str, Path | None, Callable[[Path], object]]] = [
        ("LEDGER_POLICY", settings.policy, lambda _: policy_of(settings)),
        ("LEDGER_WEBHOOKS", settings.webhooks, _hooks),
        ("LEDGER_KAFKA_PARTIES", settings.kafka_parties, _parties),
        ("LEDGER_KAFKA_SCHEMA_IDS", settings.kafka_schema_ids, _schema_ids),
    ]
    for name, path, read in checks:
        if path is None:
            continue
        try:
            read(path)
        except LedgerError as error:
            yield Line("files", "unread", name, State.WRONG, str(error), "Mend the file.")
        else:
            yield Line("files", "read", name, State.FINE, f"{path} is read")
    yield from tls_files(settings, time.time())
    if settings.webhooks is not None:
        with suppress(LedgerError):  # said above
            for hook in _hooks(settings.webhooks):
                if hook.ca_file is not None:
                    yield from tls_file(f"webhook {hook.name}", hook.ca_file, time.time())


def _hooks(path: Path) -> "list[Hook]":
    from consumers.publisher.hooks import read_hooks

    return read_hooks(path)


def _parties(path: Path) -> object:
    from consumers.broker.parties import load

    return load(path)


def _schema_ids(path: Path) -> object:
    from consumers.ingest.batches import schema_ids

    return schema_ids(path)


def _fonts() -> Line:
    program = shutil.which("fc-list")
    if program is None:
        says = "fc-list is not there to tell which fonts are"
        return Line("fonts", "unknown", "-", State.UNKNOWN, says)
    try:
        done = subprocess.run(  # noqa: S603 - no word of it comes from outside
            [program, ":lang=ja", "family"], capture_output=True, check=False, text=True,
            timeout=fonts_seconds_max,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return Line("fonts", "unknown", "-", State.UNKNOWN, f"{program} does not answer")
    if done.stdout.strip():
        return Line("fonts", "japanese", "-", State.FINE, "a font with Japanese letters is there")
    says = "no font has Japanese letters: pictures of pages made on this machine show boxes"
    mend = "Install one, such as Debian's fonts-noto-cjk."
    return Line("fonts", "no-japanese", "-", State.NOTE, says, mend)
