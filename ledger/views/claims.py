"""What the parties say about supply and goods: sent, received, departed, arrived, returned.

Claims are only ever added, signed; what no longer counts is taken back at the position where
that became known. So they sum up as of any time and as known at any position.
"""

from collections.abc import Iterator
from typing import ClassVar

from ledger.facts.identity import Fact
from ledger.facts.seals import SealsDispatched, SealsReceived
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived
from ledger.views.figures import Claim
from ledger.views.folding import Fold, Rows, copy_rows
from ledger.views.totals import add_totals


class Claims(Fold):
    """Adds claims and their totals."""

    TABLES: ClassVar[str] = """
-- key: the party where the event names it (sent to, received by), else the shipment.
CREATE TABLE claims (
    mark text NOT NULL, figure int2 NOT NULL, key text NOT NULL, count int8 NOT NULL,
    time int8 NOT NULL, position int8 NOT NULL
);
CREATE INDEX claims_by_mark ON claims (mark, figure);
"""

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
        copy_rows(
            rows,
            "claims (mark, figure, key, count, time, position)",
            ("text", "int2", "text", "int8", "int8", "int8"),
            self._claims,
        )
        totals: dict[tuple[str, int, str], int] = {}
        for mark, figure, _, count, _, _ in self._claims:
            totals[mark, figure, ""] = totals.get((mark, figure, ""), 0) + count
        add_totals(rows, totals)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._claims.clear()


def claims(fact: Fact) -> Iterator[tuple[str, Claim, str, int]]:
    """The claims of a fact: mark, figure, party or shipment, seals or units."""
    match fact:
        case SealsDispatched():
            yield fact.mark, Claim.DISPATCHED, fact.to_holder, fact.count
        case SealsReceived():
            yield fact.mark, Claim.RECEIVED, fact.holder, fact.count
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
