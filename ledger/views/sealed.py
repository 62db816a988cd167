"""What was attached to a lot: sums by lot, mark, label version and holder.

A row is a function of the applications that count. Where the first or the last of them leaves,
it is found again from the lot's moves next to it.
"""

from typing import Any, ClassVar, Final
from uuid import UUID

from ledger.custody.places import Kind
from ledger.errors import Fatal
from ledger.facts.canonical import decode
from ledger.facts.seals import SealsApplied
from ledger.log import Log
from ledger.views.access.policies import in_place
from ledger.views.folding import NEVER, Fold, Rows, Scans, Seen, columns
from ledger.views.loading import pages, retracted
from ledger.views.places import place_id

_Key = tuple[int, str, int, str]
"""LOT place, label, version, holder."""

_COLUMNS = (
    "lot, label, version, holder, units, seals, applications, first, first_id, last, earliest"
)
_UPSERT = f"""
INSERT INTO sealed AS s ({_COLUMNS})
SELECT * FROM unnest(%b::int8[], %b::text[], %b::int4[], %b::text[], %b::int8[], %b::int8[],
    %b::int8[], %b::int8[], %b::uuid[], %b::int8[], %b::int8[])
ON CONFLICT (lot, label, version, holder) DO UPDATE SET
    units = s.units + excluded.units, seals = s.seals + excluded.seals,
    applications = s.applications + excluded.applications,
    first = least(s.first, excluded.first),
    first_id = CASE WHEN (excluded.first, excluded.first_id) < (s.first, s.first_id)
        THEN excluded.first_id ELSE s.first_id END,
    last = greatest(s.last, excluded.last), earliest = least(s.earliest, excluded.earliest)
"""
_LOST = """
SELECT DISTINCT s.lot, s.label, s.version, s.holder, s.first, s.last, s.earliest
FROM unnest(%b::int8[], %b::text[], %b::int4[], %b::text[], %b::int8[], %b::uuid[])
    AS gone (lot, label, version, holder, at, id)
JOIN events AS e ON e.originator_id = gone.id AND e.originator_version = 1
JOIN sealed AS s USING (lot, label, version, holder)
WHERE s.last = gone.at OR s.first_id = gone.id OR s.earliest = e.notification_id
"""
_AT_TIME = "SELECT position FROM moves WHERE place = %s AND time = %s AND delta > 0"
_BY_POSITION = """
SELECT position FROM moves WHERE place = %s AND delta > 0 AND position > %s AND position <= %s
ORDER BY position
"""
_positions_read_first: Final = 20_000
_MOVE = """
UPDATE sealed SET first = %s, first_id = %s, last = %s, earliest = %s
WHERE (lot, label, version, holder) = (%s, %s, %s, %s)
"""
_LAST_ID = "~"
"""Behind every id."""
_NO_ID = UUID(int=2**128 - 1)
"""Above every other id, so that it never becomes the first."""


class Sealed(Fold):
    """Sums applications; the log is asked again only where the first or last of a row left."""

    TABLES: ClassVar[str] = """
-- lot: the LOT place, so lot and mark. first and first_id: the application that counts with the
-- smallest (time, id); last: the latest time of one; earliest: the position of that recorded first.
CREATE TABLE sealed (
    lot int8 NOT NULL, label text NOT NULL, version int4 NOT NULL, holder text NOT NULL,
    units int8 NOT NULL, seals int8 NOT NULL, applications int8 NOT NULL,
    first int8 NOT NULL, first_id uuid NOT NULL, last int8 NOT NULL, earliest int8 NOT NULL,
    PRIMARY KEY (lot, label, version, holder)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""
    SEEN: ClassVar[Seen] = {
        "sealed": (in_place("sealed.lot"),),
    }
    BATCH = ("_rows", "_gone")

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rows: dict[_Key, list[Any]] = {}
        self._gone: list[tuple[_Key, int, str]] = []

    def scans(self, alike: Scans) -> None:
        """Attach, or take back."""
        key = _key(alike)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [0, 0, 0, NEVER, "", -NEVER, NEVER]
        row[0] += alike.units
        row[1] += alike.seals
        row[2] += alike.count
        if alike.first_id and (alike.first, alike.first_id) < (row[3], row[4] or _LAST_ID):
            row[3], row[4] = alike.first, alike.first_id
        row[5] = max(row[5], alike.last)
        row[6] = min(row[6], alike.earliest)
        if alike.sign < 0:  # one that is taken back may be the first or the last of its row
            self._gone += [(key, at, id_) for at, id_, *_ in alike.each]

    def flush(self, rows: Rows) -> None:
        """Add to the rows, find first and last again. Moves and corrections are written before."""
        keys = sorted(self._rows)
        if keys:
            values = [self._rows[key] for key in keys]
            *counts, first, ids, last, earliest = columns(values)
            first_ids = [UUID(text) if text else _NO_ID for text in ids]
            added = [*columns(keys), *counts, first, first_ids, last, earliest]
            rows.execute(_UPSERT, added, prepare=True)
        if self._gone:
            self._find_firsts_and_lasts(rows)
        self.forget()

    def _find_firsts_and_lasts(self, rows: Rows) -> None:
        gone = sorted(self._gone)
        asked = columns((*key, at, scan) for key, at, scan in gone)
        lots = asked[0]
        lost = rows.execute(_LOST, asked).fetchall()
        rows.execute("DELETE FROM sealed WHERE lot = ANY(%b) AND applications = 0", (lots,))
        still = {
            tuple(key)
            for key in rows.execute(
                "SELECT lot, label, version, holder FROM sealed WHERE lot = ANY(%b)", (lots,)
            ).fetchall()
        }
        for *key, first, last, earliest in sorted(lost):
            if tuple(key) in still:
                found = self._found(rows, (key[0], key[1], key[2], key[3]), first, last, earliest)
                rows.execute(_MOVE, (*found, *key))

    def _found(
        self, rows: Rows, key: _Key, first: int, last: int, earliest: int
    ) -> tuple[int, UUID, int, int]:
        """First, its id, last and earliest of a row; none lies beyond those it had."""
        first = self._next(rows, key, first, forward=True)
        at_first = [at for (at,) in rows.execute(_AT_TIME, (key[0], first)).fetchall()]
        firsts = [fact.id for _, fact in self._counting(rows, key, at_first) if fact.at == first]
        last = self._next(rows, key, last, forward=False)
        return first, min(map(UUID, firsts)), last, self._earliest(rows, key, earliest)

    def _next(self, rows: Rows, key: _Key, at: int, *, forward: bool) -> int:
        """The time of a row's first application from a time on, or of its last up to it."""
        for page in pages(rows, key[0], at, forward=forward):
            moved = {(position, time) for time, position in page}
            scans = self._counting(rows, key, [position for _, position in page])
            # What replaces a departure moves its seals back, at the departure's time.
            times = [fact.at for position, fact in scans if (position, fact.at) in moved]
            if times:
                return min(times) if forward else max(times)
        raise _torn()

    def _earliest(self, rows: Rows, key: _Key, first: int) -> int:
        """The position of a row's first recorded application, at a position or behind it."""
        after, width, end = first - 1, _positions_read_first, self._log.position()
        while after < end:
            asked = (key[0], after, after + width)
            found = [position for (position,) in rows.execute(_BY_POSITION, asked).fetchall()]
            scans = self._counting(rows, key, found)
            if scans:
                return min(position for position, _ in scans)
            after, width = after + width, 2 * width
        raise _torn()

    def _counting(
        self, rows: Rows, key: _Key, positions: list[int]
    ) -> list[tuple[int, SealsApplied]]:
        """The applications of a row that count, among the events at positions."""
        scans = [
            (recorded.position, fact)
            for recorded in self._log.at(sorted(set(positions)))
            if recorded.topic == SealsApplied.__name__
            and isinstance(fact := decode(recorded.state), SealsApplied)
            and (fact.label, fact.label_version, fact.holder) == key[1:]
            and place_id(fact.mark, Kind.LOT, fact.lot) == key[0]
        ]
        gone = retracted(rows, (fact.id for _, fact in scans))
        return [(position, fact) for position, fact in scans if fact.id not in gone]


def _key(of: Scans) -> _Key:
    return of.lot, of.label, of.version, of.holder


def _torn() -> Fatal:
    return Fatal("a row counts applications that its lot's moves do not show")
