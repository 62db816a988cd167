"""What has been recorded, in the order in which it became known.

Positions are dense and appear in their order: nothing becomes visible behind a reader.
"""

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Self
from uuid import UUID

import psycopg
from eventsourcing import persistence
from psycopg import errors
from psycopg.rows import tuple_row

from ledger.errors import Fatal, Misuse, TooSlow, Unavailable
from ledger.log.connecting import connect, one_line
from ledger.log.recorder import APPLICATION_NAME, CHANNEL, Recorder, Rows
from ledger.log.rows import DeadLetter, Recorded, Refusal

positions_looked_max = 20_000
"""How far one look for events of some topics goes: a few tens of milliseconds."""
_poll_seconds_max = 1.0  # a lost notification costs at most this much
_recorded = partial(tuple.__new__, Recorded)
"""A row as it was read; `_COLUMNS` has as many columns as it has fields."""
_COLUMNS = (
    "notification_id, recorded_at, originator_id, originator_version, topic, state, door, by,"
    " person"
)
_READ = f"""
SELECT {_COLUMNS} FROM events
WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id
"""
_BEYOND = """
SELECT notification_id FROM events WHERE notification_id > %s AND notification_id <= %s
ORDER BY notification_id LIMIT 1
"""
_OF_TOPICS = f"""
SELECT {_COLUMNS} FROM events
WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s)
ORDER BY notification_id LIMIT %s
"""
_AT = f"""
SELECT e.* FROM unnest(%b::int8[]) AS wanted (position) CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM events WHERE notification_id = wanted.position OFFSET 0
) AS e ORDER BY e.notification_id
"""
_GET = f"""
SELECT e.* FROM unnest(%b::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM events WHERE originator_id = wanted.id
    ORDER BY originator_version OFFSET 0
) AS e
"""
_KNOWN_AT = """
SELECT coalesce(max(e.notification_id), 0) FROM events AS e
WHERE e.recorded_at <= %(time)s
  AND e.notification_id >= coalesce((SELECT position FROM commits
    WHERE recorded_at <= %(time)s ORDER BY recorded_at DESC LIMIT 1), 0)
  AND e.notification_id <= coalesce((SELECT position FROM commits
    WHERE recorded_at >= %(time)s ORDER BY recorded_at LIMIT 1), 9223372036854775807)
"""
_COMMITS = """
SELECT position FROM commits WHERE position > %s AND position <= %s ORDER BY position
"""
_DEAD_LETTERS = """
SELECT number, recorded_at, door, place, index, reason, path, payload, sha256, event_id, size,
    key, headers, timestamp, by, person
FROM dead_letter
"""


class Reader:
    """The reading half of a log; use it from as many threads as you like."""

    def __init__(self, dsn: str, recorder: Recorder) -> None:
        self.dsn = dsn
        self._recorder = recorder
        self._listening: dict[int, psycopg.Connection[tuple[object, ...]]] = {}

    def close(self) -> None:
        """Close every connection."""
        while self._listening:
            self._listening.popitem()[1].close()
        self._recorder.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[Rows]:
        """Open one transaction: committed where the block ends, rolled back where it raises.

        With `snapshot` every statement in it sees the same state, and none may write. Rows are
        tuples in binary. Raises Unavailable where the database is away or too slow.
        """
        with (
            told(),
            self._recorder.datastore.pool.connection() as connection,
            connection.transaction(),
            connection.cursor(binary=True, row_factory=tuple_row) as rows,
        ):
            if snapshot:
                rows.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield rows

    @contextmanager
    def _rows(self) -> Iterator[Rows]:
        # One statement is its own transaction: BEGIN and COMMIT would only cost two trips.
        with (
            told(),
            self._recorder.datastore.pool.connection() as connection,
            connection.cursor(binary=True, row_factory=tuple_row) as rows,
        ):
            yield rows

    def read(
        self, after: int, limit: int, until: int | None = None, rows: Rows | None = None
    ) -> list[Recorded]:
        """Read at most `limit` events at positions after `after`, up to and with `until`.

        With `until` none only where none is left: also where somebody took events out. With
        `rows` by it.
        """
        if rows is None:
            with self._rows() as own:
                return self.read(after, limit, until, own)
        last = after + limit if until is None else min(after + limit, until)
        found = rows.execute(_READ, (after, last), prepare=True).fetchall()
        if not found and until is not None and last < until:
            beyond = rows.execute(_BEYOND, (last, until), prepare=True).fetchone()
            if beyond is not None:
                within = beyond[0] - 1, min(beyond[0] - 1 + limit, until)
                found = rows.execute(_READ, within, prepare=True).fetchall()
        return list(map(_recorded, found))

    def of_topics(
        self, topics: Collection[str], after: int, limit: int
    ) -> tuple[int, list[Recorded]]:
        """Read at most `limit` events of these topics behind `after`; tell how far was looked.

        Everything of these topics up to the position told is among those read. Where nothing is
        recorded behind `after`, that is `after`.
        """
        last = min(after + positions_looked_max, self.position())
        if last <= after:
            return after, []
        with self._rows() as rows:
            rows.execute(_OF_TOPICS, (after, last, list(topics), limit), prepare=True)
            found = list(map(_recorded, rows.fetchall()))
        return (found[-1].position if len(found) == limit else last), found

    def at(self, positions: Sequence[int], rows: Rows | None = None) -> list[Recorded]:
        """Read the events at these positions, in the order of position; with `rows` by it."""
        if not positions:
            return []
        if rows is None:
            with self._rows() as own:
                return self.at(positions, own)
        rows.execute(_AT, (list(positions),), prepare=True)
        return list(map(_recorded, rows.fetchall()))

    def get(self, ids: Sequence[UUID], rows: Rows | None = None) -> dict[UUID, list[Recorded]]:
        """Read whole streams by id, versions rising; an id with nothing recorded is left out.

        With `rows` by it: what its snapshot shows.
        """
        if rows is None:
            with self._rows() as own:
                return self.get(ids, own)
        streams: dict[UUID, list[Recorded]] = {}
        rows.execute(_GET, (list(dict.fromkeys(ids)),), prepare=True)
        for recorded in map(_recorded, rows.fetchall()):
            streams.setdefault(recorded.id, []).append(recorded)
        return streams

    def position(self) -> int:
        """Tell the greatest position; every one from 1 up to it can be read. 0 when empty."""
        return self._number("SELECT coalesce(max(position), 0) FROM commits")

    def commits(self, after: int, until: int) -> list[int]:
        """Read the positions behind `after`, up to and with `until`, at which a commit ended."""
        with self._rows() as rows:
            rows.execute(_COMMITS, (after, until), prepare=True)
            return [row[0] for row in rows.fetchall()]

    def known_at(self, recorded_at: int) -> int:
        """Tell the greatest position recorded at or before that time (µs UTC), or 0."""
        return self._number(_KNOWN_AT, {"time": recorded_at})

    def recorded_last(self) -> int:
        """Tell when the last event was recorded (µs UTC), or 0."""
        return self._number("SELECT coalesce(max(recorded_at), 0) FROM commits")

    def _number(self, statement: str, values: dict[str, int] | None = None) -> int:
        with self._rows() as rows:
            row = rows.execute(statement, values, prepare=True).fetchone()
            return int(row[0]) if row else 0

    def dead_letters(self, after: int, limit: int) -> list[DeadLetter]:
        """Read at most `limit` dead letters numbered after `after`."""
        return self._dead_letters("WHERE number > %s ORDER BY number LIMIT %s", (after, limit))

    def dead_letters_last(self) -> int:
        """Tell the greatest number of a dead letter, or 0."""
        return self._number("SELECT coalesce(max(number), 0) FROM dead_letter")

    def refused(self, event_id: UUID) -> list[DeadLetter]:
        """Read the refusals of events under this id, first to last."""
        return self._dead_letters("WHERE event_id = %s ORDER BY number", (event_id,))

    def _dead_letters(self, where: str, values: tuple[object, ...]) -> list[DeadLetter]:
        with self._rows() as rows:
            rows.execute(_DEAD_LETTERS + where, values, prepare=True)
            return [DeadLetter(row[0], row[1], Refusal(*row[2:])) for row in rows.fetchall()]

    def meta(self, key: str) -> str | None:
        """Read a value of the small state that is kept beside the log."""
        with self._rows() as rows:
            row = rows.execute("SELECT value FROM meta WHERE key = %s", (key,)).fetchone()
            return None if row is None else str(row[0])

    def wait(self, after: int, timeout_seconds: float) -> int:
        """Wait until something is recorded after `after`, or for the timeout; tell the position."""
        deadline = time.monotonic() + timeout_seconds
        while (position := self.position()) <= after:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                break
            with told():
                self._listen(min(remaining, _poll_seconds_max))
        return position

    def _listen(self, seconds: float) -> None:
        me = threading.get_ident()
        connection = self._listening.get(me)
        if connection is None or connection.closed:
            connection = connect(self.dsn, application_name=APPLICATION_NAME + " follower")
            self._listening[me] = connection
            connection.execute(f"LISTEN {CHANNEL}")
            # What was recorded between the look and the LISTEN has notified nobody here.
            return
        try:
            for _ in connection.notifies(timeout=seconds, stop_after=1):
                pass
        except psycopg.Error:
            self._listening.pop(me).close()
            raise


@contextmanager
def told() -> Iterator[None]:
    """Turn the driver's errors into ours: away or too slow is Unavailable, the rest is Fatal."""
    try:
        yield
    except _AWAY as error:
        raise Unavailable(f"The database is away: {one_line(error)}") from error
    except errors.IdleInTransactionSessionTimeout as error:
        raise TooSlow(f"The database would not wait any longer: {one_line(error)}") from error
    except errors.InsufficientPrivilege as error:
        raise Misuse(
            f"The user of the database may not do this: {one_line(error)}. Sign in as the owner of"
            " the ledger's tables, or grant what `ledger database prepare` prints."
        ) from error
    except psycopg.Error as error:
        raise Fatal(f"The database refused a statement of ours: {one_line(error)}") from error


_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    # What the library makes of the two where it connects by itself.
    persistence.OperationalError,
    persistence.InterfaceError,
)
