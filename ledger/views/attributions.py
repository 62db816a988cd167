"""Whose seals they are while they travel: the parties that dispatches and departures name.

Rows are only ever added; whether one counts is asked of the corrections, at any position.
"""

from typing import ClassVar
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.seals import SealsDispatched, SealsReceived
from ledger.facts.shipments import ShipmentDeparted
from ledger.views.access.policies import OF_MY_MARKS, named_on, part_of
from ledger.views.folding import Fold, Rows, Seen, copy_rows


class Attributions(Fold):
    """Keeps who sent to whom."""

    TABLES: ClassVar[str] = """
-- sender is null for a receipt: it stands in where no dispatch counts.
CREATE TABLE dispatches (
    dispatch text NOT NULL, time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL,
    sender text, receiver text NOT NULL
);
CREATE INDEX dispatches_by_key ON dispatches (dispatch);
CREATE TABLE departures (
    shipment text NOT NULL, time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL,
    exporter text NOT NULL, importer text NOT NULL
);
CREATE INDEX departures_by_key ON departures (shipment);
-- The marks and lots on the lines of departures.
CREATE TABLE departed_lots (
    shipment text NOT NULL, time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL,
    lot text NOT NULL, mark text NOT NULL
);
CREATE INDEX departed_lots_by_key ON departed_lots (shipment);
"""
    SEEN: ClassVar[Seen] = {
        "dispatches": (part_of(About.DISPATCH, "dispatches.dispatch"),),
        "departures": (part_of(About.SHIPMENT, "departures.shipment"),),
        "departed_lots": (OF_MY_MARKS, named_on(About.SHIPMENT, "departed_lots.shipment")),
    }

    def __init__(self) -> None:
        self._dispatches: list[tuple[object, ...]] = []
        self._departures: list[tuple[object, ...]] = []
        self._lots: list[tuple[object, ...]] = []

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take the parties of an event."""
        del recorded_at
        match fact:
            case SealsDispatched():
                head = (fact.dispatch, at, UUID(fact.id), position)
                self._dispatches.append((*head, fact.from_holder, fact.to_holder))
            case SealsReceived():
                head = (fact.dispatch, at, UUID(fact.id), position)
                self._dispatches.append((*head, None, fact.holder))
            case ShipmentDeparted():
                head = (fact.shipment, at, UUID(fact.id), position)
                self._departures.append((*head, fact.exporter, fact.importer))
                self._lots += [
                    (*head, lot, mark)
                    for lot, mark in dict.fromkeys((line.lot, line.mark) for line in fact.lines)
                    if mark is not None
                ]

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        head = ("text", "int8", "uuid", "int8", "text", "text")
        for table, columns, values in (
            ("dispatches", "dispatch, time, id, position, sender, receiver", self._dispatches),
            ("departures", "shipment, time, id, position, exporter, importer", self._departures),
            ("departed_lots", "shipment, time, id, position, lot, mark", self._lots),
        ):
            copy_rows(rows, f"{table} ({columns})", head, values)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._dispatches.clear()
        self._departures.clear()
        self._lots.clear()
