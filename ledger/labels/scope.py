"""Equivalence: which goods of which country may carry the seal of another, from which day.

A row that is not in force says nothing; where none is in force the goods are outside.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from msgspec import Struct

from ledger.labels.claims import organic_claim
from ledger.labels.recipe import Recipe, kind_name, spaced, weight
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Verdict, fails

HONEY_PERCENT_MAX: Final = Decimal(5)
"""More honey than this share of the whole weight makes a product honey (certifier guidance)."""
_HONEY: Final = ("honey", "蜂蜜", "はちみつ")


class MemberRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country of the European Union."""

    country: str


class ScopeRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A route and a group of goods: whether the seal may be used, and which form it needs.

    `origin` and `destination` are countries, EU for its members, or * for any. `origin_by` says
    what makes goods the country's: any step of growing, making and packing, or the making.
    """

    id: str
    origin: str
    destination: str
    group: str
    covered: Literal["yes", "no"]
    certificate: str
    origin_by: Literal["any", "maker"] = "any"
    confidence: str
    basis: str


class GroupRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The group of goods a product class falls under."""

    class_: str
    group: str


class StatementRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the statement on a form has to name: every phrase, `|` between spellings of one."""

    form: str
    phrases: tuple[str, ...]
    says: str


class CompulsoryRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when a group of goods may be sold as organic in Japan under the mark only."""

    group: str
    confidence: str


MEMBERS: Final = Table("eu_members", MemberRow, "country", "countries of the European Union")
SCOPE: Final = Table(
    "scope", ScopeRow, "origin destination group", "equivalence by route, group of goods and day"
)
SCOPE_GROUPS: Final = Table("scope_groups", GroupRow, "class_", "the scope group of each class")
STATEMENTS: Final = Table("statements", StatementRow, "form", "statements on export certificates")
COMPULSORY: Final = Table("compulsory", CompulsoryRow, "group", "goods that need the mark in Japan")


class Scope(Struct, frozen=True, kw_only=True, gc=False):
    """Whether goods on a route are covered, by which row, and the certificate it asks."""

    covered: bool
    code: str | None
    row: ScopeRow | None = None

    @property
    def certificate(self) -> str | None:
        """The form the row asks, None where it asks none."""
        return None if self.row is None or self.row.certificate == "none" else self.row.certificate

    @property
    def asks_certificate(self) -> bool:
        """Whether goods on this route need an export certificate."""
        return self.certificate is not None

    @property
    def verdict(self) -> Verdict:
        """SCOPE_NOT_COVERED or SCOPE_NO_ROW where the goods are outside."""
        return Verdict() if self.code is None else Verdict.of(fails(self.code))


def scope(origin: str, destination: str, class_: str, recipe: Recipe | None, on: date) -> Scope:
    """Whether goods of a class from one country may carry the seal of another on a day.

    A product with more than 5 % honey is judged as honey; without a recipe the class decides.
    """
    return scope_of(origin, destination, group_of_goods(class_, recipe), on)


def scope_of(origin: str, destination: str, group: str | None, on: date) -> Scope:
    """The same of goods of a group; None are goods of no group."""
    row = None if group is None else _row(origin, destination, group, on)
    if row is None:
        return Scope(covered=False, code="SCOPE_NO_ROW")
    if row.covered == "yes":
        return Scope(covered=True, code=None, row=row)
    return Scope(covered=False, code="SCOPE_NOT_COVERED", row=row)


def in_eu(country: str | None, on: date | None) -> bool:
    """Whether a country belongs to the European Union on a day."""
    return MEMBERS.topmost(country, on) is not None


@cache
def form_routes() -> dict[str, tuple[str, str]]:
    """The route of each form that one country alone uses for goods to Japan."""
    routes: dict[str, set[tuple[str, str]]] = {}
    for row in SCOPE.rows():
        if row.destination == "JP":
            routes.setdefault(row.certificate, set()).add((row.origin, row.destination))
    return {form: min(found) for form, found in routes.items() if len(found) == 1}


def scope_group(class_: str) -> str | None:
    """The group of goods of a class."""
    row = SCOPE_GROUPS.topmost(class_, None)
    return None if row is None else row.group


def group_of_goods(class_: str, recipe: Recipe | None) -> str | None:
    """The group of goods, honey where the recipe makes it so."""
    return "H" if recipe is not None and _is_honey(recipe) else scope_group(class_)


@cache
def covered_from_anywhere(class_: str, destination: str, on: date) -> bool:
    """Whether any arrangement covers a class of goods for a country on a day."""
    group = scope_group(class_)
    return any(
        row.destination == destination and row.group == group and row.covered == "yes"
        for row in SCOPE.in_force(on)
    )


def _row(origin: str, destination: str, group: str, on: date) -> ScopeRow | None:
    froms = [origin, *(["EU"] if in_eu(origin, on) else []), "*"]
    tos = [destination, *(["EU"] if in_eu(destination, on) else [])]
    for start in froms:
        for end in tos:
            if (row := SCOPE.topmost((start, end, group), on)) is not None:
                return row
    return None


def _is_honey(recipe: Recipe) -> bool:
    honey = [
        entry
        for entry in recipe.ingredients
        if any(word in kind_name(entry.name) for word in _HONEY)
    ]
    return 100 * weight(honey) > HONEY_PERCENT_MAX * weight(recipe.ingredients)


def statement(form: str, text: str, issued_on: date) -> Verdict:
    """STATEMENT where a form of that day has to name something that its statement leaves out."""
    row = STATEMENTS.topmost(form, issued_on)
    if row is None:
        return Verdict()
    written = spaced(text.replace(".", "")).casefold()
    for phrase in row.phrases:
        spellings = [spaced(spelling) for spelling in phrase.split("|")]
        if not any(spelling in written for spelling in spellings):
            return Verdict.of(fails("STATEMENT"))
    return Verdict()


def mark_required(claim: str, recipe: Recipe, on: date) -> bool:
    """Whether goods sold in Japan under a claim need the mark on them on a day."""
    group = group_of_goods(recipe.class_, recipe)
    if group is None or not organic_claim(claim):
        return False
    return COMPULSORY.topmost(group, on) is not None
