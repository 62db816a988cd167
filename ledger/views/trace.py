"""Where a lot comes from and what became of it, through inputs and subdivisions, both ways.

Every lot is visited once, so a circle of wrong reports ends too; what is found forward from a lot
leads back to it.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ledger.custody.places import Kind
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.lots import LotRecorded, LotSubdivided
from ledger.facts.mentions import About, certificate_key
from ledger.facts.record import Record
from ledger.facts.shipments import GoodsSold, ShipmentDeparted, ShipmentReceived
from ledger.log import Log
from ledger.views.folding import Rows
from ledger.views.loading import LAST, facts_about

lots_max: Final = 10_000
"""A trace ends there; a season's longest chains are a hundred times shorter."""

_SEALED = """
SELECT p.key, p.mark, sum(s.seals)::int8,
    (array_agg(s.first_id ORDER BY s.first, s.first_id))[1]::text
FROM sealed AS s JOIN places AS p ON p.id = s.lot
WHERE p.kind = %s AND p.key = ANY(%s) GROUP BY 1, 2 ORDER BY 1, 2
"""


class Step(NamedTuple):
    """One find: `id` is the lot, mark, shipment or certificate, `event` the fact that says so.

    `of` is the lot that it was found at; `amount` is units of goods, or seals of a mark;
    `quantity` kg as text.
    """

    kind: str
    of: str
    id: str
    event: str
    amount: int | None
    quantity: str | None

    def told(self) -> dict[str, Any]:
        """The step under the names that readers know."""
        return {
            "kind": self.kind, "of": self.of, "id": self.id, "event": self.event,
            "count": self.amount, "quantity": self.quantity,
        }  # fmt: skip


_Neighbours = Callable[[Record, str], Iterator[Step]]


def trace(
    rows: Rows, log: Log, lot: str, *, back: bool = True, forward: bool = True, until: int = LAST
) -> dict[str, Any]:
    """The lot's origins and destinations; a direction not asked for is empty.

    Order: nearest lots first, under each lot what is known of its seals and papers.
    """

    def found(about: About, neighbours: _Neighbours, *left_out: str) -> list[dict[str, Any]]:
        def facts(level: list[str]) -> Record:
            return _about(rows, log, level, (About.LOT, about), until)

        seen, steps = _walk(lot, facts, neighbours)
        papers = _papers(rows, log, [name for name in seen if name not in left_out], until)
        return [step.told() for step in (*steps, *papers)]

    return {
        "lot": lot,
        "back": found(About.CHILD, _sources, lot) if back else [],
        "forward": found(About.INPUT, _products) if forward else [],
    }


def _about(rows: Rows, log: Log, lots: list[str], abouts: tuple[About, ...], until: int) -> Record:
    return facts_about(rows, log, [(about, lot) for lot in lots for about in abouts], until)


def _walk(
    lot: str,
    facts: Callable[[list[str]], Record],
    neighbours: _Neighbours,
) -> tuple[list[str], list[Step]]:
    """Lots reached, nearest first, the start among them, and the steps between them."""
    seen, level = [lot], [lot]
    steps: list[Step] = []
    reached = {lot}
    while level and len(seen) < lots_max:
        record = facts(level)
        found = [step for name in level for step in neighbours(record, name)]
        steps += found
        level = [name for name in dict.fromkeys(step.id for step in found) if name not in reached]
        reached.update(level)
        seen += level
    return seen, steps


def _sources(record: Record, lot: str) -> Iterator[Step]:
    made = record.latest(LotRecorded, About.LOT, lot)
    for entry in made.inputs if made else ():
        yield Step("input", lot, entry.lot, made.id if made else "", None, str(entry.quantity))
    for divided in record.about(LotSubdivided, About.CHILD, lot):
        for child in divided.children:
            if child.lot == lot:
                weight = str(child.quantity)
                yield Step("subdivided_from", lot, divided.lot, divided.id, child.units, weight)


def _products(record: Record, lot: str) -> Iterator[Step]:
    users = {fact.lot for fact in record.about(LotRecorded, About.INPUT, lot)}
    for user in sorted(users):
        # The latest record of a lot says what went into it, as it does on the way back.
        made = record.latest(LotRecorded, About.LOT, user)
        made = made or record.about(LotRecorded, About.INPUT, lot)[-1]
        for entry in made.inputs:
            if entry.lot == lot:
                yield Step("used_in", lot, user, made.id, None, str(entry.quantity))
    for divided in record.about(LotSubdivided, About.LOT, lot):
        for child in divided.children:
            weight = str(child.quantity)
            yield Step("subdivided_into", lot, child.lot, divided.id, child.units, weight)


def _papers(rows: Rows, log: Log, lots: list[str], until: int) -> Iterator[Step]:
    """Seals, shipments, certificates and sales of lots."""
    sealed: dict[str, list[Step]] = {}
    for lot, mark, seals, event in rows.execute(_SEALED, (int(Kind.LOT), lots)).fetchall():
        sealed.setdefault(lot, []).append(Step("seals", lot, mark, event, seals, None))
    record = _about(rows, log, lots, (About.LOT, About.LINE), until)
    for lot in lots:
        yield from sealed.get(lot, ())
        yield from _travels(record, lot)
        for issued in record.about(ExportCertificateIssued, About.LINE, lot):
            key = certificate_key(issued.issuer, issued.number)
            for line in issued.lines:
                if line.lot == lot:
                    yield Step("certificate", lot, key, issued.id, line.units, str(line.net_weight))
        for sold in record.about(GoodsSold, About.LOT, lot):
            yield Step("sale", lot, sold.importer, sold.id, sold.units, None)


def _travels(record: Record, lot: str) -> Iterator[Step]:
    kind: type[ShipmentDeparted | ShipmentReceived]
    for name, kind in (("shipment", ShipmentDeparted), ("arrival", ShipmentReceived)):
        for event in record.about(kind, About.LINE, lot):
            lines = [line for line in event.lines if line.lot == lot]
            weight = sum((line.net_weight for line in lines), Decimal(0))
            units = sum(line.units for line in lines)
            yield Step(name, lot, event.shipment, event.id, units, str(weight))
