"""Papers: certificate numbers as running series, and which numbers of a series are missing.

A number is a prefix and one to eighteen trailing digits; others belong to no series. What is said
of a series depends on the set of numbers named, never on their order.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from ledger.facts.documents import ExportCertificateCancelled, ExportCertificateIssued
from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.questions.at_hand import AtHand

TRAILING_DIGITS_MAX: Final = 18
_SPLIT: Final = re.compile(r"(.*?)([0-9]+)", re.DOTALL)


class Gap(NamedTuple):
    """A run of missing numbers of a series, both ends included, and what follows on it.

    `digits` = how many digits the next higher known number is written with, `rec` = the earliest
    moment at which an event naming it was recorded, `id` = that event.
    """

    first: int
    last: int
    digits: int
    rec: int
    id: str


class Series(NamedTuple):
    """The certificate numbers of an issuer that share a prefix; `known` = how many differ."""

    prefix: str
    known: int
    lowest: int
    highest: int
    gaps: Sequence[Gap]


class Papers(Protocol):
    """What is asked about papers."""

    def numbers(self, issuer: str) -> Sequence[Series]:
        """The series of certificate numbers of an issuer, by prefix.

        Numbers named by certificates (`number`, `replaces`) and cancellations (`number`,
        `replaced_by`), cut into prefix and one to eighteen trailing digits. Three figures per
        series and one row per run of missing numbers: a new number looks at its two neighbours.
        Gaps are given from the lowest; those beyond the first 1,000 numbers may be left out.
        """
        ...


class Named(NamedTuple):
    """A number that an event names; `rec` = when the event was recorded (microseconds UTC)."""

    number: str
    rec: int
    id: str


def numbers_named(fact: Fact) -> list[str]:
    """The certificate numbers of its issuer that a fact names."""
    if isinstance(fact, ExportCertificateIssued):
        named = [fact.number, fact.replaces]
    elif isinstance(fact, ExportCertificateCancelled):
        named = [fact.number, fact.replaced_by]
    else:
        named = []
    return [number for number in named if number is not None]


def split_number(number: str) -> tuple[str, str] | None:
    """Prefix and trailing digits; None for a number that belongs to no series."""
    match = _SPLIT.fullmatch(number)
    if match is None or len(match[2]) > TRAILING_DIGITS_MAX:
        return None
    return match[1], match[2]


def series_of(named: Iterable[Named]) -> list[Series]:
    """The series that the numbers named form, by prefix."""
    firsts: dict[str, dict[int, tuple[int, str, int]]] = {}
    for number, rec, event_id in named:
        parts = split_number(number)
        if parts is not None:
            prefix, digits = parts
            naming = rec, event_id, len(digits)
            of_prefix = firsts.setdefault(prefix, {})
            value = int(digits)
            of_prefix[value] = min(naming, of_prefix.get(value, naming))
    return [_series(prefix, of_prefix) for prefix, of_prefix in sorted(firsts.items())]


def _series(prefix: str, firsts: dict[int, tuple[int, str, int]]) -> Series:
    values = sorted(firsts)
    gaps: list[Gap] = []
    for below, above in pairwise(values):
        if above > below + 1:
            rec, event_id, digits = firsts[above]
            gaps.append(Gap(below + 1, above - 1, digits, rec, event_id))
    return Series(prefix, len(values), values[0], values[-1], gaps)


class PapersAtHand(AtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._named: dict[str, list[Named]] = defaultdict(list)
        for known in self.counting:
            for number in numbers_named(known.fact):
                issuer: str = getattr(known.fact, "issuer")  # noqa: B009 -- both types have it
                self._named[issuer].append(Named(number, known.rec, known.id))

    def numbers(self, issuer: str) -> Sequence[Series]:
        return series_of(self._named.get(issuer, ()))
