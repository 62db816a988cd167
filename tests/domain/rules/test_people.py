"""M-64 of managers: whoever was reported for a function fills it as the criteria ask."""

from typing import Any

import pytest

from tests.domain.labels.test_contents import cases
from tests.domain.rules.test_conduct import GRADED, MAKER
from tests.domain.rules.trade import trade
from tests.domain.rules.world import World, at

PERSON: dict[str, Any] = {
    "person": "PER-1", "party": "EXP-1", "function": "PROCESS_MANAGER", "schooling": "SCHOOL",
    "practice_years": "2.0", "from_": "2025-01-01",
}  # fmt: skip
COURSE: dict[str, Any] = {
    "person": "PER-1", "party": "EXP-1", "course": "MANAGEMENT_PLANT", "completed_on": "2026-03-05",
}  # fmt: skip


def graded(persons: list[dict[str, Any]], courses: list[dict[str, Any]]) -> tuple[World, str]:
    """A lot graded on 5 March 2026 by a JAS producer with these people."""
    world = trade()
    world.add("CertificationChanged", "2025-01-01", **MAKER)
    for person in persons:
        world.add("PersonQualified", "2026-01-01", **{**PERSON, **person})
    for course in courses:
        world.add("SealTrainingCompleted", "2026-01-01", **{**COURSE, **course})
    return world, world.add("LotGraded", "2026-03-05", **GRADED).id


GRADINGS: list[tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]] = [
    # people, courses, functions not filled
    ([], [], []),
    ([{}], [{}], []),
    ([{"practice_years": "1.9"}], [{}], ["PROCESS_MANAGER"]),
    ([{"schooling": "UNIVERSITY", "practice_years": "1.0"}], [{}], []),
    ([{"schooling": "UNIVERSITY", "practice_years": "0.9"}], [{}], ["PROCESS_MANAGER"]),
    ([{"schooling": "UNIVERSITY", "practice_years": "1.9", "subject": False}], [{}],
     ["PROCESS_MANAGER"]),
    ([{"schooling": "UNIVERSITY", "practice_years": "2.0", "subject": False}], [{}], []),
    ([{"schooling": "NONE", "practice_years": "2.9"}], [{}], ["PROCESS_MANAGER"]),
    ([{"schooling": "NONE", "practice_years": "3.0"}], [{}], []),
    ([{"practice_years": "1.9"}, {"person": "PER-3"}], [{}], []),
    ([{"practice_years": "1.9", "until": "2026-03-04"}], [{}], []),
    ([{"practice_years": "1.9", "until": "2026-03-05"}], [{}], ["PROCESS_MANAGER"]),
    # nobody is said to be in charge: of no one is the course asked
    ([{}], [], []),
    ([{"in_charge": False}], [], []),
    ([{"in_charge": True}], [], ["RESPONSIBLE_MANAGER"]),
    ([{"in_charge": True}], [{}], []),
    ([{"in_charge": True}], [{"completed_on": "2026-03-06"}], ["RESPONSIBLE_MANAGER"]),
    ([{"in_charge": True}], [{"course": "MANAGEMENT_PROCESSED"}], ["RESPONSIBLE_MANAGER"]),
    ([{"function": "RESPONSIBLE_MANAGER"}], [], ["RESPONSIBLE_MANAGER"]),
    ([{"function": "RESPONSIBLE_MANAGER"}], [{}], []),
    ([{"function": "RESPONSIBLE_MANAGER"}], [{"person": "PER-3"}], ["RESPONSIBLE_MANAGER"]),
    # of several graders one is in charge, once it is told of any whether it is
    ([{"function": "GRADER"}, {"function": "GRADER", "person": "PER-3"}], [], []),
    ([{"function": "GRADER", "in_charge": False}], [], []),
    ([{"function": "GRADER", "in_charge": False}, {"function": "GRADER", "person": "PER-3"}], [],
     ["GRADER_IN_CHARGE"]),
    ([{"function": "GRADER", "in_charge": False},
      {"function": "GRADER", "person": "PER-3", "in_charge": True}], [], []),
    ([{"function": "GRADER", "in_charge": False},
      {"function": "GRADER", "person": "PER-3", "until": "2026-03-04"}], [], []),
]  # fmt: skip


@pytest.mark.parametrize(("persons", "courses", "functions"), GRADINGS, ids=cases("4.3", GRADINGS))
def test_m64_of_a_grading(
    persons: list[dict[str, Any]], courses: list[dict[str, Any]], functions: list[str]
) -> None:
    """A function that was reported is filled by one of those reported, on the day of grading."""
    world, key = graded(persons, courses)

    found = [v for v in world.violations() if v.rule == "M-64"]

    assert [(v.subject, v.discriminator) for v in found] == [(key, name) for name in functions]
    assert all(v.deadline == at("2026-03-06") for v in found)


def test_m64_names_whom_it_rests_on() -> None:
    """Since when the last of them is on record, and with how much practice."""
    world, _ = graded(
        [{"practice_years": "1.0"}, {"person": "PER-3", "practice_years": "1.5",
                                     "from_": "2025-06-01"}], [{}],
    )  # fmt: skip

    found = world.only("M-64")

    assert (found.expected, found.found) == (("qualified",), ("2025-06-01", "1.5"))
    assert len(found.evidence) == 3


def test_m64_is_silent_off_the_jas_route() -> None:
    """Goods for equivalence are graded by nobody's criteria of Japan."""
    world = trade()
    world.add("PersonQualified", "2026-01-01", **{**PERSON, "practice_years": "0.0"})
    world.add("LotGraded", "2026-03-05", **GRADED)

    assert world.cases("M-64") == []


def unmanaged() -> World:
    """A grading at which nobody fills any function that was reported."""
    grader = {"function": "GRADER", "in_charge": False}
    world, _ = graded(
        [{"in_charge": True, "practice_years": "0.0"}, grader, {**grader, "person": "PER-3"}], []
    )
    return world


DIVIDER: dict[str, Any] = {**PERSON, "function": "SUBDIVIDING_PERSON"}
DIVISIONS: list[tuple[list[dict[str, Any]], list[dict[str, Any]], bool]] = [
    ([], [], False),
    ([{}], [], True),
    ([{}], [{}], False),
    ([{}], [{"completed_on": "2026-03-06"}], True),
    ([{}], [{"course": "GRADING_LABEL"}], True),
    ([{"until": "2026-03-04"}], [], False),
    # several, and nobody in charge: of no one is the course asked
    ([{}, {"person": "PER-3"}], [], False),
    ([{}, {"person": "PER-3", "in_charge": True}], [], True),
    ([{}, {"person": "PER-3", "in_charge": True}], [{}], True),
    ([{}, {"person": "PER-3", "in_charge": True}], [{"person": "PER-3"}], False),
]


@pytest.mark.parametrize(("persons", "courses", "fires"), DIVISIONS, ids=cases("4.3", DIVISIONS))
def test_m64_of_a_subdivision(
    persons: list[dict[str, Any]], courses: list[dict[str, Any]], *, fires: bool
) -> None:
    """Whoever is in charge of repacking has taken its course by then."""
    world = trade()
    for person in persons:
        world.add("PersonQualified", "2026-01-01", **{**DIVIDER, **person})
    for course in courses:
        world.add(
            "SealTrainingCompleted", "2026-01-01", **{**COURSE, "course": "SUBDIVISION", **course}
        )
    key = world.add(
        "LotSubdivided", "2026-03-05", lot="L1", operator="EXP-1", children=[], loss="0.000"
    ).id

    assert world.cases("M-64") == [("M-64", key, "SUBDIVIDING_MANAGER")] * fires
