"""Signing periods: the sheet as of their end, signed by its body, stated anew when it changes."""

from typing import Any, NamedTuple
from uuid import UUID

from ledger.cases.canonical import encode_decision
from ledger.cases.period import (
    AnyPeriodEvent,
    Period,
    Signed,
    evolve_period,
    restate,
)
from ledger.cases.signing import (
    Changed,
    Said,
    acknowledge,
    check_over,
    check_signer,
    sign,
)
from ledger.log import Entry, Log
from ledger.rules.policy import Seconds
from ledger.views import schema
from ledger.views.cases import known_period, signed_periods
from ledger.views.folding import Rows
from ledger.views.period_sheet import (
    NoSuchPair,
    Seen,
    no_such_pair,
    period_row,
    seen,
    sheet_content,
)
from ledger.views.projection import reading

__all__ = ["NoSuchPair", "Signing", "acknowledge_period", "period_row", "restate_periods", "seen",
           "sign_period"]  # fmt: skip


class Signing(NamedTuple):
    """Who signs, for which body (`party`), below which digest, with what remark.

    `position` is the one that was looked at, where that is known; `now` is µs UTC; `seconds` says
    when a second person has to sign.
    """

    party: str
    person: str
    digest: str | None
    text: str | None
    now: int
    position: int | None = None
    seconds: Seconds = "cases"


class Moved(Changed):
    """What was shown is no longer what there is: `before` and `after` are both contents.

    `before` is None where nobody knows at which position it was looked at.
    """

    def __init__(self, changed: Changed, before: dict[str, Any] | None, after: Seen) -> None:
        super().__init__(changed.sentence, field=changed.field)
        self.before, self.after = before, after


class Decided(NamedTuple):
    """What to record, and the period once that is recorded."""

    entry: Entry
    event: AnyPeriodEvent
    signed: Signed


def sign_period(rows: Rows, log: Log, period: Period, signing: Signing) -> Decided:
    """Sign a period off for its body, or prepare that.

    `rows` sees every table. Only the body in whose name a mark of the pair was founded may. Raises
    Misuse where it may not be signed, Moved where the digest is another one, NoSuchPair.
    """
    check_founded(rows, period)
    check_signer(period, signing.party)
    check_over(period, signing.now)
    known = known_period(rows, period.id)
    found = seen(rows, log, period, signing.now)
    said = Said(
        party=signing.party, person=signing.person, digest=signing.digest, text=signing.text,
        now=signing.now, position=found.position,
    )  # fmt: skip
    try:
        event = sign(known, found.sheet, said, signing.seconds)
    except Changed as changed:
        raise Moved(changed, _before(rows, log, signing.position, found), found) from None
    return _decided(event, known)


def _before(rows: Rows, log: Log, position: int | None, found: Seen) -> dict[str, Any] | None:
    """The content as it was looked at: its cases are those of now."""
    if position is None or not 0 < position <= found.position:
        return None
    (then,) = log.at([position])
    period = found.sheet.period
    return sheet_content(rows, log, period, found.touching, then.recorded_at)


def acknowledge_period(rows: Rows, log: Log, period: Period, signing: Signing) -> Decided:
    """The importer's word below what its body signed; raises Misuse where it may not be."""
    del log
    known = known_period(rows, period.id)
    said = Said(
        party=signing.party, person=signing.person, digest=signing.digest, text=signing.text,
        now=signing.now, position=schema.position(rows),
    )  # fmt: skip
    return _decided(acknowledge(known, period, said), known)


def check_founded(rows: Rows, period: Period) -> None:
    """Raise NoSuchPair unless a mark of the pair was founded in its body's name."""
    rows.execute("SELECT founded_pair(%s, %s)", (period.importer, period.rcb))
    if rows.fetchone() != (True,):
        raise no_such_pair(period.importer, period.rcb)


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
            # Figures that came to be told since are no change of what was signed.
            row = period_row(rows, log, known.period)
            told = {name: row[name] for name in known.stated}
            event = restate(known, told, now=now, position=position)
            if event is not None:
                entries.append(_decided(event, known).entry)
    log.decide(entries)
    return len(entries)


def _decided(event: AnyPeriodEvent, known: Signed | None) -> Decided:
    entry = Entry(
        id=UUID(event.period),
        topic=type(event).__name__,
        state=encode_decision(event),
        version=1 if known is None else known.version + 1,
    )
    return Decided(entry, event, evolve_period(known, event))
