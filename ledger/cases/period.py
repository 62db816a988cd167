"""A period of a pair: signed off by its body as it was seen, restated where later facts change it.

What was signed is never edited: a restatement stands behind it, and may be signed in its turn.
Nobody signs blind: a signature names the digest of what was shown.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.cases.identity import period_id
from ledger.errors import Fatal, Misuse
from ledger.facts.scalars import time_text
from ledger.rules.moments import JAPAN, month_of, next_month, start_of

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_YEAR: Final = re.compile(r"FY([0-9]{4})")
cases_named_max: Final = 100
"""Ids of cases kept with a signature, gravest first."""

Row = dict[str, int]
"""Figures and claims of the reconciliation row, by their names there; seals, or units."""


class Period(Struct, frozen=True, gc=False):
    """A month (`2026-04`) or a fiscal year (`FY2026`, from April) of a pair, in Japan's time."""

    importer: str
    rcb: str
    name: str

    @property
    def id(self) -> str:
        """The id of its stream."""
        return str(period_id(self.importer, self.rcb, self.name))

    @property
    def is_year(self) -> bool:
        """Whether it is a fiscal year."""
        return self.name.startswith("FY")

    @property
    def first(self) -> date:
        """Its first day."""
        if self.is_year:
            return date(int(self.name[2:]), 4, 1)
        return date(int(self.name[:4]), int(self.name[5:]), 1)

    @property
    def after(self) -> date:
        """The first day behind it."""
        if self.is_year:
            return date(int(self.name[2:]) + 1, 4, 1)
        return next_month(self.name)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - timedelta(days=1)

    @property
    def start(self) -> int:
        """The first microsecond of the period, µs UTC."""
        return start_of(self.first, JAPAN)

    @property
    def end(self) -> int:
        """The last microsecond of the period, µs UTC."""
        return start_of(self.after, JAPAN) - 1

    @property
    def before(self) -> "Period":
        """The period of the same length before it."""
        if self.is_year:
            return replace(self, name=f"FY{int(self.name[2:]) - 1:04d}")
        year, number = self.first.year, self.first.month
        return replace(self, name=month_of(date(year - (number == 1), (number - 2) % 12 + 1, 1)))


def period_of(importer: str, rcb: str, name: str) -> Period:
    """The period of that name; raises Misuse where it names none."""
    year = _YEAR.fullmatch(name)
    number = int(year[1]) if year is not None else int(name[:4]) if _MONTH.fullmatch(name) else 0
    if not 1900 <= number <= 9998:
        said = f"{name!r} is no period: give a month, 2026-04, or a fiscal year, FY2026."
        raise Misuse(said, field="period")
    return Period(importer, rcb, name)


def months_between(first: str, last: str) -> Iterator[str]:
    """The names of months from one to another, both with them."""
    while first <= last:
        yield first
        first = month_of(next_month(first))


class PeriodState(StrEnum):
    """Where a period that is over stands."""

    OPEN = "OPEN"
    PREPARED = "PREPARED"
    CLOSED = "CLOSED"
    RESTATED = "RESTATED"


class Graveness(Struct, frozen=True, gc=False):
    """How many live cases touch a period, by severity."""

    C: int = 0
    H: int = 0
    M: int = 0
    L: int = 0

    @property
    def grave(self) -> int:
        """The critical and high ones."""
        return self.C + self.H


class PeriodEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True, gc=False
):
    """What every event of a period has; `position` is the last one of the log it rests on."""

    period: str
    time: str
    position: int


class PeriodPrepared(PeriodEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """The first of two persons of the pair's body signed what was shown."""

    importer: str
    rcb: str
    name: str
    party: str
    person: str
    row: Row
    digest: str
    cases: Graveness
    case_ids: tuple[str, ...]
    stocks: int
    text: str | None = None


class PeriodClosed(PeriodEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """The pair's body signed the row, as of the period's end and known at `position`.

    `digest` is that of all that was shown; `replaces` the version that was signed before.
    """

    row: Row
    importer: str
    rcb: str
    name: str
    party: str
    person: str
    text: str | None = None
    digest: str | None = None
    cases: Graveness | None = None
    case_ids: tuple[str, ...] | None = None
    stocks: int | None = None
    prepared_by: str | None = None
    prepared_at: str | None = None
    replaces: int | None = None


class PeriodAcknowledged(PeriodEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """The importer has seen what was signed."""

    importer: str
    rcb: str
    name: str
    party: str
    person: str
    digest: str
    text: str | None = None


class PeriodRestated(PeriodEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """Facts recorded later made another row of it."""

    row: Row


AnyPeriodEvent = PeriodPrepared | PeriodClosed | PeriodAcknowledged | PeriodRestated
PERIOD_EVENTS: Final = (PeriodPrepared, PeriodClosed, PeriodAcknowledged, PeriodRestated)


class Signature(Struct, frozen=True, kw_only=True):
    """One signature below a period: who, when, to what; `version` is that of its event."""

    version: int
    party: str
    person: str
    time: str
    position: int
    digest: str | None
    text: str | None = None
    cases: Graveness | None = None
    case_ids: tuple[str, ...] = ()
    stocks: int | None = None
    prepared_by: str | None = None
    prepared_at: str | None = None
    replaces: int | None = None


class Signed(Struct, frozen=True, kw_only=True):
    """A period as its events left it.

    `signed` is the row last signed and `stated` the row as last stated, at `position`; both are
    empty before the first signature. `prepared` is a first signature that waits for the second,
    `acknowledged` the importer's below the latest.
    """

    period: Period
    version: int
    position: int
    signed: Row
    stated: Row
    signature: Signature | None = None
    prepared: Signature | None = None
    acknowledged: Signature | None = None

    @property
    def state(self) -> PeriodState:
        """RESTATED as long as the row is not the one that was signed."""
        if self.signature is None:
            return PeriodState.PREPARED if self.prepared else PeriodState.OPEN
        return PeriodState.CLOSED if self.signed == self.stated else PeriodState.RESTATED

    @property
    def person(self) -> str | None:
        """Who signed last."""
        return None if self.signature is None else self.signature.person


def evolve_period(known: Signed | None, event: AnyPeriodEvent) -> Signed:
    """The period after its next event; raises Fatal where the event cannot follow."""
    version = 1 if known is None else known.version + 1
    match event:
        case PeriodPrepared() | PeriodClosed():
            before = known or Signed(
                period=Period(event.importer, event.rcb, event.name), version=0,
                position=event.position, signed={}, stated={},
            )  # fmt: skip
            signature = _signature(event, version)
            if isinstance(event, PeriodPrepared):
                return replace(before, version=version, prepared=signature)
            return replace(
                before, version=version, position=event.position, signed=event.row,
                stated=event.row, signature=signature, prepared=None, acknowledged=None,
            )  # fmt: skip
        case PeriodAcknowledged():
            if known is None or known.signature is None:
                raise Fatal(f"Period {event.period} was acknowledged before it was closed.")
            seen = Signature(
                version=version, party=event.party, person=event.person, time=event.time,
                position=event.position, digest=event.digest, text=event.text,
            )  # fmt: skip
            return replace(known, version=version, acknowledged=seen)
        case PeriodRestated():
            if known is None or known.signature is None:
                raise Fatal(f"Period {event.period} was restated before it was closed.")
            return replace(known, version=version, stated=event.row, position=event.position)


def _signature(event: PeriodPrepared | PeriodClosed, version: int) -> Signature:
    signature = Signature(
        version=version, party=event.party, person=event.person, time=event.time,
        position=event.position, digest=event.digest, text=event.text, cases=event.cases,
        case_ids=event.case_ids or (), stocks=event.stocks,
    )  # fmt: skip
    if isinstance(event, PeriodPrepared):
        return signature
    return replace(
        signature, prepared_by=event.prepared_by, prepared_at=event.prepared_at,
        replaces=event.replaces,
    )  # fmt: skip


def restate(known: Signed, row: Row, *, now: int, position: int) -> PeriodRestated | None:
    """What the audit has to say about a signed period whose row is now `row`, if anything.

    Figures that the row did not have when it was signed are nothing to say.
    """
    if known.signature is None or all(row.get(name) == was for name, was in known.stated.items()):
        return None
    kept = {name: row[name] for name in known.stated if name in row}
    return PeriodRestated(
        period=known.period.id, time=time_text(now, 0), position=position, row=kept
    )
