"""JAS by class: what counts as organic, the 5 % rule, and which additives are let in.

Judged on the recipe and the day alone; field, route and grading are judged on lots.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from ledger.facts.registry import Ingredient
from ledger.labels.claims import same_kind
from ledger.labels.recipe import (
    UNMIXED,
    Base,
    Recipe,
    in_base,
    is_either,
    is_organic,
    kind_name,
    weight,
)
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.grading import CODE
from ledger.labels.substances import substance
from ledger.labels.verdict import Reason, fails, unshown

RESTRICTED_PERCENT_MAX: Final = 5
"""What is not organic may be at most so much of the base (JAS, every processed class)."""
_MILK: Final = ("milk", "whey", "乳", "ホエイ")


class ClassRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a class of goods is judged: `base` empty = the lot itself counts, `aids` = a list."""

    class_: str
    base: Base | Literal[""] = ""
    counts: frozenset[str] = frozenset()
    aids: str
    asks_field: Literal["yes", "no"]


CLASSES: Final = Table("jas_classes", ClassRow, "class_", "JAS standards by class of goods")


def by_class(recipe: Recipe, *, conversion: bool, on: date) -> Iterator[Reason]:
    """The JAS row of the recipe's class; CLASS_NO_STANDARD where the day has none."""
    row = CLASSES.topmost(recipe.class_, on)
    if row is None:
        yield from fails("CLASS_NO_STANDARD")
        return
    if recipe.class_ == "PROCESSED_MIXED":
        yield from _mixed(recipe, conversion=conversion, on=on)
    yield from _restricted(recipe, row, conversion=conversion)
    if recipe.class_ not in UNMIXED:
        yield from same_kind(recipe, lambda entry: counts(entry, row, conversion=conversion))
    if recipe.class_ == "FEED":
        yield from _animal_feed(recipe)
    yield from _aids(recipe, row, on)


def counts(entry: Ingredient, row: ClassRow, *, conversion: bool) -> bool:
    """Whether an ingredient counts as organic; one without a scheme does, another scheme's not."""
    if entry.scheme not in (None, CODE) or not is_either(entry):
        return False
    if entry.kind == "AGRICULTURAL":
        return "AGRICULTURAL" in row.counts
    if entry.kind != "LIVESTOCK" or not (is_organic(entry) or conversion):
        return False
    return "LIVESTOCK" in row.counts or ("MILK" in row.counts and _is_milk(entry))


def _is_milk(entry: Ingredient) -> bool:
    name = kind_name(entry.name)
    return any(word in name for word in _MILK)


def _restricted(recipe: Recipe, row: ClassRow, *, conversion: bool) -> Iterator[Reason]:
    """At most 5 % of the base is of another kind; where the lot itself counts nothing is asked."""
    if not row.base:
        return
    entries = in_base(recipe, row.base)
    whole = weight(entries)
    if whole == 0:
        yield from fails("EMPTY_BASE")
        return
    counted = [entry for entry in entries if counts(entry, row, conversion=conversion)]
    if 100 * (whole - weight(counted)) > RESTRICTED_PERCENT_MAX * whole:
        yield from fails("RESTRICTED_OVER_5")
    if any(entry.scheme is None for entry in counted):
        yield from unshown("INGREDIENT_SCHEME")


def _mixed(recipe: Recipe, *, conversion: bool, on: date) -> Iterator[Reason]:
    """A mixed product is one only where neither plant nor livestock rules would do."""
    for name in ("PROCESSED_PLANT", "PROCESSED_LIVESTOCK"):
        row = CLASSES.topmost(name, on)
        if row is None:
            continue
        reasons = _restricted(recipe, row, conversion=conversion)
        if not any(reason.level == "F" for reason in reasons):
            yield from fails("CLASS_MISMATCH")
            return


def _animal_feed(recipe: Recipe) -> Iterator[Reason]:
    if any(entry.kind == "LIVESTOCK" and not _is_milk(entry) for entry in recipe.ingredients):
        yield from fails("FEED_ANIMAL_PRODUCT")


def _aids(recipe: Recipe, row: ClassRow, on: date) -> Iterator[Reason]:
    """Additives and processing aids against the list of the class."""
    for entry in recipe.ingredients:
        if entry.kind not in ("ADDITIVE", "PROCESSING_AID"):
            continue
        if row.aids == "not_held":
            if entry.kind == "ADDITIVE":
                yield from unshown("ADDITIVE_USE", detail=entry.name)
            continue
        for code, level, _ in substance(row.aids, entry.name, recipe.class_, on).verdict.reasons:
            yield Reason(f"ADDITIVE_{code}", level, f"{entry.name} ({row.aids})")
