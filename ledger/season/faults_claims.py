"""Faults on claims that bear no seal, and on who made goods when: a row or a function each.

Goods without a seal are judged on their label alone: no lot of them is ever sealed.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.shipments import GoodsSold
from ledger.season import fault_trades as on
from ledger.season import goods as g
from ledger.season.faults_application import also
from ledger.season.goods import Good, part
from ledger.season.moments import day_of, local_day_number
from ledger.season.scenario import Scenario, enlist, fault
from ledger.season.trades import Trade


class Row(NamedTuple):
    """Unsealed goods whose label must not be, beside sealed goods that are in order."""

    name: str
    trade: Callable[[str], Trade]
    claim: str
    recipe: tuple[r.Ingredient, ...]


def _at(scheme: str, country: str, good: Good) -> Callable[[str], Trade]:
    def trade(code: str) -> Trade:
        return on.abroad(code, scheme, country, good)

    return trade


_KRAV, _EU = _at("KRAV", "SE", g.MUESLI), _at("EU", "DE", g.BREAD)
_SWISS, _NOP = _at("BIO_SUISSE", "CH", g.PASTA), _at("NOP", "US", g.DATES)
_BIOGRO = _at("BIOGRO", "NZ", g.APPLE)

ROWS: Final = (
    Row("biogro-below-95", _BIOGRO, "BIOGRO_CONVERSION",
        (part("apple", "90", "BIOGRO", status="IN_CONVERSION"),
         part("water", "10", None, kind="WATER"))),
    Row("bud-none", _SWISS, "BUD_DECLARATION",
        (part("wheat", "10", "EU", origin="DE"), part("sugar", "90", None, origin="CH"))),
    Row("krav-none", _KRAV, "KRAV_INGREDIENT_LIST",
        (part("oats", "60", "EU", origin="SE"), part("sugar", "40", None, origin="SE"))),
    Row("one-ingredient", _EU, "EU_IN_CONVERSION",
        (part("wheat", "90", "EU", origin="DE", status="IN_CONVERSION"),
         part("rye", "10", "EU", origin="DE", status="IN_CONVERSION"))),
    Row("org-none", _EU, "EU_INGREDIENT_LIST", (part("wheat", "100", None, origin="DE"),)),
    Row("org-below-70", _NOP, "NOP_MADE_WITH",
        (part("oats", "65", "NOP"), part("corn syrup", "35", None))),
)  # fmt: skip


def _unsealed(row: Row, code: str) -> Trade:
    good = Good("LIST", "food", "PROCESSED_PLANT", row.recipe, claim=row.claim, seals_per_unit=0)
    return row.trade(code).but(unsealed=(good,))


def _plant(i: Scenario) -> None:
    i.expect("M-15", f"{i.trade.label(i.trade.unsealed[0])} 1")


for _row in ROWS:
    enlist(_row.name, "M-15", partial(_unsealed, _row), _plant)


def _of_label(i: Scenario) -> str:
    return f"{i.trade.label(i.trade.goods[0])} 1"


def _on_lot_and_label(i: Scenario) -> None:
    i.expect("M-15", i.lot, _of_label(i))
    i.expect("M-15", _of_label(i))


_NOT_ALL: Final = (part("dates", "98", "NOP"), part("rice flour", "2", None))


@fault("M-15", lambda code: on.abroad(code, "NOP", "US", g.DATES.but(recipe=_NOT_ALL)))
def not_all_organic(i: Scenario) -> None:
    """Dates dusted with rice flour are called 100 % organic."""
    _on_lot_and_label(i)


@fault("M-15", lambda code: on.abroad(code, "ACT", "TH", g.RICE.but(claim="ACT_LISTED")))
def seal_not_allowed(i: Scenario) -> None:
    """Goods that may only list what is organic bear a seal."""
    _on_lot_and_label(i)


@fault("M-15", lambda code: on.abroad(code, "BIO_SUISSE", "CH", g.PASTA.but(claim="BUD_ABROAD")))
def sold_at_home(i: Scenario) -> None:
    """Goods labelled for buyers abroad are sealed and sold in Switzerland."""
    i.change(GoodsSold, country="CH")
    _on_lot_and_label(i)


@fault("M-15", on.domestic)
def claim_of_another_scheme(i: Scenario) -> None:
    """A label approved under another scheme makes a JAS claim."""
    i.register(r.LabelApproved, {}, scheme="NOP")
    i.each_scan("M-14", "scheme")
    _on_lot_and_label(i)


@fault("M-15", on.domestic)
def made_before_certified(i: Scenario) -> None:
    """A maker's certificate begins on the day after its seals were printed and the lot made."""
    made = i.of(t.LotRecorded).fields["produced_on"]
    i.register(r.CertificationChanged, {"party": i.trade.operator}, from_=made + timedelta(days=1))
    i.expect("M-15", i.lot, _of_label(i))
    i.expect("M-11", i.of(t.LotGraded).id, "grader")
    i.expect("M-67", i.of(s.SealsIssued).id, "issued")


def _pizza(code: str) -> Trade:
    recipe = (part("wheat flour", "60", "JAS"), part("cheese", "40", "JAS", kind="LIVESTOCK"))
    good = Good(
        "PIZZA", "cheese pizza", "PROCESSED_MIXED", recipe, name_form="有機チーズピザ",
        food_group="BREAD", more=(("wording", "有機チーズピザ"),),
    )  # fmt: skip
    return on.domestic(code, good)


@fault("M-15", _pizza)
def name_of_a_plant_product(i: Scenario) -> None:
    """A mixed product bears the name of a plant product, and its label does not say so."""
    for entry in list(i.registered(r.ProductRegistered)):
        recipe = (part("wheat flour", "100", "JAS"),)
        also(
            i, entry, product=f"P-{i.trade.code}-PLANT", class_="PROCESSED_PLANT",
            ingredients=recipe,
        )  # fmt: skip
    _on_lot_and_label(i)


@fault("M-10", on.direct)
def maker_lapsed(i: Scenario) -> None:
    """A certified maker abroad is suspended on the day its seals are printed and attached."""
    first = i.of(s.SealsApplied)
    day = day_of(local_day_number(first.at, first.desk.offset))
    for entry in list(i.registered(r.CertificationChanged, party=i.trade.operator)):
        also(i, entry, status="SUSPENDED", from_=day)
        also(i, entry, status="REINSTATED", from_=day + timedelta(days=1))
    i.each_scan("M-10", "licensee")
    i.expect("M-67", i.of(s.SealsIssued).id, "issued")


def _young_eggs(code: str) -> Trade:
    trade = on.hen_house(code)
    good = trade.goods[0].but(claim="JAS_IN_CONVERSION", status="IN_CONVERSION")
    return trade.but(goods=(good,))


@fault("M-57", _young_eggs)
def livestock_in_conversion(i: Scenario) -> None:
    """Eggs are sold as in conversion, which livestock cannot be."""
    i.expect("M-57", i.lot, _of_label(i))


def _young_bracken(code: str) -> Trade:
    form = "有機わらび（転換期間中）"
    good = g.plain(
        "WARABI", "bracken", "WILD_PLANT", "JAS", form, crop="WILD", claim="JAS_IN_CONVERSION",
        status="IN_CONVERSION",
    )  # fmt: skip
    return on.domestic(code, good)


@fault("M-57", _young_bracken)
def wild_in_conversion(i: Scenario) -> None:
    """Wild bracken is sold as in conversion, which wild plants cannot be."""
    i.expect("M-57", i.lot, _of_label(i))


def _young_raisins(code: str) -> Trade:
    good = g.RAISINS.but(
        claim="JAS_IN_CONVERSION", name_form="有機レーズン（転換期間中）",
        recipe=(part("raisins", "100", "JAS"),),
    )  # fmt: skip
    return on.consigned(code, good)


@fault("M-57", _young_raisins)
def conversion_by_equivalence(i: Scenario) -> None:
    """Raisins made under the NOP come with a JAS label that says in conversion."""
    i.change(t.LotRecorded, status="IN_CONVERSION")
    i.expect("M-57", i.lot, _of_label(i))
