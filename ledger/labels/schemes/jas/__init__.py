"""JAS: recipes by class of goods, name forms, routes, grading and sealing.

Goods reach the mark on one of two routes: made under JAS, or under a scheme with which there is an
arrangement. Its claims of recipe `class` are judged by these hooks, the others by shares.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ledger.facts.mentions import About
from ledger.facts.registry import LabelApproved, MarkRegistered, ProductRegistered
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.claims import ClaimRow, claim_row, composition
from ledger.labels.fields import FIELD_CLASSES, FieldStatus
from ledger.labels.lots import LotFacts, Route, graded_by_day, sources, subdivision_into
from ledger.labels.recipe import Recipe, kind_name
from ledger.labels.schemes.jas.classes import CLASSES, by_class
from ledger.labels.schemes.jas.forms import (
    NameForm,
    conversion_words,
    disclaims_plant_product,
    ingredient_words,
    mention_words,
    name_form,
)
from ledger.labels.schemes.jas.grading import (
    CODE,
    HOME,
    arranged,
    grading,
    managed,
    route_of,
    sells_too,
    subdividing,
)
from ledger.labels.schemes.jas.sealing import sealing
from ledger.labels.schemes.nop import NOP
from ledger.labels.schemes.scheme import SCHEMES, Case, Scheme, Wording, inputs
from ledger.labels.scope import covered_from_anywhere
from ledger.labels.shipping import shipment_scope
from ledger.labels.verdict import Reason, Verdict, fails, unshown


class _Jas(Scheme):
    keeps_lots = True

    def route(self, case: Case) -> Route | None:
        """Told by the maker's certificates when it made the lot."""
        if case.facts is None or case.row.recipe != "class":
            return None
        return route_of(case.record, case.facts.made, case.class_, _origin(case))

    def recipe(self, recipe: Recipe, row: ClaimRow, on: date) -> Iterator[Reason]:
        """The row of the class of goods."""
        if row.recipe != "class":
            yield from super().recipe(recipe, row, on)
            return
        yield from composition(recipe, row)
        yield from _livestock(recipe, row)
        yield from by_class(recipe, conversion=row.kind == "conversion", on=on)

    def recipe_alone(self, recipe: Recipe, row: ClaimRow, on: date) -> list[Reason]:
        """A full claim holds by the row of its class or, where there is one, for equivalence.

        Goods that no arrangement brings to Japan on that day have the row of their class alone.
        """
        reasons = list(self.recipe(recipe, row, on))
        full = row.recipe == "class" and row.kind == "full"
        if (
            full
            and not Verdict.of(reasons)
            and CLASSES.topmost(recipe.class_, on) is not None
            and covered_from_anywhere(recipe.class_, HOME, on)
        ):
            instead = _equivalent(recipe, row, None, on)
            if instead is not None and Verdict.of(instead):
                return instead
        return reasons

    def recipe_of(self, case: Case, recipe: Recipe) -> Iterator[Reason]:
        """By the route of the lot."""
        row, on = case.row, case.on
        if row.recipe != "class" or case.route == "JAS":
            yield from self.recipe(recipe, row, on)
        elif case.route == "EQUIVALENCE":
            yield from _equivalent(recipe, row, _origin(case), on) or ()
            if case.facts is None:
                yield from _out_of_equivalence(recipe, row, on)
        else:
            yield from self.recipe_alone(recipe, row, on)

    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """The form of the name is one of the class."""
        return name_form(text, recipe.class_, on).verdict.reasons if row.recipe == "class" else ()

    def label(self, case: Case, recipe: Recipe, approved: LabelApproved) -> Iterator[Reason]:
        """The form of the name; goods in conversion say so in it; no name of other goods."""
        if case.row.recipe != "class":
            return
        form = None
        if approved.name_form is None:
            yield from unshown("NAME_FORM")
        else:
            form = name_form(approved.name_form, recipe.class_, case.on)
            yield from form.verdict.reasons
            in_conversion = case.in_conversion or (
                case.facts is not None and case.facts.made.status == "IN_CONVERSION"
            )
            silent = form.in_conversion is False and recipe.class_ != "LIVESTOCK"
            if in_conversion and silent:
                yield from fails("CONVERSION_UNDECLARED")
        if recipe.class_ == "PROCESSED_MIXED":
            yield from _clash(case, recipe, form)

    def words(self, said: Wording) -> Iterator[Reason]:
        """The words beside ingredients and beside the product's name."""
        recipe = said.recipe
        if recipe is not None:
            yield from ingredient_words(said.text, recipe)
            if said.row.claim == "JAS_INGREDIENT_MENTION":
                yield from mention_words(said.text, recipe)
        if said.row.recipe == "class" and said.row.kind == "conversion":
            commodity = None if recipe is None else recipe.name
            yield from conversion_words(said.text, said.name, commodity)

    def lot(self, case: Case, facts: LotFacts, field: FieldStatus) -> Iterator[Reason]:
        """The field, the route, the people and their acts, and every seal attached."""
        row, record = case.row, case.record
        if row.recipe != "class":
            return
        conversion = row.kind == "conversion"
        asks_field = CLASSES.topmost(case.class_, case.on) is not None
        if facts.made.field is not None or (asks_field and case.class_ in FIELD_CLASSES):
            yield from field.verdict(conversion=conversion).reasons
        if case.route is None:
            yield from fails("CERT_PRODUCTION")
        if case.route == "EQUIVALENCE" and conversion:
            yield from fails("ROUTE_CONVERSION")
        if case.route == "JAS":
            yield from inputs(case, facts)
            yield from managed(record, facts.made, case.class_, case.on)
        for one in sources(record, facts.lot):
            graded = graded_by_day(record, one, case.on)
            if graded is not None:
                yield from grading(record, graded).reasons
            division = subdivision_into(record, one)
            if division is not None and division.day <= case.on and _own_mark(case):
                yield from subdividing(record, division).reasons
        for applied in case.seals:
            yield from sells_too(record, applied)
        yield from sealing(case, facts)

    def certificates(self, case: Case, facts: LotFacts) -> Iterable[Reason]:
        """Asked of the lot and of each seal instead."""
        return ()

    def journey(self, case: Case, departed: ShipmentDeparted) -> Iterator[Reason]:
        """Under equivalence the goods are inside its scope."""
        yield from super().journey(case, departed)
        abroad = departed.origin != departed.destination
        equivalence = case.row.recipe == "class" and departed.sealing_mode != "DIRECT_JAS"
        if abroad and equivalence and case.facts is not None:
            yield from shipment_scope(case.record, departed, case.facts.lot).reasons


def _origin(case: Case) -> str | None:
    return None if case.departed is None else case.departed.origin


def _equivalent(recipe: Recipe, row: ClaimRow, origin: str | None, on: date) -> list[Reason] | None:
    """What is against a recipe for equivalence, NOP's where no country tells; None = no claim.

    A claim in conversion asks no share: the route does not admit it, whatever the recipe.
    """
    if row.kind == "conversion":
        return [*composition(recipe, row), *_livestock(recipe, row)]
    arrangement = arranged().get(origin or "", NOP).arrangement
    abroad = None if arrangement is None else claim_row(arrangement.claim, on)
    return None if abroad is None else list(SCHEMES[abroad.scheme].recipe(recipe, abroad, on))


def _out_of_equivalence(recipe: Recipe, row: ClaimRow, on: date) -> Iterator[Reason]:
    """What bars goods from the route although no lot, and no country, is known."""
    if row.kind == "conversion":
        yield from fails("ROUTE_CONVERSION")
    if not covered_from_anywhere(recipe.class_, HOME, on):
        yield from fails("SCOPE_NOT_COVERED", detail=recipe.class_)


def _livestock(recipe: Recipe, row: ClaimRow) -> Iterator[Reason]:
    """Livestock is never in conversion under JAS, on whatever route."""
    if row.kind == "conversion" and recipe.class_ == "LIVESTOCK":
        yield from fails("CONVERSION_CLASS")


def _clash(case: Case, recipe: Recipe, form: NameForm | None) -> Iterator[Reason]:
    """An organic mixed product that bears the name of an organic plant product."""
    names = {kind_name(recipe.name)}
    if form is not None and form.subject:
        names.add(kind_name(form.subject))
    taken = any(
        fact.class_ == "PROCESSED_PLANT" and fact.day <= case.on and kind_name(fact.name) in names
        for fact in case.record.all(ProductRegistered)
    )
    if not taken:
        return
    if case.text is None:
        yield from unshown("CLASH")
    else:
        written = None if form is None else form.text
        if not disclaims_plant_product(case.text, written, recipe.name):
            yield from fails("CLASH")


def _own_mark(case: Case) -> bool:
    """Whether a licensee attached its own mark."""
    return any(
        (mark := case.record.latest(MarkRegistered, About.MARK, applied.mark)) is not None
        and mark.importer == applied.holder
        for applied in case.seals
    )


JAS: Final = _Jas(CODE)
