"""Stables: how much room grown animals have, and what a stable must have."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal

from ledger.facts.keeping import Stable
from ledger.labels.entries import Entry
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Reason, fails

SLATS_PARTS_MAX: Final = 2
"""At most one part in so many of a floor is slatted (JAS for organic livestock, article 4)."""
_FOR_ALL: Final = ("feed_free", "climate_good", "cleanable")
_FOR_POULTRY: Final = ("perches", "exits")
_FOR_OTHERS: Final = ("floor_even", "lying_good")


class HousingRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least room for one head of a species, indoors and outdoors, in m².

    `tied_m2` indoors where animals are tied. Asked of `adult` animals, of those that weigh
    `from_kg` and of those older than `over_days`.
    """

    species: str
    indoor_m2: Decimal
    outdoor_m2: Decimal
    tied_m2: Decimal | None = None
    adult: Literal["yes", ""] = ""
    from_kg: Decimal | None = None
    over_days: int | None = None
    note: str = ""

    def asked_of(self, stable: Stable | None) -> bool:
        """Whether the figures are asked of the animals in a stable; of untold ones they are."""
        if stable is None:
            return True
        young = self.adult == "yes" and stable.adult is False
        weight, age = stable.weight_kg, stable.age_days
        light = self.from_kg is not None and weight is not None and weight < self.from_kg
        chick = self.over_days is not None and age is not None and age <= self.over_days
        return not (young or light or chick)

    def indoors(self, stable: Stable | None) -> Decimal:
        """The least room indoors for a head."""
        tied = stable is not None and stable.tied is True
        return self.tied_m2 if tied and self.tied_m2 is not None else self.indoor_m2


HOUSING: Final = Table("housing", HousingRow, "species", "room for animals, m² for one head")


def rooms(entry: Entry) -> Iterator[Reason]:
    """DENSITY, SLATS, STABLE of an entry of housing."""
    if entry.said.activity == "HOUSING":
        yield from _density(entry)
        yield from _stable(entry)


def _density(entry: Entry) -> Iterator[Reason]:
    said, species = entry.said, entry.species
    row = None if species is None else HOUSING.topmost(species, said.on)
    if row is None or said.heads is None or not row.asked_of(said.stable):
        return
    indoors, outdoors = row.indoors(said.stable), row.outdoor_m2
    for room, least in ((said.indoor_m2, indoors), (said.outdoor_m2, outdoors)):
        if room is not None and room < least * said.heads:
            yield from fails("DENSITY")


def _stable(entry: Entry) -> Iterator[Reason]:
    stable, kind = entry.said.stable, entry.kind
    if stable is None:
        return
    needed = [*_FOR_ALL]
    if kind is not None:
        needed += _FOR_POULTRY if kind == "POULTRY" else _FOR_OTHERS
    if any(getattr(stable, name) is False for name in needed):
        yield from fails("STABLE")
    slats, floor = stable.slats_m2, stable.floor_m2 or entry.said.indoor_m2
    if kind in (None, "POULTRY") or slats is None or floor is None:
        return
    if SLATS_PARTS_MAX * slats > floor:
        yield from fails("SLATS")
