"""Serial numbers: sealed twice, never issued, back from the dead."""

from typing import Any

import pytest

from ledger.rules.violation import Violation
from tests.domain.rules.world import World, at

HOUR = 3_600_000_000
HERE: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}
MARK: dict[str, Any] = {
    "mark": "JAS-A", "scheme": "JAS", "rcb": "RCB-1", "importer": "IMP-1", "design": "x",
    "carrier": "STICKER",
}  # fmt: skip


def numbered(*, serialised: bool = True, issued: tuple[int, int] | None = (1, 5000)) -> World:
    """A world with a mark and its numbers."""
    world = World()
    world.add("MarkRegistered", "2026-01-01", serialised=serialised, **MARK)
    if issued is not None:
        world.add("SealsIssued", "2026-01-02", **_numbers(*issued), **HERE)
    return world


def _numbers(first: int, last: int) -> dict[str, Any]:
    return {"first": first, "last": last, "count": last - first + 1}


def apply(world: World, time: str, first: int, last: int, **own: Any) -> str:
    """Numbers go onto a lot; returns the event's id."""
    fields: dict[str, Any] = {
        **HERE, "lot": "L1", "label": "LB", "label_version": 1, "units": 1, **_numbers(first, last),
    }  # fmt: skip
    return world.add("SealsApplied", time, **{**fields, **own}).id


TWICE = [  # numbers applied later, serialised, overlap
    ((1100, 1199), True, "1100"),
    ((1090, 1199), True, "1090-1100"),
    ((1101, 1200), True, None),
    ((900, 1000), True, None),
    ((900, 1001), True, "1001"),
    ((1100, 1199), False, None),
]


@pytest.mark.parametrize(("later", "serialised", "overlap"), TWICE)
def test_m33_sealed_twice(later: tuple[int, int], overlap: str | None, *, serialised: bool) -> None:
    """A number is applied once; the later event is the case, the earlier one says which."""
    world = numbered(serialised=serialised)
    second = apply(world, "2026-04-02T10:00", *later)
    first = apply(world, "2026-04-02T09:00", 1001, 1100)

    found = [v for v in world.violations(now=at("2026-04-02T10:00")) if v.rule == "M-33"]

    assert [(v.subject, v.discriminator, v.found) for v in found] == (
        [] if overlap is None else [(second, first, (overlap,))]
    )


def test_m33_one_case_a_pair() -> None:
    """Three events on one number are three pairs; a retracted one is none."""
    world = numbered()
    keys = [apply(world, f"2026-04-02T{hour:02d}:00", 7, 7) for hour in (9, 10, 11)]

    assert world.cases("M-33") == [
        ("M-33", keys[1], keys[0]),
        ("M-33", keys[2], keys[0]),
        ("M-33", keys[2], keys[1]),
    ]
    world.add("EventRetracted", "2026-04-02T12:00", target=keys[0], reason="DUPLICATE")
    assert world.cases("M-33") == [("M-33", keys[2], keys[1])]


def test_m33_issued_twice() -> None:
    """A number is issued once."""
    world = numbered()
    world.add("SealsIssued", "2026-02-02", **_numbers(5000, 5100), **HERE)

    assert world.only("M-33").found == ("5000",)


@pytest.mark.parametrize(("second", "flag"), [("10:01:00", True), ("10:01:01", False)])
def test_m33_double_shot(second: str, *, flag: bool) -> None:
    """The same numbers within a minute look like one shot taken twice."""
    world = numbered()
    apply(world, "2026-04-02T10:00:00", 1, 10)
    apply(world, f"2026-04-02T{second}", 1, 10)

    assert world.only("M-33").artefact is flag


@pytest.mark.parametrize(("again", "flag"), [("10:01:00", True), ("10:01:01", False)])
def test_m33_double_shot_of_the_earlier(again: str, *, flag: bool) -> None:
    """Either of the two may be the shot that was taken twice."""
    world = numbered()
    first = apply(world, "2026-04-02T10:00:00", 1, 10)
    apply(world, f"2026-04-02T{again}", 101, 110)
    second = apply(world, "2026-04-02T12:00", 10, 12)

    found = world.only("M-33")

    assert (found.subject, found.discriminator, found.artefact) == (second, first, flag)


def test_m34_unknown_mark() -> None:
    """A mark that events name is registered within a day of the first of them."""
    world = World()
    world.add("SealsSpoiled", "2026-04-02T09:00", count=1, reason="WET", **HERE)
    world.add("SealsSpoiled", "2026-04-01T09:00", count=1, reason="WET", rec="2026-04-03", **HERE)

    found = world.only("M-34")

    assert (found.subject, found.discriminator, found.found) == ("JAS-A", "", ("2",))
    assert found.deadline == at("2026-04-03T09:00")
    assert not found.artefact
    world.add("MarkRegistered", "2026-05-01", serialised=False, **{**MARK, "mark": "jas_a"})
    assert world.only("M-34").artefact
    world.add("MarkRegistered", "2026-05-01", serialised=False, **MARK)
    assert world.cases("M-34") == []


NUMBERS = [  # issued, numbers spoiled, serialised, discriminator, found
    ([(1, 100)], (1, 100), True, None, ()),
    ([(1, 50), (51, 100)], (1, 100), True, None, ()),
    ([(1, 50), (52, 100)], (1, 100), True, "numbers", ("51",)),
    ([(1, 100)], (90, 110), True, "numbers", ("101-110",)),
    ([], (1, 2), True, "numbers", ("1-2",)),
    ([(1, 100)], None, True, "no-range", ()),
    ([(1, 100)], None, False, None, ()),
    ([(1, 100)], (90, 110), False, None, ()),
]


@pytest.mark.parametrize(("issued", "numbers", "serialised", "part", "strange"), NUMBERS)
def test_m34_unknown_numbers(
    issued: list[tuple[int, int]],
    numbers: tuple[int, int] | None,
    part: str | None,
    strange: tuple[str, ...],
    *,
    serialised: bool,
) -> None:
    """Of a serialised mark every event names numbers, and they were issued, whenever."""
    world = numbered(serialised=serialised, issued=None)
    for first, last in issued:
        world.add("SealsIssued", "2026-05-02", **_numbers(first, last), **HERE)
    given: dict[str, Any] = {"count": 5} if numbers is None else _numbers(*numbers)
    event = world.add("SealsSpoiled", "2026-04-02T09:00", reason="WET", **given, **HERE)

    found = [v for v in world.violations() if v.rule == "M-34"]

    assert [(v.subject, v.discriminator, v.found) for v in found] == (
        [] if part is None else [(event.id, part, strange)]
    )
    assert [v.severity for v in found] == (
        [] if part is None else [{"numbers": "C"}.get(part, "M")]
    )


GONE: list[tuple[str, dict[str, Any], bool]] = [
    ("SealsSpoiled", {"reason": "WET"}, True),
    ("SealsSampled", {"purpose": "x"}, True),
    ("SealsDestroyed", {"method": "x"}, True),
    ("SealsLost", {"cause": "LOST", "discovered_on": "2026-03-01"}, True),
    ("SealsReceived", {"dispatch": "D1", "condition": "GOOD"}, False),
]


@pytest.mark.parametrize(("kind", "own", "fires"), GONE)
def test_m35_resurrected_seal(kind: str, own: dict[str, Any], *, fires: bool) -> None:
    """What was put elsewhere is not applied, unless something in between brought it back."""
    world = numbered()
    gone = world.add(kind, "2026-03-01", **_numbers(100, 110), **HERE, **own)
    key = apply(world, "2026-04-02T09:00", 105, 120)

    assert world.cases("M-35") == ([("M-35", key, gone.id)] if fires else [])
    assert world.cases("M-35", now="2026-04-02T09:59:59") == []
    back: dict[str, Any] = {**HERE, "dispatch": "D2", "condition": "GOOD"}
    world.add("SealsReceived", "2026-04-02T08:00", **_numbers(105, 110), **back)
    assert world.cases("M-35") == []


@pytest.mark.parametrize(
    ("holder", "site", "fires"),
    [
        ("EXP-1", "W1", False),
        ("EXP-1", "W2", True),
        ("EXP-1", "W0", True),
        ("X", "W1", True),
        ("EXP-0", "W1", True),
    ],
)
def test_m35_dispatched_elsewhere(holder: str, site: str, *, fires: bool) -> None:
    """Numbers on their way to somebody else are not in this stock."""
    world = numbered()
    sent = world.add(
        "SealsDispatched",
        "2026-03-01",
        dispatch="D1",
        purpose="SUPPLY",
        mark="JAS-A",
        from_holder="IMP-1",
        from_site="T1",
        to_holder=holder,
        to_site=site,
        **_numbers(100, 110),
    )
    key = apply(world, "2026-04-02T09:00", 110, 120)

    assert world.cases("M-35") == ([("M-35", key, sent.id)] if fires else [])


def test_m35_one_case_for_each_such_event() -> None:
    """Each number is judged by its own last event."""
    world = numbered()
    wet = world.add("SealsSpoiled", "2026-03-01", reason="WET", **_numbers(100, 104), **HERE)
    torn = world.add("SealsSpoiled", "2026-03-02", reason="TORN", **_numbers(103, 106), **HERE)
    world.add("SealsSpoiled", "2026-05-01", reason="TORN", **_numbers(108, 108), **HERE)
    key = apply(world, "2026-04-02T09:00", 100, 120)

    assert world.cases("M-35") == [("M-35", key, wet.id), ("M-35", key, torn.id)]


def _about(world: World, rule: str, subject: str) -> list[Violation]:
    """What a rule finds on a subject."""
    found = world.violations(now=at("2026-04-03"))
    return [v for v in found if (v.rule, v.subject) == (rule, subject)]


@pytest.mark.parametrize("others", [19, 20, 21, 25, 60])
def test_of_many_that_share_a_number_twenty_have_a_case(others: int) -> None:
    """The first twenty others by (time, id) have a case; the last of these tells of all further."""
    world = numbered()
    before = sorted(
        (minute, apply(world, f"2026-04-01T0{minute // 60}:{minute % 60:02d}", 7, 7))
        for minute in range(others)
    )
    last = apply(world, "2026-04-02T09:00", 7, 7)

    mine = [
        v for v in world.violations(now=at("2026-04-03")) if (v.rule, v.subject) == ("M-33", last)
    ]

    told = [key for _, key in before[:20]]
    assert {v.discriminator for v in mine} == set(told)
    found = {v.discriminator: v.found for v in mine}
    for key in told[:19]:
        assert found[key] == ("7",)
    if others > 20:
        assert found[told[19]] == ("7", f"+ {others - 20} more")


@pytest.mark.parametrize("others", [20, 23])
def test_of_many_places_a_range_was_last_at_twenty_have_a_case(others: int) -> None:
    """M-35 tells of the first twenty events by (time, id) that put numbers elsewhere."""
    world = numbered()
    spoiled = [
        world.add("SealsSpoiled", f"2026-04-01T0{minute // 60}:{minute % 60:02d}", reason="TORN",
                  **_numbers(minute + 1, minute + 1), **HERE).id
        for minute in range(others)
    ]  # fmt: skip
    last = apply(world, "2026-04-02T09:00", 1, 100)

    mine = [
        v for v in world.violations(now=at("2026-04-03")) if (v.rule, v.subject) == ("M-35", last)
    ]

    assert {v.discriminator for v in mine} == set(spoiled[:20])
    more = {v.discriminator: v.found[1:] for v in mine if len(v.found) > 1}
    assert more == ({spoiled[19]: (f"+ {others - 20} more",)} if others > 20 else {})
