"""Which kind of its rule's cases a violation is, with the texts of its values by their names."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from ledger.rules.rule import Says
from ledger.rules.rulebook import RULES
from ledger.rules.values import Kind, kind_of, name_of
from ledger.rules.violation import Violation


class Told(NamedTuple):
    """A kind of cases, and what one of them hands over; nothing where no kind fits."""

    name: str
    says: Says | None
    given: Mapping[str, Sequence[str]]
    types: Mapping[str, str]
    """By the name of a value, its type."""


@cache
def _kinds_of(rule: str) -> tuple[tuple[Says, Kind], ...]:
    return tuple((says, kind_of(says)) for says in _BY_NUMBER[rule].says)


_BY_NUMBER: Final = {rule.number: rule for rule in RULES}


def told(violation: Violation) -> Told:
    """What a violation hands over, taken apart."""
    for says, kind in _kinds_of(violation.rule):
        given = kind.given(violation)
        if given is not None:
            parts = (part for side in kind.sides for part in side if part.name != "_")
            return Told(name_of(says), says, given, {part.name: part.type for part in parts})
    return Told(str(violation.subject_kind), None, {}, {})
