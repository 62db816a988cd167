"""M-74: what a party said of its criteria that falls short of them; silence is no case."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.labels.test_contents import cases
from tests.domain.rules.test_conduct import MAKER
from tests.domain.rules.trade import trade
from tests.domain.rules.world import World, at

RULES = ("SEED", "CULTIVATION", "MACHINES", "POST_HARVEST", "YEARLY_PLAN", "BODY_CHECKS")
SHOWN: dict[str, Any] = {
    "party": "EXP-1", "criteria": "PLANT", "subject": "INTERNAL_RULES", "items": RULES,
    "on": "2025-06-01", "met": True,
}  # fmt: skip
STORES: dict[str, Any] = {"subject": "FACILITY", "items": ["STORES"]}
PLAN: dict[str, Any] = {
    "subject": "YEARLY_PLAN", "items": [], "fiscal_year": 2025, "sent_to": "RCB-1",
}  # fmt: skip
WORK: dict[str, Any] = {
    "subject": "OUTSIDE_WORK", "items": ["SELECTION", "CONTENT", "STEPS"], "contractor": "WORK-1",
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "lot": "L1", "operator": "EXP-1", "activity": "FIELD_WORK", "on": "2025-07-01",
    "contractor": "WORK-1",
}  # fmt: skip


def party(**changes: dict[str, Any]) -> World:
    """A JAS producer of plants."""
    world = trade(**changes)
    world.add("CertificationChanged", "2025-01-01", **MAKER)
    return world


def tell(world: World, *events: dict[str, Any]) -> None:
    """Say so much of its criteria, a day after the other."""
    for index, event in enumerate(events, start=1):
        world.add("CriterionShown", f"2025-06-{index:02d}", **{**SHOWN, **event})


Case = tuple[str, str]
SAID: list[tuple[list[dict[str, Any]], list[Case]]] = [
    # what was said, and what is found of it
    ([], []),
    ([{}], []),
    # (a) said not to be met, until it is said to be met, whatever its last day
    ([{**STORES, "met": False}], [("PLANT FACILITY STORES", "broken")]),
    ([{**STORES, "met": False, "until": "2025-06-30"}], [("PLANT FACILITY STORES", "broken")]),
    ([STORES, {**STORES, "met": False}], [("PLANT FACILITY STORES", "broken")]),
    ([{**STORES, "met": False}, STORES], []),
    ([{**STORES, "met": False, "on": "2025-06-02"}, STORES], [("PLANT FACILITY STORES", "broken")]),
    ([{**STORES, "met": False}, {**STORES, "items": ["FIELDS"]}],
     [("PLANT FACILITY STORES", "broken")]),
    ([{**STORES, "met": False}, {**STORES, "criteria": "PROCESSED"}],
     [("PLANT FACILITY STORES", "broken")]),
    ([{"subject": "REVIEW", "items": [], "met": False}], [("PLANT REVIEW", "broken")]),
    ([{"subject": "FACILITY", "items": ["cold room"], "met": False}],
     [("PLANT FACILITY cold%20room", "broken")]),
    # (b) rules were shown, and nothing ever names one of their items
    ([{"items": RULES[1:]}], [("PLANT INTERNAL_RULES SEED", "missing")]),
    ([{"items": RULES[1:]}, {"items": ["SEED"]}], []),
    ([{"items": RULES[1:]}, {"items": ["SEED"], "met": False}],
     [("PLANT INTERNAL_RULES SEED", "broken")]),
    ([{"items": RULES[1:], "met": False}],
     [(f"PLANT INTERNAL_RULES {item}", "broken") for item in sorted(RULES[1:])]),
    ([{"items": RULES[1:], "on": "2024-12-31"}], []),
    ([{"criteria": "PROCESSED", "items": ["RATIOS"]}], []),
    ([{"subject": "FACILITY", "items": ["FIELDS"]}], []),
    ([{"subject": "GRADING_RULES", "items": ["INSPECTION", "GRADING_LABEL", "SHIPPING",
                                             "RECORDS"]}],
     [("PLANT GRADING_RULES BODY_CHECKS", "missing")]),
    # (d) the plan of a year was shown, and never that it was sent
    ([PLAN], []),
    ([{**PLAN, "sent_to": None}], [("YEARLY_PLAN 2025", "missing")]),
    ([{**PLAN, "sent_to": None}, PLAN], []),
    ([{**PLAN, "sent_to": None}, {**PLAN, "fiscal_year": 2026}], [("YEARLY_PLAN 2025", "missing")]),
    ([{**PLAN, "sent_to": None, "fiscal_year": None, "on": "2025-03-31"}],
     [("YEARLY_PLAN 2024", "missing")]),
    ([{**PLAN, "sent_to": None, "on": "2024-12-31"}], []),
    ([{**PLAN, "sent_to": None, "met": False}], [("YEARLY_PLAN 2025", "broken")]),
    # outside work that is said not to be met
    ([{**WORK, "met": False}], [("OUTSIDE_WORK WORK-1", "broken")]),
    ([{**WORK, "met": False}, {**WORK, "contractor": "WORK-2"}],
     [("OUTSIDE_WORK WORK-1", "broken")]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "cases"), SAID, ids=cases("4.2", SAID))
def test_m74_of_what_was_said(said: list[dict[str, Any]], cases: list[Case]) -> None:
    """What was said last of an item holds, and who shows its rules shows all of them."""
    world = party()
    tell(world, *said)

    found = [v for v in world.violations() if v.rule == "M-74"]

    assert [(v.subject, v.discriminator, v.expected, v.found) for v in found] == [
        ("EXP-1", name, ("met",), (state,)) for name, state in cases
    ]


CONTRACTED: list[tuple[dict[str, Any], list[dict[str, Any]], bool]] = [
    # (c) an entry of a contractor, what was shown of outside work, whether that falls short
    ({}, [], True),
    ({"contractor": "EXP-1"}, [], False),
    ({"contractor": None}, [], False),
    ({}, [WORK], False),
    ({"on": "2025-06-01"}, [WORK], False),
    ({"on": "2025-05-31"}, [WORK], True),
    ({}, [{**WORK, "until": "2025-07-01"}], False),
    ({}, [{**WORK, "until": "2025-06-30"}], True),
    ({}, [{**WORK, "until": "2025-06-30"}, {**WORK, "on": "2025-07-01"}], False),
    ({}, [{**WORK, "until": "2025-06-29"}, {**WORK, "on": "2025-07-02"}], True),
    ({}, [{**WORK, "items": ["SELECTION", "CONTENT"]}], True),
    ({}, [{**WORK, "items": ["SELECTION"]}, {**WORK, "items": ["CONTENT", "STEPS"]}], True),
    ({}, [{**WORK, "contractor": "WORK-2"}], True),
    ({}, [{**WORK, "party": "IMP-1"}], True),
]


@pytest.mark.parametrize(("entry", "said", "fires"), CONTRACTED, ids=cases("4.2", CONTRACTED))
def test_m74_of_outside_work(
    entry: dict[str, Any], said: list[dict[str, Any]], *, fires: bool
) -> None:
    """Work that others did rests on a day on which selection, content and steps were shown."""
    world = party()
    tell(world, *said)
    key = world.add("ProcessRecorded", "2025-08-01", **{**ENTRY, **entry}).id

    found = [v for v in world.violations() if v.rule == "M-74" and v.subject == "EXP-1"]

    assert [(v.discriminator, v.found, v.evidence) for v in found] == (
        [("OUTSIDE_WORK WORK-1", ("WORK-1",), (key,))] if fires else []
    )
    assert all(v.deadline == at("2025-08-31") for v in found)


ASKED: list[tuple[dict[str, dict[str, Any]], dict[str, Any], list[str], list[str]]] = [
    # changes of the trade, the certificate, rules shown, rules missing
    ({"product": {"class_": "WILD_PLANT"}}, {}, [*RULES[2:]], []),
    ({"product": {"class_": "FUNGI"}}, {}, [*RULES[2:]], ["CULTIVATION", "SEED"]),
    ({"product": {"class_": "PROCESSED_PLANT"}}, {}, ["MACHINES"], []),
    ({}, {"role": "PROCESSOR"}, ["MACHINES"], []),
    ({}, {"scheme": "NOP"}, ["MACHINES"], []),
    ({}, {"product_classes": ["LIVESTOCK"]}, ["MACHINES"], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "certificate", "shown", "missing"), ASKED, ids=cases("4.2", ASKED)
)
def test_m74_asks_what_the_certificate_asks(
    changes: dict[str, dict[str, Any]], certificate: dict[str, Any], shown: list[str],
    missing: list[str],
) -> None:  # fmt: skip
    """Criteria are those of the role and of the goods on that day; wild goods are not grown."""
    world = trade(**changes)
    world.add("CertificationChanged", "2025-01-01", **{**MAKER, **certificate})
    tell(world, {"items": shown})

    assert [name for _, _, name in world.cases("M-74")] == [
        f"PLANT INTERNAL_RULES {item}" for item in missing
    ]


def test_m74_waits_for_the_paper() -> None:
    """It holds a month after the event was recorded."""
    world = party()
    world.add("CriterionShown", "2025-06-01", rec="2025-06-05", **{**SHOWN, **STORES, "met": False})

    assert world.only("M-74").deadline == at("2025-07-05")


def fallen_short() -> World:
    """A party that falls short in every way."""
    world = party()
    tell(
        world, {**STORES, "met": False}, {"items": RULES[1:]}, {**PLAN, "sent_to": None},
        {**PLAN, "fiscal_year": 2026, "met": False}, {**WORK, "contractor": "WORK-2", "met": False},
    )  # fmt: skip
    world.add("ProcessRecorded", "2025-08-01", **ENTRY)
    return world


@given(st.permutations(range(5)))
def test_m74_depends_on_no_order(order: list[int]) -> None:
    """Reported in whatever order, the same is found."""
    events = [
        {**STORES, "met": False, "on": "2025-06-03"}, STORES, {"items": RULES[2:]},
        {**PLAN, "sent_to": None}, {**WORK, "met": False},
    ]  # fmt: skip
    world = party()
    for index in order:
        own = {**SHOWN, **events[index]}
        world.add("CriterionShown", f"2025-06-{index + 1:02d}", name=f"c{index}", **own)

    assert [name for _, _, name in world.cases("M-74")] == [
        "OUTSIDE_WORK WORK-1", "PLANT FACILITY STORES", "PLANT INTERNAL_RULES CULTIVATION",
        "PLANT INTERNAL_RULES SEED", "YEARLY_PLAN 2025",
    ]  # fmt: skip
