"""The permanent tables, by migrations that are only ever added to.

Running it twice, or from two processes at once, or again after a kill, is the same as once.
"""

from importlib.resources import as_file, files
from urllib.parse import urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations

from ledger.errors import Misuse, Unavailable

MIGRATIONS_LOCK = 5_283_640_182  # any number, but not the one of the writers' lock
_lock_wait_seconds = 60


def migrate(dsn: str) -> None:
    """Apply what is not applied yet; raises Unavailable where the database is away."""
    try:
        with psycopg.connect(dsn, autocommit=True) as guard:
            guard.execute(f"SET lock_timeout = '{_lock_wait_seconds}s'")
            # Held by the session: gone with this process, however it ends.
            guard.execute("SELECT pg_advisory_lock(%s)", (MIGRATIONS_LOCK,))
            if missing(guard):
                _apply(dsn)
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database cannot be reached: {error}") from error


def missing(connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
    """Name the migrations of this program that the database lacks.

    Raises Misuse where the database has some that this program does not know.
    """
    exists = connection.execute("SELECT to_regclass('public._yoyo_migration')").fetchone()
    applied: set[str] = set()
    if exists is not None and exists[0] is not None:
        rows = connection.execute("SELECT migration_id FROM public._yoyo_migration").fetchall()
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


def _apply(dsn: str) -> None:
    with as_file(files("ledger.log") / "migrations") as folder:
        backend = get_backend(_yoyo_url(dsn))
        try:
            # The library's own lock is a row and outlives a killed process. Ours is held, so
            # whoever left one there is gone.
            backend.break_lock()
            with backend.lock():
                backend.apply_migrations(backend.to_apply(read_migrations(str(folder))))
        finally:
            backend.connection.close()


def _yoyo_url(dsn: str) -> str:
    # All as parameters: a socket's folder or an escaped name has no place in the URL's parts.
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items()}
    return f"postgresql+psycopg:///?{urlencode(parts | {'schema': 'public'})}"
