"""Who reports: for each source how much, when last, and for which time.

Everything recorded is counted, whether it counts as a fact or not.
"""

from typing import Any, ClassVar

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.views.access.policies import named_on
from ledger.views.folding import Fold, Rows, Scans, Seen

_UPSERT = """
INSERT INTO sources AS s (source, events, last_position, last_recorded, last_time)
SELECT * FROM unnest(%b::text[], %b::int8[], %b::int8[], %b::int8[], %b::int8[])
ON CONFLICT (source) DO UPDATE SET events = s.events + excluded.events,
    last_position = greatest(s.last_position, excluded.last_position),
    last_recorded = greatest(s.last_recorded, excluded.last_recorded),
    last_time = greatest(s.last_time, excluded.last_time)
"""


class Sources(Fold):
    """Counts what sources report."""

    TABLES: ClassVar[str] = """
-- Times in µs UTC: last_recorded when the ledger last heard, last_time the latest event time.
CREATE TABLE sources (
    source text PRIMARY KEY, events int8 NOT NULL, last_position int8 NOT NULL,
    last_recorded int8 NOT NULL, last_time int8 NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
"""
    SEEN: ClassVar[Seen] = {
        "sources": (named_on(About.SOURCE, "sources.source"),),
    }
    BATCH = ("_sources",)

    def __init__(self) -> None:
        self._sources: dict[str, list[int]] = {}

    def heard(self, alike: Scans) -> None:
        """Take applications as recorded."""
        self._add(alike.source, alike.count, alike.latest, alike.recorded_at, alike.last)

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take a fact as recorded."""
        self._add(fact.source, 1, position, recorded_at, at)

    def _add(self, source: str, count: int, position: int, recorded_at: int, at: int) -> None:
        row = self._sources.get(source)
        if row is None:
            self._sources[source] = [count, position, recorded_at, at]
            return
        row[0] += count
        row[1] = max(row[1], position)
        row[2] = max(row[2], recorded_at)
        row[3] = max(row[3], at)

    def flush(self, rows: Rows) -> None:
        """Add to the sources heard."""
        keys = sorted(self._sources)
        if keys:
            values = zip(*(self._sources[key] for key in keys), strict=True)
            rows.execute(_UPSERT, [keys, *map(list, values)], prepare=True)
        self.forget()


def sources(rows: Rows) -> list[dict[str, Any]]:
    """Every source ever heard, by name; times in µs UTC."""
    rows.execute(
        "SELECT source, events, last_position, last_recorded, last_time FROM sources"
        " ORDER BY source"
    )
    names = ("source", "events", "last_position", "last_recorded", "last_time")
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
