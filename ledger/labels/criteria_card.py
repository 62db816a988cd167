"""What criteria ask of a party and what it has shown of them, as rows for people and programs."""

from datetime import date
from typing import Any

from ledger.errors import no_such
from ledger.facts.record import Record
from ledger.labels.schemes.jas.criteria import KINDS, Criterion, criteria_of, criteria_state


def criterion_rows(
    record: Record, party: str, on: date, criteria: str | None = None
) -> list[dict[str, Any]]:
    """A row for each item asked of a party on a day, by criteria in their order.

    Keys: criteria, subject, item, contractor, fiscal_year, state, event, on, until, documents.
    `criteria` = these alone, whether or not a certificate asks them; Misuse where there are none.
    """
    if criteria is not None and criteria not in KINDS:
        raise no_such("criteria", criteria, KINDS, field="criteria", every=True)
    kinds = criteria_of(record, party, on) if criteria is None else (criteria,)
    return [_row(each) for kind in kinds for each in criteria_state(record, party, kind, on)]


def _row(each: Criterion) -> dict[str, Any]:
    shown = each.shown
    until = None if shown is None or shown.until is None else shown.until.isoformat()
    return {
        "criteria": each.criteria,
        "subject": each.subject,
        "item": each.item or None,
        "contractor": each.contractor,
        "fiscal_year": each.year,
        "state": each.state,
        "event": None if shown is None else shown.id,
        "on": None if shown is None else shown.on.isoformat(),
        "until": until,
        "documents": [] if shown is None else [paper.name for paper in shown.documents],
    }
