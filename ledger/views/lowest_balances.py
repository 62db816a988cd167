"""The lowest and highest balance of places by UTC day and by 32 days, and the balance at a time.

Was a place ever below zero costs its stretches of 32 days, and the days of those in which it was,
not its history; nor does the balance at a time grow with what came before or, by stretches, after.
A lowest balance does not depend on the order in which events arrived: what comes late has its day
computed again from the moves.
"""

from itertools import accumulate
from typing import ClassVar, Final

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY
from ledger.views.access.policies import in_place
from ledger.views.folding import Fold, Rows, Scans, Seen, columns
from ledger.views.places import PlaceIds

KINDS: Final = frozenset({Kind.STOCK, Kind.SPOILED, Kind.DELIVERED, Kind.LOT})
"""Places with many moves, whose days are kept; of all others the moves themselves are few."""
STRETCH_DAYS: Final = 32
_HOURS_A_DAY: Final = 24
_LATE = """
SELECT l.place, l.day FROM unnest(%b::int8[], %b::int4[], %b::int8[]) AS new (place, day, first)
CROSS JOIN LATERAL (
    SELECT place, day FROM lows
    WHERE place = new.place AND day = new.day AND last > new.first OFFSET 0
) AS l ORDER BY l.place, l.day
"""
# What comes at the last time known replaces the point that the day ended with.
_UPSERT = """
INSERT INTO lows (place, day, net, low, high, low_before, high_before, last)
SELECT new.place, new.day, coalesce(l.net, 0) + new.net,
    least(d.low, d.net + new.low), greatest(d.high, d.net + new.high),
    least(CASE WHEN new.first = new.last THEN d.low ELSE d.net + new.low_before END, d.low),
    greatest(CASE WHEN new.first = new.last THEN d.high ELSE d.net + new.high_before END, d.high),
    greatest(l.last, new.last)
FROM unnest(%b::int8[], %b::int4[], %b::int8[], %b::int8[], %b::int8[], %b::int8[], %b::int8[],
    %b::int8[], %b::int8[])
    AS new (place, day, net, low, high, low_before, high_before, first, last)
LEFT JOIN lows AS l ON l.place = new.place AND l.day = new.day
CROSS JOIN LATERAL (
    SELECT coalesce(l.net, 0) AS net,
        coalesce(CASE WHEN l.last = new.first THEN l.low_before ELSE l.low END, 0) AS low,
        coalesce(CASE WHEN l.last = new.first THEN l.high_before ELSE l.high END, 0) AS high
) AS d
ON CONFLICT (place, day) DO UPDATE SET net = excluded.net, low = excluded.low,
    high = excluded.high, low_before = excluded.low_before, high_before = excluded.high_before,
    last = excluded.last
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
UPDATE lows AS l SET low = again.low, high = again.high, low_before = again.low_before,
    high_before = again.high_before
FROM (
    SELECT place, day, least(0, min(run))::int8 AS low, greatest(0, max(run))::int8 AS high,
        least(0, min(run) FILTER (WHERE time < last))::int8 AS low_before,
        greatest(0, max(run) FILTER (WHERE time < last))::int8 AS high_before
    FROM (
        SELECT late.place, late.day, m.time,
            max(m.time) OVER (PARTITION BY late.place, late.day) AS last,
            sum(sum(m.delta)) OVER (PARTITION BY late.place, late.day ORDER BY m.time) AS run
        FROM unnest(%b::int8[], %b::int4[]) AS late (place, day) CROSS JOIN LATERAL (
            SELECT time, delta FROM moves WHERE place = late.place
                AND time >= late.day::int8 * {MICROS_A_DAY}
                AND time < (late.day::int8 + 1) * {MICROS_A_DAY} OFFSET 0
        ) AS m GROUP BY late.place, late.day, m.time
    ) AS runs GROUP BY place, day
) AS again WHERE l.place = again.place AND l.day = again.day
"""


class LowestBalances(Fold):
    """Keeps net and low of the days of places with many moves."""

    TABLES: ClassVar[str] = """
-- day: days since 1970, UTC. low, high: the lowest and the highest balance within the day, its
-- start taken as 0; moves of one time taken together. last: the latest time of a move of that day;
-- low_before, high_before: the lowest and the highest before it.
CREATE TABLE lows (
    place int8 NOT NULL, day int4 NOT NULL, net int8 NOT NULL, low int8 NOT NULL,
    high int8 NOT NULL, low_before int8 NOT NULL, high_before int8 NOT NULL, last int8 NOT NULL,
    PRIMARY KEY (place, day)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
-- The same of the 32 days from `first` on; a stretch starts at a multiple of 32.
CREATE TABLE low_stretches (
    place int8 NOT NULL, first int4 NOT NULL, net int8 NOT NULL, low int8 NOT NULL,
    PRIMARY KEY (place, first)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""
    SEEN: ClassVar[Seen] = {
        "lows": (in_place("lows.place"),),
    }
    BATCH = ("_changes",)

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._changes: dict[tuple[int, int], dict[int, int]] = {}
        """By place and day: what changed at each time."""

    def scans(self, alike: Scans) -> None:
        """Out of the stock, onto the lot."""
        day, sign = alike.hour // _HOURS_A_DAY, alike.sign
        for place, way in ((alike.stock, -sign), (alike.lot, sign)):
            changes = self._changes.get((place, day))
            if changes is None:
                changes = self._changes[place, day] = {}
            for at, seals in zip(alike.times, alike.seals_each, strict=True):
                changes[at] = changes.get(at, 0) + way * seals

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Both ends of each move, where they are such places."""
        del position
        for move in moves(fact):
            for place, delta in ((move.source, -move.seals), (move.target, move.seals)):
                if place.kind in KINDS:
                    found = self._places.find(move.mark, place.kind, place.key, place.site)
                    changes = self._changes.setdefault((found, at // MICROS_A_DAY), {})
                    changes[at] = changes.get(at, 0) + delta * sign

    def flush(self, rows: Rows) -> None:
        """Add to the days affected; compute those again that something came late for.

        The moves of the batch must be written before.
        """
        days = [_day(*key, self._changes[key]) for key in sorted(self._changes)]
        if days:
            place, day, *_, first, _ = by_column = columns(days)
            late = rows.execute(_LATE, (place, day, first), prepare=True).fetchall()
            rows.execute(_UPSERT, by_column, prepare=True)
            if late:
                rows.execute(_AGAIN, columns(late), prepare=True)
            stretches = sorted({(row[0], stretch_of(row[1])) for row in days})
            rows.execute(_STRETCHES, columns(stretches), prepare=True)
        self.forget()


_Day = tuple[int, int, int, int, int, int, int, int, int]
"""place, day, net, low, high, low_before, high_before, first, last.

Low and high are of the points after each time; those before are of all but the last time, or 0
where that is the only one.
"""


def _day(place: int, day: int, changes: dict[int, int]) -> _Day:
    """A day of a place with what changed at times of it."""
    times = sorted(changes)
    points = [*accumulate(map(changes.__getitem__, times))]
    before = points[:-1] or [0]
    extremes = min(points), max(points), min(before), max(before)
    return place, day, points[-1], *extremes, times[0], times[-1]


def stretch_of(day: int) -> int:
    """The first day of the stretch in which a day (since 1970, UTC) lies."""
    return day - day % STRETCH_DAYS


def held_at(place: str, time: str) -> str:
    """SQL for what a place (of KINDS) held at a time, µs UTC; both given as SQL."""
    day = f"floor(({time}) / {MICROS_A_DAY}.0)::int8"
    first = f"({day} - mod(mod({day}, {STRETCH_DAYS}) + {STRETCH_DAYS}, {STRETCH_DAYS}))"
    return f"""(
    coalesce((SELECT balance FROM balances WHERE balances.place = {place}), 0)
    - coalesce((SELECT sum(net) FROM low_stretches AS l WHERE l.place = {place}
        AND l.first > {first}), 0)
    - coalesce((SELECT sum(net) FROM lows AS l WHERE l.place = {place}
        AND l.day > {day} AND l.day < {first} + {STRETCH_DAYS}), 0)
    - coalesce((SELECT sum(delta) FROM moves AS m WHERE m.place = {place}
        AND m.time > {time} AND m.time < ({day} + 1) * {MICROS_A_DAY}), 0)
)::int8"""
