"""Stock: balances below zero, counts, spoilage, age."""

from typing import Any

import pytest

from ledger.custody.places import Kind, Place
from ledger.questions import QuestionsAtHand
from ledger.rules.policy import default_policy
from tests.domain.rules.world import World, at

HERE: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}
KEY = "JAS-A EXP-1 W1"
ON_LOT: dict[str, Any] = {**HERE, "lot": "L1", "label": "LB", "label_version": 1}
HOUR = 3_600_000_000
DAY = 24 * HOUR


def received(world: World, time: str, count: int, **own: Any) -> None:
    """Seals arrive at the account."""
    world.add("SealsReceived", time, dispatch="D1", condition="GOOD", count=count, **HERE, **own)


def applied(world: World, time: str, count: int, **own: Any) -> str:
    """Seals are attached; returns the event's id."""
    return world.add("SealsApplied", time, units=count, count=count, **ON_LOT, **own).id


def overdrawn() -> World:
    """1,000 received at 09:00, 600 applied at 10:00, 500 at 11:00."""
    world = World()
    received(world, "2026-04-02T09:00", 1000)
    applied(world, "2026-04-02T10:00", 600)
    applied(world, "2026-04-02T11:00", 500, rec="2026-04-02T11:02")
    return world


@pytest.mark.parametrize(
    ("receipt", "now", "fires"),
    [
        (None, "2026-04-02T12:01:59", False),
        (None, "2026-04-02T12:02", True),
        ("2026-04-02T10:30", "2026-04-02T12:02", False),
        ("2026-04-02T11:00", "2026-04-02T12:02", False),
        ("2026-04-02T11:30", "2026-04-02T12:02", True),
    ],
)
def test_m01_negative_stock(receipt: str | None, now: str, *, fires: bool) -> None:
    """A dip is a mismatch an hour after it was recorded, unless earlier-dated seals arrive."""
    world = overdrawn()
    if receipt is not None:
        received(world, receipt, 100)

    assert world.cases("M-01", now=now) == ([("M-01", KEY, "")] if fires else [])


def test_m01_says_how_low_and_since_when() -> None:
    """The lowest balance of all dips, and the start of the last one."""
    world = overdrawn()
    received(world, "2026-04-02T13:00", 200)
    applied(world, "2026-04-02T14:00", 150)

    found = world.only("M-01")

    assert found.expected == ("0",)
    assert found.found == ("-100", "2026-04-02T14:00:00.000000+00:00")
    assert found.severity == "C"
    assert found.deadline == at("2026-04-02T12:02")
    assert not found.artefact


def test_m01_double_shot_is_suspected() -> None:
    """A dip opened by two equal shots within a minute carries the flag."""
    world = World()
    received(world, "2026-04-02T09:00", 100)
    applied(world, "2026-04-02T10:00:00", 60)
    applied(world, "2026-04-02T10:01:00", 60)

    assert world.only("M-01").artefact


def test_m01_equal_shots_later_are_no_double_shot() -> None:
    """More than a minute apart they are two shots."""
    world = World()
    received(world, "2026-04-02T09:00", 100)
    applied(world, "2026-04-02T10:00:00", 60)
    applied(world, "2026-04-02T10:01:01", 60)

    assert not world.only("M-01").artefact


def test_moves_of_one_moment_are_taken_together() -> None:
    """What comes and goes at one time makes no dip, and dips join while the place stays below."""
    world = World()
    applied(world, "2026-04-02T10:00", 50)
    received(world, "2026-04-02T10:00", 50)
    applied(world, "2026-04-02T11:00", 5)
    applied(world, "2026-04-02T12:00", 5)
    received(world, "2026-04-02T13:00", 10)
    questions = QuestionsAtHand(world.record())

    (dip,) = questions.dips("JAS-A", Place(Kind.STOCK, "EXP-1", "W1"))

    assert dip.start == at("2026-04-02T11:00")
    assert dip.lowest == -10


COUNTS = [  # book, counted, adjustments (delta, reason) made for it, severity, flag
    (400, 400, [], None, False),
    (400, 391, [], "H", False),
    (400, 390, [], "H", False),
    (400, 389, [], "C", False),
    (400, 410, [], "H", False),
    (400, 411, [], "C", False),
    (5000, 4950, [], "H", False),
    (5000, 4949, [], "C", False),
    (1243, 1234, [], "H", True),
    (1234, 123, [], "C", True),
    (400, 391, [(-9, "LOSS")], None, False),
    (400, 391, [(-9, "UNEXPLAINED")], "H", False),
    (400, 391, [(-5, "LOSS"), (-4, "THEFT")], None, False),
    (400, 391, [(-8, "LOSS")], "H", False),
]


@pytest.mark.parametrize("adjusted_at", ["2026-04-02T11:00", "2026-04-04T11:00"])
@pytest.mark.parametrize(("book", "counted", "adjustments", "severity", "flag"), COUNTS)
def test_m02_count_variance(
    *,
    book: int,
    counted: int,
    adjustments: list[tuple[int, str]],
    severity: str | None,
    flag: bool,
    adjusted_at: str,
) -> None:
    """A count that differs from the book is a mismatch after a day, unless it is explained."""
    world = World()
    received(world, "2026-04-02T09:00", book)
    count = world.add("SealsCounted", "2026-04-03T09:00", counted=counted, counted_by="P1", **HERE)
    for delta, reason in adjustments:
        world.add(
            "StockAdjusted",
            adjusted_at,
            delta=delta,
            reason=reason,
            count_event=count.id,
            approved_by="P2",
            **HERE,
        )

    found = [v for v in world.violations() if v.rule == "M-02"]

    if severity is None:
        assert found == []
    else:
        (violation,) = found
        assert (violation.severity, violation.artefact) == (severity, flag)
        assert violation.discriminator == count.id
        assert violation.expected == (str(book),)
        assert violation.deadline == at("2026-04-04T09:00")


def test_m02_a_second_variance_is_critical() -> None:
    """Where the count before was unexplained too, a small variance is critical."""
    world = World()
    received(world, "2026-04-02T09:00", 400)
    world.add("SealsCounted", "2026-04-03T09:00", counted=399, counted_by="P1", **HERE)
    world.add("SealsCounted", "2026-04-05T09:00", counted=399, counted_by="P1", **HERE)

    severities = [v.severity for v in world.violations() if v.rule == "M-02"]

    assert sorted(severities) == ["C", "H"]


@pytest.mark.parametrize(("spoiled_counted", "fires"), [(None, 0), (30, 0), (29, 1), (0, 1)])
def test_m02_spoiled_seals_are_counted_too(spoiled_counted: int | None, fires: int) -> None:
    """The spoiled seals that were counted are compared with SPOILED at that time; always high."""
    world = World()
    received(world, "2026-04-02T09:00", 400)
    world.add("SealsSpoiled", "2026-04-02T10:00", count=30, reason="WET", **HERE)
    count = world.add(
        "SealsCounted",
        "2026-04-03T09:00",
        counted=370,
        spoiled_counted=spoiled_counted,
        counted_by="P1",
        **HERE,
    )

    found = [v for v in world.violations() if v.rule == "M-02"]

    assert [(v.discriminator, v.severity) for v in found] == [(f"{count.id} spoiled", "H")] * fires


SPOILAGE = [  # applied, spoiled, reason, fires
    (4900, 100, "WET", False),
    (4899, 100, "WET", True),
    (4899, 100, "EXPIRED", False),
    (4899, 100, "UNUSED", False),
    (100, 99, "TORN", False),
]


@pytest.mark.parametrize(("used", "spoiled", "reason", "fires"), SPOILAGE)
def test_m38_high_spoilage(used: int, spoiled: int, reason: str, *, fires: bool) -> None:
    """More than 2 % of a month's seals, and at least 100, is too much spoilage."""
    world = World()
    received(world, "2026-04-02T09:00", 10_000)
    applied(world, "2026-04-30T23:00-07:00", used)
    world.add("SealsSpoiled", "2026-04-03T10:00", count=spoiled, reason=reason, note="x", **HERE)

    assert world.cases("M-38", now="2026-05-02T23:59:59") == []
    expected = [("M-38", KEY, "2026-04")] if fires else []
    assert world.cases("M-38", now="2026-05-03T00:00") == expected


def test_m40_destroyed_not_spoiled() -> None:
    """Seals can only be destroyed after they were spoiled."""
    world = World()
    world.add("SealsSpoiled", "2026-04-02T10:00", count=30, reason="WET", **HERE)
    world.add("SealsDestroyed", "2026-04-03T10:00", count=31, method="BURNT", **HERE)

    found = world.only("M-40")

    assert found.found == ("-1", "2026-04-03T10:00:00.000000+00:00")
    assert found.deadline == at("2026-04-03T11:00")
    world.add("SealsSpoiled", "2026-04-03T09:59", count=1, reason="WET", **HERE)
    assert world.cases("M-40") == []


@pytest.mark.parametrize(
    ("used", "oldest"),
    [(0, "2026-01-01"), (99, "2026-01-01"), (100, "2026-02-01"), (299, "2026-02-01"), (300, None)],
)
def test_m43_aged_seals(used: int, oldest: str | None) -> None:
    """First in, first out: the oldest seal still there may lie 180 days."""
    world = World()
    received(world, "2026-01-01", 100)
    received(world, "2026-02-01", 200)
    if used:
        applied(world, "2026-03-01", used)

    found = [v for v in world.violations() if v.rule == "M-43"]

    assert [v.found for v in found] == (
        [] if oldest is None else [(str(300 - used), f"{oldest}T00:00:00.000000+00:00")]
    )
    assert [v.deadline for v in found] == ([] if oldest is None else [at(oldest) + 180 * DAY])


@pytest.mark.parametrize(
    ("counted", "used", "deadline"),
    [
        (None, 0, "2027-01-01"),
        ("2026-06-01", 0, "2027-06-01"),
        ("2025-12-01", 0, "2027-01-01"),
        (None, 100, None),
    ],
)
def test_m44_count_overdue(counted: str | None, used: int, deadline: str | None) -> None:
    """A stock that is not empty is counted within 365 days."""
    world = World()
    received(world, "2026-01-01", 100)
    if counted is not None:
        world.add("SealsCounted", counted, counted=100, counted_by="P1", **HERE)
    if used:
        applied(world, "2026-03-01", used)

    found = [v.deadline for v in world.violations() if v.rule == "M-44"]

    assert found == ([] if deadline is None else [at(deadline)])


def test_a_retracted_event_moves_nothing() -> None:
    """A retraction takes the event out of every sum."""
    world = overdrawn()
    last = world.facts[-1][0]
    world.add("EventRetracted", "2026-04-02T12:00", target=last.id, reason="DID_NOT_HAPPEN")

    assert world.cases("M-01") == []
    assert default_policy().grace_scan == HOUR
