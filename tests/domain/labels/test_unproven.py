"""What is unproven of a lot, row by row (section 4.5); the card of a herd; how long it is kept."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.facts.herds import FeedLine, HerdRecorded
from ledger.facts.identity import Document
from ledger.facts.keeping import Medicine
from ledger.facts.lots import Input
from ledger.facts.scalars import MeanHeads, Weight, WeightOrZero
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import DepartedLine
from ledger.labels.herd_card import herd_card
from ledger.labels.livestock.origin import Replaced, Sums
from ledger.labels.retention import keep_until
from ledger.labels.unproven import DETAILS_MAX, SHOWN_BY, Herds, unproven
from ledger.labels.verdict import CODES
from tests.domain.labels.goods import DAY, Goods
from tests.domain.labels.test_contents import HERD, done

PAPER = Document(name="rules.pdf", sha256="0" * 64)


def tofu(**own: Any) -> Goods:
    """L1 of tofu by OP, certified under JAS and trained, graded on the day it was made."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.product("soy 100 aO.JAS", "PROCESSED_PLANT", "豆腐")
    goods.lot(**own)
    goods.add("LotGraded", "2024-05-01", lot="L1", result="CONFORMING", grader="P1",
              records_complete=True, linked_to_lot=True, method_conforms=True,
              label_conforms=True)  # fmt: skip
    return goods


def alone(_herd: HerdRecorded) -> Replaced | None:
    """No sums: no herd came to replace others."""
    return None


def rows(goods: Goods, on: date | None = None, sums: Sums = alone) -> dict[str, dict[str, Any]]:
    """The rows of L1 by code, with every application to it."""
    record = goods.record()
    seals = [fact for fact in goods.facts if isinstance(fact, SealsApplied)]
    found = unproven(record, "L1", seals, sums, on)
    assert [row["code"] for row in found] == sorted({row["code"] for row in found})
    return {row["code"]: row for row in found}


def test_a_lot_without_seals_or_grading_is_not_asked() -> None:
    """Nor one that nobody recorded."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.product("soy 100 aO.JAS", "PROCESSED_PLANT", "豆腐")
    goods.lot()

    assert rows(goods) == {}
    assert unproven(goods.record(), "L9", (), alone) == []


def test_a_graded_lot_tells_what_its_records_leave_out() -> None:
    """One row for contents, one for criteria, with all that they are about and would show it."""
    found = rows(tofu())

    assert list(found) == ["CRITERION_MISSING", "RECORD_CONTENT"]
    content = found["RECORD_CONTENT"]
    assert content["detail"] == "LAYOUT, CONTENT, EQUIPMENT, PROCESS"
    assert content["shown_by"] == "CriterionShown.met, ProcessRecorded.method, LotRecorded.inputs"
    assert (content["lot"], content["product"], content["class"], content["operator"]) == (
        "L1", "PR1", "PROCESSED_PLANT", "OP",
    )  # fmt: skip
    assert (content["produced_on"], content["claim"], content["label"]) == (
        "2024-05-01",
        None,
        None,
    )
    missing = found["CRITERION_MISSING"]
    assert missing["detail"].startswith("PROCESSED FACILITY WORKS, PROCESSED FACILITY LAYOUT, ")
    assert missing["detail"].endswith("PROCESSED YEARLY_PLAN 2024, PROCESSED MARK_USE")
    assert missing["shown_by"] == "CriterionShown.met"
    assert missing["en"].endswith(".")
    assert missing["ja"].endswith("。")


@pytest.mark.parametrize(("papers", "code"), [((), True), ((PAPER,), False)])
def test_a_criterion_is_shown_by_its_paper(papers: tuple[Document, ...], *, code: bool) -> None:
    """Said without a paper it is shown, and the paper is missing."""
    goods = tofu()
    goods.add("CriterionShown", party="OP", criteria="PROCESSED", subject="FACILITY",
              items=("WORKS",), on=date(2024, 1, 1), met=True, documents=papers)  # fmt: skip
    found = rows(goods)

    assert "PROCESSED FACILITY WORKS" not in found["CRITERION_MISSING"]["detail"].split(", ")
    assert ("CRITERION_DOCUMENT" in found) is code
    if code:
        assert found["CRITERION_DOCUMENT"]["detail"] == "PROCESSED FACILITY WORKS"


def test_a_criterion_said_not_to_be_met_is_no_silence() -> None:
    """That is a case, not a row."""
    goods = tofu()
    goods.add("CriterionShown", party="OP", criteria="PROCESSED", subject="REVIEW",
              on=date(2024, 1, 1), met=False)  # fmt: skip

    assert "PROCESSED REVIEW" not in rows(goods)["CRITERION_MISSING"]["detail"].split(", ")


def test_claims_are_judged_under_their_labels() -> None:
    """Each label names its claim; on the day of its first seal, or on the day asked."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.product("soy 100 aO", "PROCESSED_PLANT", "豆腐")
    goods.lot()
    goods.mark()
    goods.label("JAS_ORGANIC", "有機豆腐", 1)
    goods.apply("2024-05-02", actor="P9")
    found = rows(goods)

    assert found["INGREDIENT_SCHEME"]["label"] == "LB 1"
    assert found["INGREDIENT_SCHEME"]["claim"] == "JAS_ORGANIC"
    assert found["INGREDIENT_SCHEME"]["shown_by"] == "ProductRegistered.ingredients.scheme"
    assert "INGREDIENT_SCHEME" in rows(goods, date(2024, 6, 1))


def test_entries_tell_what_they_leave_open() -> None:
    """Activity, day and substance name the entry."""
    goods = tofu()
    done(goods, "PROCESSING", substance="BORIC_ACID", emergency=True)

    assert rows(goods)["USE"]["detail"] == "PROCESSING 2024-04-30 BORIC_ACID"
    assert rows(goods)["USE"]["shown_by"] == "ProcessRecorded.documents"


def test_inputs_and_own_crops_are_named() -> None:
    """An input without a certified maker, by its lot."""
    used = Input(lot="L0", quantity=Weight.read("1.000"), label_verified=True)
    found = rows(tofu(inputs=(used,)))

    assert found["INPUT_CERTIFICATE"]["detail"] == "L0"


def milk(**own: Any) -> Goods:
    """L1 of milk, graded."""
    goods = Goods()
    goods.certify("OP", "JAS", "PRODUCER")
    goods.add("ProductRegistered", product="PR1", name="乳", operator="OP", class_="LIVESTOCK",
              recipe_version=1, species="DAIRY_COW")  # fmt: skip
    goods.lot(**own)
    goods.add("LotGraded", "2024-05-01", lot="L1", result="CONFORMING", grader="P1",
              records_complete=True, linked_to_lot=True, method_conforms=True,
              label_conforms=True)  # fmt: skip
    return goods


def test_unknown_animals_are_missing() -> None:
    """Of livestock: no herd named, or one that nobody recorded."""
    assert rows(milk())["HERD_MISSING"]["detail"] is None
    goods = milk(herds=("H1", "H2"))
    assert rows(goods)["HERD_MISSING"]["detail"] == "H1, H2"
    goods.add("HerdRecorded", **HERD)
    assert rows(goods)["HERD_MISSING"]["detail"] == "H2"
    goods.add("HerdRecorded", **{**HERD, "herd": "H2"})
    assert "HERD_MISSING" not in rows(goods)


@pytest.mark.parametrize(("left", "open_"), [(0, True), (3, False)])
def test_what_animals_replace_rests_on_those_that_left(left: int, *, open_: bool) -> None:
    """Where nothing left in three years, it is not shown that so many may be replaced."""
    goods = milk(herds=("H1",))
    goods.add("HerdRecorded", **{
        **HERD, "origin": "BROUGHT_IN", "reason": "REPLACEMENT", "female": True, "bred": False,
        "unavailable": True, "arrived_on": date(2023, 1, 1), "adult_females": MeanHeads("10"),
    })  # fmt: skip

    found = rows(goods, sums=lambda _herd: Replaced(heads=1, left=left))

    assert ("HERD_HISTORY" in found) is open_


def test_lots_of_one_herd_asked_about_together_tell_the_same() -> None:
    """What was found of a herd for one lot holds for the next; later feedings do not count."""
    goods = milk(herds=("H1",), produced_on=date(2024, 5, 1))
    goods.lot(lot="L2", herds=("H1",), produced_on=date(2024, 7, 1))
    goods.add("LotGraded", "2024-07-02", lot="L2", result="CONFORMING", grader="P1",
              records_complete=True, linked_to_lot=True, method_conforms=True,
              label_conforms=True)  # fmt: skip
    goods.add("HerdRecorded", **HERD)
    goods.add("FeedingRecorded", herd="H1", operator="OP", from_=date(2024, 6, 1),
              until=date(2024, 6, 30), heads=1, stage="DAIRY_MILKING",
              lines=(feed("CONVENTIONAL", "1.000"), feed("OWN", "99.000")))  # fmt: skip
    for day in range(1, DETAILS_MAX + 3):
        done(goods, "MEDICINE", lot=None, herd="H1", on=date(2024, 1, 1) + timedelta(days=day),
             medicine=Medicine(kind="DRUG"))  # fmt: skip
    record, together = goods.record(), Herds()

    for lot in ("L2", "L1", "L2"):
        assert unproven(record, lot, (), alone, herds=together) == unproven(record, lot, (), alone)
    first, second = (
        {row["code"]: row["detail"] for row in unproven(record, lot, (), alone, herds=together)}
        for lot in ("L1", "L2")
    )
    assert "FEED_NEED" not in first
    assert second["FEED_NEED"] == "H1"
    assert first["MEDICINE_NEED"].endswith(", + 2 more")


def test_every_unproven_code_tells_what_would_show_it() -> None:
    """And of no other code that is said."""
    levels = {row.code: row.level for row in CODES.rows()}

    assert {code for code, level in levels.items() if level == "U"} <= {
        row.code for row in SHOWN_BY.rows()
    }
    assert all(levels.get(row.code, "U") == "U" for row in SHOWN_BY.rows())


def feed(kind: str, kg: str) -> FeedLine:
    """A line of a ration."""
    return FeedLine(
        name="feed", kind=kind,  # type: ignore[arg-type]  # a kind of the tests above
        dry_matter=WeightOrZero(kg), roughage=True, bought=False, gmo=False, antibiotic=False,
    )  # fmt: skip


def test_the_card_of_a_herd() -> None:
    """As recorded last; feed by period with shares, entries, the lots made from it."""
    goods = milk(herds=("H1",))
    assert herd_card(goods.record(), "H1", alone) is None
    goods.add("HerdRecorded", "2024-01-01", **{**HERD, "heads": 2})
    goods.add("HerdRecorded", "2024-02-01", **HERD)
    goods.add("AnimalsLeft", herd="H1", operator="OP", on=date(2024, 1, 15), heads=1, how="SOLD")
    lines = (feed("OWN", "2.000"), feed("ORGANIC", "1.000"), feed("OWN", "0.000"))
    goods.add("FeedingRecorded", herd="H1", operator="OP", from_=DAY, until=DAY, heads=1,
              stage="DAIRY_MILKING", lines=lines)  # fmt: skip
    goods.add("FeedingRecorded", "2024-03-01", herd="H1", operator="OP", from_=DAY, until=DAY,
              heads=1, stage="DAIRY_MILKING")  # fmt: skip
    done(goods, "DUNG", lot=None, herd="H1")

    card = herd_card(goods.record(), "H1", alone)

    assert card is not None
    assert (card["species"], card["heads"], card["organic_since"]) == ("DAIRY_COW", 1, "2023-01-01")
    assert [each["heads"] for each in card["history"]] == [1, 2]
    assert [(left["on"], left["how"]) for left in card["left"]] == [("2024-01-15", "SOLD")]
    assert [(fed["kg"], fed["shares"]) for fed in card["feed"]] == [
        ("3.000", {"OWN": "66.7 %", "ORGANIC": "33.3 %"}), ("0", {}),
    ]  # fmt: skip
    assert [entry["activity"] for entry in card["entries"]] == ["DUNG"]
    assert [made["lot"] for made in card["lots"]] == ["L1"]


def test_facts_of_animals_are_kept_with_the_last_lot_made_of_them() -> None:
    """As the records of that lot; what a party showed as everything of a party."""
    goods = milk(herds=("H1",), produced_on=date(2024, 4, 1), best_before=date(2030, 1, 1))
    herd = goods.add("HerdRecorded", **HERD)
    goods.lot(lot="L0", produced_on=date(2024, 3, 1), herds=("H1",))
    goods.mark()
    goods.apply("2024-05-02")
    assert keep_until(goods.record(), herd).until is None
    line = DepartedLine(
        lot="L1", product="PR1", units=1, pack_weight=Weight.read("1.000"),
        net_weight=Weight.read("1.000"), mark="M", seals=1,
    )  # fmt: skip
    goods.depart("2024-05-03", "DIRECT_JAS", "JP", lines=(line,))
    shown = goods.add("CriterionShown", "2024-05-01", party="OP", criteria="LIVESTOCK",
                      subject="REVIEW", on=DAY, met=True)  # fmt: skip

    kept = keep_until(goods.record(), herd)
    assert (kept.rule, kept.until) == ("R2", date(2030, 1, 1))
    kept = keep_until(goods.record(), shown)
    assert (kept.rule, kept.until) == ("R7", date(2029, 5, 1))


def test_a_herd_of_no_lot_is_kept_by_its_party() -> None:
    """Five years after it was recorded."""
    goods = Goods()
    herd = goods.add("HerdRecorded", "2024-05-01", **HERD)

    kept = keep_until(goods.record(), herd)

    assert (kept.rule, kept.until) == ("R7", date(2029, 5, 1))
