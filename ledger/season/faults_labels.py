"""Faults on labels: goods that may not say what their label says, a row for each reason.

Each row is a recipe or a label gone wrong in one way, in a maker's own trade. Some reasons show on
the label alone; others only once a lot tells how it was made.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.season import fault_trades as on
from ledger.season import goods as g
from ledger.season.goods import Good, part
from ledger.season.scenario import Scenario, enlist, fault
from ledger.season.trades import Trade


def _april(year: int) -> date:
    return date(year, 4, 1)


class Row(NamedTuple):
    """A label that must not be: `on_label` where the approved label shows it without a lot."""

    name: str
    good: Good
    on_label: bool
    trade: Callable[..., Trade] = on.domestic


def _food(code: str, *recipe: r.Ingredient, class_: str = "PROCESSED_PLANT", claim: str = "",
          form: str | None = "有機食品", wording: str = "") -> Good:  # fmt: skip
    return Good(
        code, "food", class_, recipe, claim=claim or "JAS_ORGANIC", name_form=form,
        more=(("wording", wording),) if wording else (),
    )  # fmt: skip


def _abroad(scheme: str, country: str) -> Callable[..., Trade]:
    def trade(code: str, good: Good) -> Trade:
        return on.abroad(code, scheme, country, good)

    return trade


_SOY = part("soybeans", "96", "JAS")
_KRAV, _EU = _abroad("KRAV", "SE"), _abroad("EU", "DE")
_SWISS, _ACT, _BIOGRO = _abroad("BIO_SUISSE", "CH"), _abroad("ACT", "TH"), _abroad("BIOGRO", "NZ")

ROWS: Final = (
    Row("restricted-over-5", _food("R5", part("soybeans", "94", "JAS"), part("sugar", "6", None)),
        on_label=True),
    Row("gmo", _food("GMO", _SOY, part("starch", "4", None, gmo=True)), on_label=True),
    Row("irradiated", _food("IRR", _SOY, part("spice", "4", None, irradiated=True)),
        on_label=True),
    Row("recipe-sum", _food("SUM", _SOY, part("sugar", "3", None)), on_label=True),
    Row("same-kind", _food("KIND", _SOY, part("Organic soybeans", "4", None)), on_label=True),
    Row("empty-base", _food("EMPTY", part("water", "100", None, kind="WATER")), on_label=True),
    Row("class-mismatch",
        _food("MIX", part("flour", "96", "JAS"), part("milk", "4", "JAS", kind="LIVESTOCK"),
              class_="PROCESSED_MIXED"), on_label=False),
    Row("class-no-standard",
        _food("HONEY", part("honey", "100", "JAS", kind="LIVESTOCK"), class_="HONEY"),
        on_label=True),
    Row("additive-not-listed",
        _food("ADD", part("soybeans", "99", "JAS"), part("ASPARTAME", "1", None, kind="ADDITIVE")),
        on_label=False),
    Row("additive-class",
        _food("ADC", part("soybeans", "99", "JAS"),
              part("SODIUM_L_ASCORBATE", "1", None, kind="ADDITIVE")), on_label=False),
    Row("other-scheme", _food("OTH", part("soybeans", "96", "NOP"), part("sugar", "4", None)),
        on_label=False),
    Row("feed-animal-product",
        _food("FEED", part("maize", "99", "JAS"), part("bone meal", "1", None, kind="LIVESTOCK"),
              class_="FEED", form="有機飼料配合"), on_label=False),
    Row("name-form-class",
        g.plain("WARABI", "bracken", "WILD_PLANT", "JAS", "有機栽培わらび", crop="WILD"),
        on_label=True),
    Row("krav-below-90",
        _food("K90", part("oats", "85", "KRAV", origin="SE"),
              part("apple", "11", "EU", origin="SE"), part("sugar", "4", None, origin="SE"),
              claim="KRAV_MARK", form="ORIGIN_SE"),
        on_label=True, trade=_KRAV),
    Row("forbidden-word",
        _food("KGM", part("oats", "100", "KRAV", origin="SE"), claim="KRAV_MARK",
              form="ORIGIN_SE", wording="KRAV oats, SE-EKO-01, GMO-free"),
        on_label=True, trade=_KRAV),
    Row("org-below-95",
        _food("E95", part("rye", "94", "EU", origin="DE"), part("caraway", "6", None, origin="DE"),
              claim="EU_LOGO", form="ORIGIN_DE"), on_label=True, trade=_EU),
    Row("origin-line",
        _food("ORI", part("rye", "100", "EU", origin="DE"), claim="EU_LOGO", form="ORIGIN_SE"),
        on_label=True, trade=_EU),
    Row("swiss-below-90",
        _food("S90", part("wheat", "85", "BIO_SUISSE", origin="CH"),
              part("cocoa", "15", "BIO_SUISSE", origin="GH"), claim="BUD_BIO_SUISSE", form=None),
        on_label=True, trade=_SWISS),
    Row("bud-variant",
        _food("BUD", part("wheat", "100", "BIO_SUISSE", origin="CH"), claim="BUD_BIO", form=None),
        on_label=True, trade=_SWISS),
    Row("act-not-all",
        _food("ACT", part("rice", "60", "ACT"), part("bean", "40", "EU"), class_="PLANT",
              claim="ACT_ORGANIC", form=None), on_label=True, trade=_ACT),
    Row("percent-overstated",
        _food("PCT", part("rice", "70.5", "ACT"), part("sugar", "29.5", None), claim="ACT_PERCENT",
              form=None, wording="71 % organic materials"), on_label=True, trade=_ACT),
    Row("biogro-below-100",
        _food("BG", part("apple", "99", "BIOGRO"), part("sugar", "1", None),
              claim="BIOGRO_ORGANIC", form=None), on_label=True, trade=_BIOGRO),
)  # fmt: skip


def _plant(row: Row, i: Scenario) -> None:
    label = i.trade.label(row.good)
    i.expect("M-15", i.lot, f"{label} 1")
    if row.on_label:
        i.expect("M-15", f"{label} 1")


def _trade(row: Row, code: str) -> Trade:
    return row.trade(code, row.good)


for _row in ROWS:
    enlist(_row.name, "M-15", partial(_trade, _row), partial(_plant, _row))


def _of_label(i: Scenario) -> str:
    return f"{i.trade.label(i.trade.goods[0])} 1"


@fault("M-15", lambda code: on.abroad(code, "BIO_SUISSE", "CH", g.PASTA))
def licence_missing(i: Scenario) -> None:
    """The Bud stands on goods of a maker without a licence."""
    i.unregister(r.ProgrammeEnrolled)
    i.expect("M-15", i.lot, _of_label(i))


@fault("M-15", lambda code: on.abroad(code, "ACT", "TH", g.RICE))
def seal_contract_missing(i: Scenario) -> None:
    """A maker uses a seal without having signed for it."""
    i.unregister(r.ProgrammeEnrolled)
    i.expect("M-15", i.lot, _of_label(i))


@fault("M-15", lambda code: on.abroad(code, "KRAV", "SE", g.MUESLI))
def label_certificate_missing(i: Scenario) -> None:
    """A maker is certified under the scheme for fresh plants only."""
    i.register(r.CertificationChanged, {"scheme": "KRAV"}, product_classes=("PLANT",))
    i.each_scan("M-12", "classes")
    i.expect("M-15", i.lot, _of_label(i))


def _mixed_soy(code: str) -> Trade:
    return on.domestic(code, _food(
        "CONV", part("soybeans", "90", "JAS"), part("wheat", "10", "JAS", status="IN_CONVERSION"),
    ))  # fmt: skip


@fault("M-57", _mixed_soy)
def conversion_undeclared(i: Scenario) -> None:
    """Wheat in conversion goes in, and the label is silent about it."""
    i.expect("M-57", i.lot, _of_label(i))


def _young(code: str) -> Trade:
    trade = on.grower(code)
    good = trade.goods[0].but(
        claim="JAS_IN_CONVERSION", name_form="有機なし（転換期間中）", status="IN_CONVERSION"
    )
    return trade.but(goods=(good,))


@fault("M-57", _young)
def not_in_conversion(i: Scenario) -> None:
    """Organic pears are sold as in conversion."""
    field = t.Field(
        crop="PERENNIAL", registered_on=_april(2016), last_prohibited_input_on=_april(2015)
    )
    i.change(t.LotRecorded, status="ORGANIC", field=field)
    i.expect("M-57", i.lot, _of_label(i))


@fault("M-57", _young)
def conversion_too_short(i: Scenario) -> None:
    """Pears in conversion come from an orchard treated half a year ago."""
    field = t.Field(
        crop="PERENNIAL", registered_on=_april(2025), last_prohibited_input_on=_april(2025)
    )
    i.change(t.LotRecorded, field=field)
    i.expect("M-57", i.lot, _of_label(i))
