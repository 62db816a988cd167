"""Recipes: what is in a product, by how much, and of which kind.

Shares stay decimals from the record to the comparison; no quotient is ever rounded.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from ledger.facts.registry import Ingredient, ProductRegistered
from ledger.labels.rows import Row, Table

Base = Literal["FOOD", "AG", "ALL"]

WHOLE_PERCENT: Final = Decimal(100)
SUM_TOLERANCE_PERCENT: Final = Decimal("0.001")
"""For each ingredient: the rounding of one share (this ledger's own reading)."""
UNMIXED: Final = frozenset({"PLANT", "WILD_PLANT", "FUNGI", "LIVESTOCK"})
"""Classes whose product may be the lot itself, without a list of ingredients."""


class BaseRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which kinds of ingredient stand in a denominator."""

    base: Base
    kinds: frozenset[str]


BASES: Final = Table("bases", BaseRow, "base", "kinds in each denominator")


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product's class, name and ingredients, as registered or as proposed."""

    class_: str
    name: str
    ingredients: tuple[Ingredient, ...] = ()
    food_group: str | None = None
    species: str | None = None

    @classmethod
    def of(cls, product: ProductRegistered) -> "Recipe":
        """The recipe of a registered version."""
        return cls(
            class_=product.class_,
            name=product.name,
            ingredients=product.ingredients,
            food_group=product.food_group,
            species=product.species,
        )

    @property
    def is_the_lot(self) -> bool:
        """Whether the product is the lot itself: no list of ingredients, and none needed."""
        return not self.ingredients and self.class_ in UNMIXED


_PREFIXES: Final = ("organic ", "in conversion ", "有機", "オーガニック", "転換期間中")


def kind_name(name: str) -> str:
    """The name by which two ingredients are of the same kind: folded, without words of status."""
    text = spaced(name).casefold()
    stripped = True
    while stripped:
        stripped = False
        for prefix in _PREFIXES:
            if text.startswith(prefix) and len(text) > len(prefix):
                text, stripped = text.removeprefix(prefix).strip(), True
    return text


def spaced(text: str) -> str:
    """Compatibility forms joined, hyphens and underscores as spaces, single spaces, trimmed."""
    joined = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s_\-‐-―]+", " ", joined).strip()


class Count(Struct, frozen=True, gc=False):
    """Shares of one base in per cent of the weight; `total` is the denominator.

    `organic` and `conversion` never hold additives.
    """

    total: Decimal
    organic: Decimal
    conversion: Decimal


def in_base(recipe: Recipe, base: Base) -> tuple[Ingredient, ...]:
    """The ingredients that stand in a denominator."""
    row = BASES.topmost(base, None)
    kinds: frozenset[str] = row.kinds if row is not None else frozenset()
    return tuple(entry for entry in recipe.ingredients if entry.kind in kinds)


def shares(recipe: Recipe, base: Base) -> Count:
    """What is organic and in conversion in a base, in per cent of the weight."""
    entries = in_base(recipe, base)
    return Count(
        total=weight(entries),
        organic=weight([entry for entry in entries if is_organic(entry)]),
        conversion=weight([entry for entry in entries if is_in_conversion(entry)]),
    )


def is_organic(entry: Ingredient) -> bool:
    """An additive never is."""
    return entry.status == "ORGANIC" and entry.kind != "ADDITIVE"


def is_in_conversion(entry: Ingredient) -> bool:
    """An additive never is."""
    return entry.status == "IN_CONVERSION" and entry.kind != "ADDITIVE"


def is_either(entry: Ingredient) -> bool:
    """Organic or in conversion."""
    return is_organic(entry) or is_in_conversion(entry)


def weight(entries: tuple[Ingredient, ...] | list[Ingredient]) -> Decimal:
    """The sum of shares, exact."""
    return sum((Decimal(entry.share) for entry in entries), Decimal(0))


def at_least(part: Decimal, whole: Decimal, percent: Decimal) -> bool:
    """Whether a part is at least so many per cent of the whole; met at equality."""
    return WHOLE_PERCENT * part >= percent * whole
