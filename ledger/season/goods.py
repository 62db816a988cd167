"""The goods of a season: recipes that pass the label rules of their claim, with some air.

They stand in `tables/goods.csv` and `tables/ingredients.csv`. Shares are exact and sum to 100;
weights are grams, so that no weight is ever rounded. Goods without seals bear claims that only list
or declare, or are on their way to organic; a seal on one would be wrong. Behind them come those
that the faults are about.
"""

import csv
import io
from datetime import date
from importlib import resources
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from ledger.facts.registry import Ingredient
from ledger.facts.scalars import Share, Weight

T = TypeVar("T")


class Good(Struct, frozen=True, forbid_unknown_fields=True):
    """A product and its label: what it is, what a pack weighs, how many seals a pack takes."""

    code: str
    name: str
    class_: str
    recipe: tuple[Ingredient, ...] = ()
    claim: str = "JAS_ORGANIC"
    name_form: str | None = None
    food_group: str | None = None
    species: str | None = None
    crop: str | None = None
    pack_grams: int = 500
    seals_per_unit: int = 1
    status: str = "ORGANIC"
    label_from: date = date(2024, 5, 1)
    scheme: str = ""
    """The scheme of its label where that is another than the trade's."""
    wording: str | None = None

    def but(self, **changes: Any) -> "Good":
        """The same good with some fields changed."""
        return msgspec.structs.replace(self, **changes)


def part(
    name: str,
    share: str,
    scheme: str | None = None,
    *,
    kind: str = "AGRICULTURAL",
    origin: str | None = None,
    status: str | None = None,
    **treated: Any,
) -> Ingredient:
    """An ingredient: organic under a scheme, or conventional where there is none.

    `treated` says whether it is gene-modified (`gmo`) or `irradiated`.
    """
    known = {"gmo": False, "irradiated": False} | treated
    known |= {"status": status or ("ORGANIC" if scheme else "CONVENTIONAL")}
    named = {"name": name, "share": Share.read(share), "kind": kind, "scheme": scheme}
    return msgspec.convert(named | known | {"origin": origin}, Ingredient, strict=False)


def weight(grams: int) -> Weight:
    """Grams as kilograms with three places."""
    return Weight(f"{grams // 1000}.{grams % 1000:03d}")


def rows(table: str) -> list[dict[str, Any]]:
    """The rows of a table of this package: the cells that are filled in, by column."""
    file = resources.files("ledger.season").joinpath("tables", f"{table}.csv")
    cells = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    return [{column: cell for column, cell in row.items() if cell} for row in cells]


def of(row: dict[str, Any], kind: type[T]) -> T:
    """A row as a value."""
    return msgspec.convert(row, kind, strict=False)


def _goods() -> dict[str, Good]:
    recipes: dict[str, tuple[Ingredient, ...]] = {}
    for row in rows("ingredients"):
        good = row.pop("good")
        recipes[good] = (*recipes.get(good, ()), part(**row))
    return {key: of(row | {"recipe": recipes[key]}, Good)
            for row in rows("goods") for key in [row.pop("key")]}  # fmt: skip


GOODS: Final = _goods()
"""Every good, by its code; those of faults by the name of the fault."""
