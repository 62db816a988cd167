"""Criteria: which items a party is asked, and what it has shown of them on a day (section 4.1)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Misuse
from ledger.facts.identity import Document
from ledger.facts.record import Record
from ledger.labels.criteria_card import criterion_rows
from ledger.labels.schemes.jas.criteria import CRITERIA, KINDS, criteria_of, criteria_state
from tests.domain.labels.goods import Goods, ingredients
from tests.domain.labels.test_contents import cases

DAY = date(2024, 5, 1)
PAPER = Document(name="plan.pdf", sha256="0" * 64)


def party(role: str, class_: str = "PLANT", **own: Any) -> Goods:
    """OP, certified under JAS for a role, with a product of a class."""
    goods = Goods()
    goods.certify("OP", "JAS", role, **own)
    goods.add("ProductRegistered", product="PR1", name="品", operator="OP", class_=class_,
              recipe_version=1, ingredients=())  # fmt: skip
    return goods


def show(goods: Goods, subject: str, *items: str, on: str = "2024-01-01", **own: Any) -> None:
    """OP shows items of a subject of its plant criteria."""
    values: dict[str, Any] = {"criteria": "PLANT", "met": True, "on": date.fromisoformat(on)}
    goods.add("CriterionShown", party="OP", subject=subject, items=items, **{**values, **own})


def state(goods: Goods, subject: str, item: str = "", criteria: str = "PLANT") -> str | None:
    """The state of an item on the day; None where it is not asked."""
    found = criteria_state(goods.record(), "OP", criteria, DAY)
    return next(
        (each.state for each in found if (each.subject, each.item) == (subject, item)), None
    )


ROLES: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    ("PRODUCER", "PLANT", {}, ("PLANT",)),
    ("PRODUCER", "WILD_PLANT", {}, ("PLANT",)),
    ("PRODUCER", "FUNGI", {}, ("PLANT",)),
    ("PRODUCER", "LIVESTOCK", {}, ("LIVESTOCK",)),
    ("PRODUCER", "PROCESSED_PLANT", {}, ()),
    ("PRODUCER", "PLANT", {"product_classes": ("LIVESTOCK",)}, ()),
    ("PRODUCER", "FEED", {}, ("PLANT",)),
    ("PROCESSOR", "FEED", {}, ("PROCESSED",)),
    ("PROCESSOR", "PLANT", {}, ("PROCESSED",)),
    ("SUBDIVIDER", "PLANT", {}, ("SUBDIVISION",)),
    ("IMPORTER", "PLANT", {}, ("IMPORT",)),
    ("EXPORTER", "PLANT", {}, ()),
    ("PRODUCER", "PLANT", {"until": date(2024, 4, 30)}, ()),
    ("PRODUCER", "PLANT", {"until": DAY}, ("PLANT",)),
]


@pytest.mark.parametrize(("role", "class_", "own", "criteria"), ROLES, ids=cases("4.1", ROLES))
def test_a_certificate_asks_its_criteria(
    role: str, class_: str, own: dict[str, Any], criteria: tuple[str, ...]
) -> None:
    """Those of the roles that are valid on the day; of makers by what they make."""
    assert criteria_of(party(role, class_, **own).record(), "OP", DAY) == criteria


def test_a_maker_of_nothing_yet_is_asked_by_its_certificate() -> None:
    """The classes on it stand for the goods to come."""
    goods = Goods()
    goods.certify("OP", "JAS", "PRODUCER", product_classes=("LIVESTOCK", "PLANT"))

    assert criteria_of(goods.record(), "OP", DAY) == ("PLANT", "LIVESTOCK")


def test_mixed_feed_is_no_plant() -> None:
    """Feed no more than dressed or sorted is judged as plants, feed of several things is not."""
    goods = party("PRODUCER")
    goods.add("ProductRegistered", product="PR2", name="飼料", operator="OP2", class_="FEED",
              recipe_version=1, ingredients=ingredients("corn 60 aO, soy 40 aO"))  # fmt: skip
    goods.certify("OP2", "JAS", "PRODUCER")

    assert criteria_of(goods.record(), "OP2", DAY) == ()


COUNTS = [
    # criteria, subject, how many items a maker of such goods is asked
    ("PLANT", "PLANT", "INTERNAL_RULES", 6),
    ("WILD_PLANT", "PLANT", "INTERNAL_RULES", 4),
    ("PROCESSED_PLANT", "PROCESSED", "INTERNAL_RULES", 6),
    ("LIVESTOCK", "LIVESTOCK", "INTERNAL_RULES", 17),
    ("PLANT", "SUBDIVISION", "INTERNAL_RULES", 5),
    ("PLANT", "IMPORT", "INTERNAL_RULES", 0),
    ("PLANT", "PLANT", "GRADING_RULES", 5),
    ("PLANT", "SUBDIVISION", "GRADING_RULES", 0),
    ("PLANT", "SUBDIVISION", "LABEL_RULES", 4),
    ("PLANT", "IMPORT", "LABEL_RULES", 4),
    ("PLANT", "PLANT", "DUTIES", 3),
    ("PLANT", "SUBDIVISION", "DUTIES", 2),
    ("PLANT", "IMPORT", "DUTIES", 0),
    ("PLANT", "PLANT", "REVIEW", 1),
    ("PLANT", "IMPORT", "REVIEW", 0),
    ("PLANT", "IMPORT", "MARK_USE", 1),
    ("LIVESTOCK", "LIVESTOCK", "FACILITY", 3),
    ("PLANT", "PLANT", "OUTSIDE_WORK", 0),
]


@pytest.mark.parametrize(
    ("class_", "criteria", "subject", "count"), COUNTS, ids=cases("4.1", COUNTS)
)
def test_criteria_have_so_many_items(class_: str, criteria: str, subject: str, count: int) -> None:
    """As many as the text numbers; of layers and milk where there are such animals."""
    found = criteria_state(party("PRODUCER", class_).record(), "OP", criteria, DAY)

    assert len([each for each in found if each.subject == subject]) == count


@pytest.mark.parametrize(
    ("species", "item"), [("LAYER", "LIGHT"), ("DAIRY_COW", "MILKING"), ("DAIRY_GOAT", "MILKING")]
)
def test_items_of_some_animals(species: str, item: str) -> None:
    """Light is asked of layers, milking of dairy animals: 18 of 19."""
    goods = party("PRODUCER", "LIVESTOCK")
    goods.add("ProductRegistered", product="PR2", name="品", operator="OP", class_="LIVESTOCK",
              recipe_version=1, species=species)  # fmt: skip

    assert state(goods, "INTERNAL_RULES", item, "LIVESTOCK") == "MISSING"
    assert state(party("PRODUCER", "LIVESTOCK"), "INTERNAL_RULES", item, "LIVESTOCK") is None


STATES: list[tuple[list[dict[str, Any]], str]] = [
    ([], "MISSING"),
    ([{}], "SHOWN"),
    ([{"met": False}], "BROKEN"),
    ([{"on": "2024-05-01"}], "SHOWN"),
    ([{"on": "2024-05-02"}], "MISSING"),
    ([{"until": DAY}], "SHOWN"),
    ([{"until": date(2024, 4, 30)}], "MISSING"),
    ([{"on": "2024-02-01"}, {"met": False}], "SHOWN"),
    ([{}, {"met": False, "on": "2024-02-01"}], "BROKEN"),
    ([{}, {"met": False, "on": "2024-02-01", "until": date(2024, 4, 30)}], "SHOWN"),
    ([{"items": ("FIELDS",)}], "MISSING"),
    ([{"criteria": "PROCESSED"}], "MISSING"),
]


@pytest.mark.parametrize(("told", "expected"), STATES, ids=cases("4.1", STATES))
def test_what_was_said_last_holds(told: list[dict[str, Any]], expected: str) -> None:
    """Of an item, among what holds on the day, by (day, time, id)."""
    goods = party("PRODUCER")
    for event in told:
        own = dict(event)
        show(goods, "FACILITY", *own.pop("items", ("STORES",)), **own)

    assert state(goods, "FACILITY", "STORES") == expected


PLANS: list[tuple[list[dict[str, Any]], str]] = [
    ([{"fiscal_year": 2024, "sent_to": "BODY"}], "SHOWN"),
    ([{"fiscal_year": 2024}], "MISSING"),
    ([{"fiscal_year": 2023, "sent_to": "BODY"}], "MISSING"),
    ([{"fiscal_year": 2024, "sent_to": "BODY", "met": False}], "BROKEN"),
    ([{"sent_to": "BODY", "on": "2024-04-01"}], "SHOWN"),
    ([{"sent_to": "BODY", "on": "2024-03-31"}], "MISSING"),
    ([{"fiscal_year": 2024, "sent_to": "BODY"}, {"fiscal_year": 2024, "on": "2024-02-01"}],
     "SHOWN"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "expected"), PLANS, ids=cases("4.1", PLANS))
def test_a_plan_is_of_its_fiscal_year_and_sent(told: list[dict[str, Any]], expected: str) -> None:
    """April to March, and to the certifying body."""
    goods = party("PRODUCER")
    for event in told:
        show(goods, "YEARLY_PLAN", **event)

    assert state(goods, "YEARLY_PLAN") == expected


def test_outside_work_is_asked_of_each_contractor() -> None:
    """Of whom anything was shown; of nobody else."""
    goods = party("PRODUCER")
    show(goods, "OUTSIDE_WORK", "SELECTION", contractor="C1")

    found = criteria_state(goods.record(), "OP", "PLANT", DAY)

    assert [(e.contractor, e.item, e.state) for e in found if e.subject == "OUTSIDE_WORK"] == [
        ("C1", "SELECTION", "SHOWN"), ("C1", "CONTENT", "MISSING"), ("C1", "STEPS", "MISSING"),
    ]  # fmt: skip


def test_a_row_tells_what_it_rests_on() -> None:
    """The event, its days and its papers; unknown criteria are refused with those there are."""
    goods = party("PRODUCER")
    show(goods, "FACILITY", "STORES", until=DAY, documents=(PAPER,))
    record = goods.record()

    rows = criterion_rows(record, "OP", DAY)

    assert {row["criteria"] for row in rows} == {"PLANT"}
    (stores,) = [row for row in rows if row["item"] == "STORES"]
    assert (stores["state"], stores["on"], stores["until"], stores["documents"]) == (
        "SHOWN", "2024-01-01", "2024-05-01", ["plan.pdf"],
    )  # fmt: skip
    assert {row["criteria"] for row in criterion_rows(record, "OP", DAY, "IMPORT")} == {"IMPORT"}
    assert criterion_rows(record, "NOBODY", DAY) == []
    with pytest.raises(Misuse, match="known are PLANT, PROCESSED"):
        criterion_rows(record, "OP", DAY, "GOLD")


@given(st.permutations(range(4)))
def test_states_depend_on_no_order(order: list[int]) -> None:
    """In whatever order the same is recorded."""
    goods = party("PRODUCER")
    for number in range(4):
        show(goods, "FACILITY", "STORES", on=f"2024-0{number % 2 + 1}-01", met=number != 1)
    facts = goods.facts
    shuffled = [*facts[:2], *(facts[2 + index] for index in order)]
    again = Record((fact, 0) for fact in shuffled)

    found = criteria_state(again, "OP", "PLANT", DAY)

    assert found == criteria_state(goods.record(), "OP", "PLANT", DAY)


def test_every_row_of_the_table_is_asked_of_somebody() -> None:
    """Of a party that makes everything each item is asked, but of work that nobody does for it."""
    goods = Goods()
    for role in ("PRODUCER", "PROCESSOR", "SUBDIVIDER", "IMPORTER"):
        goods.certify("OP", "JAS", role, number=role)
    for number, (class_, species) in enumerate(
        [("PLANT", None), ("FEED", None), ("LIVESTOCK", "LAYER"), ("LIVESTOCK", "DAIRY_COW")]
    ):
        goods.add("ProductRegistered", product=f"P{number}", name="品", operator="OP",
                  class_=class_, recipe_version=1, species=species)  # fmt: skip
    record = goods.record()
    asked = {
        (each.criteria, each.subject, each.item)
        for criteria in KINDS
        for each in criteria_state(record, "OP", criteria, DAY)
    }

    assert criteria_of(record, "OP", DAY) == KINDS
    assert {
        (row.criteria, row.subject, row.item)
        for row in CRITERIA.rows()
        if row.subject != "OUTSIDE_WORK"
    } == asked
