"""Signed periods: the row as of a period's end, and what is said when later facts change it."""

from uuid import UUID

from ledger.cases.canonical import encode_decision
from ledger.cases.period import (
    Period,
    PeriodClosed,
    PeriodRestated,
    Row,
    Signed,
    close_period,
    restate,
)
from ledger.errors import Misuse
from ledger.log import Entry, Log
from ledger.views import schema
from ledger.views.cases import signed_period, signed_periods
from ledger.views.folding import Rows
from ledger.views.projection import reading
from ledger.views.reconciliation import CLAIMS, FIGURES, Question, reconcile


def period_row(rows: Rows, log: Log, period: Period) -> Row:
    """Figures and claims as of the end of a period; Misuse where there is no such pair."""
    asked = Question(importer=period.importer, rcb=period.rcb, as_of=period.end)
    found = reconcile(rows, log, asked, now=period.end)
    if not found:
        raise Misuse(f"There is no mark of {period.rcb} licensed to {period.importer}.")
    return {name: int(found[0][name]) for name in (*FIGURES, *CLAIMS)}


def sign(
    log: Log, period: Period, *, party: str, person: str, text: str | None, now: int
) -> PeriodClosed:
    """Sign a period off for its body; raises Misuse where it may not be, Conflict where it was."""
    with reading(log) as rows:
        event = close_period(
            signed_period(rows, period.id),
            period,
            period_row(rows, log, period),
            party=party,
            person=person,
            text=text,
            now=now,
            position=schema.position(rows),
        )
        known = signed_period(rows, period.id)
    log.decide([_entry(event, 1 if known is None else known.version + 1)])
    return event


def restate_periods(log: Log, now: int, changed_since: int = 0) -> int:
    """Say of each signed period whose row is another by now what it is; answers how many.

    Periods stated at or after position `changed_since` are as they were.
    """
    entries = []
    with reading(log) as rows:
        position = schema.position(rows)
        for known in signed_periods(rows):
            if max(known.position, changed_since) >= position:
                continue
            event = restate(known, period_row(rows, log, known.period), now=now, position=position)
            if event is not None:
                entries.append(_entry(event, known.version + 1))
    log.decide(entries)
    return len(entries)


def _entry(event: PeriodClosed | PeriodRestated, version: int) -> Entry:
    return Entry(
        id=UUID(event.period),
        topic=type(event).__name__,
        state=encode_decision(event),
        version=version,
    )


__all__ = ["Signed", "period_row", "restate_periods", "sign"]
