"""Scope, sealing, grading and keeping, vector by vector."""

from datetime import date
from typing import Any

import pytest

from ledger.facts.lots import Child, Field, LotGraded, LotSubdivided
from ledger.facts.record import Record
from ledger.facts.scalars import Weight, WeightOrZero
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import DepartedLine, ShipmentDeparted
from ledger.labels.check import claim_check
from ledger.labels.retention import keep_lot_until
from ledger.labels.schemes.jas.grading import grading, labelling, subdividing
from ledger.labels.scope import scope, statement
from ledger.labels.shipping import shipment_scope
from tests.domain.labels.goods import Goods, recipe

SCOPE = [
    # number, origin, destination, class, day, code
    ("46", "US", "JP", "ALCOHOL", "2025-09-30", "SCOPE_NOT_COVERED"),
    ("46", "US", "JP", "ALCOHOL", "2025-10-01", None),
    ("46", "CA", "JP", "ALCOHOL", "2023-08-30", "SCOPE_NOT_COVERED"),
    ("46", "CA", "JP", "ALCOHOL", "2023-08-31", None),
    ("46", "DE", "JP", "LIVESTOCK", "2025-05-15", "SCOPE_NOT_COVERED"),
    ("46", "DE", "JP", "LIVESTOCK", "2025-05-16", None),
    ("46", "EU", "JP", "LIVESTOCK", "2025-05-16", None),
    ("47", "US", "JP", "PROCESSED_MIXED", "2020-07-15", "SCOPE_NOT_COVERED"),
    ("47", "US", "JP", "PROCESSED_MIXED", "2020-07-16", None),
    ("47", "US", "JP", "PLANT", "2014-01-01", None),
    ("47", "US", "JP", "NON_FOOD", "2024-01-01", "SCOPE_NOT_COVERED"),
    ("47", "MX", "JP", "PLANT", "2024-01-01", "SCOPE_NOT_COVERED"),
    ("47", "BR", "JP", "PLANT", "2024-01-01", "SCOPE_NO_ROW"),
    ("48", "US", "JP", "HONEY", "2024-01-01", "SCOPE_NOT_COVERED"),
    ("S1", "US", "JP", "PLANT", "2013-12-31", None),
    ("S9", "CA", "JP", "PLANT", "2014-12-31", "SCOPE_NO_ROW"),
    ("S9", "CA", "JP", "PLANT", "2015-01-01", None),
    ("S12", "CA", "JP", "FEED", "2020-07-15", "SCOPE_NO_ROW"),
    ("S12", "CA", "JP", "FEED", "2020-07-16", "SCOPE_NOT_COVERED"),
    ("S16", "GB", "JP", "PLANT", "2024-01-01", None),
    ("S20", "GB", "JP", "LIVESTOCK", "2024-01-01", "SCOPE_NOT_COVERED"),
    ("S22", "JP", "US", "PLANT", "2013-12-31", "SCOPE_NO_ROW"),
    ("S22", "JP", "US", "PLANT", "2014-01-01", None),
    ("S24", "JP", "FR", "ALCOHOL", "2025-05-17", "SCOPE_NO_ROW"),
    ("S24", "JP", "FR", "ALCOHOL", "2025-05-18", None),
]


@pytest.mark.parametrize(
    ("origin", "destination", "class_", "on", "code"),
    [row[1:] for row in SCOPE],
    ids=[f"{row[0]}-{row[4]}" for row in SCOPE],
)
def test_scope_holds_from_its_day(
    origin: str, destination: str, class_: str, on: str, code: str | None
) -> None:
    """Vectors 46 to 48: covered from the first day of a row, and not one before."""
    day = date.fromisoformat(on)

    assert code == scope(origin, destination, class_, None, day).code
    assert (code is None) == scope(origin, destination, class_, None, day).covered


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("honey 5 aO.NOP, oats 95 aO.NOP", None),
        ("honey 5.001 aO.NOP, oats 94.999 aO.NOP", "SCOPE_NOT_COVERED"),
    ],
)
def test_more_than_five_per_cent_honey_is_honey(text: str, code: str | None) -> None:
    """Vector 48: granola with 5.000 % honey is covered, with 5.001 % it is not."""
    assert code == scope("US", "JP", "PROCESSED_PLANT", recipe(text), date(2024, 5, 1)).code


def test_feed_from_canada_has_no_seal_but_a_certificate() -> None:
    """A row may ask a certificate although no seal may be used."""
    found = scope("CA", "JP", "FEED", None, date(2024, 5, 1))

    assert (found.covered, found.asks_certificate) == (False, True)


def divided(goods: Goods, operator: str, child: str = "L2", day: str = "2024-05-02") -> None:
    """L1 packed anew into a child."""
    kilo = Weight.read("1.000")
    goods.add("LotSubdivided", day, lot="L1", operator=operator, loss=WeightOrZero.read("0"),
              children=(Child(lot=child, units=1, pack_weight=kilo, quantity=kilo),))  # fmt: skip


@pytest.mark.parametrize(
    ("maker", "packer", "class_", "codes"),
    [
        ("CL", "US", "ALCOHOL", ("SCOPE_ORIGIN",)),
        ("US", "US", "ALCOHOL", ()),
        ("US", "JP", "ALCOHOL", ()),
        ("MX", "US", "PLANT", ()),
        ("MX", "CL", "PLANT", ("SCOPE_ORIGIN",)),
    ],
)
def test_goods_come_from_where_they_were_made_or_packed(
    maker: str, packer: str, class_: str, codes: tuple[str, ...]
) -> None:
    """Vector 49: packing counts as origin, but not for wine that was made elsewhere."""
    goods = Goods()
    goods.add("PartyRegistered", party="OP", name="Maker", country=maker)
    goods.add("PartyRegistered", party="PACK", name="Packer", country=packer)
    goods.product("grape 100 aO.NOP" if class_ == "ALCOHOL" else "", class_)
    goods.lot(produced_on=date(2025, 9, 1))
    divided(goods, "PACK")
    goods.depart("2025-11-01", "IMPORTER_APPLIES", "US")
    departed = next(fact for fact in goods.facts if isinstance(fact, ShipmentDeparted))

    assert codes == shipment_scope(goods.record(), departed, "L2").codes


@pytest.mark.parametrize(
    ("packer", "on", "codes"),
    [
        ("CA", "2023-08-31", ()),
        ("CA", "2023-08-30", ("SCOPE_NOT_COVERED",)),
        ("CL", "2023-08-31", ("SCOPE_ORIGIN",)),
    ],
    ids=["5.2 O1a", "5.2 O1b", "5.2 O1c"],
)
def test_canadian_alcohol_is_what_was_made_or_packed_there(
    packer: str, on: str, codes: tuple[str, ...]
) -> None:
    """Only goods to Japan from the United States are asked where their alcohol was made."""
    goods = Goods()
    goods.add("PartyRegistered", party="OP", name="Maker", country="CL")
    goods.add("PartyRegistered", party="PACK", name="Packer", country=packer)
    goods.product("grape 100 aO.COR", "ALCOHOL")
    goods.lot(produced_on=date(2023, 5, 1))
    divided(goods, "PACK", day="2023-06-01")
    goods.depart(on, "IMPORTER_APPLIES", "CA")
    departed = next(fact for fact in goods.facts if isinstance(fact, ShipmentDeparted))

    assert codes == shipment_scope(goods.record(), departed, "L2").codes


def sealed(goods: Goods, mode: str, origin: str, on: str = "2024-05-01") -> tuple[str, ...]:
    """The codes of a JAS claim on L1 sealed and shipped on days."""
    goods.label("JAS_ORGANIC", "有機品", 1)
    goods.apply(on)
    goods.depart("2024-05-20", mode, origin)
    verdict = claim_check("JAS_ORGANIC", goods.record(), on=date.fromisoformat(on), lot="L1",
                          label=("LB", 1), shipment="S1")  # fmt: skip
    return verdict.codes


def avocado() -> Goods:
    """A Mexican lot, graded, of an operator certified under JAS."""
    goods = Goods()
    goods.operator("JAS", "MX")
    goods.mark()
    goods.product("", "PLANT", "アボカド")
    goods.lot(produced_on=date(2024, 3, 1), field=Field(registered_on=date(2010, 1, 1),
                                                       crop="PERENNIAL"))  # fmt: skip
    grade(goods)
    return goods


def grade(goods: Goods, day: str = "2024-03-10", **own: Any) -> None:
    """L1 graded conforming by P1."""
    values = {"result": "CONFORMING", "grader": "P1", "records_complete": True,
              "linked_to_lot": True, "method_conforms": True, "label_conforms": True}  # fmt: skip
    goods.add("LotGraded", day, lot="L1", **{**values, **own})


def test_a_certified_operator_may_seal_anywhere() -> None:
    """Vector 50: under its own JAS certificate, whatever the country."""
    assert sealed(avocado(), "DIRECT_JAS", "MX") == ()


def test_goods_outside_the_arrangements_are_not_sealed_under_contract() -> None:
    """Vector 50: from Mexico nothing is covered."""
    assert "SCOPE_NOT_COVERED" in sealed(avocado(), "CONSIGNED", "MX")


@pytest.mark.parametrize(
    ("changes", "sealed_on", "codes"),
    [
        ([("GRANTED", "2000-01-01", "2024-04-30")], "2024-04-30", ()),
        ([("GRANTED", "2000-01-01", "2024-04-30")], "2024-05-01", ("CERT_OPERATOR",)),
        ([("GRANTED", "2000-01-01", None), ("SUSPENDED", "2024-04-10", None),
          ("REINSTATED", "2024-04-20", None)], "2024-04-15", ("CERT_OPERATOR",)),
        ([("GRANTED", "2000-01-01", None), ("SUSPENDED", "2024-04-10", None),
          ("REINSTATED", "2024-04-20", None)], "2024-04-20", ()),
        ([("GRANTED", "2000-01-01", "2024-04-25"), ("SUSPENDED", "2024-04-10", None),
          ("REINSTATED", "2024-04-20", None)], "2024-04-26", ("CERT_OPERATOR",)),
    ],
)  # fmt: skip
def test_sealing_needs_the_certificate_of_its_day(
    changes: list[tuple[str, str, str | None]], sealed_on: str, codes: tuple[str, ...]
) -> None:
    """Vector 51: until the last day of a certificate, and again from reinstating."""
    goods = avocado()
    goods.facts = [fact for fact in goods.facts if type(fact).__name__ != "CertificationChanged"]
    for status, begin, end in changes:
        goods.certify("OP", "JAS", "PRODUCER", status=status, from_=date.fromisoformat(begin),
                      until=None if end is None else date.fromisoformat(end))  # fmt: skip

    assert codes == sealed(goods, "DIRECT_JAS", "MX", sealed_on)


def last(record: Record, kind: type[Any]) -> Any:
    """The one fact of a kind."""
    return record.all(kind)[-1]


def test_a_conforming_result_needs_every_check() -> None:
    """Vector 52: conforming beside a check that failed."""
    goods = avocado()
    grade(goods, "2024-03-11", linked_to_lot=False)
    record = goods.record()

    assert grading(record, last(record, LotGraded)).codes == ("GRADING_INCONSISTENT",)


@pytest.mark.parametrize(
    ("graded", "codes"), [("2024-05-01", ("GRADER_UNTRAINED",)), ("2024-05-02", ())]
)
def test_a_grader_is_trained_before_grading(graded: str, codes: tuple[str, ...]) -> None:
    """Vector 52: the course counts from the day it was completed."""
    goods = avocado()
    goods.train("P2", "GRADING_PLANT", date(2024, 5, 2))
    grade(goods, graded, grader="P2")
    record = goods.record()

    assert codes == grading(record, last(record, LotGraded)).codes


def test_an_importer_does_not_grade() -> None:
    """Vector 52: grading is for producers and processors."""
    goods = Goods()
    goods.add("PartyRegistered", party="OP", name="Importer", country="JP")
    goods.certify("OP", "JAS", "IMPORTER")
    goods.train("P1", "GRADING_PLANT")
    goods.product("", "PLANT")
    goods.lot()
    grade(goods, "2024-05-02")
    record = goods.record()

    assert grading(record, last(record, LotGraded)).codes == ("GRADING_NOT_ALLOWED",)


def test_a_subdivider_checks_the_mark_first() -> None:
    """Vector 52: dividing without having verified the lot."""
    goods = avocado()
    goods.certify("PACK", "JAS", "SUBDIVIDER")
    divided(goods, "PACK")
    record = goods.record()
    assert subdividing(record, last(record, LotSubdivided)).codes == ("SUBDIVIDED_UNVERIFIED",)

    goods.add("InputVerified", "2024-05-01", lot="L1", operator="PACK", mark_seen="M",
              evidence="PACK")  # fmt: skip
    record = goods.record()
    assert subdividing(record, last(record, LotSubdivided)).proven


def test_who_labels_does_not_sell() -> None:
    """Vector 52: the actor who attached seals also sold the lot."""
    goods = avocado()
    goods.train("P9", "GRADING_LABEL")
    goods.apply("2024-05-01", actor="P9")
    goods.add("GoodsSold", "2024-05-03", actor="P9", importer="OP", lot="L1", product="PR1",
              units=1, claim="JAS_ORGANIC", country="JP")  # fmt: skip
    record = goods.record()

    assert labelling(record, last(record, SealsApplied)).codes == ("LABELLER_SELLS",)


KEEP = [
    # field crop, created, graded, shipped, until, rule
    ("ANNUAL", "2024-04-01", "2024-04-10", "2024-06-01", "2029-06-01"),
    ("PERENNIAL", "2024-04-01", "2024-04-10", "2024-06-01", "2030-06-01"),
    ("PERENNIAL", "2024-04-01", "2024-04-10", None, None),
    (None, "2024-02-29", "2024-02-29", "2024-02-29", "2029-03-01"),
]


@pytest.mark.parametrize(("crop", "created", "graded", "shipped", "until"), KEEP)
def test_records_are_kept_until_the_latest_rule_says(
    crop: Any, created: str, graded: str, shipped: str | None, until: str | None
) -> None:
    """Vector 53: five years, longer for the history of fields, open until shipped."""
    goods = Goods()
    goods.mark()
    goods.product("", "PLANT")
    field = None if crop is None else Field(registered_on=date(2010, 1, 1), crop=crop)
    values = {"lot": "L1", "operator": "OP", "number": "1", "product": "PR1", "field": field,
              "quantity": Weight.read("1"), "status": "ORGANIC",
              "produced_on": date.fromisoformat(created)}  # fmt: skip
    goods.add("LotRecorded", created, **values)
    grade(goods, graded)
    goods.label("JAS_ORGANIC", "有機品", 1)
    if shipped is not None:
        kilo = Weight.read("1.000")
        line = DepartedLine(lot="L1", product="PR1", units=1, pack_weight=kilo, net_weight=kilo,
                            seals=1, mark="M")  # fmt: skip
        goods.depart(shipped, "DIRECT_JAS", "JP", "US", lines=(line,))
    kept = keep_lot_until(goods.record(), "L1")

    assert (None if until is None else date.fromisoformat(until)) == kept.until


@pytest.mark.parametrize(
    ("form", "text", "on", "codes"),
    [
        ("TM_11", "under the US-Japan Organic Equivalence Arrangement", "2014-01-01", ()),
        ("TM_11", "under the US–Japan organic equivalence arrangement", "2024-01-01", ()),
        ("TM_11", "certified organic", "2014-01-01", ("STATEMENT",)),
        ("TM_11", "no alkali-extracted humic acid or lignin sulfonate was used", "2013-12-31", ()),
        ("TM_11", "under the US-Japan Organic Equivalence Arrangement", "2013-12-31",
         ("STATEMENT",)),
        ("COR_JP", "anything", "2024-01-01", ()),
    ],
)  # fmt: skip
def test_a_certificate_makes_the_statement_of_its_day(
    form: str, text: str, on: str, codes: tuple[str, ...]
) -> None:
    """The words on a form changed with the arrangement of 2014."""
    assert codes == statement(form, text, date.fromisoformat(on)).codes
