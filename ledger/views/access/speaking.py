"""Whose word a fact is: the party that spoke in it, as far as was known when it was recorded.

Who registers a source afterwards changes nothing about what it said before.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.facts.standing import OPERATOR, from_operator


class Word(NamedTuple):
    """Who says something: a source, for whom it spoke, and the parties that the fact names.

    `party` is OPERATOR where no party is known, and nobody but the operator can have brought it.
    """

    source: str
    party: str | None
    named: tuple[str, ...]

    @property
    def known(self) -> str:
        """The party that spoke; "" where nobody knew."""
        return "" if self.party is None or self.party == OPERATOR else self.party

    @property
    def by(self) -> str:
        """Whose word it is, joined; where nobody knows that of anybody it names."""
        return self.party or " ".join(self.named)

    def same(self, founder: tuple[str, Sequence[str]]) -> bool:
        """Whether a word is that of the founder."""
        source, by = founder
        return self.source == source or (bool(by) and self.known == " ".join(by))


def told_by_operator(door: str | None) -> str | None:
    """OPERATOR, where what came in at a door and is no known party's word is the operator's."""
    return OPERATOR if from_operator(door, None) else None
