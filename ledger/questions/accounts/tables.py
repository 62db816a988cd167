"""What came into stocks and was spoiled, and counts against the book.

A count is compared when it comes, and again when anything that happened before it comes or goes.
Whoever asks for the counts that do not fit reads those alone, however many there were.
"""

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.seals import SealsCounted, SealsSpoiled, StockAdjusted
from ledger.questions.accounts import ORDERLY
from ledger.views.access.policies import in_place
from ledger.views.folding import Fold, Rows, Scans, Seen, copy_rows
from ledger.views.lowest_balances import held_at
from ledger.views.places import PlaceIds, place_id

_KINDS: Final = frozenset({Kind.STOCK, Kind.SPOILED})
_AFTER = """
SELECT b.id FROM unnest(%b::int8[], %b::int8[]) AS new (place, time)
CROSS JOIN LATERAL (
    SELECT id FROM booked WHERE place = new.place AND time >= new.time
    UNION ALL
    SELECT id FROM booked WHERE spoiled = new.place AND time >= new.time OFFSET 0
) AS b
"""
_ADJUSTED = """
SELECT coalesce(sum(delta) {which}, 0) FROM adjustments AS a
WHERE a.count_event = b.id AND a.place = b.place
    AND NOT EXISTS (SELECT FROM retracted WHERE target = a.id)
"""
_AGAIN = f"""
UPDATE booked AS t SET book = s.book, spoiled_book = s.spoiled_book, accepted = s.accepted
FROM (
    SELECT b.id, {held_at("b.place", "b.time")}
            - ({_ADJUSTED.format(which="FILTER (WHERE a.time <= b.time)")})::int8 AS book,
        {held_at("b.spoiled", "b.time")} AS spoiled_book,
        ({_ADJUSTED.format(which="FILTER (WHERE a.explained)")})::int8 AS accepted
    FROM booked AS b WHERE b.id = ANY(%b::uuid[])
) AS s WHERE t.id = s.id
"""


class Booked(Fold):
    """Keeps counts that count, compared with the book."""

    TABLES: ClassVar[str] = """
-- place, spoiled: the STOCK and SPOILED place counted; time: µs UTC; book: what the STOCK held
-- then, without what was adjusted for this count; accepted: what was adjusted for it and explained.
CREATE TABLE booked (
    id uuid PRIMARY KEY, place int8 NOT NULL, spoiled int8 NOT NULL, time int8 NOT NULL,
    position int8 NOT NULL, counted int8 NOT NULL, spoiled_counted int8,
    book int8 NOT NULL DEFAULT 0, spoiled_book int8 NOT NULL DEFAULT 0,
    accepted int8 NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX booked_by_place ON booked (place, time, id);
CREATE INDEX booked_by_spoiled ON booked (spoiled, time);
CREATE INDEX booked_off ON booked (place)
    WHERE counted <> book + accepted OR spoiled_counted <> spoiled_book;
"""

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._since: dict[int, int] = {}
        self._counts: dict[UUID, tuple[int, tuple[object, ...]]] = {}
        self._adjusted: set[UUID] = set()

    def scans(self, alike: Scans) -> None:
        """Out of the stock, or back."""
        first = min(alike.times)
        self._since[alike.stock] = min(first, self._since.get(alike.stock, first))

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """A count, an adjustment for one, or what moves seals."""
        find = self._places.find
        if isinstance(fact, SealsCounted):
            place = find(fact.mark, Kind.STOCK, fact.holder, fact.site)
            spoiled = place_id(fact.mark, Kind.SPOILED, fact.holder, fact.site)
            key = UUID(fact.id)
            row = (key, place, spoiled, at, position, fact.counted, fact.spoiled_counted)
            self._counts[key] = self._counts.get(key, (0, ()))[0] + sign, row
            return
        if isinstance(fact, StockAdjusted):
            self._adjusted.add(UUID(fact.count_event))
        for move in moves(fact):
            for end in (move.source, move.target):
                if end.kind in _KINDS:
                    found = find(move.mark, end.kind, end.key, end.site)
                    self._since[found] = min(at, self._since.get(found, at))

    def flush(self, rows: Rows) -> None:
        """Compare what is new or touched; moves, days and adjustments must be written before."""
        gone = [key for key, (sign, _) in self._counts.items() if sign < 0]
        if gone:
            rows.execute("DELETE FROM booked WHERE id = ANY(%s::uuid[])", (gone,))
        copy_rows(
            rows, "booked (id, place, spoiled, time, position, counted, spoiled_counted)",
            ("uuid", "int8", "int8", "int8", "int8", "int8", "int8"),
            [row for sign, row in self._counts.values() if sign > 0],
        )  # fmt: skip
        again = {*self._counts, *self._adjusted}
        since = sorted(self._since.items())
        if since:
            columns = [*map(list, zip(*since, strict=True))]
            found = rows.execute(_AFTER, columns, prepare=True).fetchall()
            again.update(key for (key,) in found)
        if again:
            rows.execute(_AGAIN, (sorted(again),), prepare=True)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._since.clear()
        self._counts.clear()
        self._adjusted.clear()


class Inflows(Fold):
    """Keeps what came into stocks, and what was spoiled there; rows are only ever added.

    Whether one counts is asked of the corrections.
    """

    TABLES: ClassVar[str] = """
-- What came into a stock, by event.
CREATE TABLE inflows (
    place int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL, seals int8 NOT NULL
);
CREATE INDEX inflows_by_place ON inflows (place, time DESC);
-- Spoilage that is no orderly disposal.
CREATE TABLE spoilage (place int8 NOT NULL, day date NOT NULL, id uuid NOT NULL);
CREATE INDEX spoilage_by_place ON spoilage (place, day);
"""
    SEEN: ClassVar[Seen] = {
        "inflows": (in_place("inflows.place"),),
        "spoilage": (in_place("spoilage.place"),),
    }

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._inflows: list[tuple[int, int, UUID, int]] = []
        self._spoilage: list[tuple[int, date, UUID]] = []

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Whatever comes into a stock, or is spoiled there."""
        del position
        if sign < 0:
            return
        for move in moves(fact):
            if move.target.kind is Kind.STOCK:
                place = self._places.find(move.mark, *move.target)
                self._inflows.append((place, at, UUID(fact.id), move.seals))
        if isinstance(fact, SealsSpoiled) and fact.reason not in ORDERLY:
            place = self._places.find(fact.mark, Kind.STOCK, fact.holder, fact.site)
            self._spoilage.append((place, fact.day, UUID(fact.id)))

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        copy_rows(
            rows, "inflows (place, time, id, seals)", ("int8", "int8", "uuid", "int8"),
            self._inflows,
        )  # fmt: skip
        copy_rows(rows, "spoilage (place, day, id)", ("int8", "date", "uuid"), self._spoilage)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._inflows.clear()
        self._spoilage.clear()
