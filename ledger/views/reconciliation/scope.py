"""What a reconciliation is about: marks, and both clocks.

Every sum of the row takes the same scope, so that all of them rest on the same events.
"""

from typing import NamedTuple

Pair = tuple[str, str]
"""importer, rcb."""


class Scope(NamedTuple):
    """Marks with their pairs; events with `time` up to `time`, recorded up to `position`.

    `everything` is true where no event lies outside both: sums kept by the projection answer.
    `all_known` is true where no projected event lies after `position`.
    """

    pairs: dict[str, Pair]
    time: int
    position: int
    all_known: bool
    everything: bool

    @property
    def marks(self) -> list[str]:
        """The marks asked for."""
        return sorted(self.pairs)


class Amount(NamedTuple):
    """A part of one figure or claim; `party` is "" where it was not asked for."""

    pair: Pair
    name: str
    party: str
    amount: int


NOBODY = "-"
"""Stands where no party can be told."""

COUNTS = """
NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = x.id AND r.position <= %(position)s)
"""
"""Whether the row x of an event counts at the position."""
