"""What every request works with: the log, the viewer's sight of it, the clock.

One desk a process; its parts are safe to use from all threads.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

import msgspec
from psycopg.errors import UndefinedTable

from ledger.errors import Unavailable
from ledger.facts import registry
from ledger.facts.catalogue import TYPES
from ledger.facts.corrections import EventRetracted
from ledger.facts.scalars import micros
from ledger.log import Log, Recorded
from ledger.log.recorder import Rows
from ledger.log.seeing import Seen, Sight, Viewer
from ledger.rules.policy import Policy, default_policy
from ledger.views import SCHEMA, schema
from ledger.views.projection import Projector

SYSTEM: Final = Viewer("ledger", "operator", "operator")
"""Sees all: for verdicts that are computed from more than the asker may read."""

_STANDING: Final = """
SELECT coalesce((SELECT position FROM progress), 0), (SELECT position FROM audit),
    (SELECT coalesce(max(position), 0) FROM commits), is_simulation()
"""


class Standing(NamedTuple):
    """How far things are: the position the views rest on, the audit's, and the log's last one.

    `simulation` tells that recorded times here are made up.
    """

    position: int
    audited: int
    recorded: int
    simulation: bool

    @property
    def behind(self) -> int:
        """How many events the views lag behind."""
        return max(0, self.recorded - self.position)


class Looking(NamedTuple):
    """One snapshot as somebody sees it."""

    viewer: Viewer
    rows: Rows
    log: Seen
    standing: Standing


class Desk:
    """The ledger as the web uses it."""

    def __init__(
        self,
        log: Log,
        *,
        views: str = SCHEMA,
        policy: Policy | None = None,
        now: Callable[[], int] | None = None,
    ) -> None:
        """Take the log; `policy` is that built in unless given, `now` the real clock, µs UTC."""
        self.log = log
        self.policy = policy or default_policy()
        self.sight = Sight(log)
        self._views = views
        self._now = now or _real

    def open(self) -> None:
        """Get ready; raises Misuse where the database would show a viewer more than it may see."""
        Projector(self.log).make()
        self.sight.open()
        self.sight.grant(self._views)
        self.sight.check(self._views)

    def close(self) -> None:
        """Let the connections go; the log stays open."""
        self.sight.close()

    def now(self) -> int:
        """The clock, µs UTC."""
        return self._now()

    def standing(self) -> Standing:
        """How far things are now."""
        with self.looking(SYSTEM) as looking:
            return looking.standing

    def follow(self) -> None:
        """Bring the views up to what was just decided; where they cannot be now, they will be."""
        with suppress(Unavailable):
            Projector(self.log).catch_up()

    @contextmanager
    def looking(self, viewer: Viewer) -> Iterator[Looking]:
        """One snapshot of log and views, as the viewer sees them."""
        with self.sight.seen(viewer, SCHEMA) as (rows, seen):
            yield Looking(viewer, rows, seen, standing(rows))


def _real() -> int:
    return time.time_ns() // 1_000


def as_of(looking: Looking, time: int | None) -> Seen:
    """The log of a look, without what happened after a time (µs UTC) but for the registry.

    Corrections are dated as what they correct: they stay.
    """
    if time is None:
        return looking.log
    return looking.log.only(lambda recorded: _happened(recorded, time))


def _happened(recorded: Recorded, time: int) -> bool:
    return recorded.topic in _UNTIMED or micros(_time(recorded.state).time) <= time


class _Timed(msgspec.Struct):
    time: str


_time = msgspec.json.Decoder(_Timed).decode
_UNTIMED: Final = frozenset(
    kind.__name__
    for kind in TYPES.values()
    if kind.__module__ == registry.__name__ or kind is EventRetracted
)
"""Registry facts hold for the days that they name, whenever they were reported."""


def standing(rows: Rows) -> Standing:
    """How far things are, at a snapshot."""
    try:
        row = rows.execute(_STANDING, prepare=True).fetchone()
    except UndefinedTable as error:
        raise Unavailable(schema.NOT_BUILT) from error
    assert row is not None  # noqa: S101 -- one row of four subqueries
    return Standing(*row)
