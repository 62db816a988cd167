"""Sources and persons: where they scan, how fast, how late, and whether they are heard from."""

from datetime import date
from typing import Any

import pytest

from ledger.rules.moments import start_of, utc_text
from ledger.rules.policy import default_policy, read_policy
from tests.domain.rules.trade import apply
from tests.domain.rules.world import World, at, event_id

HOUR = 3_600_000_000
MINUTE = 60_000_000
DAY = 24 * HOUR
SCANNED: dict[str, Any] = {"source": "SC-1", "actor": "PER-1"}


def scanners(**own: Any) -> World:
    """Two scanners and a desk."""
    world = World()
    for name, kind in (("SC-1", "SCANNER"), ("SC-2", "SCANNER"), ("DESK", "SYSTEM")):
        fields = {"registers": name, "kind": kind, "party": "EXP-1", "source": "OFFICE"}
        world.add("SourceRegistered", "2025-01-01", **{**fields, **own})
    return world


HOPS: list[tuple[dict[str, Any], str, dict[str, Any], list[str]]] = [
    # the first scan, time and fields of the second, which subjects are in two places
    ({}, "2026-04-01T09:29", {"site": "W2"}, ["PER-1", "SC-1"]),
    ({}, "2026-04-01T09:00", {"site": "W2"}, ["PER-1", "SC-1"]),
    ({}, "2026-04-01T09:30", {"site": "W2"}, []),
    ({}, "2026-04-01T09:29", {}, []),
    ({}, "2026-04-01T09:29", {"site": "W2", "source": "SC-2"}, ["PER-1"]),
    ({}, "2026-04-01T09:29", {"site": "W2", "actor": "PER-2"}, ["SC-1"]),
    ({"actor": None}, "2026-04-01T09:29", {"site": "W2", "source": "SC-2"}, []),
    ({}, "2026-04-01T09:29", {"site": "W2", "source": "DESK"}, []),
    ({}, "2026-04-01T09:29", {"site": "W2", "source": "UNKNOWN"}, []),
]


@pytest.mark.parametrize(("first", "time", "second", "subjects"), HOPS)
def test_m46_two_sites_at_once(
    first: dict[str, Any], time: str, second: dict[str, Any], subjects: list[str]
) -> None:
    """Nobody and nothing scans at two sites less than thirty minutes apart."""
    world = scanners()
    apply(world, "2026-04-01T09:00", name="a", **{**SCANNED, **first})
    key = apply(world, time, name="b", **{**SCANNED, **second})

    found = [v for v in world.violations() if v.rule == "M-46"]

    assert [(v.subject, v.discriminator) for v in found] == [(who, key) for who in subjects]
    minutes = "0 min" if time.endswith("09:00") else "29 min"
    assert all((v.expected, v.found) == (("one site",), ("W1", "W2", minutes)) for v in found)


def test_m46_neighbours_only() -> None:
    """A scan in between at the first site makes the hop begin there."""
    world = scanners()
    apply(world, "2026-04-01T09:00", **SCANNED)
    middle = apply(world, "2026-04-01T09:20", **SCANNED)
    last = apply(world, "2026-04-01T09:45", **{**SCANNED, "site": "W2"})

    found = [v.evidence for v in world.violations() if v.rule == "M-46" and v.subject == "SC-1"]

    assert found == [(middle, last)]


def test_m46_seals_leave_from_a_site_and_goods_do_not_count() -> None:
    """A dispatch is scanned where it leaves; a departure is no scan of seals."""
    world = scanners()
    apply(world, "2026-04-01T09:00", **SCANNED)
    world.add(
        "SealsDispatched", "2026-04-01T09:10", **SCANNED,
        dispatch="D1", purpose="TRANSFER", mark="JAS-A", from_holder="EXP-1", from_site="W1",
        to_holder="EXP-1", to_site="W2", count=5,
    )  # fmt: skip
    world.add(
        "ShipmentDeparted", "2026-04-01T09:20", **SCANNED,
        shipment="S1", exporter="EXP-1", importer="IMP-1", site="W9", sealing_mode="CONSIGNED",
        origin="US", destination="JP", transport="SEA",
    )  # fmt: skip

    assert world.cases("M-46") == []


LATE: list[tuple[str, str, bool]] = [
    # source, recorded, of an event of 1 April 09:00
    ("SC-1", "2026-04-08T09:00", False),
    ("SC-1", "2026-04-08T09:00:01", True),
    ("DESK", "2026-04-08T09:00:01", False),
    ("UNKNOWN", "2026-04-08T09:00:01", False),
]


@pytest.mark.parametrize(("source", "rec", "fires"), LATE)
def test_m47_late(source: str, rec: str, *, fires: bool) -> None:
    """A scanner's events come in within a week."""
    world = scanners()
    apply(world, "2026-04-01T09:00", rec=rec, source=source)

    found = [v for v in world.violations() if v.rule == "M-47"]

    assert [(v.subject, v.discriminator, v.severity, v.found) for v in found] == (
        [("SC-1", "2026-04-08", "L", ("1", "2026-04-01T09:00:00.000000+00:00"))] if fires else []
    )


def test_m47_one_case_a_day_of_recording() -> None:
    """Late events count together by the UTC day on which they came in; heartbeats too."""
    world = scanners()
    apply(world, "2026-04-02T09:00", rec="2026-05-01T00:00", source="SC-1")
    apply(world, "2026-04-01T09:00", rec="2026-05-01T23:59", source="SC-1")
    world.add("SourceHeartbeat", "2026-04-03T09:00", rec="2026-05-02T00:00", source="SC-1")

    found = [(v.discriminator, v.found[0]) for v in world.violations() if v.rule == "M-47"]

    assert found == [("2026-05-01", "2"), ("2026-05-02", "1")]


@pytest.mark.parametrize(
    ("time", "fires"), [("2026-04-01T09:05", False), ("2026-04-01T09:05:01", True)]
)
def test_m47_future(time: str, *, fires: bool) -> None:
    """An event may not lie more than five minutes ahead of its recording."""
    world = World()
    key = apply(world, time, rec="2026-04-01T09:00")

    found = [v for v in world.violations() if v.rule == "M-47"]

    assert [(v.subject, v.discriminator, v.severity) for v in found] == [
        (key, "future", "M")
    ] * fires


ANCIENT: list[tuple[str, dict[str, str], str | None]] = [
    # when it is dated, when what it is about was registered, since when something is known of it
    ("1999-12-31T23:59:59", {}, "2000-01-01"),
    ("1999-12-31T23:59:59.999999", {}, "2000-01-01"),
    ("2000-01-01", {}, None),
    ("1970-01-01", {"source": "2025-01-01"}, "2000-01-01"),
    ("1970-01-01", {"mark": "1998-04-01"}, "1998-04-01"),
    ("1970-01-01", {"source": "2025-01-01", "mark": "1998-04-01", "lot": "1999-04-01"},
     "1998-04-01"),
    ("1998-04-01", {"source": "2025-01-01", "mark": "1998-04-01"}, None),
    ("1998-05-01", {"lot": "1998-04-01"}, None),
    ("1998-05-01", {"source": "1998-04-01", "lot": "2025-04-01"}, None),
    ("1998-03-31", {"source": "1998-04-01", "mark": "1998-04-02", "lot": "1998-04-03"},
     "1998-04-01"),
    ("2010-01-01", {"source": "2025-01-01"}, None),
]  # fmt: skip


def registered(world: World, **since: str) -> None:
    """Register what an application is about, each at a time and recorded in 2026."""
    fields: dict[str, tuple[str, dict[str, Any]]] = {
        "source": ("SourceRegistered", {"registers": "SC-1", "kind": "SCANNER", "party": "EXP-1"}),
        "mark": ("MarkRegistered", {
            "mark": "JAS-A", "scheme": "JAS", "rcb": "RCB-1", "importer": "IMP-1",
            "design": "leaf", "carrier": "STICKER", "serialised": False,
        }),
        "lot": ("LotRecorded", {
            "lot": "L1", "operator": "EXP-1", "number": "1", "product": "P1",
            "quantity": "5.000", "status": "ORGANIC", "produced_on": "1998-04-01",
        }),
    }  # fmt: skip
    for name, time in since.items():
        kind, own = fields[name]
        world.add(kind, time, rec="2026-01-01", name=name, **own)


@pytest.mark.parametrize(("time", "since", "known"), ANCIENT)
def test_m47_ancient(time: str, since: dict[str, str], known: str | None) -> None:
    """What is dated before 2000 comes after its source, mark or lot was registered, or is wrong."""
    world = World()
    registered(world, **since)
    key = apply(world, time, rec="2026-04-01", source="SC-1", name="z")

    found = [v for v in world.violations() if v.discriminator == "ancient"]

    assert [(v.rule, v.subject, v.severity, v.deadline) for v in found] == (
        [("M-47", key, "H", 0)] * (known is not None)
    )
    if known is not None:
        assert [*found[0].expected, *found[0].found] == [
            utc_text(at(known)), utc_text(at(time)),
        ]  # fmt: skip
        assert set(found[0].evidence) == {key, *(event_id(name) for name in since)}


REGISTRATIONS = ("source", "mark", "lot")


@pytest.mark.parametrize("name", REGISTRATIONS)
def test_m47_what_founds_a_thing_may_be_old(name: str) -> None:
    """A registration is dated when what it registers began: it is not before itself."""
    world = World()
    registered(world, **{name: "1971-01-01"})

    assert world.cases("M-47") == []


@pytest.mark.parametrize("name", REGISTRATIONS)
def test_m47_a_second_registration_founds_nothing(name: str) -> None:
    """An older date that is recorded later is no excuse, until the first one is taken back."""
    world = World()
    registered(world, **{name: "2025-01-01"})
    kind = type(world.facts[0][0])
    first, _ = world.facts[0]
    own = {field: getattr(first, field) for field in kind.__struct_fields__
           if field not in ("id", "time", "source", "actor", "documents", "corrects")}  # fmt: skip
    own = {("from_" if key == "from" else key): value for key, value in own.items()}
    world.add(kind.__name__, "1990-01-01", rec="2026-01-02", **own)
    key = apply(world, "1995-01-01", rec="2026-04-01", source="SC-1", name="z")
    assert key in {v.subject for v in world.violations() if v.discriminator == "ancient"}

    world.add("EventRetracted", "2026-04-02", target=first.id, reason="DUPLICATE", source="X")

    assert key not in {v.subject for v in world.violations() if v.discriminator == "ancient"}


def test_m47_ancient_of_any_kind_of_event() -> None:
    """Not scans alone: a count and a heartbeat too; of what was taken back nothing is asked."""
    world = World()
    count = world.add("SealsCounted", "1970-01-01", rec="2026-04-01", mark="M", holder="A",
                      site="W", counted=1, counted_by="P").id  # fmt: skip
    beat = world.add("SourceHeartbeat", "1980-01-01", rec="2026-04-01", source="SC-1").id
    gone = world.add("SourceHeartbeat", "1981-01-01", rec="2026-04-01", source="SC-1").id
    world.add("EventRetracted", "2026-04-02", target=gone, reason="DUPLICATE", source="X")

    found = {v.subject for v in world.violations() if v.discriminator == "ancient"}

    assert found == {count, beat}


SPEED: list[tuple[list[tuple[str, int]], list[tuple[str, str]]]] = [
    # applications of a source, hours beyond 20,000 seals
    ([("09:00", 20_000)], []),
    ([("09:00", 10_000), ("09:59:59", 10_001)], [("2026-04-01T09", "20001")]),
    ([("09:00", 20_000), ("10:00", 20_000)], []),
    ([("09:00", 20_001), ("10:00", 20_002)], [("2026-04-01T09", "20001"),
                                              ("2026-04-01T10", "20002")]),
]  # fmt: skip


@pytest.mark.parametrize(("applied", "hours"), SPEED)
def test_m51_beyond_capacity(applied: list[tuple[str, int]], hours: list[tuple[str, str]]) -> None:
    """No line applies more than 20,000 seals in an hour."""
    world = World()
    for clock, count in applied:
        apply(world, f"2026-04-01T{clock}", source="SC-1", count=count)

    found = [v for v in world.violations() if v.rule == "M-51"]

    assert [(v.discriminator, v.found[0]) for v in found] == hours
    assert all(v.expected == ("20000",) and v.subject == "SC-1" for v in found)
    assert [v.deadline for v in found] == [at(f"{hour}:00") + HOUR for hour, _ in hours]


@pytest.mark.parametrize(
    ("second", "flag"), [("2026-04-01T10:00:59", True), ("2026-04-01T10:01:00", False)]
)
def test_m51_double_shot(second: str, *, flag: bool) -> None:
    """A duplicate within a minute is suspected, on the other side of the hour too."""
    world = World()
    apply(world, "2026-04-01T09:59:59", source="SC-1", count=20_001)
    apply(world, second, source="SC-1", count=20_001)

    assert {v.artefact for v in world.violations() if v.rule == "M-51"} == {flag}


@pytest.mark.parametrize("minutes", [10, None])
@pytest.mark.parametrize("heard", [None, "2026-04-01T09:00"])
def test_m60_silent_source(heard: str | None, minutes: int | None) -> None:
    """After three heartbeats missed a source is silent; it is known by what was recorded."""
    world = scanners(heartbeat_minutes=minutes)
    if heard is not None:
        late = apply(world, "2026-03-01", rec=heard, source="SC-1")
        world.add("EventRetracted", "2026-03-02", target=late, reason="DUPLICATE", source="X")

    found = [v for v in world.violations() if v.rule == "M-60" and v.subject == "SC-1"]

    since = at(heard or "2025-01-01")
    words = "never" if heard is None else "2026-04-01T09:00:00.000000+00:00"
    assert [(v.found, v.deadline) for v in found] == (
        [((words,), since + 30 * MINUTE)] if minutes else []
    )


def test_m60_a_later_registration_counts() -> None:
    """A source registered again starts to be waited for then."""
    world = scanners(heartbeat_minutes=10)
    apply(world, "2026-04-01T09:00", source="SC-1")
    world.add(
        "SourceRegistered", "2026-04-01T10:00", source="OFFICE",
        registers="SC-1", kind="SCANNER", party="EXP-1", heartbeat_minutes=20,
    )  # fmt: skip

    found = [v.deadline for v in world.violations() if v.rule == "M-60" and v.subject == "SC-1"]

    assert found == [at("2026-04-01T11:00")]


def test_m60_no_deadline_lies_behind_the_calendar() -> None:
    """However long a policy waits, the moment can be kept and told."""
    patient = read_policy("missed_heartbeats = 1000000000", over=default_policy())
    world = scanners(heartbeat_minutes=1_000_000_000)

    assert not [v for v in world.violations(policy=patient) if v.rule == "M-60"]
    last = start_of(date.max)
    found = [v.deadline for v in world.violations(last, patient) if v.rule == "M-60"]
    assert found == [last] * 3


@pytest.mark.parametrize(("hops", "more"), [(20, ()), (24, ("+ 4 more",))])
def test_m46_tells_of_twenty_hops_and_counts_the_rest(hops: int, more: tuple[str, ...]) -> None:
    """Who goes to and fro has the first twenty hops as cases; the last tells of all more."""
    world = scanners()
    keys = [
        apply(world, f"2026-04-01T{9 + hop // 60:02d}:{hop % 60:02d}",
              **{**SCANNED, "site": ("W1", "W2")[hop % 2]})
        for hop in range(hops + 1)
    ]  # fmt: skip

    found = [v for v in world.violations() if v.rule == "M-46" and v.subject == "SC-1"]

    assert {v.discriminator for v in found} == set(keys[1:21])
    (last,) = [v for v in found if v.discriminator == keys[20]]
    assert last.found[3:] == more
    assert all(v.found[3:] == () for v in found if v is not last)
