"""Who was heard at another site than just before: neighbouring scans of scanners, kept in pairs.

Kept for SourceActivity, which tells of every scan. A scan is compared with its two neighbours when
it comes, when it goes, and when its source becomes a scanner or ceases to be one; so who moves
about costs its moves, not its scans.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.registry import SourceRegistered
from ledger.views.folding import Rows, copy_rows, for_each
from ledger.views.places import hashed

apart_micros_min: Final = 3_600_000_000
"""New scans of one person or source further apart than that have their neighbours looked up."""
sites_kept_max: Final = 50_000
_BEGINNING, _END = -(2**63), 2**63 - 1

_SITES = """
INSERT INTO heard_at (who, site, source) SELECT * FROM unnest(%b::int8[], %b::int8[], %b::int8[])
ON CONFLICT DO NOTHING
"""
_SCANNERS = """
SELECT source FROM (
    SELECT DISTINCT ON (source) source, scanner FROM registered ORDER BY source, time DESC, id DESC
) AS latest WHERE scanner
"""
_HEARD_THROUGH = "SELECT DISTINCT who FROM heard_at WHERE source = ANY(%b::int8[])"
_MOVING = """
SELECT who FROM heard_at WHERE who = ANY(%b::int8[]) AND source = ANY(%b::int8[])
GROUP BY who HAVING count(DISTINCT site) > 1
"""
_SCAN = """
h.site <> 0 AND h.source = ANY(%(scanners)s::int8[])
AND NOT EXISTS (SELECT FROM retracted WHERE target = h.id)
"""
_NEXT = f"""
SELECT w.n::int4, h.time FROM unnest(%(who)s::int8[], %(hi)s::int8[])
    WITH ORDINALITY AS w (who, hi, n)
CROSS JOIN LATERAL (
    SELECT h.time FROM heard AS h WHERE h.who = w.who AND h.time > w.hi AND {_SCAN}
    ORDER BY h.time, h.id LIMIT 1
) AS h
"""
_DROP = """
DELETE FROM crossings AS c USING unnest(%(who)s::int8[], %(lo)s::int8[], %(hi)s::int8[])
    AS w (who, lo, hi)
WHERE c.who = w.who AND c.time BETWEEN w.lo AND w.hi
"""
_PAIR = f"""
INSERT INTO crossings (who, time, id, before, before_at)
SELECT who, time, id, before, before_at FROM (
    SELECT w.who, w.lo, s.time, s.id, s.site, lag(s.id) OVER v AS before,
        lag(s.time) OVER v AS before_at, lag(s.site) OVER v AS before_site
    FROM unnest(%(who)s::int8[], %(lo)s::int8[], %(hi)s::int8[]) AS w (who, lo, hi)
    CROSS JOIN LATERAL (
        (SELECT h.time, h.id, h.site FROM heard AS h WHERE h.who = w.who AND h.time < w.lo
            AND {_SCAN} ORDER BY h.time DESC, h.id DESC LIMIT 1)
        UNION ALL
        SELECT h.time, h.id, h.site FROM heard AS h WHERE h.who = w.who
            AND h.time BETWEEN w.lo AND w.hi AND {_SCAN}
    ) AS s WINDOW v AS (PARTITION BY w.who, w.lo ORDER BY s.time, s.id)
) AS scans WHERE time >= lo AND site <> before_site
"""
Stretch = tuple[int, int, int]
"""Who, and from when to when (µs UTC) its scans are paired anew."""


class TwoSites:
    """Keeps the pairs of neighbouring scans at different sites."""

    TABLES: ClassVar[str] = """
-- Where whom was heard scanning, and through which source: one place for most.
CREATE TABLE heard_at (
    who int8 NOT NULL, site int8 NOT NULL, source int8 NOT NULL, PRIMARY KEY (who, site, source)
);
CREATE INDEX heard_at_by_source ON heard_at (source);
-- Registrations of sources that bind; time: µs UTC.
CREATE TABLE registered (
    source int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL, scanner boolean NOT NULL,
    PRIMARY KEY (source, time, id)
);
-- Scans of scanners that count and whose neighbour before them was taken at another site.
CREATE TABLE crossings (
    who int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL, before uuid NOT NULL,
    before_at int8 NOT NULL, PRIMARY KEY (who, time, id)
);
"""

    def __init__(self) -> None:
        self._sites: set[tuple[int, int, int]] = set()
        self._known: set[tuple[int, int, int]] = set()
        """Rows of `heard_at` that are there: most scan where they did before."""
        self._scanners: list[int] | None = None
        """Sources that are scanners, once they were read; only registrations change them."""
        self._times: dict[int, list[tuple[int, int]]] = {}
        self._registered: dict[tuple[int, int, UUID], tuple[bool, int]] = {}

    def scan(self, who: int, site: int, source: int, first: int, last: int) -> None:
        """Take scans of a person or source at a site, from a time to another, counting or not."""
        self._times.setdefault(who, []).append((first, last))
        if (at := (who, site, source)) not in self._known:
            self._sites.add(at)

    def undone(self, who: int, at: int) -> None:
        """Take that a scan no longer counts."""
        self._times.setdefault(who, []).append((at, at))

    def register(self, fact: Fact, at: int, sign: int) -> None:
        """Take a registration of a source that begins or ceases to bind."""
        if isinstance(fact, SourceRegistered):
            key = hashed("source", fact.registers), at, UUID(fact.id)
            before = self._registered.get(key, (False, 0))[1]
            self._registered[key] = fact.kind == "SCANNER", before + sign

    def flush(self, rows: Rows) -> None:
        """Pair anew what is next to anything that came or went; `heard` must be written before."""
        for_each(rows, _SITES, sorted(self._sites))
        if len(self._known) + len(self._sites) > sites_kept_max:
            self._known.clear()
        self._known |= self._sites
        if self._scanners is None:
            self._scanners = _scanners(rows)
        scanners = self._scanners
        if self._registered:
            before, scanners = scanners, self._write_registered(rows)
            self._scanners = scanners
            if before != scanners:
                changed = sorted({*before} ^ {*scanners})
                found = rows.execute(_HEARD_THROUGH, (changed,)).fetchall()
                _pair(rows, [(who, _BEGINNING, _END) for (who,) in found], scanners)
        if self._times:
            moving = rows.execute(_MOVING, (sorted(self._times), scanners), prepare=True).fetchall()
            _pair(rows, [*_stretches({who: self._times[who] for (who,) in moving})], scanners)
        self._clear()

    def _write_registered(self, rows: Rows) -> list[int]:
        for (source, at, key), (_, sign) in self._registered.items():
            if sign < 0:
                rows.execute(
                    "DELETE FROM registered WHERE (source, time, id) = (%s, %s, %s)",
                    (source, at, key),
                )
        copy_rows(
            rows, "registered (source, time, id, scanner)", ("int8", "int8", "uuid", "bool"),
            [(*key, scanner) for key, (scanner, sign) in self._registered.items() if sign > 0],
        )  # fmt: skip
        return _scanners(rows)

    def forget(self) -> None:
        """Drop the batch, and what it is known to have written."""
        self._clear()
        self._known.clear()
        self._scanners = None

    def _clear(self) -> None:
        self._sites.clear()
        self._times.clear()
        self._registered.clear()


def _scanners(rows: Rows) -> list[int]:
    return sorted(source for (source,) in rows.execute(_SCANNERS, prepare=True).fetchall())


def _stretches(times: dict[int, list[tuple[int, int]]]) -> Iterator[Stretch]:
    """The stretches of each who that new scans lie in, closely together."""
    for who, taken in times.items():
        taken.sort()
        low, high = taken[0]
        for first, last in taken:
            if first - high > apart_micros_min:
                yield who, low, high
                low, high = first, last
            high = max(high, last)
        yield who, low, high


def _pair(rows: Rows, stretches: Sequence[Stretch], scanners: Sequence[int]) -> None:
    """Pair anew the scans in stretches."""
    if not stretches:
        return
    who, lo, hi = map(list, zip(*stretches, strict=True))
    asked = {"who": who, "hi": hi, "scanners": scanners}
    # Whatever follows on a stretch has another neighbour now.
    for number, following in rows.execute(_NEXT, asked, prepare=True).fetchall():
        hi[number - 1] = following
    who, lo, hi = map(list, zip(*_merged(zip(who, lo, hi, strict=True)), strict=True))
    rows.execute(_DROP, {"who": who, "lo": lo, "hi": hi}, prepare=True)
    asked = {"who": who, "lo": lo, "hi": hi, "scanners": scanners}
    rows.execute(_PAIR, asked, prepare=True)


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same stretches by who and time, those that touch as one."""
    merged: list[Stretch] = []
    for who, lo, hi in sorted(stretches):
        if merged and merged[-1][0] == who and lo <= merged[-1][2]:
            merged[-1] = who, merged[-1][1], max(hi, merged[-1][2])
        else:
            merged.append((who, lo, hi))
    return merged
