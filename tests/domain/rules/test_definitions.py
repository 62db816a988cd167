"""What the rules share: artefacts, ranges, days."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.rules.figures import fold, miscounted, outside, range_text, shared, slipped, swapped
from ledger.rules.moments import (
    day_at,
    end_of_next_business_day,
    fiscal_year,
    later,
    next_month,
    start_of,
    within,
)
from ledger.rules.violation import key_of, parts_of
from tests.domain.rules.world import World, at

FIGURES: list[tuple[int | Decimal, int | Decimal, bool, bool]] = [  # one, other, S1, S2
    (1234, 1243, True, False),
    (1234, 1324, True, False),
    (1234, 4231, False, False),
    (1234, 2143, False, False),
    (1234, 1234, False, False),
    (1123, 1123, False, False),
    (1234, 123, False, True),
    (1234, 134, False, True),
    (134, 1234, False, True),
    (1000, 100, False, True),
    (12, 1234, False, False),
    (5, 0, False, False),
    (Decimal("239.500"), Decimal("293.500"), True, False),
    (Decimal("240.000"), Decimal("24.000"), False, True),
    (Decimal("12.500"), Decimal("15.200"), True, False),
]


@pytest.mark.parametrize(("one", "other", "swap", "slip"), FIGURES)
def test_slips_of_the_hand(
    one: int | Decimal, other: int | Decimal, *, swap: bool, slip: bool
) -> None:
    """Two adjacent digits exchanged, or one dropped; either way round."""
    assert (swapped(one, other), swapped(other, one)) == (swap, swap)
    assert (slipped(one, other), slipped(other, one)) == (slip, slip)
    assert miscounted(one, other) is (swap or slip)


@pytest.mark.parametrize("text", ["L-0I1", "l_01i", "1.0/11", "Ｌ０１１", "lO1l"])
def test_look_alikes_have_one_fold(text: str) -> None:
    """Width, case, O and 0, I and L and 1, and separators are easily taken for each other."""
    assert fold(text) == "1011"


RANGES: list[
    tuple[list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]]
] = [  # numbers, allowed, outside
    ([(1, 10)], [(1, 10)], []),
    ([(1, 10)], [], [(1, 10)]),
    ([(1, 10)], [(1, 4), (5, 10)], []),
    ([(1, 10)], [(2, 4), (6, 9)], [(1, 1), (5, 5), (10, 10)]),
    ([(1, 10)], [(0, 20)], []),
    ([(1, 10)], [(1, 20), (3, 4)], []),
    ([(5, 6), (1, 2)], [(2, 5)], [(1, 1), (6, 6)]),
]


@pytest.mark.parametrize(("numbers", "allowed", "rest"), RANGES)
def test_what_lies_outside(
    numbers: list[tuple[int, int]],
    allowed: list[tuple[int, int]],
    rest: list[tuple[int, int]],
) -> None:
    """Parts of ranges that none of the allowed ranges holds."""
    assert outside(numbers, allowed) == rest


def test_what_two_ranges_share() -> None:
    """Both ends belong to a range; one number is written as one."""
    assert shared((1, 5), (5, 9)) == (5, 5)
    assert shared((1, 5), (6, 9)) is None
    assert (range_text(5, 5), range_text(5, 9)) == ("5", "5-9")


BUSINESS = [  # event, end of the next business day
    ("2026-04-03T09:00-07:00", "2026-04-07T00:00-07:00"),
    ("2026-04-02T23:59-07:00", "2026-04-04T00:00-07:00"),
    ("2026-04-04T09:00+09:00", "2026-04-07T00:00+09:00"),
    ("2026-05-01T09:00+09:00", "2026-05-06T00:00+09:00"),
]


@pytest.mark.parametrize(("time", "end"), BUSINESS)
def test_the_next_business_day_ends(time: str, end: str) -> None:
    """Saturday, Sunday and holidays are skipped, at the event's own offset."""
    fact = World().add("LotHeld", time, lot="L", cause="x")

    assert end_of_next_business_day(fact, {date(2026, 5, 4)}) == at(end)


def test_calendars() -> None:
    """Fiscal years run on Japan time; the calendar has an end."""
    assert fiscal_year(at("2026-04-01T00:00+09:00")) == 2026
    assert fiscal_year(at("2026-03-31T23:59+09:00")) == 2025
    assert fiscal_year(at("2026-03-31T15:00")) == 2026
    assert day_at(at("2026-03-31T15:00"), 540) == date(2026, 4, 1)
    assert start_of(date(2026, 4, 1), 540) == at("2026-03-31T15:00")
    assert next_month("2026-12") == date(2027, 1, 1)
    assert next_month("9999-12") == later(date(9999, 12, 30), 400) == date.max
    assert within(date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1))
    assert not within(date(2026, 4, 2), None, date(2026, 4, 1))


def test_keys() -> None:
    """Parts are joined by one space; a space inside a part is written %20."""
    assert key_of("AG-1", "TM 7") == "AG-1 TM%207"
    assert parts_of("AG-1 TM%207") == ["AG-1", "TM 7"]
