"""What the latest evaluation showed of each case that asks for attention: a row of `case_shown`.

Written by the auditor beside its decisions; the table stands with those of the audit.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from ledger.views.folding import Rows, array_text, columns


class Shown(NamedTuple):
    """A row of `case_shown`."""

    id: UUID
    severity: str
    artefact: bool
    expected: list[str]
    found: list[str]
    evidence: list[str]
    evidence_total: int
    marks: list[str]
    parties: list[str]
    months: list[str]
    impact: Decimal | None
    impact_unit: str
    cause: str
    who: str | None
    things: list[str]
    due: date
    first_day: date | None
    last_day: date | None


def show(rows: Rows, shown: Sequence[Shown]) -> None:
    """Keep what cases show now."""
    if not shown:
        return
    values = columns(shown)
    for index in _LISTS:
        values[index] = [*map(array_text, values[index])]
    rows.execute(_SHOW, values, prepare=True)


_LISTS: Final = [
    *map(
        Shown._fields.index,
        ("expected", "found", "evidence", "marks", "parties", "months", "things"),
    )
]


def shown_of(rows: Rows, cases: Sequence[UUID]) -> list[Shown]:
    """What cases show, as far as they were evaluated."""
    found = rows.execute(_SHOWN, (list(cases),), prepare=True).fetchall() if cases else []
    return [Shown(*row) for row in found]


_FIELDS: Final = ", ".join(Shown._fields)
_SHOWN: Final = f"SELECT {_FIELDS} FROM case_shown WHERE id = ANY(%b::uuid[])"
_SHOW: Final = f"""
INSERT INTO case_shown ({_FIELDS})
SELECT id, severity, artefact, expected::text[], found::text[], evidence::text[],
    evidence_total, marks::text[], parties::text[], months::text[], impact, impact_unit, cause,
    who, things::text[], due, first_day, last_day
FROM unnest(%b::uuid[], %b::text[], %b::boolean[], %b::text[], %b::text[], %b::text[], %b::int8[],
    %b::text[], %b::text[], %b::text[], %b::numeric[], %b::text[], %b::text[], %b::text[],
    %b::text[], %b::date[], %b::date[], %b::date[]) AS shown ({_FIELDS})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{one} = excluded.{one}" for one in Shown._fields[1:])}
"""
