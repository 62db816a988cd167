"""Whose word a fact is: the parties that its source was registered to when it spoke.

Who registers a source afterwards changes nothing about what it said before.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

SPEAKERS: Final = """
-- Whom a source was ever registered to.
CREATE TABLE speakers (source text NOT NULL, party text NOT NULL, PRIMARY KEY (source, party));
"""
SPEAK: Final = """
INSERT INTO speakers (source, party) SELECT * FROM unnest(%b::text[], %b::text[])
ON CONFLICT DO NOTHING
"""
SPOKEN: Final = """
SELECT source, array_agg(party) FROM speakers WHERE source = ANY(%b) GROUP BY source
"""


class Word(NamedTuple):
    """Who says something.

    A source, the last position in the batch at which it had been registered to anybody new, and
    the parties that the fact names.
    """

    source: str
    registered: int
    named: tuple[str, ...]


class Speakers:
    """For whom sources speak: as registered in earlier batches, and in this one by position."""

    def __init__(
        self, before: Mapping[str, Sequence[str]], now: Mapping[str, Mapping[str, int]]
    ) -> None:
        self._before = before
        self._now = now

    def known(self, word: Word) -> str:
        """The parties a source was registered to when it spoke, joined; "" for an unknown one."""
        then = {
            party
            for party, position in self._now.get(word.source, {}).items()
            if position <= word.registered
        }
        return " ".join(sorted(then.union(self._before.get(word.source, ()))))

    def by(self, word: Word) -> str:
        """Whose word it is; of an unknown source that of anybody it names."""
        return self.known(word) or " ".join(word.named)

    def same(self, word: Word, founder: tuple[str, Sequence[str]]) -> bool:
        """Whether a word is that of the founder."""
        source, by = founder
        return word.source == source or (bool(by) and self.known(word) == " ".join(by))
