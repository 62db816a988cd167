"""The figures of a reconciliation row: their numbers in the tables, what the parties claim, totals.

The places come first, under the numbers of `custody.places.Kind`; claims follow. Claims are only
ever added, signed; what no longer counts is taken back at the position where that became known. So
they sum up as of any time and as known at any position.
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import ClassVar, Final

from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.seals import SealsDispatched, SealsLost, SealsReceived, SealsRemoved
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived
from ledger.views.access.policies import OF_MY_MARKS, held_by_me, part_of
from ledger.views.folding import Fold, Rows, Seen, columns, one_of


class Claim(IntEnum):
    """What parties claim, summed as they claim it; the numbers are stored and never reused."""

    DISPATCHED = 21
    RECEIVED = 22
    DEPARTED = 23
    ARRIVED = 24
    RETURNED = 25
    SHIPPED_UNITS = 26
    LOST_IN_TRANSIT = 27
    REMOVED = 28


PLACES: Final[Mapping[str, Kind]] = {
    "issued": Kind.ISSUER,
    "stock_importer": Kind.STOCK,
    "stock_exporters": Kind.STOCK,
    "in_transit": Kind.TRANSIT,
    "on_lots": Kind.LOT,
    "shipped": Kind.SHIPPED,
    "delivered": Kind.DELIVERED,
    "spoiled": Kind.SPOILED,
    "destroyed": Kind.DESTROYED,
    "sampled": Kind.SAMPLED,
    "lost": Kind.LOST,
    "stolen": Kind.STOLEN,
    "adjusted": Kind.ADJUSTED,
}
"""The figures of a row in their order, with the places whose seals each sums."""
HELD: Final = frozenset(
    {
        Kind.STOCK, Kind.SPOILED, Kind.DESTROYED, Kind.SAMPLED, Kind.LOST, Kind.STOLEN,
        Kind.ADJUSTED,
    }
)  # fmt: skip
"""Places whose key is the party that holds, or held, the seals."""
BY_PARTY: Final = (Claim.DISPATCHED, Claim.RECEIVED, Claim.LOST_IN_TRANSIT, Claim.REMOVED)
"""Claims whose event names the party; of all others it names the shipment."""

_ADD = """
INSERT INTO totals AS t (mark, figure, party, total)
SELECT * FROM unnest(%b::text[], %b::int2[], %b::text[], %b::int8[])
ON CONFLICT (mark, figure, party) DO UPDATE SET total = t.total + excluded.total
"""


class Claims(Fold):
    """Adds claims and their totals."""

    TABLES: ClassVar[str] = """
-- The reconciliation row as of now, without reading moves: sums of what was added by claims here,
-- and by the view of moves. party: whose seals they are where the place itself says so, else ''.
CREATE TABLE totals (
    mark text NOT NULL, figure int2 NOT NULL, party text NOT NULL, total int8 NOT NULL,
    PRIMARY KEY (mark, figure, party)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
-- key: the party where the event names it (sent to, or by whom it was received, lost, removed),
-- else the shipment.
CREATE TABLE claims (
    mark text NOT NULL, figure int2 NOT NULL, key text NOT NULL, count int8 NOT NULL,
    time int8 NOT NULL, position int8 NOT NULL
);
CREATE INDEX claims_by_mark ON claims (mark, figure);
"""
    SEEN: ClassVar[Seen] = {
        "totals": (OF_MY_MARKS, held_by_me("mark", "party")),
        "claims": (
            OF_MY_MARKS,
            f"figure IN {one_of(BY_PARTY)} AND {held_by_me('mark', 'key')}",
            f"figure NOT IN {one_of(BY_PARTY)} AND {part_of(About.SHIPMENT, 'claims.key')}",
        ),
    }
    BATCH = ("_claims",)

    def __init__(self) -> None:
        self._claims: list[tuple[str, int, str, int, int, int]] = []

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Take the claims of a fact."""
        self._claims += [
            (mark, int(figure), key, count * sign, at, position)
            for mark, figure, key, count in claims(fact)
            if count
        ]

    def flush(self, rows: Rows) -> None:
        """Write claims and totals."""
        self.copy(rows, "claims", self._claims)
        totals: dict[tuple[str, int, str], int] = {}
        for mark, figure, _, count, _, _ in self._claims:
            totals[mark, figure, ""] = totals.get((mark, figure, ""), 0) + count
        add_totals(rows, totals)
        self.forget()


def claims(fact: Fact) -> Iterator[tuple[str, Claim, str, int]]:
    """The claims of a fact: mark, figure, party or shipment, seals or units."""
    match fact:
        case SealsDispatched():
            yield fact.mark, Claim.DISPATCHED, fact.to_holder, fact.count
        case SealsReceived() | SealsRemoved():
            received = isinstance(fact, SealsReceived)
            by_holder = Claim.RECEIVED if received else Claim.REMOVED
            yield fact.mark, by_holder, fact.holder, fact.count
        case SealsLost() if fact.dispatch is not None:
            yield fact.mark, Claim.LOST_IN_TRANSIT, fact.holder, fact.count
        case ShipmentDeparted():
            for line in fact.lines:
                if line.mark is not None:
                    yield line.mark, Claim.DEPARTED, fact.shipment, line.seals
                    yield line.mark, Claim.SHIPPED_UNITS, fact.shipment, line.units
        case ShipmentReceived() | GoodsReturned():
            figure = Claim.ARRIVED if isinstance(fact, ShipmentReceived) else Claim.RETURNED
            for entry in fact.lines:
                if entry.mark is not None:
                    yield entry.mark, figure, fact.shipment, entry.seals
        case _:
            return


def add_totals(rows: Rows, totals: dict[tuple[str, int, str], int]) -> None:
    """Add to the totals of (mark, figure, party); keys sorted, so that no two writers deadlock."""
    keys = sorted(totals)
    if keys:
        rows.execute(_ADD, columns((*key, totals[key]) for key in keys), prepare=True)
