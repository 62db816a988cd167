"""What was attached to a lot: tallies per lot, mark, label version and holder.

A row is a function of the applications that count. Where the first or the last of them leaves,
the row's ends are found again from the lot's moves.
"""

from typing import Any, ClassVar
from uuid import UUID

from ledger.facts.canonical import decode
from ledger.facts.seals import SealsApplied
from ledger.log import Log
from ledger.views.folding import Fold, Rows, Scan

_Key = tuple[int, str, int, str]
"""LOT place, label, version, holder."""

_COLUMNS = "lot, label, version, holder, units, seals, applications, first, first_id, last"
_UPSERT = f"""
INSERT INTO sealed AS s ({_COLUMNS})
SELECT * FROM unnest(%b::int8[], %b::text[], %b::int4[], %b::text[], %b::int8[], %b::int8[],
    %b::int8[], %b::int8[], %b::uuid[], %b::int8[])
ON CONFLICT (lot, label, version, holder) DO UPDATE SET
    units = s.units + excluded.units, seals = s.seals + excluded.seals,
    applications = s.applications + excluded.applications,
    first = least(s.first, excluded.first),
    first_id = CASE WHEN (excluded.first, excluded.first_id) < (s.first, s.first_id)
        THEN excluded.first_id ELSE s.first_id END,
    last = greatest(s.last, excluded.last)
"""
_LOST_ENDS = """
SELECT DISTINCT s.lot, s.label, s.version, s.holder
FROM unnest(%b::int8[], %b::text[], %b::int4[], %b::text[], %b::int8[], %b::uuid[])
    AS gone (lot, label, version, holder, at, id)
JOIN sealed AS s USING (lot, label, version, holder)
WHERE s.last = gone.at OR s.first_id = gone.id
"""
_ATTACHED = """
SELECT m.place, m.position FROM unnest(%b::int8[]) AS wanted (lot) CROSS JOIN LATERAL (
    SELECT place, position FROM moves WHERE place = wanted.lot AND delta > 0 OFFSET 0
) AS m
"""
_NEVER = 2**63 - 1
_NO_ID = UUID(int=2**128 - 1)
"""Above every other id, so that it never becomes the first."""


class Sealed(Fold):
    """Tallies applications; the log is asked again only where an end of a row left."""

    TABLES: ClassVar[str] = """
-- lot: the LOT place, so lot and mark. first and first_id: the application that counts with the
-- smallest (time, id); last: the latest time of one.
CREATE TABLE sealed (
    lot int8 NOT NULL, label text NOT NULL, version int4 NOT NULL, holder text NOT NULL,
    units int8 NOT NULL, seals int8 NOT NULL, applications int8 NOT NULL,
    first int8 NOT NULL, first_id uuid NOT NULL, last int8 NOT NULL,
    PRIMARY KEY (lot, label, version, holder)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rows: dict[_Key, list[Any]] = {}
        self._gone: list[tuple[_Key, int, str]] = []

    def scan(self, scan: Scan, position: int, sign: int) -> None:
        """Attach, or take back."""
        del position
        key = (scan.lot, scan.label, scan.version, scan.holder)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [0, 0, 0, _NEVER, "", -_NEVER]
        at = scan.at
        row[0] += scan.units * sign
        row[1] += scan.seals * sign
        row[2] += sign
        if sign < 0:
            self._gone.append((key, at, scan.id))
            return
        if at <= row[3] and (at < row[3] or scan.id < row[4]):
            row[3], row[4] = at, scan.id
        row[5] = max(row[5], at)

    def flush(self, rows: Rows) -> None:
        """Add to the rows; find ends again. Moves and corrections must be written before."""
        keys = sorted(self._rows)
        if keys:
            values = [self._rows[key] for key in keys]
            units, seals, applications, first, ids, last = map(list, zip(*values, strict=True))
            first_ids = [UUID(text) if text else _NO_ID for text in ids]
            columns = [*map(list, zip(*keys, strict=True)), units, seals, applications]
            rows.execute(_UPSERT, [*columns, first, first_ids, last], prepare=True)
        if self._gone:
            self._find_ends(rows)
        self.forget()

    def _find_ends(self, rows: Rows) -> None:
        gone = sorted(self._gone)
        lots, labels, versions, holders = map(list, zip(*(key for key, _, _ in gone), strict=True))
        lost = rows.execute(
            _LOST_ENDS,
            (lots, labels, versions, holders, [at for _, at, _ in gone], [x for _, _, x in gone]),
        ).fetchall()
        rows.execute("DELETE FROM sealed WHERE lot = ANY(%b) AND applications = 0", (lots,))
        if not lost:
            return
        wanted = {tuple(key): (_NEVER, "", -_NEVER) for key in lost}
        for scan, lot in self._counting(rows, sorted({key[0] for key in lost})):
            key = (lot, scan.label, scan.label_version, scan.holder)
            if key in wanted:
                first, first_id, last = wanted[key]
                first, first_id = min((first, first_id), (scan.at, scan.id))
                wanted[key] = (first, first_id, max(last, scan.at))
        found = sorted((*key, *ends) for key, ends in wanted.items() if ends[1])
        if found:
            rows.execute(
                "UPDATE sealed AS s SET first = e.first, first_id = e.first_id, last = e.last FROM"
                " unnest(%s::int8[], %s::text[], %s::int4[], %s::text[], %s::int8[], %s::uuid[],"
                " %s::int8[]) AS e (lot, label, version, holder, first, first_id, last) WHERE"
                " (s.lot, s.label, s.version, s.holder) = (e.lot, e.label, e.version, e.holder)",
                [*map(list, zip(*found, strict=True))],
            )

    def _counting(self, rows: Rows, lots: list[int]) -> list[tuple[SealsApplied, int]]:
        at = {position: lot for lot, position in rows.execute(_ATTACHED, (lots,)).fetchall()}
        facts = [
            (fact, at[recorded.position])
            for recorded in self._log.at(sorted(at))
            if isinstance(fact := decode(recorded.state), SealsApplied)
        ]
        ids = [UUID(fact.id) for fact, _ in facts]
        retracted = rows.execute(
            "SELECT target FROM retracted WHERE target = ANY(%s::uuid[])", (ids,)
        ).fetchall()
        gone = {str(target) for (target,) in retracted}
        return [(fact, lot) for fact, lot in facts if fact.id not in gone]

    def forget(self) -> None:
        """Drop the batch."""
        self._rows.clear()
        self._gone.clear()
