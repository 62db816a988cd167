"""BioGro: in conversion, the claim rests on a single ingredient of its own."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.labels.claims import ClaimRow, composition, not_empty, qualifies, same_kind
from ledger.labels.recipe import Recipe, at_least, in_base, is_either, weight
from ledger.labels.schemes.scheme import Scheme
from ledger.labels.verdict import Reason, fails, unshown

_OWN_PERCENT_MIN: Final = Decimal(95)
"""The BioGro ingredient of a product in conversion, of the whole weight."""


class _BioGro(Scheme):
    last_step = True

    def recipe(self, recipe: Recipe, row: ClaimRow, on: date) -> Iterator[Reason]:
        """One ingredient of BioGro, nearly all of the product; others only if none is to be had."""
        if row.recipe != "single_own" or recipe.is_the_lot:
            yield from super().recipe(recipe, row, on)
            return
        yield from composition(recipe, row)
        yield from same_kind(recipe, lambda entry: qualifies(entry, row))
        entries = in_base(recipe, "AG")
        yield from not_empty(entries)
        kept = [entry for entry in entries if is_either(entry)]
        if any(entry.scheme is None for entry in kept):
            yield from unshown("INGREDIENT_SCHEME")
        own = [entry for entry in kept if entry.scheme == self.code]
        if len(own) != 1:
            yield from fails("ONE_INGREDIENT")
            return
        if not at_least(own[0].share, weight(recipe.ingredients), _OWN_PERCENT_MIN):
            yield from fails("BIOGRO_BELOW_95")
        if len(entries) > 1:
            yield from unshown("UNAVAILABILITY")


BIOGRO: Final = _BioGro("BIOGRO")
