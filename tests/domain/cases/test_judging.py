"""What the audit decides: a row for every state a case can be in, the violation there or not."""

import pytest
from msgspec.structs import replace

from ledger.cases.discrepancy import (
    Case,
    DiscrepancyClosed,
    DiscrepancyEscalated,
    DiscrepancyExplained,
    DiscrepancyOpened,
    DiscrepancyWithdrawn,
    Event,
    Picture,
    State,
    Values,
    evidence_max,
    evolve,
)
from ledger.cases.identity import case_id, period_id
from ledger.cases.judging import case_of, judge
from ledger.errors import Fatal
from ledger.rules.violation import SubjectKind, Violation

NOON = 1_775_000_000_000_000
TIME = "2026-03-31T23:33:20.000000+00:00"


def violation(found: str = "520", severity: str = "C") -> Violation:
    """A lot with more seals than units."""
    return Violation(
        rule="M-18",
        subject_kind=SubjectKind.LOT,
        subject="L-1",
        discriminator="JAS",
        severity=severity,  # type: ignore[arg-type]  # a test's own shorthand
        family="L",
        expected=("500",),
        found=(found,),
        evidence=("e1",),
        deadline=0,
        artefact=False,
    )


def case(*after: str, values: Values | None = None) -> Case:
    """Fold a case that was opened and then went through these."""
    opened = judge(None, violation(), now=NOON, position=7)
    assert opened is not None
    shown = values or Values("C", ("500",), ("520",))
    made: dict[str, Event] = {
        "withdrawn": DiscrepancyWithdrawn(case=opened.case, time=TIME, position=9),
        "explained": DiscrepancyExplained(
            case=opened.case, time=TIME, position=9, party="EXP-1", person="P-1",
            reason="LATE_ENTRY", text="late", values=shown,
        ),
        "escalated": DiscrepancyEscalated(
            case=opened.case, time=TIME, position=9, party="RCB-1", person="P-9", text="why"
        ),
        "closed": DiscrepancyClosed(
            case=opened.case, time=TIME, position=9, party="RCB-1", person="P-9",
            reason="OTHER", text="settled", values=shown,
        ),
    }  # fmt: skip
    found = evolve(None, opened)
    for step in after:
        if step == "reopened":
            event = judge(found, violation(), now=NOON, position=9)
            assert event is not None
            found = evolve(found, event)
        else:
            found = evolve(found, made[step])
    return found


SAME, OTHER, GRAVER, GONE = violation(), violation("530"), violation(severity="H"), None
ROWS: list[tuple[tuple[str, ...] | None, Violation | None, str | None, State | None]] = [
    (None, SAME, "opened", State.OPEN),
    (None, GONE, None, None),
    ((), SAME, None, State.OPEN),
    ((), OTHER, None, State.OPEN),
    ((), GONE, "withdrawn", State.WITHDRAWN),
    (("explained",), SAME, None, State.EXPLAINED),
    (("explained",), OTHER, "reopened", State.OPEN),
    (("explained",), GRAVER, "reopened", State.OPEN),
    (("explained",), GONE, "withdrawn", State.WITHDRAWN),
    (("escalated",), SAME, None, State.ESCALATED),
    (("escalated",), OTHER, None, State.ESCALATED),
    (("escalated",), GONE, "withdrawn", State.WITHDRAWN),
    (("escalated", "explained"), OTHER, None, State.ESCALATED),
    (("closed",), SAME, None, State.CLOSED),
    (("closed",), OTHER, "reopened", State.OPEN),
    (("closed",), GONE, None, State.CLOSED),
    (("escalated", "closed"), OTHER, "reopened", State.OPEN),
    (("withdrawn",), SAME, "reopened", State.OPEN),
    (("withdrawn",), OTHER, "reopened", State.OPEN),
    (("withdrawn",), GONE, None, State.WITHDRAWN),
    (("explained", "withdrawn"), SAME, "reopened", State.OPEN),
    (("escalated", "withdrawn"), SAME, "reopened", State.ESCALATED),
    (("explained", "escalated", "withdrawn"), OTHER, "reopened", State.ESCALATED),
    (("escalated", "withdrawn", "reopened", "withdrawn"), SAME, "reopened", State.ESCALATED),
    (("escalated", "withdrawn", "reopened", "closed"), OTHER, "reopened", State.OPEN),
]


@pytest.mark.parametrize(("after", "shows", "makes", "state"), ROWS)
def test_the_audit_decides_by_state_and_present_facts(
    after: tuple[str, ...] | None,
    shows: Violation | None,
    makes: str | None,
    state: State | None,
) -> None:
    """What holds now and where the case stands decide what happens, and only that."""
    before = None if after is None else case(*after)

    event = judge(before, shows, now=NOON, position=12)

    assert makes == (event.makes if event else None)
    found = before if event is None else evolve(before, event)
    assert state == (found.state if found else None)
    assert judge(found, shows, now=NOON, position=13) is None


def test_a_decision_says_when_and_on_what_it_rests() -> None:
    """An opening carries the clock and the position it was decided by, and what was seen."""
    event = judge(None, violation(), now=NOON, position=12)

    assert isinstance(event, DiscrepancyOpened)
    assert (event.time, event.position) == (TIME, 12)
    assert Picture(
        values=Values("C", ("500",), ("520",)), artefact=False, evidence=("e1",), evidence_total=1
    ) == event.shows  # fmt: skip


def test_evidence_is_cut_and_counted() -> None:
    """A case keeps a hundred ids and how many there were."""
    many = tuple(f"e{number}" for number in range(250))

    shows = Picture.of(violation()._replace(evidence=many))

    assert many[:evidence_max] == shows.evidence
    assert shows.evidence_total == 250


def test_case_ids_are_of_version_8_and_tell_questions_apart() -> None:
    """The same question has one id, whoever asks; every other question has another."""
    ids = {
        case_id("M-18", "lot", "L-1", "JAS"),
        case_id("M-18", "lot", "L-1", ""),
        case_id("M-18", "lot", "L-1 JAS", ""),
        case_id("M-18", "label", "L-1", "JAS"),
        case_id("M-20", "lot", "L-1", "JAS"),
        period_id("M-18", "lot", "L-1"),
    }

    assert len(ids) == 6
    assert {8} == {found.version for found in ids}
    assert case_of(violation()) == case_id("M-18", "lot", "L-1", "JAS")


def test_ids_of_cases_never_change() -> None:
    """A case recorded long ago is found by the id it has always had."""
    assert str(case_id("M-18", "lot", "L-1", "日本")) == "a8eb2e58-d253-8ba0-8768-f3e0eb3043f8"
    assert str(period_id("IMP-1", "RCB-1", "FY2026")) == "078844ef-7645-8662-89da-1f48446cefa8"


def test_a_case_opens_once_and_before_all_else() -> None:
    """A stream that starts with anything else, or starts twice, is no case."""
    opened = judge(None, violation(), now=NOON, position=7)
    assert opened is not None

    with pytest.raises(Fatal, match="a second time"):
        evolve(case(), opened)
    with pytest.raises(Fatal, match="before it was opened"):
        evolve(None, DiscrepancyWithdrawn(case=opened.case, time=TIME, position=9))


def test_values_shown_while_open_do_not_change_what_was_explained() -> None:
    """An explanation holds for the values it was given for, not for those of the opening."""
    explained = case("explained", values=Values("C", ("500",), ("530",)))

    assert judge(explained, OTHER, now=NOON, position=9) is None
    assert judge(explained, SAME, now=NOON, position=9) is not None
    assert replace(explained, version=1) != case()


@pytest.mark.parametrize("state", ["explained", "closed"])
def test_one_more_without_a_case_reopens_nothing(state: str) -> None:
    """How many others go without a case of their own is no part of what was settled."""
    settled = case(state, values=Values("C", ("free",), ("7", "+ 5 more")))
    values = [("7", "+ 6 more"), ("7",), ("8", "+ 5 more"), ("+ 6 more", "7")]

    asked = [Values("C", ("free",), found) for found in values]

    assert settled.settled is not None
    assert [each == settled.settled for each in asked] == [True, True, False, False]
    assert hash(asked[0]) == hash(settled.settled)
    assert settled.settled.found == ("7", "+ 5 more")
