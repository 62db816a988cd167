"""How low a place fell: net, lowest and highest point of its UTC days; the same of 32 days.

Was a place ever below zero costs its stretches and the days of those in which it was, not its
history. A low does not depend on the order in which events arrived: what comes late has its day
computed again from the moves.
"""

from typing import ClassVar

from ledger.custody.moves import moves
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY
from ledger.views.folding import Fold, Rows, Scan, Scans
from ledger.views.levels import KINDS, STRETCH_DAYS, stretch_of
from ledger.views.places import PlaceIds

_LATE = """
SELECT l.place, l.day FROM unnest(%b::int8[], %b::int4[], %b::int8[]) AS new (place, day, first)
CROSS JOIN LATERAL (
    SELECT place, day FROM lows
    WHERE place = new.place AND day = new.day AND last >= new.first OFFSET 0
) AS l ORDER BY l.place, l.day
"""
_UPSERT = """
INSERT INTO lows AS l (place, day, net, low, high, last)
SELECT * FROM unnest(%b::int8[], %b::int4[], %b::int8[], %b::int8[], %b::int8[], %b::int8[])
ON CONFLICT (place, day) DO UPDATE SET net = l.net + excluded.net,
    low = least(l.low, l.net + excluded.low), high = greatest(l.high, l.net + excluded.high),
    last = greatest(l.last, excluded.last)
"""
_STRETCHES = f"""
INSERT INTO low_stretches AS l (place, first, net, low)
SELECT s.place, s.first, s.net, s.low FROM unnest(%b::int8[], %b::int4[]) AS new (place, first)
CROSS JOIN LATERAL (
    SELECT new.place, new.first, sum(net)::int8 AS net, least(0, min(run + low))::int8 AS low
    FROM (
        SELECT net, low, sum(net) OVER (ORDER BY day) - net AS run FROM lows
        WHERE place = new.place AND day >= new.first AND day < new.first + {STRETCH_DAYS}
    ) AS days OFFSET 0
) AS s
ON CONFLICT (place, first) DO UPDATE SET net = excluded.net, low = excluded.low
"""
_AGAIN = f"""
UPDATE lows AS l SET low = again.low, high = again.high FROM (
    SELECT place, day, least(0, min(run))::int8 AS low, greatest(0, max(run))::int8 AS high FROM (
        SELECT late.place, late.day,
            sum(sum(m.delta)) OVER (PARTITION BY late.place, late.day ORDER BY m.time) AS run
        FROM unnest(%b::int8[], %b::int4[]) AS late (place, day) CROSS JOIN LATERAL (
            SELECT time, delta FROM moves WHERE place = late.place
                AND time >= late.day::int8 * {MICROS_A_DAY}
                AND time < (late.day::int8 + 1) * {MICROS_A_DAY} OFFSET 0
        ) AS m GROUP BY late.place, late.day, m.time
    ) AS runs GROUP BY place, day
) AS again WHERE l.place = again.place AND l.day = again.day
"""


class Lows(Fold):
    """Keeps net and low of the days of places with many moves."""

    TABLES: ClassVar[str] = """
-- day: days since 1970, UTC. low, high: the lowest and the highest balance within the day, its
-- start taken as 0; moves of one time taken together. last: the latest time of a move of that day.
CREATE TABLE lows (
    place int8 NOT NULL, day int4 NOT NULL, net int8 NOT NULL, low int8 NOT NULL,
    high int8 NOT NULL, last int8 NOT NULL, PRIMARY KEY (place, day)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
-- The same of the 32 days from `first` on; a stretch starts at a multiple of 32.
CREATE TABLE low_stretches (
    place int8 NOT NULL, first int4 NOT NULL, net int8 NOT NULL, low int8 NOT NULL,
    PRIMARY KEY (place, first)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._ends: dict[int, list[tuple[int, int]]] = {}

    def scan(self, of: Scans, scan: Scan) -> None:
        """Out of the stock, onto the lot."""
        _, at, _, count, _, sign = scan
        seals = count * sign
        stock = self._ends.get(of.stock)
        if stock is None:
            stock = self._ends[of.stock] = []
        stock.append((at, -seals))
        lot = self._ends.get(of.lot)
        if lot is None:
            lot = self._ends[of.lot] = []
        lot.append((at, seals))

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Both ends of each move, where they are such places."""
        del position
        for move in moves(fact):
            for place, delta in ((move.source, -move.seals), (move.target, move.seals)):
                if place.kind in KINDS:
                    found = self._places.find(move.mark, place.kind, place.key, place.site)
                    self._ends.setdefault(found, []).append((at, delta * sign))

    def flush(self, rows: Rows) -> None:
        """Add to the days touched; compute those again that something came late for.

        The moves of the batch must be written before.
        """
        days = [day for place in sorted(self._ends) for day in _days(place, self._ends[place])]
        if days:
            place, day, net, low, high, first, last = map(list, zip(*days, strict=True))
            late = rows.execute(_LATE, (place, day, first), prepare=True).fetchall()
            rows.execute(_UPSERT, (place, day, net, low, high, last), prepare=True)
            if late:
                columns = [*map(list, zip(*late, strict=True))]
                rows.execute(_AGAIN, columns, prepare=True)
            stretches = sorted({(row[0], stretch_of(row[1])) for row in days})
            rows.execute(_STRETCHES, [*map(list, zip(*stretches, strict=True))], prepare=True)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._ends.clear()


def _days(place: int, ends: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    """(place, day, net, low, high, first, last) of each day among a place's (time, delta)."""
    ends.sort()
    found: list[tuple[int, ...]] = []
    first = last = ends[0][0]
    day, net, low, high = first // MICROS_A_DAY, 0, 0, 0
    for time, delta in ends:
        if time != last:
            if net < low:
                low = net
            elif net > high:
                high = net
            if time // MICROS_A_DAY != day:
                found.append((place, day, net, low, high, first, last))
                day, net, low, high, first = time // MICROS_A_DAY, 0, 0, 0, time
            last = time
        net += delta
    found.append((place, day, net, min(low, net), max(high, net), first, last))
    return found
