"""Claims: whose they are, whether they carry a seal, and what share they ask.

A claim is read by the row in force on the day; a threshold is met at equality.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from ledger.facts.registry import Ingredient
from ledger.labels.recipe import (
    SUM_TOLERANCE_PERCENT,
    Base,
    Recipe,
    at_least,
    in_base,
    is_either,
    is_in_conversion,
    is_organic,
    kind_name,
    weight,
)
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Reason, fails, unshown


class ClaimRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim: its scheme, its kind, and how its recipe is judged.

    `own_only` = only ingredients of the scheme qualify; `recipe` = by class of the goods, by
    shares, or by a single ingredient (of the scheme); `bars` = transports it excludes.
    """

    claim: str
    row: str
    scheme: str
    kind: Literal["full", "conversion", "percentage", "list"]
    seal: Literal["yes", "no"]
    base: Base
    own_only: Literal["yes", "no"]
    recipe: Literal["class", "shares", "single", "single_own"]
    bars: frozenset[str] = frozenset()
    licence: Literal["yes", ""] = ""
    programme: str = ""


class ShareRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share that a claim asks, in per cent of a base, and the code where it is not met."""

    row: str
    count: Literal["organic", "organic_own", "organic_or_conversion", "either_own", "swiss"]
    base: Base
    op: Literal["at_least", "above", "below"]
    percent: Decimal
    reason: str
    classes: frozenset[str] = frozenset()


class ConditionRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition common to claims, as people read it."""

    id: str
    asks: str
    reasons: tuple[str, ...]


CLAIMS: Final = Table("claims", ClaimRow, "claim", "claims of every scheme")
SHARES: Final = Table("shares", ShareRow, "row count op", "the shares that claims ask")
CONDITIONS: Final = Table("conditions", ConditionRow, "id", "conditions common to claims")
ORGANIC_WORDS: Final = ("organic", "有機", "オーガニック")


def claim_row(claim: str, on: date | None) -> ClaimRow | None:
    """The row of a claim in force on a day."""
    return CLAIMS.topmost(claim, on)


def known_claim(claim: str) -> bool:
    """Whether the claim is one of the tables, of whatever date."""
    return CLAIMS.known(claim)


def scheme_of(claim: str) -> str | None:
    """The scheme that owns a claim."""
    row = CLAIMS.topmost(claim, None)
    return None if row is None else row.scheme


def organic_claim(claim: str) -> bool:
    """Whether a claim says that the product is organic, or becoming so.

    A wording that is no code of the tables is one when it contains a word for organic.
    """
    row = CLAIMS.topmost(claim, None)
    if row is not None:
        return row.kind in ("full", "conversion")
    return any(word in claim.casefold() for word in ORGANIC_WORDS)


def barred_transports(claim: str, on: date) -> frozenset[str]:
    """The means of transport that a claim excludes on a day."""
    row = claim_row(claim, on)
    return frozenset() if row is None else row.bars


def composition(recipe: Recipe, row: ClaimRow) -> Iterator[Reason]:
    """What every claim asks of a list of ingredients: it adds up, and nothing in it is barred."""
    if not recipe.is_the_lot:
        entries = recipe.ingredients
        total = weight(entries)
        if abs(total - 100) > SUM_TOLERANCE_PERCENT * len(entries):
            yield from fails("RECIPE_SUM", detail=str(total))
    for entry in recipe.ingredients:
        if entry.gmo:
            yield from fails("GMO", detail=entry.name)
        if entry.irradiated:
            yield from fails("IRRADIATED", detail=entry.name)
        if row.kind == "full" and entry.status == "IN_CONVERSION":
            yield from fails("CONVERSION_UNDECLARED", detail=entry.name)


def same_kind(recipe: Recipe, qualifies: Callable[[Ingredient], bool]) -> Iterator[Reason]:
    """No kind of ingredient stands on both sides of the claim."""
    sides: dict[str, set[bool]] = {}
    for entry in in_base(recipe, "AG"):
        sides.setdefault(kind_name(entry.name), set()).add(qualifies(entry))
    for name, found in sides.items():
        if len(found) > 1:
            yield from fails("SAME_KIND", detail=name)


Part = Callable[[tuple[Ingredient, ...], str], tuple[Decimal, Iterable[Reason]]]
"""The weight of what a share counts, and what the ingredients leave open about it."""


def by_shares(recipe: Recipe, row: ClaimRow, on: date, part: Part) -> Iterator[Reason]:
    """The recipe of a claim whose condition is a share or a single ingredient."""
    if recipe.is_the_lot:
        return
    if row.kind != "list":
        yield from same_kind(recipe, lambda entry: qualifies(entry, row))
    if row.recipe == "single":
        entries = in_base(recipe, "AG")
        yield from not_empty(entries)
        if len(entries) != 1 or entries[0].kind != "AGRICULTURAL":
            yield from fails("ONE_INGREDIENT")
    else:
        yield from _shares(recipe, row, on, part)


def not_empty(entries: tuple[Ingredient, ...]) -> Iterator[Reason]:
    """EMPTY_BASE where nothing counts."""
    if weight(entries) == 0:
        yield from fails("EMPTY_BASE")


def qualifies(entry: Ingredient, row: ClaimRow) -> bool:
    """Whether an ingredient counts towards the claim."""
    if row.own_only == "yes" and entry.scheme != row.scheme:
        return False
    return is_organic(entry) or (row.kind == "conversion" and is_in_conversion(entry))


def _shares(recipe: Recipe, row: ClaimRow, on: date, part: Part) -> Iterator[Reason]:
    for ask in SHARES.in_force(on):
        if ask.row != row.row or (ask.classes and recipe.class_ not in ask.classes):
            continue
        entries = in_base(recipe, ask.base)
        whole = weight(entries)
        if whole == 0:
            yield from fails("EMPTY_BASE")
            continue
        counted, open_points = part(entries, ask.count)
        met = {
            "at_least": at_least(counted, whole, ask.percent),
            "below": not at_least(counted, whole, ask.percent),
            "above": 100 * counted > ask.percent * whole,
        }
        if not met[ask.op]:
            yield from fails(ask.reason, detail=ask.row)
        yield from open_points


def part_of(
    entries: tuple[Ingredient, ...], count: str, scheme: str
) -> tuple[Decimal, list[Reason]]:
    """What is organic, in conversion too, or of the scheme itself; INGREDIENT_SCHEME where open."""
    turning = count in ("organic_or_conversion", "either_own")
    counted = [entry for entry in entries if (is_either if turning else is_organic)(entry)]
    if count in ("organic_own", "either_own"):
        own = weight([entry for entry in counted if entry.scheme == scheme])
        unknown = any(entry.scheme is None for entry in counted)
        return own, unshown("INGREDIENT_SCHEME") if unknown else []
    return weight(counted), []
