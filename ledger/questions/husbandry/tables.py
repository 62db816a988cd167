"""Herds by day: entries, feedings and lots that count, found without a herd's history."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.questions.husbandry import days_of
from ledger.views.folding import Fold, Rows


class HerdDays(Fold):
    """Keeps the days of herds."""

    TABLES: ClassVar[str] = """
-- Of a herd on a day; what: an activity of its process record, a feeding that began, a lot made of
-- it. position, id: of the event.
CREATE TABLE herd_days (
    herd text NOT NULL, what text NOT NULL, day date NOT NULL, position int8 NOT NULL,
    id uuid NOT NULL
);
CREATE INDEX herd_days_by_day ON herd_days (herd, what, day, id);
CREATE INDEX herd_days_by_event ON herd_days (id);
"""
    BATCH = ("_told", "_gone")

    def __init__(self) -> None:
        self._told: dict[UUID, list[tuple[str, str, date, int, UUID]]] = {}
        self._gone: list[UUID] = []

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Take an entry, a feeding or a lot that begins or ceases to count."""
        del at
        days = [*days_of(fact)]
        if not days:
            return
        key = UUID(fact.id)
        if sign > 0:
            self._told[key] = [(*day, position, key) for day in days]
        elif self._told.pop(key, None) is None:
            self._gone.append(key)

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        if self._gone:
            rows.execute("DELETE FROM herd_days WHERE id = ANY(%b::uuid[])", (self._gone,))
        self.copy(rows, "herd_days", [day for days in self._told.values() for day in days])
        self.forget()
