"""Faults on labels, on claims that bear no seal, and in the process record: a row for each reason.

Most labels that must not be stand in `tables/faulty_labels.csv`, their goods beside all others.
Some reasons show on the label alone; others only once a lot tells how it was made. Goods without a
seal are judged on their label alone: no lot of them is ever sealed.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.scalars import Area
from ledger.facts.shipments import GoodsSold
from ledger.season import trades as on
from ledger.season.family import EACH_SCAN, Family, Row, nothing
from ledger.season.goods import GOODS, Good, part, rows
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.scenario import Case, Scenario
from ledger.season.trades import Trade

_WAITED_DAYS = 10
_LOT, _LABEL = ("{i.lot}", "{i.label}"), (Case("M-15", "{i.label}"),)
_UNSEALED = "LB-{i.trade.code}-LIST 1"
labels, claims, process = Family(), Family(), Family()


def _at(scheme: str, country: str, good: str, **changes: Any) -> Callable[[str], Trade]:
    """Where a maker abroad makes such a good under a scheme of its own."""
    return lambda code: on.abroad(code, scheme, country, GOODS[good].but(**changes))


def _alone(fault: str, code: str) -> Trade:
    return on.domestic(code, GOODS[fault])


def _beside(row: dict[str, str], code: str) -> Trade:
    made = on.abroad(code, row["scheme"], row["country"], GOODS[row["beside"]])
    return made.but(unsealed=(GOODS[row["fault"]],))


for _row in rows("faulty_labels"):
    _name = _row["fault"]
    if "beside" in _row:
        claims.rows(Row(_name, "M-15", partial(_beside, _row), "", nothing, _UNSEALED))
    else:
        _abroad = "scheme" in _row
        labels.rows(
            Row(
                _name, "M-15",
                _at(_row["scheme"], _row["country"], _name) if _abroad else partial(_alone, _name),
                "", nothing, *_LOT, () if "on_label" in _row else _LABEL,
            )
        )  # fmt: skip


def _but(trade: Trade, **changes: Any) -> Trade:
    """The trade with its first good changed."""
    return trade.but(goods=(trade.goods[0].but(**changes),))


_NOT_ALL = (part("dates", "98", "NOP"), part("rice flour", "2"))
claims.rows(
    Row("not-all-organic", "M-15", _at("NOP", "US", "DATE", recipe=_NOT_ALL),
        "Dates dusted with rice flour are called 100 % organic.", nothing, *_LOT, _LABEL),
    Row("seal-not-allowed", "M-15", _at("ACT", "TH", "RICE", claim="ACT_LISTED"),
        "Goods that may only list what is organic bear a seal.", nothing, *_LOT, _LABEL),
    Row("sold-at-home", "M-15", _at("BIO_SUISSE", "CH", "PASTA", claim="BUD_ABROAD"),
        "Goods labelled for buyers abroad are sealed and sold in Switzerland.",
        lambda i: i.change(GoodsSold, country="CH"), *_LOT, _LABEL),
    Row("claim-of-another-scheme", "M-15", on.domestic,
        "A label approved under another scheme makes a JAS claim.",
        lambda i: i.register(r.LabelApproved, {}, scheme="NOP"), *_LOT,
        (*_LABEL, Case("M-14", EACH_SCAN, "scheme"))),
)  # fmt: skip


@claims.fault("M-15", on.domestic)
def made_before_certified(i: Scenario) -> None:
    """A maker's certificate begins on the day after its seals were printed and the lot made."""
    made = i.of(t.LotRecorded).fields["produced_on"]
    i.register(r.CertificationChanged, {"party": i.trade.operator}, from_=made + timedelta(days=1))
    i.expect("M-15", i.lot, i.label)
    i.expect("M-11", i.of(t.LotGraded).id, "grader")
    i.expect("M-67", i.of(s.SealsIssued).id, "issued")


def _pizza(code: str) -> Trade:
    recipe = (part("wheat flour", "60", "JAS"), part("cheese", "40", "JAS", kind="LIVESTOCK"))
    good = Good(
        "PIZZA", "cheese pizza", "PROCESSED_MIXED", recipe, name_form="有機チーズピザ",
        food_group="BREAD", wording="有機チーズピザ",
    )  # fmt: skip
    return on.domestic(code, good)


@claims.fault("M-15", _pizza)
def name_of_a_plant_product(i: Scenario) -> None:
    """A mixed product bears the name of a plant product, and its label does not say so."""
    for entry in i.registered(r.ProductRegistered):
        i.also(
            entry, product=f"P-{i.trade.code}-PLANT", class_="PROCESSED_PLANT",
            ingredients=(part("wheat flour", "100", "JAS"),),
        )  # fmt: skip
    i.expect("M-15", i.lot, i.label)
    i.expect("M-15", i.label)


@claims.fault("M-10", on.direct)
def maker_lapsed(i: Scenario) -> None:
    """A certified maker abroad is suspended on the day its seals are printed and attached."""
    i.suspended(i.trade.operator, i.day(s.SealsApplied))
    i.each_scan("M-10", "licensee")
    i.expect("M-67", i.of(s.SealsIssued).id, "issued")


def _young_eggs(code: str) -> Trade:
    return _but(on.hen_house(code), claim="JAS_IN_CONVERSION", status="IN_CONVERSION")


def _young_bracken(code: str) -> Trade:
    good = GOODS["name-form-class"].but(
        name_form="有機わらび（転換期間中）", claim="JAS_IN_CONVERSION", status="IN_CONVERSION",
        recipe=(part("bracken", "100", "JAS", status="IN_CONVERSION"),),
    )  # fmt: skip
    return on.domestic(code, good)


def _young_raisins(code: str) -> Trade:
    return _but(
        on.consigned(code), claim="JAS_IN_CONVERSION", name_form="有機レーズン（転換期間中）",
        recipe=(part("raisins", "100", "JAS"),),
    )  # fmt: skip


claims.rows(
    Row("livestock-in-conversion", "M-57", _young_eggs,
        "Eggs are sold as in conversion, which livestock cannot be.", nothing, *_LOT),
    Row("wild-in-conversion", "M-57", _young_bracken,
        "Wild bracken is sold as in conversion, which wild plants cannot be.", nothing, *_LOT),
    Row("conversion-by-equivalence", "M-57", _young_raisins,
        "Raisins made under the NOP come with a JAS label that says in conversion.",
        lambda i: i.change(t.LotRecorded, status="IN_CONVERSION"), *_LOT),
)  # fmt: skip


labels.rows(
    Row("licence-missing", "M-15", _at("BIO_SUISSE", "CH", "PASTA"),
        "The Bud stands on goods of a maker without a licence.",
        lambda i: i.unregister(r.ProgrammeEnrolled), *_LOT),
    Row("seal-contract-missing", "M-15", _at("ACT", "TH", "RICE"),
        "A maker uses a seal without having signed for it.",
        lambda i: i.unregister(r.ProgrammeEnrolled), *_LOT),
    Row("label-certificate-missing", "M-15", _at("KRAV", "SE", "MUESLI"),
        "A maker is certified under the scheme for fresh plants only.",
        lambda i: i.register(
            r.CertificationChanged, {"scheme": "KRAV"}, product_classes=("PLANT",)),
        *_LOT, (Case("M-12", EACH_SCAN, "classes"),)),
)  # fmt: skip


def _mixed_soy(code: str) -> Trade:
    wheat = part("wheat", "10", "JAS", status="IN_CONVERSION")
    soy = GOODS["gmo"].but(code="CONV", recipe=(part("soybeans", "90", "JAS"), wheat))
    return on.domestic(code, soy)


def _young(code: str) -> Trade:
    return _but(
        on.grower(code), claim="JAS_IN_CONVERSION", name_form="有機なし（転換期間中）",
        status="IN_CONVERSION",
    )  # fmt: skip


def _orchard(i: Scenario, registered: int, treated: int, **changes: Any) -> None:
    """The lot comes from an orchard registered and last treated in April of these years."""
    field = t.Field(
        crop="PERENNIAL", registered_on=date(registered, 4, 1),
        last_prohibited_input_on=date(treated, 4, 1),
    )  # fmt: skip
    i.change(t.LotRecorded, field=field, **changes)


labels.rows(
    Row("conversion-undeclared", "M-57", _mixed_soy,
        "Wheat in conversion goes in, and the label is silent about it.", nothing, *_LOT),
    Row("not-in-conversion", "M-57", _young, "Organic pears are sold as in conversion.",
        lambda i: _orchard(i, 2016, 2015, status="ORGANIC"), *_LOT),
    Row("conversion-too-short", "M-57", _young,
        "Pears in conversion come from an orchard treated half a year ago.",
        lambda i: _orchard(i, 2025, 2025), *_LOT),
)  # fmt: skip


def _mushrooms(code: str) -> Trade:
    return on.domestic(code, GOODS["SHIITAKE"].but(recipe=(part("shiitake", "100", "JAS"),)))


def _bracken(code: str) -> Trade:
    recipe = (part("bracken", "100", "JAS"),)
    return _but(_young_bracken(code), name_form="有機わらび", claim="JAS_ORGANIC",
                status="ORGANIC", recipe=recipe)  # fmt: skip


def _field(i: Scenario, **changes: Any) -> str:
    """Tell more of the field or area that the lot comes from."""
    field = i.of(t.LotRecorded).fields["field"]
    return i.change(t.LotRecorded, field=replace(field, **changes))


def _entered(activity: str, i: Scenario, **fields: Any) -> str:
    """Say the entry after the clean ones; a medicine some days before the eggs were laid."""
    last = i.of(t.ProcessRecorded, -1)
    day = last.fields["on"] - timedelta(days=_WAITED_DAYS if activity == "MEDICINE" else 0)
    return i.book.say(
        t.ProcessRecorded, last.at + MICROS_A_MINUTE, last.desk, lot=i.lot,
        operator=i.trade.producer, activity=activity, on=day, **fields,
    ).id  # fmt: skip


def _entry(
    name: str, code: str, trade: Callable[[str], Trade], activity: str, **fields: Any
) -> Row:
    """An entry that must not be, and the reason it gives."""
    return Row(name, "M-62", trade, "", partial(_entered, activity, **fields), "{event}", code)


process.rows(
    _entry("fertiliser-not-listed", "NOT_LISTED", on.grower, "MATERIAL", substance="UREA"),
    _entry("pesticide-not-listed", "NOT_LISTED", on.grower, "PLANT_PROTECTION",
           substance="GLYPHOSATE", emergency=True),
    _entry("aid-not-listed", "NOT_LISTED", on.grower, "POST_HARVEST", substance="SHELLAC"),
    _entry("no-emergency", "NO_EMERGENCY", on.grower, "PLANT_PROTECTION",
           substance="MACHINE_OIL_EMULSION", emergency=False),
    _entry("for-livestock-land-only", "CLASS", on.grower, "PLANT_PROTECTION",
           substance="SOY_LECITHIN_MACHINE_OIL", emergency=True),
    _entry("modified-seed", "GMO", on.grower, "SEED", substance="GMO_PAPAYA"),
    _entry("irradiated-seed", "IRRADIATED", on.grower, "SEED", substance="IRRADIATED_BULBS"),
    _entry("too-many-hens", "DENSITY", on.hen_house, "HOUSING", heads=900,
           indoor_m2=Area("52.000"), outdoor_m2=Area("120.000")),
    _entry("waiting-time", "WAITING_TIME", on.hen_house, "MEDICINE", waiting_days=7),
    _entry("feed-aid-not-listed", "NOT_LISTED", on.hen_house, "FEEDING", substance="UREA"),
    _entry("goods-mixed", "CONTAMINATED", on.grower, "STORAGE", separated=False),
    _entry("against-instructions", "INSTRUCTIONS", on.grower, "PLANT_PROTECTION",
           substance="VINEGAR", emergency=True, instructions_followed=False),
    _entry("other-means-sufficed", "NO_NEED", on.grower, "STORAGE", substance="CARBON_DIOXIDE",
           means_insufficient=False),
    _entry("seed-status", "SEED_STATUS", on.grower, "SEED", status="UNTREATED", unavailable=False),
    _entry("seedling-soil", "SEEDLING_SOIL", on.grower, "SEEDLING", source_kind="CLEAN_AREA",
           clean_since=date(2025, 4, 1)),
    _entry("treated-logs", "SUBSTRATE", _mushrooms, "SUBSTRATE", source_kind="LOGS", treated=True,
           clean_since=date(2015, 4, 1)),
)  # fmt: skip
labels.rows(
    Row("drift", "M-57", on.grower, "Spray of the neighbours drifts onto the orchard.",
        partial(_field, barrier=False), *_LOT),
    Row("ecosystem", "M-57", _bracken, "Collecting bracken harms where it grows.",
        partial(_field, ecosystem_kept=False), *_LOT),
)  # fmt: skip
