"""Months as the standards count them, and the kinds of animals."""

from datetime import date

import pytest

from ledger.labels.animals import ANIMALS, kind_of, use_of
from ledger.labels.rows import months_after
from ledger.rules.constants import ENUMS

MONTHS = [
    ("2025-01-15", 6, "2025-07-15"),
    ("2025-01-31", 1, "2025-03-01"),
    ("2024-01-31", 1, "2024-03-01"),
    ("2025-08-31", 1, "2025-10-01"),
    ("2025-11-30", 3, "2026-03-01"),
    ("2025-12-01", 1, "2026-01-01"),
    ("2025-05-31", -3, "2025-03-01"),
    ("2025-01-10", -12, "2024-01-10"),
    ("2025-01-10", 0, "2025-01-10"),
    ("9999-12-01", 1, "9999-12-31"),
    ("0001-01-01", -1, "0001-01-01"),
]


@pytest.mark.parametrize(("day", "months", "then"), MONTHS)
def test_months_keep_the_day(day: str, months: int, then: str) -> None:
    """A month later is the same day; the first of the next where the month has no such day."""
    assert date.fromisoformat(then) == months_after(date.fromisoformat(day), months)


def test_every_species_has_a_kind() -> None:
    """Whatever species a product may name, the figures of its kind are found."""
    named = set(ENUMS["species"]) - {"OTHER"}

    assert named <= {row.species for row in ANIMALS.rows()}
    assert (kind_of("MALLARD"), use_of("MALLARD")) == ("POULTRY", "MEAT")
    assert (kind_of("DAIRY_GOAT"), use_of("QUAIL")) == ("GOAT", "EGGS")
    assert (kind_of("OTHER"), use_of(None)) == (None, None)
