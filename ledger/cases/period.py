"""A period of a pair: its row signed off at a position, restated where later facts change it.

What was signed is never edited: a restatement stands behind it, and may be signed in its turn.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.cases.identity import period_id
from ledger.errors import Fatal, Misuse
from ledger.facts.scalars import time_text
from ledger.rules.moments import JAPAN, next_month, start_of

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_YEAR: Final = re.compile(r"FY([0-9]{4})")

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
    def end(self) -> int:
        """The last microsecond of the period, µs UTC."""
        year = _YEAR.fullmatch(self.name)
        if year is not None:
            return start_of(date(int(year[1]) + 1, 4, 1), JAPAN) - 1
        return start_of(next_month(self.name), JAPAN) - 1


def period_of(importer: str, rcb: str, name: str) -> Period:
    """The period of that name; raises Misuse where it names none."""
    year = _YEAR.fullmatch(name)
    number = int(year[1]) if year is not None else int(name[:4]) if _MONTH.fullmatch(name) else 0
    if not 1900 <= number <= 9998:
        said = f"{name!r} is no period: give a month, 2026-04, or a fiscal year, FY2026."
        raise Misuse(said, field="period")
    return Period(importer, rcb, name)


class PeriodState(StrEnum):
    """Whether the row that was signed is still the row."""

    CLOSED = "CLOSED"
    RESTATED = "RESTATED"


class PeriodEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True, gc=False
):
    """What every event of a period has; `row` is as of its end, known at `position`."""

    period: str
    time: str
    position: int
    row: Row


class PeriodClosed(PeriodEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """The pair's body signed the row."""

    importer: str
    rcb: str
    name: str
    party: str
    person: str
    text: str | None = None


class PeriodRestated(PeriodEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """Facts recorded later made another row of it."""


class Signed(Struct, frozen=True, kw_only=True, gc=False):
    """A period as its events left it: the row last signed, by whom, and the row as last stated."""

    period: Period
    version: int
    signed: Row
    stated: Row
    party: str
    person: str
    position: int

    @property
    def state(self) -> PeriodState:
        """RESTATED as long as the row is not the one that was signed."""
        return PeriodState.CLOSED if self.signed == self.stated else PeriodState.RESTATED


def close_period(
    known: Signed | None,
    period: Period,
    row: Row,
    *,
    party: str,
    person: str,
    text: str | None,
    now: int,
    position: int,
) -> PeriodClosed:
    """Sign a period; raises Misuse where it is not over, signed already, or not the party's to."""
    if party != period.rcb:
        raise Misuse(f"{party} cannot close a period of {period.importer} {period.rcb}: its body"
                     f" {period.rcb} does.")  # fmt: skip
    if not person.strip():
        raise Misuse("Say which person signs the period.", field="person")
    if now <= period.end:
        said = f"{period.name} is not over: it ends at {time_text(period.end, JAPAN)}."
        raise Misuse(said, field="period")
    if known is not None and known.state is PeriodState.CLOSED:
        raise Misuse(f"{period.name} of {period.importer} {period.rcb} is signed already, at"
                     f" position {known.position}.", field="period")  # fmt: skip
    return PeriodClosed(
        period=period.id, time=time_text(now, 0), position=position, row=row,
        importer=period.importer, rcb=period.rcb, name=period.name,
        party=party, person=person.strip(), text=(text or "").strip() or None,
    )  # fmt: skip


def restate(known: Signed, row: Row, *, now: int, position: int) -> PeriodRestated | None:
    """What the audit has to say about a signed period whose row is now `row`, if anything."""
    if row == known.stated:
        return None
    return PeriodRestated(
        period=known.period.id, time=time_text(now, 0), position=position, row=row
    )


def evolve_period(known: Signed | None, event: PeriodClosed | PeriodRestated) -> Signed:
    """The period after its next event; raises Fatal where the event cannot follow."""
    if isinstance(event, PeriodRestated):
        if known is None:
            raise Fatal(f"Period {event.period} was restated before it was closed.")
        return replace(known, version=known.version + 1, stated=event.row, position=event.position)
    return Signed(
        period=Period(event.importer, event.rcb, event.name),
        version=1 if known is None else known.version + 1,
        signed=event.row,
        stated=event.row,
        party=event.party,
        person=event.person,
        position=event.position,
    )
