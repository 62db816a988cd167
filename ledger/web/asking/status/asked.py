"""What every part of the status is asked over: one snapshot, and the clock of the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from ledger.cases.canonical import TOPICS
from ledger.log import Log, Rows
from ledger.log.processes import Process, listed
from ledger.views import schema

_BEGINNING: Final = """
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8,
    (SELECT coalesce(max(position), 0) FROM commits),
    (SELECT coalesce(max(recorded_at), 0) FROM commits),
    EXISTS (SELECT FROM meta WHERE key = 'simulation')
"""

_UNAUDITED: Final = """
SELECT count(*)::int8 FROM events
WHERE notification_id > %s AND topic <> ALL(%s)
"""


class Asked(NamedTuple):
    """One snapshot of log and views.

    `now` is the database's clock and `recorded_at` when the last event was recorded (µs UTC);
    `recorded` its position. `built` tells whether there are views of this version, `simulation`
    whether recorded times are made up.
    """

    rows: Rows
    log: Log
    now: int
    recorded: int
    recorded_at: int
    simulation: bool
    built: bool
    processes: Sequence[Process]

    def seconds_since(self, at: int) -> float:
        """How long ago a time (µs UTC) was."""
        return max(0.0, (self.now - at) / 1e6)


@contextmanager
def asking(log: Log) -> Iterator[Asked]:
    """Ask over a snapshot. Raises Unavailable where the database is away."""
    with log.transaction(snapshot=True) as rows:
        if built := schema.exists(rows):
            schema.use(rows)
        ((now, recorded, recorded_at, simulation),) = rows.execute(_BEGINNING).fetchall()
        yield Asked(
            rows, log, now, recorded, recorded_at, simulation, built, listed(rows)
        )  # fmt: skip


def unaudited(rows: Rows, position: int) -> int:
    """How many facts stand behind a position: decisions have nothing to be audited."""
    return int(value(rows, _UNAUDITED, (position, sorted(TOPICS))))


def value(rows: Rows, statement: str, values: Sequence[Any] = ()) -> Any:
    """The one value that a statement answers; 0 where it answers none."""
    row = rows.execute(statement, values).fetchone()
    return 0 if row is None or row[0] is None else row[0]
