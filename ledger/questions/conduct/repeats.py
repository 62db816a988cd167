"""What was said more than once: a digest of each event heard at a time at which another one was.

Kept for SourceActivity, which tells what was heard when. An event is read again once, when it is
met, and found by its digest ever after: never compared with the others of its time.
"""

from collections.abc import Iterable
from typing import ClassVar, Final
from uuid import UUID

from ledger.facts.canonical import decode
from ledger.rules.subjects import said_by
from ledger.views.folding import Rows, copy_rows

_read_events_max: Final = 1_000
_KNOWN = """
SELECT behind.id FROM unnest(%b::int8[], %b::int8[], %b::uuid[]) AS behind (who, time, id)
JOIN met ON (met.who, met.time) = (behind.who, behind.time)
"""
_MET = """
WITH fresh AS (
    INSERT INTO met (who, time)
    SELECT DISTINCT late.who, late.time FROM unnest(%b::int8[], %b::int8[]) AS late (who, time)
    CROSS JOIN LATERAL (
        SELECT FROM heard WHERE who = late.who AND time = late.time OFFSET 1 LIMIT 1
    ) AS another ON CONFLICT DO NOTHING RETURNING who, time
)
SELECT h.id FROM fresh CROSS JOIN LATERAL (
    SELECT id FROM heard WHERE who = fresh.who AND time = fresh.time AND source = fresh.who OFFSET 0
) AS h
"""
_STATES = """
SELECT e.notification_id, e.originator_id, e.state FROM unnest(%b::uuid[]) AS of (id)
CROSS JOIN LATERAL (
    SELECT * FROM events WHERE originator_id = of.id AND originator_version = 1 OFFSET 0
) AS e WHERE NOT EXISTS (SELECT FROM retracted WHERE target = of.id)
"""


class Repeats:
    """Keeps times at which several events were heard of one source, and what these say."""

    TABLES: ClassVar[str] = """
-- Times at which more than one event was heard of a source.
CREATE TABLE met (who int8 NOT NULL, time int8 NOT NULL, PRIMARY KEY (who, time));
-- Those of these events that count. digest: of what they say; position: in the log.
CREATE TABLE said (
    digest uuid NOT NULL, id uuid NOT NULL, position int8 NOT NULL, PRIMARY KEY (digest, id)
);
CREATE INDEX said_by_event ON said (id);
"""

    def __init__(self) -> None:
        self._behind: list[tuple[int, int, UUID]] = []

    def take(self, who: int, at: int, key: UUID) -> None:
        """Take an event of a source that is no later than another one heard of it."""
        self._behind.append((who, at, key))

    def flush(self, rows: Rows, undone: Iterable[UUID]) -> None:
        """Write what was met, and let go of what does not count; `heard` is written before."""
        taken, self._behind = self._behind, []
        if taken:
            columns = [*map(list, zip(*taken, strict=True))]
            met = {key for (key,) in rows.execute(_KNOWN, columns, prepare=True).fetchall()}
            met |= {key for (key,) in rows.execute(_MET, columns[:2], prepare=True).fetchall()}
            ids = sorted(met)
            for start in range(0, len(ids), _read_events_max):
                _say(rows, ids[start : start + _read_events_max])
        gone = list(undone)
        if gone:
            rows.execute("DELETE FROM said WHERE id = ANY(%b::uuid[])", (gone,), prepare=True)

    def forget(self) -> None:
        """Drop the batch."""
        self._behind.clear()


def _say(rows: Rows, ids: list[UUID]) -> None:
    found = rows.execute(_STATES, (ids,), prepare=True).fetchall()
    copy_rows(
        rows, "said (digest, id, position)", ("uuid", "uuid", "int8"),
        [(said_by(decode(state)), key, position) for position, key, state in found],
    )  # fmt: skip
