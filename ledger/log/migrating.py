"""The permanent tables, by migrations that are only ever added to.

Each is one transaction together with the note that it was applied: wherever it is cut off, the
next run goes on. Running it twice, or from two processes at once, is the same as once.
"""

import re
from importlib.resources import as_file, files
from typing import Any, Final
from urllib.parse import urlencode

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from ledger.errors import Fatal, Misuse, Unavailable
from ledger.log.connecting import (
    OWN_SCHEMA,
    check_server,
    connect,
    connectable,
    one_line,
    settle,
    unreachable,
)
from ledger.log.rights import lacking, refusal

MIGRATIONS_LOCK = 5_283_640_182  # any number, but not the one of the writers' lock
_lock_wait_seconds = 60
_THERE_ALREADY: Final = (
    errors.DuplicateColumn, errors.DuplicateFunction, errors.DuplicateObject, errors.DuplicateTable,
)  # fmt: skip
_MAKES: Final = re.compile(
    r"(?:\s*--[^\n]*\n)*\s*CREATE (?!OR REPLACE)(?![^(]*IF NOT EXISTS)", re.IGNORECASE
)
_OPEN: Final = "SELECT has_schema_privilege(to_regnamespace('public'), 'CREATE')"
"""Whether the user may make tables in `public`; null where an administrator dropped it."""
_SCHEMA: Final = re.compile(r"\bpublic\b")
"""How migrations name the schema that they are applied in; nothing else in them is called so."""


def migrate(dsn: str) -> None:
    """Apply what is not applied yet.

    A new ledger is made in `public` where its user may make tables there, else in a schema of its
    own. Raises Unavailable where the database is away or only reads, Misuse where the connection
    string is none, where its user may not make tables, or where the database is too old, newer than
    this program, or behind a pooler that mixes sessions.
    """
    dsn = connectable(dsn)
    try:
        with connect(dsn) as guard:
            check_server(guard, dsn)
            guard.execute(f"SET lock_timeout = '{_lock_wait_seconds}s'")
            # Held by the session: gone with this process, however it ends.
            guard.execute("SELECT pg_advisory_lock(%s)", (MIGRATIONS_LOCK,))
            schema = settle(guard)  # another process may have made it while we waited
            if missing(guard):
                if wanting := lacking(guard):
                    raise Misuse(refusal(guard, wanting))
                _apply(dsn, _made(guard, schema))
    except errors.LockNotAvailable as error:
        raise Unavailable(
            f"Another process has been migrating the database for {_lock_wait_seconds} s: wait"
            " until it has finished."
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable(unreachable(error)) from error
    except errors.InsufficientPrivilege as error:
        raise Misuse(
            f"The user of the database may not do this: {one_line(error)}. Sign in as the owner of"
            " the ledger's tables."
        ) from error
    except psycopg.Error as error:
        raise Fatal(f"The database refused to be migrated: {one_line(error)}") from error


def _made(guard: psycopg.Connection[tuple[Any, ...]], schema: str) -> str:
    """The schema to make tables in, made where it has to be another than `public`."""
    may = guard.execute(_OPEN).fetchone()
    if schema != "public" or may == (True,):
        return schema
    guard.execute(f"CREATE SCHEMA {OWN_SCHEMA}")
    return settle(guard)


def missing(connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
    """Name the migrations of this program that the database lacks.

    Raises Misuse where the database has some that this program does not know.
    """
    exists = connection.execute("SELECT to_regclass('_yoyo_migration')").fetchone()
    applied: set[str] = set()
    if exists is not None and exists[0] is not None:
        rows = connection.execute("SELECT migration_id FROM _yoyo_migration").fetchall()
        applied = {str(row[0]) for row in rows}
    ours = {
        file.name.removesuffix(".sql")
        for file in (files("ledger.log") / "migrations").iterdir()
        if file.name.endswith(".sql")
    }
    if unknown := applied - ours:
        raise Misuse(
            f"This database is newer than this program: it has {', '.join(sorted(unknown))}."
        )
    return ours - applied


def _apply(dsn: str, schema: str) -> None:
    # Loaded where there is something to do: every command opens the log, and few migrate it.
    from yoyo import get_backend, read_migrations  # noqa: PLC0415 - see above

    with as_file(files("ledger.log") / "migrations") as folder:
        backend = get_backend(_yoyo_url(dsn, schema))
        try:
            # The library's own lock is a row and outlives a killed process. Ours is held, so
            # whoever left one there is gone.
            backend.break_lock()
            backend.ensure_internal_schema_updated()
            for migration in backend.to_apply(read_migrations(str(folder))):
                _apply_one(backend, migration, schema)
        finally:
            backend.connection.close()


def _apply_one(backend: Any, migration: Any, schema: str) -> None:
    """Apply a migration and note it, both or neither.

    The library commits the two one after the other; cut in between, a migration would be applied
    again and fail for ever. Where an earlier program was, everything it makes is there already,
    and only the note is missing.
    """
    from yoyo.migrations import read_sql_migration  # noqa: PLC0415 - see `_apply`

    _, _, statements = read_sql_migration(migration.path)
    with backend.transaction():
        made: list[str] = []
        there: list[str] = []
        for statement in statements:
            try:
                with backend.transaction():  # within the other one: a savepoint
                    backend.cursor().execute(_SCHEMA.sub(schema, statement))
            except _THERE_ALREADY as error:
                there.append(one_line(error))
            except psycopg.ProgrammingError:
                if not there:
                    raise
                made.append(statement)  # it does not fit what is there
            else:
                made += [statement] if _MAKES.match(statement) else []
        if there and made:
            raise Misuse(
                f"This database holds something of another program under a name of ours:"
                f" {there[0]}. Give the ledger a database of its own."
            )
        backend.mark_one(migration, log=False)


def _yoyo_url(dsn: str, schema: str = "public") -> str:
    # All as parameters: a socket's folder or an escaped name has no place in the URL's parts.
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items()}
    return f"postgresql+psycopg:///?{urlencode(parts | {'schema': schema})}"
