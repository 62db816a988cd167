"""The log as one viewer sees it: read by a role that the database lets see no more than that.

Every connection here speaks as that role from its first statement on, and every transaction says
who is asking; one that says nothing sees nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.rows import TupleRow, tuple_row
from psycopg_pool import ConnectionPool

from ledger.errors import Fatal, Misuse
from ledger.log.connecting import BEHIND, connect, settle
from ledger.log.log import Log
from ledger.log.reading import told
from ledger.log.recorder import Rows
from ledger.log.rights import READER, REMEDY, reader_granted
from ledger.log.rows import Recorded

connections_max: Final = 16
connection_wait_seconds: Final = 5.0
reconnect_seconds: Final = 2.0
statement_seconds_max: Final = 30
idle_seconds_max: Final = 60

_ASK: Final = f"""
SELECT set_config('search_path', %s::text || ', ' || {BEHIND}, true),
    set_config('ledger.role', %s, true), set_config('ledger.party', %s, true),
    set_config('ledger.source', %s, true)
"""
_UNGUARDED: Final = f"""
SELECT c.oid::regclass::text FROM pg_class AS c
WHERE c.relkind IN ('r', 'p', 'v', 'm')
    AND c.relnamespace = ANY(%s::text[]::regnamespace[] || {BEHIND}::regnamespace)
    AND has_table_privilege(c.oid, 'SELECT')
    AND (c.relkind IN ('v', 'm') OR NOT row_security_active(c.oid))
ORDER BY 1
"""


class Viewer(NamedTuple):
    """Who asks: a token's id, role and party; the source and person that it is bound to, if any.

    `until` is when what was shown opens nothing any more, µs UTC; None: it does not end.
    """

    token: str
    role: str
    party: str
    source: str | None = None
    person: str | None = None
    until: int | None = None


class Seen(Log):
    """A log as one viewer sees it, at one snapshot; use it from one thread.

    Positions and clocks are the whole log's: they name nobody.
    """

    def __init__(
        self,
        whole: Log,
        connection: Connection[TupleRow],
        counts: Callable[[Recorded], bool] | None = None,
    ) -> None:
        super().__init__(whole.dsn, whole._recorder, 0)  # noqa: SLF001 -- one log, seen in part
        self._whole = whole
        self._connection = connection
        self._counts = counts

    @property
    def counts(self) -> Callable[[Recorded], bool] | None:
        """What tells whether an event counts here; None where all do."""
        return self._counts

    def only(self, counts: Callable[[Recorded], bool]) -> "Seen":
        """The same, read by position without the events that do not count."""
        return Seen(self._whole, self._connection, counts)

    def at(self, positions: Sequence[int], rows: Rows | None = None) -> list[Recorded]:
        """Read the events at these positions, in their order, as far as they are seen and count."""
        found = super().at(positions, rows)
        return found if self._counts is None else [one for one in found if self._counts(one)]

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[Rows]:
        """Join the viewer's transaction, which is a snapshot already."""
        del snapshot
        with self._rows() as rows:
            yield rows

    @contextmanager
    def _rows(self) -> Iterator[Rows]:
        with told(), self._connection.cursor(binary=True, row_factory=tuple_row) as rows:
            yield rows

    def known_at(self, recorded_at: int) -> int:
        """Tell the greatest position recorded at or before that time (µs UTC), or 0."""
        return self._whole.known_at(recorded_at)

    def meta(self, key: str) -> str | None:
        """Read a value of the small state that is kept beside the log."""
        return self._whole.meta(key)

    def close(self) -> None:
        """Leave the whole log open: it is not ours."""


class Sight:
    """Connections that speak as the reader, lent for a transaction at a time."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
            log.dsn,
            kwargs={"application_name": "seal-ledger reader", "autocommit": True},
            min_size=1,
            max_size=connections_max,
            open=False,
            configure=_configure,
            check=ConnectionPool.check_connection,
            timeout=connection_wait_seconds,
            # It tries anew for whoever asks next, not minutes after the database is back.
            reconnect_timeout=reconnect_seconds,
        )

    def open(self) -> None:
        """Connect. Raises Misuse where the reader's role is missing, Unavailable without a server.

        Where we may make the role it is made, and its grants are renewed.
        """
        with told(), connect(self._log.dsn) as owner:
            made = owner.execute("SELECT make_reader()").fetchone()
            if made != (True,):
                raise Misuse(
                    f"The database user {owner.info.user} may not speak as the role {READER}."
                    f" {REMEDY}: {reader_granted(owner.info.user)}"
                )
        with told():
            self._pool.open(wait=True, timeout=connection_wait_seconds)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def check(self, *schemas: str) -> None:
        """Raise Misuse unless policies bind the reader on every table that it may read."""
        with told(), self._pool.connection() as connection:
            role = connection.execute(
                "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
            if role != (READER, False):
                raise Misuse(f"Row-level security does not bind {role and role[0]}: not served.")
            rows = connection.execute(_UNGUARDED, ([*schemas],)).fetchall()
        if rows:
            names = ", ".join(str(name) for (name,) in rows)
            raise Misuse(f"{READER} reads {names} without any policy: not served.")

    def grant(self, schema: str) -> None:
        """Let the reader read the tables of a schema, as far as their policies do."""
        with told(), connect(self._log.dsn) as owner:
            owner.execute(f"SELECT grant_reader({BEHIND})")
            owner.execute(f"GRANT SELECT ON table_imports, table_import_rows TO {READER}")
            owner.execute("SELECT grant_reader(%s)", (schema,))

    def viewer(
        self, *, shown: bytes | None = None, named: str | None = None, now: int
    ) -> Viewer | None:
        """Whose token it is, by the hash of it or by its id; None for none that is valid.

        `now` is µs UTC.
        """
        return self._valid("token_of", (shown, named, now))

    def session(self, *, shown: bytes, token: str, now: int) -> Viewer | None:
        """Who is signed in by that session of a token, by its hash; None where it has ended.

        `now` is µs UTC.
        """
        return self._valid("session_of", (shown, token, now))

    def _valid(self, function: Literal["token_of", "session_of"], values: Any) -> Viewer | None:
        statement = f"SELECT * FROM {function}(%b, %s, %s)"
        with told(), self._pool.connection() as connection:
            row = connection.execute(statement, values, prepare=True).fetchone()
        return None if row is None or row[0] is None else Viewer(*row)

    @contextmanager
    def seen(self, viewer: Viewer, views: str) -> Iterator[tuple[Rows, Seen]]:
        """One snapshot as the viewer sees it; `views` is the schema of the views."""
        with (
            told(),
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor(binary=True, row_factory=tuple_row) as rows,
        ):
            asked: tuple[Any, ...] = (views, viewer.role, viewer.party, viewer.source or "")
            rows.execute(_ASK, asked, prepare=True)
            yield rows, Seen(self._log, connection)


def _configure(connection: Connection[TupleRow]) -> None:
    settle(connection)
    try:
        connection.execute(f"SET ROLE {READER}")
    except psycopg.errors.InsufficientPrivilege as error:
        raise Fatal(f"We may not speak as {READER}: {error}") from error
    connection.execute(f"SET statement_timeout = {statement_seconds_max * 1000}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {idle_seconds_max * 1000}")
    connection.execute("SET jit = off")
    # Told with BEGIN: one trip less for each snapshot.
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    # A plan under policies takes longer to make than to run, and one made for the values at hand
    # was at times twenty times slower than one for any.
    connection.execute("SET plan_cache_mode = force_generic_plan")
