"""Places: where a seal of a mark can be.

Every seal is in exactly one of them. All but ISSUER and ADJUSTED hold no fewer than no seals;
where one does, a rule says so.
"""

from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """The kinds of place; the numbers are stored and never reused."""

    ISSUER = 1
    STOCK = 2
    TRANSIT = 3
    LOT = 4
    SHIPPED = 5
    DELIVERED = 6
    SPOILED = 7
    DESTROYED = 8
    SAMPLED = 9
    LOST = 10
    STOLEN = 11
    ADJUSTED = 12


SIGNED = frozenset({Kind.ISSUER, Kind.ADJUSTED})
"""Places whose balance may be below zero without anything being wrong."""


class Place(NamedTuple):
    """A place of one mark.

    `key` is the holder (STOCK, SPOILED and the places without a name of their own: DESTROYED,
    SAMPLED, LOST, STOLEN, ADJUSTED keep it only to know whose seals they were), the dispatch,
    the lot, the shipment or the importer; empty for ISSUER. `site` goes with STOCK and SPOILED.
    """

    kind: Kind
    key: str = ""
    site: str = ""

    def name(self) -> str:
        """The place as people write it, such as `SHIPPED S1` or `STOCK EXP-1 W1`."""
        if self.kind in (Kind.STOCK, Kind.SPOILED):
            return f"{self.kind.name} {self.key} {self.site}"
        if self.kind in (Kind.TRANSIT, Kind.LOT, Kind.SHIPPED, Kind.DELIVERED):
            return f"{self.kind.name} {self.key}"
        return self.kind.name
