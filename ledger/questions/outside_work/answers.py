"""Outside work by party and contractor, in the order of days, answered from the database."""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.lots import ProcessRecorded
from ledger.facts.record import Known
from ledger.questions.dependencies import DependencyKey
from ledger.questions.outside_work import contractor_of, contractors_max
from ledger.questions.record import Source
from ledger.views.folding import Fold, Rows, copy_rows

_CONTRACTORS: Final = """
WITH RECURSIVE each (contractor) AS (
    (SELECT contractor FROM outside_work WHERE party = %(party)s ORDER BY contractor LIMIT 1)
    UNION ALL
    SELECT (SELECT o.contractor FROM outside_work AS o
        WHERE o.party = %(party)s AND o.contractor > each.contractor
        ORDER BY o.contractor LIMIT 1)
    FROM each WHERE each.contractor IS NOT NULL
)
SELECT contractor FROM each WHERE contractor IS NOT NULL LIMIT %(limit)s
"""
_FIRST: Final = """
SELECT position FROM outside_work
WHERE party = %b AND contractor = %b AND day BETWEEN %b AND %b ORDER BY day, time, id LIMIT 1
"""


class OutsideEntries(Fold):
    """Keeps the entries of outside work that count."""

    TABLES: ClassVar[str] = """
-- Entries of process records that name a contractor; party: whose work it was, day: its first.
CREATE TABLE outside_work (
    party text NOT NULL, contractor text NOT NULL, day date NOT NULL, time int8 NOT NULL,
    id uuid NOT NULL, position int8 NOT NULL
);
CREATE INDEX outside_work_by_day ON outside_work (party, contractor, day, time, id);
CREATE INDEX outside_work_by_event ON outside_work (id);
"""

    def __init__(self) -> None:
        self._done: dict[UUID, tuple[str, str, date, int, UUID, int]] = {}
        self._gone: list[UUID] = []

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """An entry that begins or ceases to count."""
        contractor = contractor_of(fact)
        if contractor is None or not isinstance(fact, ProcessRecorded):
            return
        key = UUID(fact.id)
        if sign < 0:
            self._done.pop(key, None)
            self._gone.append(key)
            return
        self._done[key] = fact.operator, contractor, fact.on, at, key, position

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        if self._gone:
            rows.execute("DELETE FROM outside_work WHERE id = ANY(%s::uuid[])", (self._gone,))
        copy_rows(
            rows, "outside_work (party, contractor, day, time, id, position)",
            ("text", "text", "date", "int8", "uuid", "int8"), [*self._done.values()],
        )  # fmt: skip
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._done.clear()
        self._gone.clear()


OUTSIDE: Final = DependencyKey[str](
    "outside_work",
    lambda fact: () if contractor_of(fact) is None else ((fact.operator,),),
    ProcessRecorded,
)
"""The outside work of a party."""


class OutsideWorkAnswers(Source):
    """What is asked about outside work."""

    def contractors(self, party: str) -> Sequence[str]:
        self.dependencies.note(OUTSIDE, party)
        asked = {"party": party, "limit": contractors_max}
        found = self.rows.execute(_CONTRACTORS, asked, prepare=True).fetchall()
        return [contractor for (contractor,) in found]

    def first_outside(self, party: str, contractor: str, first: date, last: date) -> Known | None:
        self.dependencies.note(OUTSIDE, party)
        asked = (party, contractor, first, last)
        found = self.rows.execute(_FIRST, asked, prepare=True).fetchall()
        return next(iter(self.at(position for (position,) in found)), None)
