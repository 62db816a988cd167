"""Signing periods: the row as of their end, signed by its body, stated anew when it changes."""

from typing import NamedTuple
from uuid import UUID

from ledger.cases.canonical import encode_decision
from ledger.cases.period import (
    Period,
    PeriodClosed,
    PeriodRestated,
    Row,
    Signed,
    close_period,
    evolve_period,
    restate,
)
from ledger.errors import Misuse
from ledger.log import Entry, Log
from ledger.views import schema
from ledger.views.cases import signed_period, signed_periods
from ledger.views.folding import Rows
from ledger.views.projection import reading
from ledger.views.reconciliation import CLAIMS, FIGURES, Question, reconcile


class NoSuchPair(Misuse):
    """No mark of that body is licensed to that importer."""


class Signature(NamedTuple):
    """Who signs, for which body (`party`), with what remark; `now` = µs UTC."""

    party: str
    person: str
    text: str | None
    now: int


def period_row(rows: Rows, log: Log, period: Period) -> Row:
    """Figures and claims as of the end of a period; NoSuchPair where there is none."""
    asked = Question(importer=period.importer, rcb=period.rcb, as_of=period.end)
    found = reconcile(rows, log, asked, now=period.end)
    if not found:
        raise NoSuchPair(f"There is no mark of {period.rcb} licensed to {period.importer}.")
    return {name: int(found[0][name]) for name in (*FIGURES, *CLAIMS)}


def sign(rows: Rows, log: Log, period: Period, signature: Signature) -> tuple[Entry, Signed]:
    """Sign a period off for its body: what to record, and the period once that is recorded.

    Only the body in whose name a mark of the pair was founded may. Raises Misuse where it may not
    be signed, NoSuchPair.
    """
    rows.execute("SELECT founded_pair(%s, %s)", (period.importer, period.rcb))
    if rows.fetchone() != (True,):
        raise NoSuchPair(f"There is no mark of {period.rcb} licensed to {period.importer}.")
    known = signed_period(rows, period.id)
    event = close_period(
        known,
        period,
        period_row(rows, log, period),
        party=signature.party,
        person=signature.person,
        text=signature.text,
        now=signature.now,
        position=schema.position(rows),
    )
    return _entry(event, known), evolve_period(known, event)


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
                entries.append(_entry(event, known))
    log.decide(entries)
    return len(entries)


def _entry(event: PeriodClosed | PeriodRestated, known: Signed | None) -> Entry:
    return Entry(
        id=UUID(event.period),
        topic=type(event).__name__,
        state=encode_decision(event),
        version=1 if known is None else known.version + 1,
    )
