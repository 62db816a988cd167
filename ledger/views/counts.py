"""What people counted, and how the book was brought to it.

Rows are only ever added; whether one counts is asked of the corrections, at any position.
"""

from typing import ClassVar
from uuid import UUID

from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.seals import SealsCounted, StockAdjusted
from ledger.views.access.policies import in_place
from ledger.views.folding import Fold, Rows, Seen, copy_rows
from ledger.views.places import PlaceIds


class Counts(Fold):
    """Keeps counts and adjustments by stock."""

    TABLES: ClassVar[str] = """
CREATE TABLE counts (
    place int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL,
    counted int8 NOT NULL, spoiled_counted int8
);
CREATE INDEX counts_by_place ON counts (place, time);
-- explained: the reason is another than UNEXPLAINED.
CREATE TABLE adjustments (
    count_event uuid NOT NULL, place int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL,
    position int8 NOT NULL, delta int8 NOT NULL, explained boolean NOT NULL
);
CREATE INDEX adjustments_by_count ON adjustments (count_event, place);
"""
    SEEN: ClassVar[Seen] = {
        "counts": (in_place("counts.place"),),
        "adjustments": (in_place("adjustments.place"),),
    }

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._counts: list[tuple[object, ...]] = []
        self._adjustments: list[tuple[object, ...]] = []

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take a count or an adjustment."""
        del recorded_at
        if isinstance(fact, SealsCounted):
            place = self._places.find(fact.mark, Kind.STOCK, fact.holder, fact.site)
            head = (place, at, UUID(fact.id), position)
            self._counts.append((*head, fact.counted, fact.spoiled_counted))
        elif isinstance(fact, StockAdjusted):
            place = self._places.find(fact.mark, Kind.STOCK, fact.holder, fact.site)
            told = (fact.delta, fact.reason != "UNEXPLAINED")
            event = (place, at, UUID(fact.id), position)
            self._adjustments.append((UUID(fact.count_event), *event, *told))

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        copy_rows(
            rows,
            "counts (place, time, id, position, counted, spoiled_counted)",
            ("int8", "int8", "uuid", "int8", "int8", "int8"),
            self._counts,
        )
        copy_rows(
            rows,
            "adjustments (count_event, place, time, id, position, delta, explained)",
            ("uuid", "int8", "int8", "uuid", "int8", "int8", "bool"),
            self._adjustments,
        )
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._counts.clear()
        self._adjustments.clear()
