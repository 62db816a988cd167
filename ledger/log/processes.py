"""Signs of life: each process says every few seconds that it runs, where, and what it is about.

Who ends in order takes its row away. A row that is left and grows old is of a process that was
killed or hangs; it is kept for a day, unless the process is started again.
"""

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from ledger.errors import LedgerError
from ledger.log.log import Log
from ledger.log.recorder import Rows

beat_seconds: float = 5.0
leave_seconds_max: Final = 1.0
"""A process that stops waits no longer for a database that does not answer."""
alive_seconds_max: Final = 60
"""Without a sign of life for so long, a place is somebody else's to take."""
forgotten_seconds: Final = 86_400
_MICROS: Final = 1_000_000
_LOCK: Final = 528_365  # two that start at once do not take one place; the number is ours alone

_log = logging.getLogger("ledger.processes")

_NOW: Final = f"(extract(epoch FROM clock_timestamp()) * {_MICROS})::int8"
_THERE: Final = f"""
SELECT instance, pid, {_NOW} - beat_at FROM processes WHERE name = %s
"""
_JOIN: Final = f"""
INSERT INTO processes AS p (name, instance, pid, started_at, beat_at, version, note, restarts)
SELECT %s, %s, %s, now.at, now.at, %s, %s, '{{}}' FROM (SELECT {_NOW} AS at) AS now
ON CONFLICT (name, instance) DO UPDATE SET pid = excluded.pid, started_at = excluded.started_at,
    beat_at = excluded.beat_at, version = excluded.version, note = excluded.note,
    restarts = ARRAY(
        SELECT at FROM unnest(p.restarts || excluded.started_at) AS at
        WHERE at > excluded.started_at - {forgotten_seconds * _MICROS} ORDER BY at
    )
RETURNING started_at
"""
# A beat that a crash of the server loses is followed by another one: it waits for no disk.
_BEAT: Final = f"""
WITH now AS (SELECT {_NOW} AS at, set_config('synchronous_commit', 'off', true)),
gone AS (
    DELETE FROM processes USING now WHERE beat_at < now.at - {forgotten_seconds * _MICROS}
)
UPDATE processes SET beat_at = now.at, note = %s FROM now
WHERE name = %s AND instance = %s AND pid = %s AND started_at = %s
"""
_LEAVE: Final = """
DELETE FROM processes WHERE name = %s AND instance = %s AND pid = %s AND started_at = %s
"""


class Process(NamedTuple):
    """A row of `processes`: times in µs UTC, by the clock of the database."""

    name: str
    instance: str
    pid: int
    started_at: int
    beat_at: int
    version: str
    note: Mapping[str, Any]
    restarts: list[int]


def program_version() -> str:
    """The version of this program, as it was installed."""
    try:
        return version("seal-ledger")
    except PackageNotFoundError:
        return "not installed"


def listed(rows: Rows) -> list[Process]:
    """Every process that runs, or ended within a day without taking its row away; by name."""
    rows.execute(f"SELECT {', '.join(Process._fields)} FROM processes ORDER BY name, instance")
    return [Process._make((*row[:6], json.loads(row[6]), row[7])) for row in rows.fetchall()]


class Beating:
    """A process that shows signs of life for the time of a block."""

    def __init__(self, log: Log, name: str, note: Callable[[], Mapping[str, Any]] = dict) -> None:
        """`note` answers, at each beat, what the process has to say of itself."""
        self._log, self._name, self._note = log, name, note
        self._place: tuple[str, int, int] | None = None
        self._turn = threading.Lock()
        self._heard = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beating", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(leave_seconds_max)
        if kind is None and self._heard and not self._thread.is_alive():
            self._safely(self._leave)

    def beat(self) -> None:
        """Show one sign of life. Raises Unavailable where the database is away."""
        with self._turn, self._log.transaction() as rows:
            if self._place is not None:
                said = (json.dumps(self._note()), self._name, *self._place)
                if rows.execute(_BEAT, said, prepare=True).rowcount:
                    return
            # The first one, or somebody has taken the place of one that was silent for too long.
            self._place = self._joined(rows)

    def _run(self) -> None:
        while True:
            self._safely(self.beat)
            if self._stop.wait(beat_seconds):
                return

    def _safely(self, work: Callable[[], None]) -> None:
        self._heard = False
        try:
            work()
            self._heard = True
        except LedgerError as error:
            # What the process itself does with a database that is away is its own affair.
            _log.debug("no sign of life: %s", error)

    def _joined(self, rows: Rows) -> tuple[str, int, int]:
        rows.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        rows.execute(_THERE, (self._name,))
        there = {instance: (pid, quiet) for instance, pid, quiet in rows.fetchall()}
        host, pid = socket.gethostname(), os.getpid()
        places = (host if number == 1 else f"{host}-{number}" for number in count(1))
        place = next(one for one in places if not _taken(*there.get(one, (pid, 0))))
        told = (self._name, place, pid, program_version(), json.dumps(self._note()))
        ((started_at,),) = rows.execute(_JOIN, told).fetchall()
        return place, pid, int(started_at)

    def _leave(self) -> None:
        if self._place is not None:
            with self._log.transaction() as rows:
                rows.execute(_LEAVE, (self._name, *self._place))


def _taken(pid: int, quiet: int) -> bool:
    """Whether a process of this host still is where it said it was."""
    if pid == os.getpid() or quiet > alive_seconds_max * _MICROS:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
