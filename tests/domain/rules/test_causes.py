"""How much cases are about, and what they come from: a row for every way to count or to name it."""

from typing import Any

import pytest

from ledger.questions import QuestionsAtHand
from ledger.rules.causes import NOUN_OF, cause_of, named_by
from ledger.rules.impacts import Impact, impact_of
from ledger.rules.kinds import told
from ledger.rules.rulebook import RULES
from ledger.rules.values import kind_of, name_of
from ledger.rules.violation import SubjectKind, Violation
from tests.domain.rules.world import World, event_id

S = SubjectKind
ACCOUNT = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}


def violation(
    rule: str, kind: SubjectKind, subject: str, discriminator: str = "", *,
    expected: tuple[str, ...] = (), found: tuple[str, ...] = (), evidence: tuple[str, ...] = (),
) -> Violation:  # fmt: skip
    """What a rule says of a subject."""
    return Violation(
        rule, kind, subject, discriminator, "H", "D", expected, found, evidence, 0, artefact=False
    )


@pytest.fixture(scope="module")
def questions() -> QuestionsAtHand:
    """A mark under a contract, two applications to a lot, a departure, a dispatch."""
    world = World()
    world.add("MarkRegistered", "2026-03-01", mark="JAS-A", scheme="JAS", rcb="RCB-1",
              importer="IMP-1", design="leaf", carrier="STICKER", serialised=False)  # fmt: skip
    world.add("ConsignmentContractSigned", "2026-03-01", contract="C1", exporter="EXP-1",
              importer="IMP-1", rcb="RCB-1", agent="AG-1", from_="2026-03-01")  # fmt: skip
    world.add(
        "LotRecorded", "2026-03-02", lot="L1", operator="EXP-1", number="1", product="P1",
        quantity="250.000", units=500, status="ORGANIC", produced_on="2026-03-02",
    )  # fmt: skip
    for name, label, count in (("a1", 1, 300), ("a2", 2, 20)):
        world.add("SealsApplied", "2026-03-03", **ACCOUNT, lot="L1", label="LB",
                  label_version=label, units=count, count=count, name=name)  # fmt: skip
    line = {"lot": "L1", "product": "P1", "units": 300, "pack_weight": "0.500",
            "net_weight": "150.000", "mark": "JAS-A", "seals": 300}  # fmt: skip
    bare: dict[str, Any] = {**line, "lot": "L2", "mark": None, "seals": 0}
    world.add("ShipmentDeparted", "2026-03-04", shipment="S1", exporter="EXP-1", importer="IMP-1",
              site="W1", sealing_mode="CONSIGNED", origin="US", destination="JP", transport="SEA",
              contract="C1", departed=[line, bare])  # fmt: skip
    world.add("SealsLost", "2026-03-05", **ACCOUNT, count=7, cause="LOST",
              discovered_on="2026-03-05", name="lost")  # fmt: skip
    return QuestionsAtHand(world.record())


APP, LOST = event_id("a1"), event_id("lost")
IMPACTS = [
    # a violation                                                                 amount      unit
    (violation("M-01", S.ACCOUNT, "JAS-A EXP-1 W1", expected=("0",),
               found=("-100", "2026-03-03T00:00:00.000000+00:00")), "100", "seals"),
    (violation("M-02", S.ACCOUNT, "JAS-A EXP-1 W1", LOST, expected=("400",), found=("391", "-9")),
     "9", "seals"),
    (violation("M-02", S.ACCOUNT, "JAS-A EXP-1 W1", f"{LOST} spoiled", expected=("4",),
               found=("10", "6")), "6", "seals"),
    (violation("M-03", S.DISPATCH, "D-1", "JAS-A", expected=("342",), found=("322",)),
     "20", "seals"),
    (violation("M-03", S.DISPATCH, "D-1", "JAS-A receiver", expected=("IMP-1 W1",),
               found=("EXP-1 W1",)), None, "none"),
    (violation("M-04", S.DISPATCH, "D-1", "JAS-A", expected=("342",), found=("0",)),
     "342", "seals"),
    (violation("M-05", S.DISPATCH, "D-1", "JAS-A", expected=("0",), found=("50",)), "50", "seals"),
    (violation("M-38", S.ACCOUNT, "JAS-A EXP-1 W1", "2026-03", expected=("2 %",),
               found=("120", "3000")), "57", "seals"),
    (violation("M-33", S.EVENT, APP, event_id("a2"), expected=("free",), found=("1001-1100",)),
     "100", "seals"),
    (violation("M-33", S.EVENT, APP, event_id("a2"), expected=("free",), found=("1100",)),
     "1", "seals"),
    (violation("M-34", S.EVENT, APP, "numbers", expected=("issued",), found=("1-5", "9")),
     "6", "seals"),
    (violation("M-18", S.LOT, "L1", "JAS", expected=("500",), found=("520",)), "20", "units"),
    (violation("M-20", S.LOT, "L1", expected=("250.000",), found=("300.500",)), "50.500", "kg"),
    (violation("M-41", S.EVENT, LOST, expected=("0",), found=("7", "LOST")), "7", "seals"),
    (violation("M-09", S.APPLICATION, APP, expected=("in force on 2026-03-03",),
               found=("2026-03-01",)), "300", "seals"),
    (violation("M-15", S.LOT, "L1", "LB 1", expected=("none",), found=("BIOGRO_BELOW_95",)),
     "300", "seals"),
    (violation("M-15", S.LABEL, "LB 2", expected=("none",), found=("BIOGRO_BELOW_95",)),
     "20", "seals"),
    (violation("M-07", S.SHIPMENT, "S1", "L1 JAS-A", expected=("IMP-2",), found=("IMP-1",)),
     "300", "seals"),
    (violation("M-10", S.SHIPMENT, "S1", "exporter", expected=("valid",), found=("none",)),
     "300", "seals"),
    (violation("M-44", S.ACCOUNT, "JAS-A EXP-1 W1", found=("none",)), None, "none"),
    (violation("M-63", S.LOT, "L1", "SEED", expected=("recorded",), found=("nothing",)),
     None, "none"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "amount", "unit"), IMPACTS)
def test_how_much_a_case_is_about(
    questions: QuestionsAtHand, case: Violation, amount: str | None, unit: str
) -> None:
    """As its rule says; where it says nothing, nothing is counted."""
    found = impact_of(case, told(case), questions)

    assert (None if found.amount is None else str(found.amount), found.unit) == (amount, unit)


CAUSES = [
    ("M-09", S.APPLICATION, APP, "", ("in force on 2026-03-03",), (),
     "M-09 application contract C1"),
    ("M-10", S.APPLICATION, APP, "licensee", ("valid",), ("none",), "M-10 application party IMP-1"),
    ("M-10", S.APPLICATION, APP, "agent", ("valid",), ("none",), "M-10 application party AG-1"),
    ("M-10", S.SHIPMENT, "S1", "rcb JAS-A", ("valid",), ("none",), "M-10 shipment party RCB-1"),
    ("M-11", S.APPLICATION, APP, "site", ("W2",), ("W1",), "M-11 site contract C1"),
    ("M-11", S.APPLICATION, APP, "role", ("IMPORTER",), ("PRINTER",), "M-11 role party EXP-1"),
    ("M-12", S.APPLICATION, APP, "classes", ("covered",), ("HONEY",), "M-12 classes product P1"),
    ("M-14", S.APPLICATION, APP, "approval", ("in force on 2026-03-03",), ("LB 1",),
     "M-14 approval label LB 1"),
    ("M-15", S.LOT, "L1", "LB 1", ("none",), ("BIOGRO_BELOW_95",), "M-15 lot label LB 1"),
    ("M-18", S.LOT, "L1", "JAS", ("500",), ("520",), "M-18 lot lot L1"),
    ("M-31", S.APPLICATION, APP, "held", ("conforming",), ("held",), "M-31 held lot L1"),
    ("M-03", S.DISPATCH, "D-1", "JAS-A", ("342",), ("322",), "M-03 dispatch dispatch D-1"),
    ("M-01", S.ACCOUNT, "JAS-A EXP-1 W1", "", ("0",),
     ("-1", "2026-03-03T00:00:00.000000+00:00"), "M-01 account account JAS-A EXP-1 W1"),
    ("M-41", S.EVENT, LOST, "", ("0",), ("7", "LOST"), "M-41 event event SealsLost EXP-1"),
    ("M-53", S.PARTY_YEAR, "IMP-1 2025", "RCB-1", ("2026-06-30",), ("never",),
     "M-53 party-year party IMP-1"),
    ("M-25", S.ISSUER, "AG-1", "A7", ("accounted",), ("nothing",), "M-25 issuer issuer AG-1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "kind", "subject", "discriminator", "expected", "found", "cause"), CAUSES
)
def test_what_a_case_comes_from(  # noqa: PLR0917 -- the columns of the table
    questions: QuestionsAtHand, rule: str, kind: SubjectKind, subject: str, discriminator: str,
    expected: tuple[str, ...], found: tuple[str, ...], cause: str,
) -> None:  # fmt: skip
    """Its rule, the kind of case, and one noun that others may share."""
    case = violation(rule, kind, subject, discriminator, expected=expected, found=found)

    assert str(cause_of(case, told(case), questions)) == cause


def test_what_a_case_names(questions: QuestionsAtHand) -> None:
    """What it says, its event's own fields, whose act it is, and on which days."""
    case = violation("M-09", S.APPLICATION, APP, expected=("in force on 2026-03-03",))

    things, who, days = named_by(case, told(case), questions)

    assert {"lot L1", "mark JAS-A", "party EXP-1", "label LB 1", "site W1"} <= {*things}
    assert who == "EXP-1"
    assert [day.isoformat() for day in days] == ["2026-03-03"]


def test_every_rule_has_a_noun_and_every_impact_a_unit() -> None:
    """What groups cases is said of each rule, and of each of its kinds where they differ."""
    for rule in RULES:
        kinds = [name_of(says) for says in rule.says]
        named = {f"{rule.number} {kind}" for kind in kinds} & NOUN_OF.keys()
        nouned = rule.number in NOUN_OF or len(named) == len(kinds)
        assert nouned, rule.number
        for says in rule.says:
            if says.impact and says.impact not in ("subject", "spoiled over limit"):
                parts = {part.name: part.type for side in kind_of(says).sides for part in side}
                units = {parts[name] for name in says.impact.split("-")}
                assert units <= {"seals", "units", "kg", "range"}, (rule.number, units)
    assert Impact() == (None, "none")
