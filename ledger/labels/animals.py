"""Animals: which kind each species of the standard is, and what it is kept for."""

from typing import Final, Literal

from ledger.labels.rows import Row, Table

Kind = Literal["CATTLE", "HORSE", "SHEEP", "GOAT", "PIG", "POULTRY"]
Use = Literal["MEAT", "MILK", "EGGS"]
GRAZERS: Final = frozenset({"CATTLE", "HORSE", "SHEEP", "GOAT"})
"""Kinds that live on pasture and roughage."""


class AnimalRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A species: the kind whose figures it shares, and what it gives."""

    species: str
    kind: Kind
    use: Use


ANIMALS: Final = Table("animals", AnimalRow, "species", "species: their kind, what they give")


def kind_of(species: str | None) -> Kind | None:
    """The kind of a species; None where none is known."""
    row = None if species is None else ANIMALS.topmost(species, None)
    return None if row is None else row.kind


def use_of(species: str | None) -> Use | None:
    """What a species is kept for; None where none is known."""
    row = None if species is None else ANIMALS.topmost(species, None)
    return None if row is None else row.use
