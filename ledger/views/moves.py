"""Where every seal is: places, moves and balances.

Moves are only ever added. A balance is the sum of the moves of its place; what no longer counts is
moved back, at the position where that became known.
"""

from struct import Struct
from typing import ClassVar

from ledger.custody.moves import Cause, Move, cause_of, moves
from ledger.custody.places import Kind, Place
from ledger.facts.identity import Fact
from ledger.facts.seals import SealsRemoved
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived
from ledger.views.access.naming import ATTACHED, ON_PLACES
from ledger.views.access.policies import (
    MY_DEALINGS,
    OF_MY_MARKS,
    held_by_me,
    in_place,
    named,
    on_lot,
)
from ledger.views.figures import HELD, add_totals
from ledger.views.folding import Fold, Rows, Scans, Seen, case_of, columns, one_of
from ledger.views.places import NO_LOT, PlaceIds

_WITH_LOT = frozenset({Kind.SHIPPED, Kind.DELIVERED})
"""Places that hold seals of many lots: who attached them is asked lot by lot."""

_OF_PARTIES = sorted({*HELD, Kind.DELIVERED})
"""Places whose key is a party."""
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_entry = Struct(">hiqiqiqiqiiih").pack  # 6 fields: place, time, position, lot, delta, cause
_before_time = Struct(">hiqi").pack
_after_position = Struct(">iqi").pack
_pair = Struct(">18sqiq16si6s18sqiq16si6s").pack
"""Two entries, of which all but time, position and seals are packed once for all that are alike."""
_APPLIED = Struct(">ih").pack(2, Cause.APPLIED)

_ADD = """
INSERT INTO {table} AS t ({keys}, {sum})
SELECT * FROM unnest({casts}) ON CONFLICT ({keys}) DO UPDATE SET {sum} = t.{sum} + excluded.{sum}
"""
_PLACES = """
INSERT INTO places (id, mark, kind, key, site)
SELECT * FROM unnest(%b::int8[], %b::text[], %b::int2[], %b::text[], %b::text[])
ON CONFLICT (id) DO NOTHING
"""
_BALANCES = _ADD.format(
    table="balances", keys="place", sum="balance", casts="%b::int8[], %b::int8[]"
)
_GOODS = _ADD.format(
    table="goods", keys="place, lot", sum="balance", casts="%b::int8[], %b::int8[], %b::int8[]"
)


class Moves(Fold):
    """Posts the moves of facts."""

    TABLES: ClassVar[str] = """
CREATE TABLE places (
    id int8 PRIMARY KEY, mark text NOT NULL, kind int2 NOT NULL, key text NOT NULL,
    site text NOT NULL
);
CREATE INDEX places_by_key ON places (key, kind);
CREATE INDEX places_by_mark ON places (mark, kind);
-- time: µs UTC of the event that moved, also where a correction moves back. lot: the LOT place
-- of the same mark and lot, for what goes to or from SHIPPED and DELIVERED and for the stock's
-- side of an application; else 0. cause: ledger.custody.moves.Cause.
CREATE TABLE moves (
    place int8 NOT NULL, time int8 NOT NULL, position int8 NOT NULL, lot int8 NOT NULL,
    delta int4 NOT NULL, cause int2 NOT NULL
) WITH (autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 100000);
CREATE INDEX moves_by_position ON moves USING brin (position) WITH (pages_per_range = 32);
CREATE INDEX moves_by_place ON moves (place, time);
CREATE TABLE balances (place int8 PRIMARY KEY, balance int8 NOT NULL)
    WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
-- What a shipment or an importer holds, lot by lot.
CREATE TABLE goods (
    place int8 NOT NULL, lot int8 NOT NULL, balance int8 NOT NULL, PRIMARY KEY (place, lot)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""
    SEEN: ClassVar[Seen] = {
        "places": (
            OF_MY_MARKS,
            f"kind IN {one_of(_OF_PARTIES)} AND {held_by_me('mark', 'key')}",
            # What an importer holds is of many exporters: the place is seen, and one's own lots.
            f"kind = {Kind.DELIVERED:d} AND mark = {MY_DEALINGS}",
            f"kind IN {one_of(ON_PLACES)} AND {named(case_of('kind', ON_PLACES), 'places.key')}",
            # Who attached seals to a lot sees how many are there: they are its own.
            f"kind = {Kind.LOT:d} AND " + named(str(ATTACHED), "places.mark || ' ' || places.key"),
        ),
        "balances": (in_place("balances.place"),),
        "moves": (in_place("moves.place"), on_lot("moves.lot")),
        "goods": (in_place("goods.place"), on_lot("goods.lot")),
    }
    BATCH = ("_packed", "_balances", "_goods")

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._packed: list[bytes] = []
        self._balances: dict[int, int] = {}
        self._goods: dict[tuple[int, int], int] = {}

    def scans(self, alike: Scans) -> None:
        """STOCK → LOT."""
        sign, stock, lot = alike.sign, alike.stock, alike.lot
        out, into = _before_time(6, 8, stock, 8), _before_time(6, 8, lot, 8)
        beside, alone = _after_position(8, lot, 4), _after_position(8, NO_LOT, 4)
        self._packed += [
            _pair(
                out, at, 8, position, beside, -sign * seals, _APPLIED,
                into, at, 8, position, alone, sign * seals, _APPLIED,
            )
            for at, position, seals in zip(
                alike.times, alike.positions, alike.seals_each, strict=True
            )
        ]  # fmt: skip
        balances, seals = self._balances, alike.seals
        balances[alike.stock] = balances.get(alike.stock, 0) - seals
        balances[alike.lot] = balances.get(alike.lot, 0) + seals

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Whatever the fact moves."""
        posted = moves(fact)
        cause = cause_of(fact)
        if not posted or cause is None:
            return
        for move, lot in zip(posted, lots_of(fact, posted), strict=True):
            for place, seals in ((move.source, -move.seals), (move.target, move.seals)):
                found, goods = self._ids(move.mark, place, lot)
                delta = seals * sign
                self._packed.append(
                    _entry(6, 8, found, 8, at, 8, position, 8, goods, 4, delta, 2, cause)
                )
                self._balances[found] = self._balances.get(found, 0) + delta
                if goods:
                    key = (found, goods)
                    self._goods[key] = self._goods.get(key, 0) + delta

    def _ids(self, mark: str, place: Place, lot: str) -> tuple[int, int]:
        """The place, and the lot beside it where the place holds many."""
        found = self._places.find(mark, place.kind, place.key, place.site)
        with_lot = place.kind in _WITH_LOT
        return found, self._places.find(mark, Kind.LOT, lot) if with_lot else NO_LOT

    def flush(self, rows: Rows) -> None:
        """Write places, moves, balances and totals."""
        places = self._places
        if places.fresh:
            fresh = columns((place, *name) for place, name in sorted(places.fresh))
            rows.execute(_PLACES, fresh, prepare=True)
            places.fresh.clear()
        if self._packed:
            with rows.copy(
                "COPY moves (place, time, position, lot, delta, cause) FROM STDIN (FORMAT binary)"
            ) as copy:
                copy.write(b"".join((_SIGNATURE, *self._packed, _TRAILER)))
        if self._balances:
            keys = sorted(self._balances)
            rows.execute(_BALANCES, (keys, [self._balances[key] for key in keys]), prepare=True)
            self._flush_totals(rows)
        if self._goods:
            goods = sorted(self._goods)
            rows.execute(_GOODS, columns((*key, self._goods[key]) for key in goods), prepare=True)
        self.forget()

    def _flush_totals(self, rows: Rows) -> None:
        totals: dict[tuple[str, int, str], int] = {}
        names = self._places.names
        for place, delta in self._balances.items():
            mark, kind, key, _ = names[place]
            figure = (mark, int(kind), key if kind in HELD else "")
            totals[figure] = totals.get(figure, 0) + delta
        add_totals(rows, totals)


def lots_of(fact: Fact, posted: tuple[Move, ...]) -> list[str]:
    """The lot of each move a fact posts; "" where the fact has none."""
    match fact:
        case ShipmentDeparted() | ShipmentReceived() | GoodsReturned():
            return [line.lot for line in fact.lines if line.mark is not None and line.seals]
        case SealsRemoved():
            return [fact.lot]
        case _:
            return [""] * len(posted)
