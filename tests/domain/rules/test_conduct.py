"""Conduct: duties apart, evidence kept, complaints answered, work done as it should be."""

from typing import Any

import pytest

from ledger.facts.identity import Document
from tests.domain.rules.trade import FACTS, apply, trade
from tests.domain.rules.world import World, at

HOUR = 3_600_000_000
DAY = 24 * HOUR
HERE: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}


@pytest.mark.parametrize(
    ("approved_by", "actor", "fires"),
    [("PER-2", None, False), ("PER-1", None, True), ("PER-2", "PER-3", False),
     ("PER-3", "PER-3", True)],
)  # fmt: skip
def test_m50_approver(approved_by: str, actor: str | None, *, fires: bool) -> None:
    """Whoever counted, or enters the adjustment, does not approve it."""
    world = World()
    count = world.add("SealsCounted", "2026-04-01", counted=9, counted_by="PER-1", **HERE)
    key = world.add(
        "StockAdjusted", "2026-04-02", delta=-1, count_event=count.id, reason="LOSS",
        approved_by=approved_by, actor=actor, **HERE,
    ).id  # fmt: skip

    found = [v for v in world.violations() if v.rule == "M-50"]

    assert [(v.subject, v.discriminator, v.found) for v in found] == (
        [(key, "approver", (approved_by,))] if fires else []
    )


@pytest.mark.parametrize(("second", "fires"), [(None, False), ("PER-2", False), ("PER-1", True)])
def test_m50_second_person(second: str | None, *, fires: bool) -> None:
    """The second person at a count is another one."""
    world = World()
    world.add(
        "SealsCounted", "2026-04-01", counted=9, counted_by="PER-1", second_person=second, **HERE
    )

    assert [case[2] for case in world.cases("M-50")] == ["second"] * fires


def test_m50_checker_of_the_latest_version() -> None:
    """Whoever graded does not check the report; a higher version takes it back."""
    world = World()
    own: dict[str, Any] = {
        "report": "R1", "contract": "C1", "shipment": "S1", "exporter": "EXP-1",
        "importer": "IMP-1", "rcb": "RCB-1", "agent": "AG-1", "grader": "PER-1",
        "checked_by": "PER-1",
    }  # fmt: skip
    world.add("SealReportFiled", "2026-04-01", version=1, **own)
    assert [case[2] for case in world.cases("M-50")] == ["checker"]

    world.add("SealReportFiled", "2026-04-02", version=2, **{**own, "checked_by": "PER-2"})

    assert world.cases("M-50") == []


@pytest.mark.parametrize(
    ("seller", "lot", "fires"),
    [("PER-1", "L1", True), ("PER-2", "L1", False), ("PER-1", "L2", False), (None, "L1", False)],
)
def test_m50_sales(seller: str | None, lot: str, *, fires: bool) -> None:
    """Whoever labels a lot does not sell it."""
    world = trade()
    sealed = apply(world, actor="PER-1")
    apply(world, "2026-04-02", actor=None)
    key = world.add(
        "GoodsSold", "2026-05-01", importer="IMP-1", lot=lot, product="P1", units=1,
        claim="x", country="JP", actor=seller,
    ).id  # fmt: skip

    found = [(v.subject, v.discriminator, v.evidence) for v in world.violations()
             if v.rule == "M-50"]  # fmt: skip

    assert found == ([(key, "sales", (key, sealed))] if fires else [])


PAPERS: list[tuple[str, dict[str, Any], bool]] = [
    ("CertificationChanged", FACTS["licence"][1], True),
    ("CertificationChanged", {**FACTS["licence"][1], "status": "SUSPENDED"}, False),
    ("ConsignmentContractSigned", FACTS["contract"][1], True),
    ("SealTrainingCompleted", FACTS["training"][1], True),
    ("LabelApproved", FACTS["label"][1], True),
    ("SealsLost", {**HERE, "count": 1, "cause": "LOST", "discovered_on": "2026-04-01"}, True),
    ("MarkRegistered", FACTS["mark"][1], False),
]


@pytest.mark.parametrize("documents", [False, True])
@pytest.mark.parametrize(("kind", "fields", "asks"), PAPERS)
def test_m54_evidence_missing(
    kind: str, fields: dict[str, Any], *, asks: bool, documents: bool
) -> None:
    """What rests on a paper names one within thirty days."""
    world = World()
    own = dict(fields)
    if documents:
        own["documents"] = [Document(name="scan.pdf", sha256="0" * 64)]
    world.add(kind, "2026-04-01", **own)

    assert world.cases("M-54", now="2026-04-30T23:59:59") == []
    assert len(world.cases("M-54", now="2026-05-01")) == (asks and not documents)


ANSWERS: list[tuple[dict[str, Any], str | None, bool]] = [
    # the complaint, when it is reported again as answered, whether it is unanswered
    ({}, None, True),
    ({"answered_on": "2026-04-02"}, None, False),
    ({}, "2026-04-20", False),
    ({}, "2026-03-31", True),
]


@pytest.mark.parametrize(("own", "again", "fires"), ANSWERS)
def test_m61_complaint_unanswered(own: dict[str, Any], again: str | None, *, fires: bool) -> None:
    """A complaint is answered within a week."""
    world = World()
    fields = {"complaint": "K1", "party": "EXP-1", "kind": "COMPLAINT"}
    key = world.add("ComplaintReceived", "2026-04-01T09:00", **fields, **own).id
    if again is not None:
        world.add("ComplaintReceived", again, **fields, answered_on="2026-04-05")

    assert world.cases("M-61", now="2026-04-08T08:59:59") == []
    assert world.cases("M-61", now="2026-04-08T09:00") == ([("M-61", key, "")] if fires else [])


def done(world: World, activity: str, **own: Any) -> str:
    """An entry of the lot's process record; returns the event's id."""
    fields = {"lot": "L1", "operator": "EXP-1", "activity": activity, "on": "2026-02-01"}
    return world.add("ProcessRecorded", "2026-03-02", **{**fields, **own}).id


ENTRIES: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, tuple[str, ...]]]]] = [
    # the product, the entry, (code, figures)
    ({}, {"activity": "MATERIAL", "substance": "GUANO"}, []),
    ({}, {"activity": "MATERIAL", "substance": "UREA"}, [("NOT_LISTED", ("UREA",))]),
    ({}, {"activity": "MATERIAL"}, []),
    (
        {},
        {"activity": "PLANT_PROTECTION", "substance": "VINEGAR", "emergency": False},
        [("NO_EMERGENCY", ("VINEGAR",))],
    ),
    ({}, {"activity": "PLANT_PROTECTION", "substance": "VINEGAR", "emergency": True}, []),
    ({}, {"activity": "SEED", "substance": "GMO_SOY"}, [("GMO", ("GMO_SOY",))]),
    ({}, {"activity": "STORAGE", "substance": "CO2_FUMIGANT"}, []),
    (
        {},
        {"activity": "STORAGE", "substance": "METHYL_BROMIDE"},
        [("NOT_LISTED", ("METHYL_BROMIDE",))],
    ),
    (
        {},
        {"activity": "STORAGE", "substance": "CO2_FUMIGANT", "means_insufficient": False},
        [("NO_NEED", ("CO2_FUMIGANT",))],
    ),
    (
        {},
        {"activity": "PLANT_PROTECTION", "substance": "VINEGAR", "instructions_followed": False},
        [("INSTRUCTIONS", ("VINEGAR",))],
    ),
    ({}, {"activity": "TRANSPORT", "separated": False}, [("CONTAMINATED", ("none",))]),
    ({}, {"activity": "STORAGE", "irradiated": True}, [("IRRADIATED", ("none",))]),
    (
        {"class_": "LIVESTOCK", "species": "PIG"},
        {"activity": "HOUSING", "heads": 10, "indoor_m2": "10.999", "outdoor_m2": "11.000"},
        [("DENSITY", ("10", "10.999", "11.000"))],
    ),
    (
        {"class_": "LIVESTOCK", "species": "PIG"},
        {"activity": "HOUSING", "heads": 10, "indoor_m2": "11.000", "outdoor_m2": "11.000"},
        [],
    ),
    (
        {"class_": "LIVESTOCK"},
        {"activity": "MEDICINE", "waiting_days": 15, "on": "2026-01-31"},
        [("WAITING_TIME", ("15 d", "2026-01-31"))],
    ),
    (
        {"class_": "LIVESTOCK"},
        {"activity": "MEDICINE", "waiting_days": 15, "on": "2026-01-30"},
        [],
    ),
]


@pytest.mark.parametrize(("product", "entry", "codes"), ENTRIES)
def test_m62_unfit_process(
    product: dict[str, Any], entry: dict[str, Any], codes: list[tuple[str, tuple[str, ...]]]
) -> None:
    """What the standard excludes is a case, by code."""
    world = trade(product=product)
    own = dict(entry)
    key = done(world, own.pop("activity"), **own)

    found = [v for v in world.violations() if v.rule == "M-62"]

    assert [(v.subject, v.discriminator, v.found) for v in found] == [
        (key, code, figures) for code, figures in codes
    ]
    assert all(v.deadline == at("2026-03-03") for v in found)


MAKER: dict[str, Any] = {
    "party": "EXP-1", "scheme": "JAS", "role": "PRODUCER", "issuer": "RCB-1", "number": "J-5",
    "status": "GRANTED", "from_": "2025-01-01",
}  # fmt: skip
GRADED: dict[str, Any] = {
    "lot": "L1", "result": "CONFORMING", "grader": "PER-2", "records_complete": True,
    "linked_to_lot": True, "method_conforms": True, "label_conforms": True,
}  # fmt: skip
KEPT: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    # the certification, the grading, missing besides the entries that there are
    ({}, {}, ["EQUIPMENT", "POST_HARVEST"]),
    ({"scheme": "NOP"}, {}, []),
    ({}, {"records_complete": False}, []),
]


@pytest.mark.parametrize(("certified", "graded", "missing"), KEPT)
def test_m63_records_missing(
    certified: dict[str, Any], graded: dict[str, Any], missing: list[str]
) -> None:
    """Records called complete hold an entry of every activity, a month later."""
    world = trade()
    world.add("CertificationChanged", "2025-01-01", **{**MAKER, **certified})
    for activity in ("SEED", "MATERIAL", "FIELD_WORK"):
        done(world, activity)
    world.add("LotGraded", "2026-03-05", **{**GRADED, **graded})

    assert world.cases("M-63", now="2026-04-03T23:59:59") == []
    assert world.cases("M-63", now="2026-04-04") == [("M-63", "L1", name) for name in missing]


def test_m63_the_latest_grading_decides() -> None:
    """A later grading that calls the records incomplete takes it back."""
    world = trade()
    world.add("CertificationChanged", "2025-01-01", **MAKER)
    world.add("LotGraded", "2026-03-05", **GRADED)
    world.add("LotGraded", "2026-03-06", **{**GRADED, "records_complete": False})

    assert world.cases("M-63") == []


QUALIFIED: dict[str, Any] = {
    "person": "PER-2", "party": "EXP-1", "function": "GRADER", "schooling": "SCHOOL",
    "practice_years": "2.0", "from_": "2026-03-05",
}  # fmt: skip
PEOPLE: list[tuple[dict[str, Any] | None, bool]] = [
    (None, False),
    ({}, False),
    ({"practice_years": "1.9"}, True),
    ({"schooling": "UNIVERSITY", "practice_years": "1.0"}, False),
    ({"schooling": "NONE", "practice_years": "2.9"}, True),
    ({"function": "LABELLER"}, True),
    ({"from_": "2026-03-06"}, True),
    ({"until": "2026-03-05", "from_": "2026-01-01"}, False),
    ({"until": "2026-03-04", "from_": "2026-01-01"}, True),
    ({"party": "EXP-2", "practice_years": "0.0"}, False),
    ({"person": "PER-3", "practice_years": "0.0"}, False),
]


@pytest.mark.parametrize(("qualified", "fires"), PEOPLE)
def test_m64_grader(qualified: dict[str, Any] | None, *, fires: bool) -> None:
    """A person on whom anything was reported is qualified for the work on that day."""
    world = trade()
    if qualified is not None:
        world.add("PersonQualified", "2026-01-01", **{**QUALIFIED, **qualified})
    key = world.add("LotGraded", "2026-03-05", **GRADED).id

    found = [v for v in world.violations() if v.rule == "M-64"]

    assert [(v.subject, v.discriminator) for v in found] == [(key, "GRADER")] * fires
    assert all(v.deadline == at("2026-03-06") for v in found)


@pytest.mark.parametrize(
    ("holder", "actor", "fires"),
    [("IMP-1", "PER-2", True), ("EXP-1", "PER-2", False), ("IMP-1", "PER-3", False),
     ("IMP-1", None, False)],
)  # fmt: skip
def test_m64_labeller_of_own_marks(holder: str, actor: str | None, *, fires: bool) -> None:
    """Whoever applies its employer's own mark is qualified as a labeller."""
    world = trade()
    for party in ("IMP-1", "EXP-1"):
        world.add("PersonQualified", "2026-01-01", **{**QUALIFIED, "party": party})
    key = apply(world, holder=holder, actor=actor)

    expected = [("M-64", key, "LABELLER")] if fires else []

    assert world.cases("M-64") == expected


@pytest.mark.parametrize(("years", "fires"), [("1.9", True), ("2.0", False)])
def test_m64_subdividing_person(years: str, *, fires: bool) -> None:
    """Whoever divides lots is qualified for it."""
    world = trade()
    own = {**QUALIFIED, "function": "SUBDIVIDING_PERSON", "practice_years": years}
    world.add("PersonQualified", "2026-01-01", **{**own, "from_": "2026-01-01"})
    world.add(
        "SealTrainingCompleted", "2026-01-01", person="PER-2", party="EXP-1", course="SUBDIVISION",
        completed_on="2026-01-01",
    )  # fmt: skip
    key = world.add(
        "LotSubdivided", "2026-03-05", actor="PER-2",
        lot="L1", operator="EXP-1", children=[], loss="0.000",
    ).id  # fmt: skip

    expected = [("M-64", key, "SUBDIVIDING_PERSON")] if fires else []

    assert world.cases("M-64") == expected
