"""Order, conflicts and reversals of events."""

from typing import Any

import pytest

from tests.domain.rules.trade import apply, depart, trade
from tests.domain.rules.world import World, at, event_id

HOUR = 3_600_000_000
DAY = 24 * HOUR
HERE: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}


def send(world: World, time: str, count: int = 100, **own: Any) -> str:
    """Seals leave the importer for the exporter; returns the event's id."""
    fields: dict[str, Any] = {
        "dispatch": "D1", "purpose": "SUPPLY", "mark": "JAS-A", "from_holder": "IMP-1",
        "from_site": "T1", "to_holder": "EXP-1", "to_site": "W1", "count": count,
    }  # fmt: skip
    return world.add("SealsDispatched", time, **{**fields, **own}).id


def receive(world: World, time: str, count: int = 100) -> str:
    """They arrive; returns the event's id."""
    return world.add("SealsReceived", time, dispatch="D1", condition="GOOD", count=count, **HERE).id


@pytest.mark.parametrize(
    ("sent", "received", "count", "fires"),
    [
        ("2026-04-02T09:00", "2026-04-02T09:00", 100, False),
        ("2026-04-02T09:01", "2026-04-02T09:00", 100, True),
        ("2026-04-02T09:01", "2026-04-02T09:00", 101, False),  # more than was sent: M-03
        (None, "2026-04-02T09:00", 100, False),  # nobody sent it: M-05
    ],
)
def test_m45_received_before_it_was_sent(
    sent: str | None, received: str, count: int, *, fires: bool
) -> None:
    """Seals arrive after they left; where sums differ other rules say so."""
    world = World()
    if sent is not None:
        send(world, sent)
    key = receive(world, received, count)

    found = [v for v in world.violations() if v.rule == "M-45"]

    assert [(v.subject, v.discriminator, v.found) for v in found] == (
        [(key, "TRANSIT D1 JAS-A", ("-100",))] if fires else []
    )
    assert all(v.deadline == at(received) + HOUR for v in found)


def test_m45_goods_received_before_they_left() -> None:
    """The worked names of places: `SHIPPED S1 JAS-A`."""
    world = trade()
    apply(world)
    line = {"lot": "L1", "units": 10, "net_weight": "5.000", "mark": "JAS-A", "seals": 20}
    world.add(
        "ShipmentReceived", "2026-04-03T08:59", received_lines=[line],
        shipment="S1", importer="IMP-1", site="T1", condition="good",
        certificate_seen=True, report_seen=True, originals_seen=True,
    )  # fmt: skip
    depart(world, "2026-04-03T09:00")

    assert world.only("M-45").discriminator == "SHIPPED S1 JAS-A"


REMOVALS: list[tuple[dict[str, Any], int, str | None]] = [
    # where the seals were found, how many, the place that held too few
    ({"found_at": "LOT"}, 20, None),
    ({"found_at": "LOT"}, 21, "LOT L1 JAS-A"),
    ({"found_at": "SHIPPED", "shipment": "S1"}, 1, "SHIPPED S1 JAS-A"),
    ({"found_at": "DELIVERED", "holder": "IMP-1"}, 1, "DELIVERED IMP-1 JAS-A"),
]


@pytest.mark.parametrize(("where", "count", "place"), REMOVALS)
def test_m45_removed_where_none_were(where: dict[str, Any], count: int, place: str | None) -> None:
    """Seals are removed from where they are, then and in the end."""
    world = trade()
    apply(world)
    own = {**HERE, "lot": "L1", "units": 1, "method": "REMOVED", "cause": "x", **where}
    world.add("SealsRemoved", "2026-04-02", count=count, **own)

    found = [v.discriminator for v in world.violations() if v.rule == "M-45"]

    assert found == ([place] if place else [])


def test_m45_returned_before_delivery() -> None:
    """Goods come back from the importer after it took them in."""
    world = trade()
    line = {"lot": "L1", "units": 10, "mark": "JAS-A", "seals": 20}
    world.add(
        "GoodsReturned", "2026-05-01",
        shipment="S1", importer="IMP-1", returned_from="DELIVERED", site="W1", returned=[line],
    )  # fmt: skip

    assert world.only("M-45").discriminator == "DELIVERED IMP-1 JAS-A"


@pytest.mark.parametrize(
    ("time", "fires"),
    [("2026-03-01T00:00-07:00", False), ("2026-02-28T23:59-07:00", True)],
)
def test_m45_before_production(time: str, *, fires: bool) -> None:
    """Nothing is sealed or graded before the day it was made, on the local calendar."""
    world = trade()
    key = apply(world, time)
    graded = world.add(
        "LotGraded", time, lot="L1", result="CONFORMING", grader="PER-2", records_complete=True,
        linked_to_lot=True, method_conforms=True, label_conforms=True,
    ).id  # fmt: skip

    found = [(v.subject, v.discriminator) for v in world.violations() if v.rule == "M-45"]

    assert found == ([(key, "produced_on"), (graded, "produced_on")] if fires else [])


LOT: dict[str, Any] = {
    "lot": "L9", "operator": "EXP-1", "number": "9", "product": "P1", "quantity": "10.000",
    "status": "ORGANIC", "produced_on": "2026-03-01",
}  # fmt: skip
PRODUCT: dict[str, Any] = {
    "product": "P9", "name": "Oats", "operator": "EXP-1", "class_": "PLANT", "recipe_version": 1,
}  # fmt: skip
GOODS: dict[str, Any] = {
    "shipment": "S9", "exporter": "EXP-1", "importer": "IMP-1", "site": "W1",
    "sealing_mode": "IMPORTER_APPLIES", "origin": "US", "destination": "JP", "transport": "SEA",
}  # fmt: skip
DISPATCH: dict[str, Any] = {
    "dispatch": "D9", "purpose": "SUPPLY", "mark": "JAS-A", "from_holder": "IMP-1",
    "from_site": "T1", "to_holder": "EXP-1", "to_site": "W1", "count": 5,
}  # fmt: skip
CONFLICTS: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    # type, first event, what the second says otherwise, fields in conflict
    ("LotRecorded", LOT, {"units": 20}, ["units"]),
    ("LotRecorded", LOT, {"note": "again"}, []),
    ("LotRecorded", LOT, {"lot": "L8", "units": 20}, []),
    ("ProductRegistered", PRODUCT, {"name": "Rye"}, ["name"]),
    ("ProductRegistered", PRODUCT, {"name": "Rye", "recipe_version": 2}, []),
    ("ShipmentDeparted", GOODS, {"origin": "CA", "site": "W2"}, ["origin"]),
    ("ShipmentDeparted", GOODS, {"site": "W2", "transport": "AIR"}, []),
    ("SealsDispatched", DISPATCH, {"to_site": "W2", "count": 6}, ["to_site"]),
    ("SealsDispatched", DISPATCH, {"mark": "JAS-B", "count": 6}, []),
    ("LotHeld", {"lot": "L9", "cause": "x"}, {"cause": "y"}, []),
]


@pytest.mark.parametrize(("kind", "first", "other", "fields"), CONFLICTS)
def test_m48_conflict(
    kind: str, first: dict[str, Any], other: dict[str, Any], fields: list[str]
) -> None:
    """Two events under one key say the same; the later one is the subject."""
    world = World()
    one = world.add(kind, "2026-03-05", **first)
    two = world.add(kind, "2026-03-06", **{**first, **other})

    found = [v for v in world.violations() if v.rule == "M-48"]

    assert [(v.subject, v.discriminator) for v in found] == [(two.id, one.id)] * bool(fields)
    assert [[word.split()[0] for word in v.found] for v in found] == ([fields] if fields else [])
    assert not any(v.artefact or v.deadline for v in found)


@pytest.mark.parametrize(
    ("again", "fires"),
    [
        ({}, True),
        ({"note": "twice"}, True),
        ({"actor": "PER-9"}, False),
        ({"source": "OTHER"}, False),
        ({"count": 6, "units": 3}, False),
        ({"time": "2026-04-01T09:00:01"}, False),
        ({"time": "2026-04-01T11:00+02:00"}, True),
    ],
)
def test_m48_the_same_thing_twice(again: dict[str, Any], *, fires: bool) -> None:
    """An event that repeats one of a smaller id is suspected to be a second shot."""
    world = trade()
    own = dict(again)
    one = apply(world, name="zz1")
    two = apply(world, own.pop("time", "2026-04-01T09:00"), name="zz2", **own)

    found = [v for v in world.violations() if v.rule == "M-48"]

    assert [(v.subject, v.discriminator, v.artefact) for v in found] == [(two, one, True)] * fires


def test_m48_a_retracted_event_says_nothing() -> None:
    """Once the first is retracted the second stands alone."""
    world = World()
    one = world.add("LotRecorded", "2026-03-05", **LOT)
    world.add("LotRecorded", "2026-03-06", **{**LOT, "units": 20})
    world.add("EventRetracted", "2026-03-07", target=one.id, reason="INCORRECT_DATA")

    assert world.cases("M-48") == []


def register(world: World, source: str, party: str, **own: Any) -> None:
    """A source is registered for a party."""
    fields = {"registers": source, "kind": "SYSTEM", "party": party}
    world.add("SourceRegistered", "2025-01-01", **{**fields, **own})


REVERSALS: list[tuple[str, str, list[str]]] = [
    # time of the retraction of an event of 1 April 09:00, its source, discriminators
    ("2026-04-11T09:00", "DESK", []),
    ("2026-04-11T09:00:01", "DESK", ["age"]),
    ("2026-04-02", "DESK-2", []),
    ("2026-04-02", "DESK-3", ["party"]),
    ("2026-04-02", "NOWHERE", ["party"]),
    ("2026-04-12", "DESK-3", ["age", "party"]),
]


@pytest.mark.parametrize("by_correction", [True, False])
@pytest.mark.parametrize(("time", "source", "discriminators"), REVERSALS)
def test_m49_reversal(
    time: str, source: str, discriminators: list[str], *, by_correction: bool
) -> None:
    """Old events and those of another party are not reversed without notice."""
    world = trade()
    for name, party in (("DESK", "EXP-1"), ("DESK-2", "EXP-1"), ("DESK-3", "IMP-1")):
        register(world, name, party)
    target = apply(world)
    if by_correction:
        key = apply(world, time, units=11, count=22, source=source, corrects=target)
    else:
        key = world.add("EventRetracted", time, target=target, reason="DUPLICATE", source=source).id

    found = [v for v in world.violations() if v.rule == "M-49"]

    assert [(v.subject, v.discriminator) for v in found] == [(key, d) for d in discriminators]
    assert all(v.found[0] == target and v.deadline == 0 for v in found)


def test_m49_of_a_retraction_and_of_nothing() -> None:
    """A retraction of a retraction has no effect; one of an unknown event waits a day for it."""
    world = trade()
    target = apply(world)
    first = world.add("EventRetracted", "2026-04-02", target=target, reason="DUPLICATE").id
    second = world.add("EventRetracted", "2026-04-03", target=first, reason="DUPLICATE").id
    third = world.add(
        "EventRetracted", "2026-04-03", target=event_id("none"), reason="DUPLICATE"
    ).id

    found = [(v.subject, v.discriminator, v.deadline) for v in world.violations()
             if v.rule == "M-49"]  # fmt: skip

    assert found == [(second, "retraction", 0), (third, "no-target", at("2026-04-04"))]


def test_m49_says_so_though_retracted_itself() -> None:
    """The rule looks at what was recorded: a reversal taken back still was one."""
    world = trade()
    target = apply(world)
    late = world.add("EventRetracted", "2026-04-20", target=target, reason="DUPLICATE").id
    world.add("EventRetracted", "2026-04-21", target=late, reason="DUPLICATE")

    assert ("M-49", late, "age") in world.cases("M-49")


@pytest.mark.parametrize(
    ("recorded", "undone", "fires"),
    [(399, 20, True), (400, 20, False), (100, 19, False), (20, 20, True)],
)
def test_m49_share_of_a_month(recorded: int, undone: int, *, fires: bool) -> None:
    """More than 5 % of a source's events of a month, and at least 20, are too many."""
    world = World()
    made = [
        world.add(
            "LotHeld", f"2026-04-{1 + index % 28:02d}", source="SC-1", lot=f"L{index}", cause="x"
        ).id
        for index in range(recorded)
    ]
    for target in made[:undone]:
        world.add("EventRetracted", "2026-05-01", target=target, reason="DUPLICATE")

    found = [v for v in world.violations() if v.rule == "M-49" and v.subject == "SC-1"]

    assert [(v.discriminator, v.found) for v in found] == (
        [("2026-04", (str(undone), str(recorded)))] if fires else []
    )
