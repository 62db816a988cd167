"""ACT, and ACT under EU rules: its operator on the label, and a year of certification."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from ledger.labels.certified import certified_for_years
from ledger.labels.claims import ClaimRow
from ledger.labels.fields import FieldStatus
from ledger.labels.ingredients import IngredientList, ingredient_list
from ledger.labels.lots import LotFacts
from ledger.labels.recipe import Recipe, is_in_conversion, is_organic
from ledger.labels.schemes.eu import origin_line, slack_notes
from ledger.labels.schemes.scheme import Case, Scheme, Wording, inputs
from ledger.labels.verdict import Reason, fails

_LISTED_MIN: Final = 2
"""So many ingredients make a list."""
_CONVERSION_YEARS_MIN: Final = 1
"""ACT under EU rules: certified for at least 12 months before goods in conversion."""


_ORGANIC_WORD: Final = re.compile(r"(?<!\w)(?<!non )(?<!not )organic(?!\w)", re.IGNORECASE)


class _Act(Scheme):
    names_operator = True

    def words(self, said: Wording) -> Iterator[Reason]:
        """Of several ingredients: a list by falling weight with %, what is organic marked."""
        if said.recipe is None or len(said.recipe.ingredients) < _LISTED_MIN:
            return
        listed = ingredient_list(said.text)
        if listed is None:
            yield from fails("COMPANION", detail="the list of ingredients")
            return
        for item in listed.items:
            if item.percent is None:
                yield from fails("COMPANION", detail=f"%: {item.text}")
        stated = [item.percent for item in listed.items if item.percent is not None]
        if any(after > before for before, after in pairwise(stated)):
            yield from fails("COMPANION", detail="the list by falling weight")
        yield from _marked(listed, said.recipe)


def _marked(listed: IngredientList, recipe: Recipe) -> Iterator[Reason]:
    """Organic ingredients are called so in their items, conventional ones are not."""
    names = [entry.name for entry in recipe.ingredients]
    for entry in recipe.ingredients:
        if is_in_conversion(entry):
            continue
        for item in listed.naming(entry.name, names):
            if listed.says(item, _ORGANIC_WORD) != is_organic(entry):
                yield from fails("COMPANION", detail=f"organic: {item.text}")


class _ActEu(Scheme):
    names_operator = True

    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """The origin line beside the EU logo."""
        return origin_line(text, recipe, on)

    def notes(self, text: str, recipe: Recipe, on: date) -> Iterable[str]:
        """The share of other origins that the line ignores."""
        return slack_notes(text, recipe, on)

    def lot(self, case: Case, facts: LotFacts, field: FieldStatus) -> Iterator[Reason]:
        """The marks of the inputs of goods in conversion were checked."""
        yield from super().lot(case, facts, field)
        if case.row.kind == "conversion":
            yield from inputs(case, facts)

    def certificates(self, case: Case, facts: LotFacts) -> Iterator[Reason]:
        """The operator was certified for a year when it produced goods in conversion."""
        yield from super().certificates(case, facts)
        if case.row.kind == "conversion" and not certified_for_years(
            case.record, self.operator(facts), self.code, case.class_, facts.made.produced_on,
            years=_CONVERSION_YEARS_MIN,
        ):  # fmt: skip
            yield from fails("CONVERSION_PERIOD")


ACT: Final = _Act("ACT")
ACT_EU: Final = _ActEu("ACT_EU")
