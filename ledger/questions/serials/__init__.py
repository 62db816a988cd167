"""Serial numbers: which events share numbers with a range.

What is asked, and the answer from all facts at hand.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from ledger.errors import TooMuch
from ledger.facts.identity import Fact
from ledger.facts.record import Known, Record
from ledger.questions.at_hand import AtHand
from ledger.rules.figures import Span, span_of

SHARING_EVENTS_MAX = 1_000
"""As many events may share numbers with a range; the life of a seal has a handful."""


class Serials(Protocol):
    """What is asked about serial numbers."""

    def ranged(self, mark: str, first: int, last: int, *kinds: type[Fact]) -> Sequence[Known]:
        """Counting events of a mark whose range shares a number with first…last, by (time, id).

        Of the given types, or of any. Answered from the index of ranges. Raises TooMuch where more
        than 1,000 events, counting or not, share its numbers.
        """
        ...


class SerialsAtHand(AtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._ranged: dict[str, dict[int, list[tuple[int, Known]]]] = {}
        for known in record:
            span = span_of(known.fact)
            if span is not None:
                by_length = self._ranged.setdefault(_mark(known.fact), defaultdict(list))
                insort(by_length[_length_class(span)], (span[0], known))

    def ranged(self, mark: str, first: int, last: int, *kinds: type[Fact]) -> Sequence[Known]:
        found: list[Known] = []
        for length, starts in self._ranged.get(mark, {}).items():
            # A range of this class that reaches `first` starts at most its longest length before.
            low = bisect_left(starts, (first - (1 << length) + 1,))
            high = bisect_left(starts, (last + 1,))
            found += [
                known
                for _, known in starts[low:high]
                if (not kinds or isinstance(known.fact, kinds)) and _shares(known.fact, first)
            ]
        if len(found) > SHARING_EVENTS_MAX:
            raise TooMuch(f"More than {SHARING_EVENTS_MAX} events share numbers of {mark}.")
        return sorted(known for known in found if self.whole.counts(known.fact))


def _mark(fact: Fact) -> str:
    mark = getattr(fact, "mark", "")
    return mark if isinstance(mark, str) else ""


def _length_class(span: Span) -> int:
    """The power of two that a range's length does not exceed."""
    return (span[1] - span[0]).bit_length()


def _shares(fact: Fact, first: int) -> bool:
    span = span_of(fact)
    return span is not None and span[1] >= first
