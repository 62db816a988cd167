"""Certificate numbers as running series: which numbers of a series are missing.

A number is a prefix and one to eighteen trailing digits; others belong to no series. What is said
of a series depends on the set of numbers named, never on their order.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.facts.documents import ExportCertificateCancelled, ExportCertificateIssued
from ledger.facts.identity import Fact
from ledger.rules.books_conduct import Gap, Series

TRAILING_DIGITS_MAX: Final = 18
_SPLIT: Final = re.compile(r"(.*?)([0-9]+)", re.DOTALL)


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
