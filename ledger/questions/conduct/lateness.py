"""What was recorded long after its time: sums by source, day of recording and whole days between.

Kept for SourceActivity, which tells of every event. A sum that loses an event is computed again.
"""

from collections.abc import Iterable
from typing import ClassVar, Final
from uuid import UUID

from ledger.facts.scalars import MICROS_A_DAY
from ledger.views.folding import Rows, copy_rows, for_each

LAG_DAYS_MIN: Final = 1
"""What was recorded within a day is never asked for."""

_ADD = """
INSERT INTO late_days AS l (source, day, lag, events, oldest)
SELECT * FROM unnest(%b::int8[], %b::int4[], %b::int4[], %b::int8[], %b::int8[])
ON CONFLICT (source, day, lag) DO UPDATE SET events = l.events + excluded.events,
    oldest = least(l.oldest, excluded.oldest)
"""
_DROP = """
DELETE FROM late_days AS l USING unnest(%b::int8[], %b::int4[], %b::int4[])
    AS gone (source, day, lag)
WHERE (l.source, l.day, l.lag) = (gone.source, gone.day, gone.lag)
"""
_AGAIN = """
INSERT INTO late_days (source, day, lag, events, oldest)
SELECT l.source, l.day, l.lag, count(*), min(l.time)
FROM unnest(%b::int8[], %b::int4[], %b::int4[]) AS again (source, day, lag)
JOIN late AS l ON (l.source, l.day, l.lag) = (again.source, again.day, again.lag)
WHERE NOT EXISTS (SELECT FROM retracted WHERE target = l.id) GROUP BY 1, 2, 3
"""
_RECORDED = """
SELECT originator_id, recorded_at FROM events
WHERE originator_id = ANY(%b::uuid[]) AND originator_version = 1
"""
Key = tuple[int, int, int]
"""Source, day of recording (UTC, days since 1970), whole days by which it was late."""


class Lateness:
    """Sums what comes late."""

    TABLES: ClassVar[str] = """
-- What was recorded more than a day after its time. day: of its recording, days since 1970, UTC;
-- lag: it came by more than so many whole days late; time: µs UTC of the event.
CREATE TABLE late (
    source int8 NOT NULL, day int4 NOT NULL, lag int4 NOT NULL, time int8 NOT NULL, id uuid NOT NULL
);
CREATE INDEX late_by_day ON late (source, day, time);
-- Those of them that count, and the earliest time among them.
CREATE TABLE late_days (
    source int8 NOT NULL, day int4 NOT NULL, lag int4 NOT NULL, events int8 NOT NULL,
    oldest int8 NOT NULL, PRIMARY KEY (source, day, lag)
) WITH (fillfactor = 70);
"""

    def __init__(self) -> None:
        self._late: list[tuple[int, int, int, int, UUID]] = []

    def take(self, source: int, at: int, recorded_at: int, key: UUID) -> None:
        """Take an event that was recorded more than a day after its time."""
        self._late.append((source, *_when(at, recorded_at), at, key))

    def flush(self, rows: Rows, undone: Iterable[tuple[int, int, UUID]]) -> None:
        """Write what is late; compute again what lost the events (source, time, id) undone."""
        gone = {key: (source, at) for source, at, key in undone}
        again: set[Key] = set()
        if gone:
            for key, recorded_at in rows.execute(_RECORDED, (list(gone),)).fetchall():
                source, at = gone[key]
                day, lag = _when(at, recorded_at)
                if lag >= LAG_DAYS_MIN:
                    again.add((source, day, lag))
        sums: dict[Key, list[int]] = {}
        for source, day, lag, at, _ in self._late:
            if (source, day, lag) not in again:
                found = sums.setdefault((source, day, lag), [0, at])
                found[0] += 1
                found[1] = min(found[1], at)
        copy_rows(
            rows, "late (source, day, lag, time, id)", ("int8", "int4", "int4", "int8", "uuid"),
            self._late,
        )  # fmt: skip
        if sums:
            for_each(rows, _ADD, [(*key, *found) for key, found in sorted(sums.items())])
        if again:
            for_each(rows, _DROP, sorted(again))
            for_each(rows, _AGAIN, sorted(again))
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._late.clear()


def _when(at: int, recorded_at: int) -> tuple[int, int]:
    return recorded_at // MICROS_A_DAY, (recorded_at - at - 1) // MICROS_A_DAY
