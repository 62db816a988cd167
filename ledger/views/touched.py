"""Which subjects the latest facts touched: what the auditor has to look at again.

A subject is touched no later than the fact that touched it is visible in any view. Applications
and events are no shared subjects: the auditor follows them by its own position.
"""

from typing import ClassVar

from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.scalars import MICROS_A_DAY
from ledger.views.folding import Fold, Rows, Scan

_UPSERT = """
INSERT INTO touched AS t (kind, key, from_day, position)
SELECT * FROM unnest(%b::int2[], %b::text[], %b::int4[], %b::int8[])
ON CONFLICT (kind, key) DO UPDATE SET from_day = least(t.from_day, excluded.from_day),
    position = greatest(t.position, excluded.position)
"""


class Touched(Fold):
    """Notes subjects, each with its earliest day and its latest position."""

    TABLES: ClassVar[str] = """
-- kind: ledger.facts.mentions.About. from_day: the earliest UTC day (days since 1970) touched.
CREATE TABLE touched (
    kind int2 NOT NULL, key text NOT NULL, from_day int4 NOT NULL, position int8 NOT NULL,
    PRIMARY KEY (kind, key)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""

    def __init__(self) -> None:
        self._scans: dict[tuple[str, str, str, str], tuple[int, int]] = {}
        self._subjects: dict[tuple[int, str], tuple[int, int]] = {}

    def scan(self, scan: Scan, position: int, sign: int) -> None:
        """The account and the lot of an application."""
        del sign
        key = (scan.mark, scan.holder, scan.site, scan.lot_key)
        seen = self._scans.get(key)
        at = scan.at
        if seen is not None and seen[0] < at:
            at = seen[0]
        self._scans[key] = (at, position)

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Every subject of a fact that no longer counts."""
        if sign < 0:
            self.record(fact, at, position, 0)

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Every subject of a fact."""
        del recorded_at
        for about, key in mentions(fact):
            self._touch((int(about), key), at, position)

    def _touch(self, subject: tuple[int, str], at: int, position: int) -> None:
        seen = self._subjects.get(subject)
        if seen is None:
            self._subjects[subject] = (at, position)
        else:
            self._subjects[subject] = (min(at, seen[0]), max(position, seen[1]))

    def flush(self, rows: Rows) -> None:
        """Note the subjects."""
        for (mark, holder, site, lot), (at, position) in self._scans.items():
            self._touch((int(About.ACCOUNT), f"{mark} {holder} {site}"), at, position)
            self._touch((int(About.LOT), lot), at, position)
        keys = sorted(self._subjects)
        if keys:
            days = [self._subjects[key][0] // MICROS_A_DAY for key in keys]
            positions = [self._subjects[key][1] for key in keys]
            columns = [*map(list, zip(*keys, strict=True)), days, positions]
            rows.execute(_UPSERT, columns, prepare=True)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._scans.clear()
        self._subjects.clear()
