"""What an operator replaced in a year, and what left it before: asked for one herd."""

from typing import Any
from uuid import UUID

from ledger.facts.herds import HerdRecorded
from ledger.labels.livestock.origin import Replaced
from ledger.questions.herds import Arrival, arrival_of, left_since
from ledger.views.folding import Rows

_LATER = """
SELECT herd FROM herds WHERE latest AND operator = %b AND species = %b AND arrived_on <= %b
    AND arrived_on IS NOT NULL AND (arrived_on, time, id) > (%b::date, %b::int8, %b::uuid)
ORDER BY arrived_on, time, id LIMIT 1
"""
_HEADS = "SELECT heads FROM replaced WHERE operator = %b AND species = %b AND year = %b"
_LEFT = """
SELECT coalesce(sum(heads), 0)::int8 FROM left_days
WHERE operator = %b AND species = %b AND "on" > %b AND "on" <= %b
"""


def replaced_of(rows: Rows, herd: HerdRecorded) -> Replaced | None:
    """The sums of the year in which a herd arrived, where it came last to replace others."""
    arrival = arrival_of(herd)
    if arrival is None or arrived_later(rows, arrival) is not None:
        return None
    return replaced_by(rows, arrival)


def arrived_later(rows: Rows, arrival: Arrival) -> str | None:
    """A herd of the operator and species that arrived later in the year, if there is one."""
    operator, species, day, at, key = arrival
    last = day.replace(month=12, day=31)
    found: str | None = _one(rows, _LATER, operator, species, last, day, at, UUID(key))
    return found


def replaced_by(rows: Rows, arrival: Arrival) -> Replaced:
    """The sums of the calendar year of an arrival, and of what left before it."""
    operator, species, day, _, _ = arrival
    heads = _one(rows, _HEADS, operator, species, day.year)
    return Replaced(heads or 0, _one(rows, _LEFT, operator, species, left_since(day), day))


def _one(rows: Rows, statement: str, *asked: Any) -> Any:
    row = rows.execute(statement, asked, prepare=True).fetchone()
    return None if row is None else row[0]
