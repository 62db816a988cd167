"""The recorder of `eventsourcing`, with our lock, our positions and one COPY for every writer.

The library's promises to its own callers stay as they are; positions are dense and become
visible in their order.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresDatastore, PostgresProcessRecorder
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row, tuple_row

from ledger.log.arrays import FlatListDumper, PackedIds, PackedIdsDumper
from ledger.log.connecting import settle
from ledger.log.copying import COPY_EVENTS, front, stream

Rows: TypeAlias = Cursor[tuple[Any, ...]]

CHANNEL = "events"
APPLICATION_NAME = "seal-ledger log"
connections_max = 8
_pool_wait_seconds = 10.0
_reconnect_seconds = 2.0  # the pool tries anew for whoever asks next, not minutes later
_connect_seconds = 10
_lock_wait_seconds = 5
_statement_seconds = 120
_idle_in_transaction_seconds = 30
_prepared_max = 500  # an audit has more than the driver's 100, and would prepare them anew


class Head(NamedTuple):
    """Where the log stands while the lock is held: last numbers, and the clock in µs UTC."""

    position: int
    recorded_at: int
    dead_letter: int
    clock: int


class Datastore(PostgresDatastore):
    """A pool on a libpq connection string: every option of it counts, TLS included.

    `lock_wait_seconds` is how long a statement waits for a lock.
    """

    def __init__(self, dsn: str, *, lock_wait_seconds: float = _lock_wait_seconds) -> None:
        super().__init__(dbname="", host="", port="", user="", password="")
        limits = {
            "lock_timeout": int(lock_wait_seconds * 1000),
            "statement_timeout": _statement_seconds * 1000,
            "idle_in_transaction_session_timeout": _idle_in_transaction_seconds * 1000,
        }

        def configure(connection: Connection[DictRow]) -> None:
            connection.autocommit = True
            settle(connection)
            connection.adapters.register_dumper(list, FlatListDumper)
            connection.adapters.register_dumper(PackedIds, PackedIdsDumper)
            connection.prepared_max = _prepared_max
            for name, milliseconds in limits.items():
                connection.execute(f"SET {name} = {milliseconds}")

        self.pool = ConnectionPool(
            dsn,
            connection_class=Connection[DictRow],
            kwargs={
                "row_factory": dict_row,
                "connect_timeout": _connect_seconds,
                "application_name": APPLICATION_NAME,
            },
            min_size=1,
            max_size=connections_max,
            open=False,
            configure=configure,
            check=ConnectionPool.check_connection,
            timeout=_pool_wait_seconds,
            reconnect_timeout=_reconnect_seconds,
        )


class Recorder(PostgresProcessRecorder):
    """Writes what the library's recorder writes, by COPY and under one advisory lock."""

    def __init__(self, datastore: Datastore, clock: Callable[[], int] | None = None) -> None:
        super().__init__(datastore, events_table_name="events", tracking_table_name="tracking")
        self._clock = clock

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Insert events, and `tracking` where given, in one transaction; return positions."""
        fronts = [
            front(_uuid(event), event.originator_version, event.topic, event.state)
            for event in stored_events
        ]
        with self.datastore.get_connection() as connection, connection.transaction():
            with connection.cursor() as cursor:
                self._insert_events(cursor, stored_events, **kwargs)
            if not fronts:
                return None
            with connection.cursor(row_factory=tuple_row) as rows:
                head = self.lock(rows)
                times = self.times(head, len(fronts))
                self.copy(rows, head, fronts, times)
        return list(range(head.position + 1, head.position + 1 + len(fronts)))

    def lock(self, rows: Rows) -> Head:
        """Take the writers' lock until the transaction ends; take it last, after computing."""
        row = rows.execute("SELECT * FROM lock_log()", prepare=True).fetchone()
        if row is None:
            raise psycopg.DataError("a function with OUT parameters always answers one row")
        head = Head(*row)
        return head if self._clock is None else head._replace(clock=self._clock())

    @staticmethod
    def times(head: Head, count: int) -> Sequence[int]:
        """Recorded times (µs UTC): the clock, where it is later than the last one; then each +1."""
        first = max(head.recorded_at + 1, head.clock)
        return range(first, first + count)

    @staticmethod
    def copy(rows: Rows, head: Head, fronts: Sequence[bytes], times: Sequence[int]) -> None:
        """Write events behind the head, and the commit's row; followers wake at the commit.

        Raises psycopg's UniqueViolation where an (id, version) is taken.
        """
        with rows.copy(COPY_EVENTS) as copy:
            copy.write(stream(fronts, head.position + 1, times))
        rows.execute(
            "INSERT INTO commits (position, recorded_at) VALUES (%s, %s)",
            (head.position + len(fronts), times[-1]),
            prepare=True,
        )
        rows.execute(f"NOTIFY {CHANNEL}")


def _uuid(event: StoredEvent) -> Any:
    # The library also knows text ids; this store has none, and COPY would misread them.
    if isinstance(event.originator_id, str):
        raise TypeError("originator ids are UUIDs here")
    return event.originator_id
