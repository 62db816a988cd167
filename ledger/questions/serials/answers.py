"""Serial numbers, answered in bulk from the database."""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ledger.errors import TooMuch
from ledger.facts import seals as s
from ledger.facts.identity import Fact
from ledger.facts.record import Known
from ledger.questions.record import Source
from ledger.questions.serials import SHARING_EVENTS_MAX

_CLASSES = """
SELECT c.class::int2 FROM generate_series(0, 30) AS c (class)
WHERE EXISTS (SELECT FROM ranges WHERE mark = %b AND class = c.class)
"""
_SHARING = """
SELECT wanted.n::int4, r.position FROM unnest(%b::text[], %b::int8[], %b::int8[])
    WITH ORDINALITY AS wanted (mark, first, last, n)
JOIN unnest(%b::text[], %b::int2[]) AS sizes (mark, class) ON sizes.mark = wanted.mark
CROSS JOIN LATERAL (
    SELECT position FROM ranges WHERE ranges.mark = wanted.mark
        AND ranges.class = sizes.class AND ranges.first > wanted.first - (1::int8 << sizes.class)
        AND ranges.first <= wanted.last AND ranges.last >= wanted.first AND {of} LIMIT {most}
) AS r
"""
_most: Final = SHARING_EVENTS_MAX + 1
_OF = {
    (): _SHARING.format(of="true", most=_most),
    # By its own name, as the index of issues has it: a roll holds thousands of other events.
    (s.SealsIssued,): _SHARING.format(of="topic = 'SealsIssued'", most=_most),
    (s.SealsApplied,): _SHARING.format(of="topic = 'SealsApplied'", most=_most),
}
_Span = tuple[str, int, int]
"""Mark, first and last number."""


class SerialAnswers(Source):
    """What is asked about serial numbers.

    Without a key: who shares numbers with a new event is looked for when it comes.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._classes: dict[str, list[int]] = {}
        self._sharing: dict[tuple[type[Fact], ...], dict[_Span, list[Known] | None]] = defaultdict(
            dict
        )

    def are_shared(self, numbers: tuple[str, int, int]) -> bool:
        """Whether several events have some of these numbers, as far as that was read in bulk."""
        return len(self._sharing[()].get(numbers) or ()) > 1

    def want_ranged(self, spans: Iterable[_Span], *kinds: type[Fact]) -> None:
        """Read in bulk which events, of all kinds or of some, share numbers with each span."""
        known = self._sharing[kinds]
        told = self._sharing[()]
        missing = sorted({s for s in spans if s not in known and told.get(s) is None})
        if not missing:
            return
        found = self.sharing(missing, *kinds)
        positions = sorted({position for each in found for position in each or ()})
        events = self.log.at(positions, self.rows)
        given = dict(zip(positions, self.record.give(events), strict=True))
        for span, each in zip(missing, found, strict=True):
            known[span] = (
                None if each is None else self._counting(given[position] for position in each)
            )

    def ranged(self, mark: str, first: int, last: int, *kinds: type[Fact]) -> Sequence[Known]:
        span = (mark, first, last)
        shared = self._sharing[kinds].get(span) or self._sharing[()].get(span)
        if shared is None:
            self.want_ranged([span], *kinds)
            shared = self._sharing[kinds][span]
        if shared is None:
            raise TooMuch(f"More than {SHARING_EVENTS_MAX} events share numbers of {mark}.")
        return [known for known in shared if isinstance(known.fact, kinds)] if kinds else shared

    def _counting(self, found: Iterable[Known]) -> list[Known]:
        return sorted(known for known in found if self.record.counts(known.fact))

    def sharing(self, spans: Sequence[_Span], *kinds: type[Fact]) -> list[list[int] | None]:
        """Positions of events, also of those that do not count, sharing numbers with each span.

        Of all kinds, or of SealsIssued or SealsApplied alone. None where there are too many.
        """
        found: list[list[int]] = [[] for _ in spans]
        sizes = [
            (mark, size) for mark in sorted({of[0] for of in spans}) for size in self._sizes(mark)
        ]
        if sizes:
            columns = [*zip(*spans, strict=True), *zip(*sizes, strict=True)]
            asked = [*map(list, columns)]
            for number, position in self.rows.execute(_OF[kinds], asked, prepare=True).fetchall():
                found[number - 1].append(position)
        return [
            None if len(positions) > SHARING_EVENTS_MAX else sorted(positions)
            for positions in map(set, found)
        ]

    def _sizes(self, mark: str) -> list[int]:
        sizes = self._classes.get(mark)
        if sizes is None:
            found = self.rows.execute(_CLASSES, (mark,), prepare=True).fetchall()
            sizes = self._classes[mark] = [size for (size,) in found]
        return sizes
