"""Weights as the rules compare and show them: kilograms, exact, three places."""

from collections.abc import Iterable
from decimal import Decimal


def total(weights: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    return sum(weights, Decimal())


def kg(weight: Decimal) -> str:
    """A weight as people write it: `239.500`."""
    return f"{weight:.3f}"
