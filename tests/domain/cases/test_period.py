"""A period: who signs it, when it ends, and what later facts do to it."""

import pytest

from ledger.cases.canonical import decode_decision, encode_decision
from ledger.cases.period import (
    Graveness,
    PeriodClosed,
    PeriodState,
    Row,
    Signed,
    evolve_period,
    period_of,
    restate,
)
from ledger.cases.signing import Said, Sheet, sign
from ledger.errors import Fatal, Misuse
from ledger.facts.scalars import micros

APRIL = period_of("IMP-1", "RCB-1", "2026-04")
ROW: Row = {"issued": 100, "stock_importer": 40, "reported": 60}
MAY = micros("2026-05-01T00:00:00.000000+09:00")


def closed(known: Signed | None = None, row: Row = ROW, position: int = 50) -> PeriodClosed:
    """Sign April."""
    sheet = Sheet(period=APRIL, row=row, digest="d", cases=Graveness(), case_ids=(), stocks=1)
    said = Said(party="RCB-1", person="P-9", digest="d", text=None, now=MAY, position=position)
    event = sign(known, sheet, said, "never")
    assert isinstance(event, PeriodClosed)
    return event


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("2026-04", "2026-04-30T23:59:59.999999+09:00"),
        ("2026-12", "2026-12-31T23:59:59.999999+09:00"),
        ("2024-02", "2024-02-29T23:59:59.999999+09:00"),
        ("FY2026", "2027-03-31T23:59:59.999999+09:00"),
    ],
)
def test_a_period_ends_with_its_last_day_in_japan(name: str, end: str) -> None:
    """Months and fiscal years end at midnight, Japan's time."""
    assert micros(end) == period_of("IMP-1", "RCB-1", name).end


@pytest.mark.parametrize(
    "name", ["2026", "2026-4", "2026-13", "FY26", "fy2026", "1899-01", "9999-01", ""]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    """A name that is neither a month nor a fiscal year is answered with both forms."""
    with pytest.raises(Misuse, match="is no period: give a month, 2026-04, or a fiscal year"):
        period_of("IMP-1", "RCB-1", name)


def test_a_signed_period_is_restated_by_another_row_and_by_nothing_else() -> None:
    """Each other row is said once; the row that was signed makes the period closed again."""
    signed = evolve_period(None, closed())
    assert restate(signed, dict(ROW), now=MAY, position=60) is None
    with pytest.raises(Misuse, match="Signed on 1 May 2026 by P-9"):
        closed(signed)

    event = restate(signed, ROW | {"issued": 90}, now=MAY, position=70)

    assert event is not None
    assert decode_decision(encode_decision(event)) == event
    other = evolve_period(signed, event)
    assert (other.state, other.version, other.position) == (PeriodState.RESTATED, 2, 70)
    assert other.signed == ROW
    assert restate(other, ROW | {"issued": 90}, now=MAY, position=80) is None
    back = restate(other, ROW, now=MAY, position=90)
    assert back is not None
    assert evolve_period(other, back).state == PeriodState.CLOSED


def test_a_restated_period_can_be_signed_anew() -> None:
    """The body signs the new row; the first signature stays in the stream."""
    signed = evolve_period(None, closed())
    row = ROW | {"reported": 61}
    event = restate(signed, row, now=MAY, position=70)
    assert event is not None
    restated = evolve_period(signed, event)

    again = evolve_period(restated, closed(restated, row, position=75))

    assert (PeriodState.CLOSED, 3, row) == (again.state, again.version, again.signed)


def test_nothing_is_restated_before_it_was_signed() -> None:
    """A stream that starts with a restatement is no period."""
    event = restate(evolve_period(None, closed()), {}, now=MAY, position=51)
    assert event is not None
    with pytest.raises(Fatal, match="before it was closed"):
        evolve_period(None, event)


def test_figures_that_came_later_restate_nothing() -> None:
    """A row of today has more figures than one signed long ago: the old ones are compared."""
    signed = evolve_period(None, closed())

    assert restate(signed, ROW | {"lost_in_transit": 3}, now=MAY, position=60) is None
    event = restate(signed, ROW | {"issued": 90, "lost_in_transit": 3}, now=MAY, position=60)
    assert event is not None
    assert event.row == ROW | {"issued": 90}


@pytest.mark.parametrize(
    ("name", "before"),
    [("2026-04", "2026-03"), ("2026-01", "2025-12"), ("FY2026", "FY2025")],
)
def test_the_period_before_is_of_the_same_length(name: str, before: str) -> None:
    """A month before a month, a year before a year."""
    assert period_of("IMP-1", "RCB-1", name).before == period_of("IMP-1", "RCB-1", before)
