"""Ranges of serial numbers, both ends included: what lies outside others, what two share."""

from collections.abc import Iterable, Sequence

from ledger.facts.identity import Fact

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
