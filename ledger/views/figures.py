"""The figures of a reconciliation row and their numbers in the tables.

The places come first, under the numbers of `custody.places.Kind`; claims follow.
"""

from enum import IntEnum
from typing import Final

from ledger.custody.places import Kind


class Claim(IntEnum):
    """What somebody says, summed as it is said; the numbers are stored and never reused."""

    DISPATCHED = 21
    RECEIVED = 22
    DEPARTED = 23
    ARRIVED = 24
    RETURNED = 25
    SHIPPED_UNITS = 26


HELD: Final = frozenset(
    {
        Kind.STOCK,
        Kind.SPOILED,
        Kind.DESTROYED,
        Kind.SAMPLED,
        Kind.LOST,
        Kind.STOLEN,
        Kind.ADJUSTED,
    }
)
"""Places whose key is the party that holds, or held, the seals."""
