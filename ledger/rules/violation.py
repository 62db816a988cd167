"""What a rule says: a subject, what was expected, what was found, and from when it holds.

Expected and found are functions of the facts alone, never of a clock.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from typing import Final, Literal, NamedTuple, TypeVar

T = TypeVar("T")
OTHERS_TOLD_MAX: Final = 20
"""Where a subject is at odds with many other events, as many have a case: the first by (time, id).

One scan may be at odds with thousands, and thousands of cases tell nobody more than these."""
MORE: Final = re.compile(r"\+ [0-9]+ more")
"""How `found` ends where others go without a case."""
Severity = Literal["C", "H", "M", "L"]
"""Critical, high, medium, low."""
Family = Literal["D", "P", "N", "L", "H"]
"""Data, product-no-data, data-no-product, label, hold."""


class SubjectKind(StrEnum):
    """What a violation can be about; the values are the names people read."""

    ACCOUNT = "account"
    DISPATCH = "dispatch"
    LOT = "lot"
    APPLICATION = "application"
    SHIPMENT = "shipment"
    CERTIFICATE = "certificate"
    ISSUER = "issuer"
    REPORT = "report"
    CONTRACT = "contract"
    SOURCE = "source"
    PERSON = "person"
    LABEL = "label"
    PARTY_YEAR = "party-year"
    EVENT = "event"
    MARK = "mark"
    PARTY = "party"


class Subject(NamedTuple):
    """A subject; the parts of its key are joined by one space, a space inside one is `%20`."""

    kind: SubjectKind
    key: str


class Finding(NamedTuple):
    """What one rule found on one subject.

    `evidence` = ids of the counting events read, `more` = how many besides those were read and are
    not named. `deadline` = microseconds UTC: the violation exists from then on. `severity` only
    where the facts decide it, else the rule's own.
    """

    discriminator: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    evidence: tuple[str, ...]
    deadline: int
    artefact: bool = False
    severity: Severity | None = None
    more: int = 0


class Violation(NamedTuple):
    """A finding with its rule and subject: what becomes a discrepancy."""

    rule: str
    subject_kind: SubjectKind
    subject: str
    discriminator: str
    severity: Severity
    family: Family
    expected: tuple[str, ...]
    found: tuple[str, ...]
    evidence: tuple[str, ...]
    deadline: int
    artefact: bool
    more: int = 0


def told(others: Iterable[T], among: int) -> Iterator[tuple[T, tuple[str, ...]]]:
    """The first of so many others that have a case, each with what its `found` ends with.

    That is nothing, but for the last one that has a case where others go without: `+ n more`.
    """
    for number, other in enumerate(islice(others, OTHERS_TOLD_MAX), start=1):
        beyond = among - number if number == OTHERS_TOLD_MAX else 0
        yield other, (f"+ {beyond} more",) if beyond > 0 else ()


def compared(found: tuple[str, ...]) -> tuple[str, ...]:
    """What was found, without how many more go without a case: one more changes no case."""
    return found[:-1] if found and MORE.fullmatch(found[-1]) else found


def key_of(*parts: str) -> str:
    """The parts of a subject key or discriminator as one text."""
    return " ".join(part.replace(" ", "%20") for part in parts)


def parts_of(key: str) -> list[str]:
    """The parts a key was made of."""
    return [part.replace("%20", " ") for part in key.split(" ")]
