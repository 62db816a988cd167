"""The registry, held in memory: few facts, asked for by nearly every rule; and what is corrected.

Kept current from one state of the views to the next, so that a look at fifty new events does not
read what has been registered in ten years.
"""

from typing import Any, Final
from uuid import UUID

from ledger.facts.canonical import decode
from ledger.facts.record import Record
from ledger.facts.standing import REGISTRY
from ledger.log import Log
from ledger.views import loading
from ledger.views.folding import Rows
from ledger.views.places import TOPIC, subject_id

HELD: Final[frozenset[Any]] = REGISTRY
"""Types held whole."""
positions_read_max: Final = 5_000
beyond_kept_max: Final = 10_000
corrections_held_max: Final = 200_000
"""Beyond that whoever wants to know whether an event is corrected asks for it."""

_REGISTERED = """
SELECT m.position FROM unnest(%b::int8[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT position FROM mentions WHERE about = %b AND key = wanted.key AND position > %b
        AND position <= %b OFFSET 0
) AS m ORDER BY m.position
"""
_RETRACTED_SINCE = """
SELECT target, recorded_at FROM retracted WHERE position > %b AND position <= %b LIMIT %b
"""
_RETRACTED = "SELECT target, recorded_at FROM retracted WHERE target = ANY(%b::uuid[])"


class Registry:
    """Every registry fact that some views know, and which events are corrected."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.record = Record()
        self.beyond: set[tuple[int, str]] = set()
        """Subjects (about, key) with more facts than are ever loaded; they only become more."""
        self._unbound: set[str] = set()
        self._parties: dict[str, str] = {}
        self._position = self._corrections = 0

    @property
    def knows_corrections(self) -> bool:
        """Whether the record knows of every event whether it is corrected.

        Else of its own facts alone: there were too many corrections to hold.
        """
        return self._corrections <= corrections_held_max

    def follow(self, rows: Rows, until: int) -> "Registry":
        """Take what was registered since, up to the position of the views; answers itself.

        A registry that knows more than these views starts again.
        """
        if len(self.beyond) > beyond_kept_max:
            self.beyond.clear()
        if until < self._position:
            self.beyond.clear()
            self._start()
        keys = sorted(subject_id(TOPIC, kind.__name__) for kind in REGISTRY)
        asked = (keys, TOPIC, self._position, until)
        positions = [at for (at,) in rows.execute(_REGISTERED, asked, prepare=True).fetchall()]
        for start in range(0, len(positions), positions_read_max):
            events = self._log.at(positions[start : start + positions_read_max], rows)
            for event in events:
                self.record.add(decode(event.state), event.recorded_at, event.by, event.door)
            ids = [event.id for event in events]
            self._retract(rows.execute(_RETRACTED, (ids,), prepare=True).fetchall())
        self._follow_corrections(rows, until)
        for key, binds in loading.changed_bindings(rows, self._position, until).items():
            (self._unbound.discard if binds else self._unbound.add)(key)
        for source, party in loading.moved_speakers(rows, self._position, until).items():
            if party is None:
                self._parties.pop(source, None)
            else:
                self._parties[source] = party
        self.record.tell(self._unbound, self._parties)
        self._position = until
        return self

    def _start(self) -> None:
        self.record, self._unbound, self._parties = Record(), set(), {}
        self._position = self._corrections = 0

    def _follow_corrections(self, rows: Rows, until: int) -> None:
        since = (self._position, until, corrections_held_max + 1)
        found = rows.execute(_RETRACTED_SINCE, since, prepare=True).fetchall()
        self._corrections += len(found)
        if self.knows_corrections:
            self._retract(found)
        elif found:
            held = [UUID(known.id) for known in self.record]
            self._retract(rows.execute(_RETRACTED, (held,), prepare=True).fetchall())

    def _retract(self, found: list[tuple[Any, ...]]) -> None:
        for target, recorded_at in found:
            self.record.retract(str(target), recorded_at)
