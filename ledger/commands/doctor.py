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
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from ledger.commands.kafka_lines import examined_kafka
from ledger.commands.policy import policy_of
from ledger.errors import LedgerError
from ledger.log import Log
from ledger.log.embedded import default_home, leave, server
from ledger.log.migrating import connectable, missing
from ledger.log.seeing import READER, Sight
from ledger.settings import Settings
from ledger.views import SCHEMA
from ledger.web.asking.status.expiring import tls_files
from ledger.web.asking.status.holding import clock, disk, place_of, versions
from ledger.web.asking.status.lines import Line, State, counted

python_min: Final = (3, 11)
fonts_seconds_max: Final = 10

_Connection = psycopg.Connection[tuple[Any, ...]]

_SERVER: Final = """
SELECT current_database(), current_user, current_setting('server_version'),
    current_setting('server_version_num')::int4, rolsuper, rolcreaterole,
    has_database_privilege(current_database(), 'CREATE'),
    has_schema_privilege(coalesce(current_schema(), 'public'), 'CREATE')
FROM pg_roles WHERE rolname = current_user
"""
_OWNER: Final = """
SELECT pg_has_role(current_user, c.relowner, 'USAGE'), c.relowner::regrole::text
FROM pg_class AS c WHERE c.oid = to_regclass('events')
"""
_READER: Final = """
SELECT pg_has_role(current_user, oid, 'MEMBER'), rolsuper OR rolbypassrls
FROM pg_roles WHERE rolname = %s
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
        with _reached(settings) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
            yield from _server(connection, own=settings.database_url is None)
            if lacking := missing(connection):
                says = f"{counted(len(lacking), 'migration is', 'migrations are')} to be applied"
                mend = "The first command of this version applies them."
                yield Line("database", "migrations", "-", State.NOTE, says, mend)
                return
            yield _reader(connection, dsn)
            with Log.open(dsn) as log:
                yield clock(log)
    except (LedgerError, psycopg.Error) as error:
        mend = "Start the database, or mend LEDGER_DATABASE_URL and the rights of its user."
        says = " ".join(str(error).split())
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
    ((name, user, text, number, super_, _, makes, creates),) = connection.execute(
        _SERVER
    ).fetchall()
    yield versions(text, number)
    owner = connection.execute(_OWNER).fetchone()
    values = {"user": user, "superuser": super_, "makes_schemas": makes, "makes_tables": creates}
    lacking = []
    if not makes:
        lacking.append(f"GRANT CREATE ON DATABASE {name} TO {user};")
    if owner is None and not creates:
        lacking.append(f"GRANT CREATE ON SCHEMA public TO {user};")
    if owner is not None and not owner[0]:
        lacking.append(f"GRANT {owner[1]} TO {user};")
    if lacking:
        mend = f"An administrator of the database has to: {' '.join(lacking)}"
        says = f"{user} may not do all that the ledger does in {name}"
        yield Line("database", "rights", user, State.WRONG, says, mend, values)
    elif super_ and not own:
        says = f"{user} may do everything on this server"
        mend = "Give the ledger a user that owns its database and nothing else."
        yield Line("database", "superuser", user, State.NOTE, says, mend, values)
    else:
        yield Line("database", "rights", user, State.FINE, "has the rights it needs", "", values)


def _reader(connection: _Connection, dsn: str) -> Line:
    """Whether the role that the web reads as is there, and bound by row security."""
    found = connection.execute(_READER, (READER,)).fetchone()
    ((built,),) = connection.execute(_BUILT, (SCHEMA,)).fetchall()
    user = connection.info.user
    if found is None:
        mend = (
            "It is made when the desk starts where we may; else an administrator has to: CREATE"
            f" ROLE {READER} NOLOGIN; GRANT {READER} TO {user};"
        )
        return Line("reader", "missing", READER, State.UNKNOWN, "is not there yet", mend)
    member, free = found
    if not member:
        mend = f"An administrator of the database has to: GRANT {READER} TO {user};"
        return Line("reader", "no-member", READER, State.WRONG, "we may not speak as it", mend)
    if free:
        mend = f"ALTER ROLE {READER} NOSUPERUSER NOBYPASSRLS;"
        says = "row-level security does not bind it: the desk is not served"
        return Line("reader", "not-bound", READER, State.WRONG, says, mend)
    if not built:
        says = "is bound; which tables it reads is seen once views are built"
        return Line("reader", "bound", READER, State.FINE, says)
    with Log.open(dsn) as log:
        sight = Sight(log)
        try:
            sight.open()
            sight.check(SCHEMA)
        except LedgerError as error:
            mend = "Take back what was granted by hand: REVOKE SELECT ON … FROM ledger_reader;"
            return Line("reader", "not-bound", READER, State.WRONG, str(error), mend)
        finally:
            sight.close()
    return Line("reader", "bound", READER, State.FINE, "row-level security binds it everywhere")


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


def _hooks(path: Path) -> object:
    from consumers.publisher.hooks import read_hooks  # noqa: PLC0415 - loads an HTTP client

    return read_hooks(path)


def _parties(path: Path) -> object:
    from consumers.broker.parties import load  # noqa: PLC0415 - loads the Kafka client

    return load(path)


def _schema_ids(path: Path) -> object:
    from consumers.ingest.batches import schema_ids  # noqa: PLC0415 - loads the Kafka client

    return schema_ids(path)


def _fonts() -> Line:
    program = shutil.which("fc-list")
    if program is None:
        says = "fc-list is not there to tell which fonts are"
        return Line("fonts", "unknown", "-", State.UNKNOWN, says)
    done = subprocess.run(  # noqa: S603 - no word of it comes from outside
        [program, ":lang=ja", "family"], capture_output=True, check=False, text=True,
        timeout=fonts_seconds_max,
    )  # fmt: skip
    if done.stdout.strip():
        return Line("fonts", "japanese", "-", State.FINE, "a font with Japanese letters is there")
    says = "no font has Japanese letters: pictures of pages made on this machine show boxes"
    mend = "Install one, such as Debian's fonts-noto-cjk."
    return Line("fonts", "no-japanese", "-", State.NOTE, says, mend)
