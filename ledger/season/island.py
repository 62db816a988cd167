"""An island: a small trade of its own with one slip in it, so that what follows is known."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.season.book import Said
from ledger.season.enrolment import Entry


class Case(NamedTuple):
    """A row of the answer key; `discriminator` is empty where there is one case a subject."""

    rule: str
    subject: str
    discriminator: str = ""


@dataclass(slots=True)
class Island:
    """What an island says, what it needs registered, and the cases that follow."""

    said: list[Said] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
