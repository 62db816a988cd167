"""What the recipe and the day alone tell about a claim.

There is no route here: goods that may be sealed under equivalence are eligible too.
"""

from collections.abc import Iterator
from datetime import date

from ledger.labels.claims import ClaimRow, by_shares, claim_row, composition, known_claim
from ledger.labels.forms import name_form as form_of
from ledger.labels.jas import CLASSES, by_class
from ledger.labels.origins import origin_line
from ledger.labels.recipe import Recipe
from ledger.labels.verdict import Reason, Verdict, fails

EQUIVALENT = "NOP_ORGANIC"
"""The claim by which goods for equivalence are judged."""
_ORIGIN_SCHEMES = frozenset({"EU", "KRAV", "ACT_EU"})


def eligible(scheme: str, claim: str, name_form: str | None, recipe: Recipe, on: date) -> Verdict:
    """The part of a verdict that needs only scheme, claim, name form, recipe and day.

    A JAS claim of a class with a standard holds by that standard or, in full, as organic goods for
    equivalence; where neither holds the reasons are those of the standard.
    """
    if not known_claim(claim):
        return Verdict.of(fails("LABEL_CLAIM"))
    row = claim_row(claim, on)
    if row is None:
        return Verdict()
    reasons = list(by_recipe(recipe, row, on))
    if claim == "JAS_ORGANIC" and CLASSES.topmost(recipe.class_, on) is not None:
        other = claim_row(EQUIVALENT, on)
        instead = fails("LABEL_CLAIM") if other is None else list(by_recipe(recipe, other, on))
        if Verdict.of(instead).eligible and not Verdict.of(reasons).eligible:
            reasons = instead
    if row.scheme != scheme:
        reasons += fails("LABEL_CLAIM")
    reasons += by_name_form(name_form, recipe, row, on)
    return Verdict.of(reasons)


def by_recipe(recipe: Recipe, row: ClaimRow, on: date) -> Iterator[Reason]:
    """Composition and shares, or the JAS row of the class."""
    yield from composition(recipe, row)
    if row.recipe == "class":
        yield from conversion_class(recipe, row)
        yield from by_class(recipe, conversion=row.kind == "conversion", on=on)
    else:
        yield from by_shares(recipe, row, on)


def conversion_class(recipe: Recipe, row: ClaimRow) -> Iterator[Reason]:
    """CONVERSION_CLASS where livestock is called in conversion under JAS, on whatever route."""
    if row.kind == "conversion" and recipe.class_ == "LIVESTOCK":
        yield from fails("CONVERSION_CLASS")


def by_name_form(text: str | None, recipe: Recipe, row: ClaimRow, on: date) -> Iterator[Reason]:
    """The name form of a JAS claim, or the origin line beside the EU logo."""
    if text is None:
        return
    if row.scheme == "JAS":
        if row.recipe == "class":
            yield from form_of(text, recipe.class_, on).verdict.reasons
    elif row.scheme in _ORIGIN_SCHEMES and (row.claim == "EU_LOGO" or text.startswith("ORIGIN_")):
        yield from origin_line(text, recipe, on)
