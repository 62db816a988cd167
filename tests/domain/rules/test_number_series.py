"""Series of certificate numbers: what is known and what is missing make up the span."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.questions.papers import Named, series_of, split_number

VALUES = st.sets(st.integers(min_value=0, max_value=200), min_size=1)


@given(VALUES, st.randoms(use_true_random=False))
def test_known_and_missing_numbers_make_up_the_span(values: set[int], chance: Random) -> None:
    """Between the lowest and the highest every number is known or in exactly one gap."""
    named = [Named(f"T-{value:04d}", value, str(value)) for value in values]
    ordered = series_of(named)
    chance.shuffle(named)

    (series,) = series_of(named)

    missing = [value for gap in series.gaps for value in range(gap.first, gap.last + 1)]
    assert sorted([*values, *missing]) == list(range(series.lowest, series.highest + 1))
    assert series.known == len(values)
    assert all(gap.id == str(gap.last + 1) for gap in series.gaps)
    assert [series] == ordered


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("TM-0007", ("TM-", "0007")),
        ("7", ("", "7")),
        ("A 1 B 22", ("A 1 B ", "22")),
        ("TM", None),
        ("TM-7a", None),
        ("1" * 18, ("", "1" * 18)),
        ("1" * 19, None),
        ("７", None),
    ],
)
def test_a_number_is_a_prefix_and_digits(number: str, parts: tuple[str, str] | None) -> None:
    """One to eighteen trailing ASCII digits; other numbers belong to no series."""
    assert split_number(number) == parts
