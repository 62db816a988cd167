"""Figures and ids as the rules compare and show them, and which differences look like a slip.

A suspected slip of a scanner, a key or an eye is a flag on a discrepancy, never a reason to stay
silent.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from ledger.facts.identity import Fact


def total(weights: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    return sum(weights, Decimal())


def kg(weight: Decimal) -> str:
    """A weight as people write it: `239.500`."""
    return f"{weight:.3f}"


Span = tuple[int, int]
"""First and last number."""


def span_of(fact: Fact) -> Span | None:
    """The serial numbers a fact names; None where it names none."""
    first, last = getattr(fact, "first", None), getattr(fact, "last", None)
    return (first, last) if isinstance(first, int) and isinstance(last, int) else None


def spans(facts: Iterable[Fact]) -> list[Span]:
    """The ranges of those facts that name one."""
    return [span for fact in facts if (span := span_of(fact)) is not None]


def outside(numbers: Iterable[Span], allowed: Sequence[Span]) -> list[Span]:
    """The parts of some ranges that lie in none of the allowed ones, ascending."""
    found: set[Span] = set()
    ordered = sorted(allowed)
    for first, last in numbers:
        start = first
        for low, high in ordered:
            if high < start or low > last:
                continue
            if low > start:
                found.add((start, low - 1))
            start = max(start, high + 1)
        if start <= last:
            found.add((start, last))
    return sorted(found)


def shared(one: Span, other: Span) -> Span | None:
    """The numbers two ranges share; None where they share none."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def range_text(first: int, last: int) -> str:
    """A range as people write it: `1001-1100`, or `1100` for one number."""
    return str(first) if first == last else f"{first}-{last}"


_LOOKS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DROPPED: Final = str.maketrans(dict.fromkeys("-_./ "))


def fold(identifier: str) -> str:
    """What an id looks like: ids with the same fold are easily taken for one another (S3)."""
    return unicodedata.normalize("NFKC", identifier).upper().translate(_LOOKS).translate(_DROPPED)


def swapped(expected: int | Decimal, found: int | Decimal) -> bool:
    """S1: the figures become equal by exchanging two adjacent digits of one."""
    one, other = _digits(expected), _digits(found)
    if len(one) != len(other):
        return False
    differ = [index for index, digit in enumerate(one) if digit != other[index]]
    if len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    first, second = differ
    return one[first] == other[second] and one[second] == other[first]


def slipped(expected: int | Decimal, found: int | Decimal) -> bool:
    """S2: one figure becomes the other by dropping one digit."""
    longer, shorter = sorted((_digits(expected), _digits(found)), key=len, reverse=True)
    if len(longer) != len(shorter) + 1:
        return False
    return any(longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)))


def miscounted(expected: int | Decimal, found: int | Decimal) -> bool:
    """S1 or S2; a figure below zero is nobody's slip."""
    if expected < 0 or found < 0:
        return False
    return swapped(expected, found) or slipped(expected, found)


def _digits(figure: int | Decimal) -> str:
    # Weights of one kind have the same places, so the point tells nothing a digit does not.
    return str(figure).replace(".", "")
