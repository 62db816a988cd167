"""Receipt and disposal: dispatches that do not arrive as sent, disposal without proof."""

from typing import Any

import pytest

from tests.domain.rules.world import World, at

SENT: dict[str, Any] = {
    "dispatch": "D1", "purpose": "SUPPLY", "mark": "JAS-A", "from_holder": "IMP-1",
    "from_site": "T1", "to_holder": "EXP-1", "to_site": "W1",
}  # fmt: skip
TAKEN: dict[str, Any] = {
    "dispatch": "D1", "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "condition": "GOOD",
}  # fmt: skip
HOUR = 3_600_000_000
DAY = 24 * HOUR


def sent(count: int, time: str = "2026-04-01T09:00", **own: Any) -> World:
    """A world with one dispatch."""
    world = World()
    world.add("SealsDispatched", time, count=count, **{**SENT, **own})
    return world


DIFFERENCES = [  # received, lost, found, deadline
    ([5000], [], None, None),
    ([4980], [], "4980", "2026-04-07T00:00-07:00"),
    ([4980, 20], [], None, None),
    ([4980], [20], None, None),
    ([4980], [19], "4999", "2026-04-07T00:00-07:00"),
    ([5020], [], "5020", "2026-04-03T10:00-07:00"),
    ([5000], [1], "5001", "2026-04-03T11:30-07:00"),
    ([5020], [1], "5021", "2026-04-03T10:00-07:00"),
]


@pytest.mark.parametrize(("received", "lost", "found", "deadline"), DIFFERENCES)
def test_m03_receipt_difference(
    received: list[int], lost: list[int], found: str | None, deadline: str | None
) -> None:
    """Less than sent may arrive until the next business day ends; more is odd after an hour."""
    world = sent(5000)
    for count in received:
        world.add("SealsReceived", "2026-04-03T09:00-07:00", count=count, **TAKEN)
    for count in lost:
        world.add(
            "SealsLost",
            "2026-04-03T10:30-07:00",
            mark="JAS-A",
            holder="EXP-1",
            site="W1",
            dispatch="D1",
            count=count,
            cause="LOST",
            discovered_on="2026-04-03",
        )

    violations = [v for v in world.violations() if v.rule == "M-03"]

    if found is None or deadline is None:
        assert violations == []
    else:
        (violation,) = violations
        assert (violation.subject, violation.discriminator) == ("D1", "JAS-A")
        assert (violation.expected, violation.found) == (("5000",), (found,))
        assert violation.deadline == at(deadline)


@pytest.mark.parametrize(
    ("holder", "site", "fires"), [("EXP-1", "W1", 0), ("EXP-2", "W1", 1), ("EXP-1", "W2", 1)]
)
def test_m03_receiver(holder: str, site: str, fires: int) -> None:
    """Who receives is whom the dispatch was sent to."""
    world = sent(50)
    taken = {**TAKEN, "holder": holder, "site": site}
    world.add("SealsReceived", "2026-04-03T09:00", count=50, **taken)

    expected = [("M-03", "D1", "JAS-A receiver")] * fires
    assert world.cases("M-03", now="2026-04-03T10:00") == expected
    assert world.cases("M-03", now="2026-04-03T09:59:59") == []


NUMBERS = [  # serialised, sent range, received ranges, foreign
    (True, (1, 100), [(1, 100)], None),
    (True, (1, 100), [(1, 50), (51, 100)], None),
    (True, (1, 100), [(2, 101)], ("101",)),
    (True, (1, 100), [(101, 150), (1, 50)], ("101-150",)),
    (True, (1, 100), [(1, 50), None], None),
    (True, None, [(2, 101)], None),
    (False, (1, 100), [(2, 101)], None),
]


@pytest.mark.parametrize(("serialised", "span", "received", "foreign"), NUMBERS)
def test_m03_numbers(
    span: tuple[int, int] | None,
    received: list[tuple[int, int] | None],
    foreign: tuple[str, ...] | None,
    *,
    serialised: bool,
) -> None:
    """Of a serialised mark the numbers received are numbers sent, where every event names them."""
    ends: dict[str, Any] = {} if span is None else {"first": span[0], "last": span[1]}
    world = sent(100, **ends)
    world.add(
        "MarkRegistered",
        "2026-01-01",
        mark="JAS-A",
        scheme="JAS",
        rcb="RCB-1",
        importer="IMP-1",
        design="x",
        carrier="STICKER",
        serialised=serialised,
    )
    for numbers in received:
        given: dict[str, Any] = {} if numbers is None else {"first": numbers[0], "last": numbers[1]}
        count = 50 if numbers is None else numbers[1] - numbers[0] + 1
        world.add("SealsReceived", "2026-04-03T09:00", count=count, **TAKEN, **given)

    found = [v.found for v in world.violations() if v.discriminator == "JAS-A numbers"]

    assert found == ([] if foreign is None else [foreign])


def test_m04_never_received() -> None:
    """What nobody received after 30 days is missing, unless all of it was lost."""
    world = sent(5000)
    day = at("2026-04-01T09:00") + 30 * DAY

    assert not [v for v in world.violations(now=day - 1) if v.rule == "M-04"]
    found = [v for v in world.violations(now=day) if v.rule == "M-04"]
    assert [(v.rule, v.discriminator, v.found) for v in found] == [("M-04", "JAS-A", ("0",))]
    lost: dict[str, Any] = {
        "mark": "JAS-A",
        "holder": "IMP-1",
        "site": "T1",
        "dispatch": "D1",
        "cause": "LOST",
    }
    world.add("SealsLost", "2026-04-05", count=4999, discovered_on="2026-04-05", **lost)
    assert world.only("M-04").found == ("4999",)
    world.add("SealsLost", "2026-04-05", count=1, discovered_on="2026-04-05", **lost)
    assert world.cases("M-04") == []


def test_m04_a_receipt_cures() -> None:
    """One receipt is enough; whether it is complete is another question."""
    world = sent(5000)
    world.add("SealsReceived", "2026-06-03T09:00", count=1, **TAKEN)

    assert world.cases("M-04") == []


@pytest.mark.parametrize(("known", "flag"), [("D-1", True), ("D2", False), ("d1", True)])
def test_m05_receipt_without_dispatch(known: str, *, flag: bool) -> None:
    """What nobody sent is a mismatch a day after it was received; a look-alike is suspected."""
    world = sent(50, dispatch=known)
    world.add("SealsReceived", "2026-04-03T09:00", count=50, rec="2026-04-03T12:00", **TAKEN)

    found = world.only("M-05")

    assert (found.subject, found.discriminator, found.artefact) == ("D1", "JAS-A", flag)
    assert found.deadline == at("2026-04-04T12:00")
    world.add("SealsDispatched", "2026-04-01T09:00", count=50, **SENT)
    assert world.cases("M-05") == []


DISPOSALS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("SealsDestroyed", {"method": "BURNT"}, ["document", "witness"]),
    ("SealsDestroyed", {"method": "BURNT", "witness": "P1"}, ["document"]),
    ("SealsSpoiled", {"reason": "OTHER"}, ["reason"]),
    ("SealsSpoiled", {"reason": "OTHER", "note": "fell into brine"}, []),
    ("SealsSpoiled", {"reason": "WET"}, []),
]


@pytest.mark.parametrize(("kind", "own", "absent"), DISPOSALS)
def test_m39_unproved_disposal(kind: str, own: dict[str, Any], absent: list[str]) -> None:
    """Disposal is proved within 30 days of being recorded."""
    world = World()
    here: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1", "count": 5}
    event = world.add(kind, "2026-04-03T09:00", **here, **own)

    found = [v for v in world.violations() if v.rule == "M-39"]

    assert [(v.subject, v.discriminator) for v in found] == [(event.id, part) for part in absent]
    assert {v.deadline for v in found} <= {at("2026-04-03T09:00") + 30 * DAY}


def test_m41_every_loss_is_looked_at() -> None:
    """A loss is a critical case at once, whatever was done about it."""
    world = World()
    event = world.add(
        "SealsLost",
        "2026-04-03T09:00",
        mark="JAS-A",
        holder="EXP-1",
        site="W1",
        count=7,
        cause="STOLEN",
        discovered_on="2026-04-03",
    )

    found = world.only("M-41", now=at("2026-04-03T09:00"))

    assert (found.subject, found.severity) == (event.id, "C")
    assert (found.expected, found.found) == (("0",), ("7", "STOLEN"))


CONTRACT: dict[str, Any] = {
    "contract": "C1", "exporter": "EXP-1", "importer": "IMP-1", "rcb": "RCB-1", "agent": "AG-1",
    "from_": "2025-04-01", "until": "2026-03-31",
}  # fmt: skip


@pytest.mark.parametrize(
    ("other", "fires"),
    [
        ({}, True),
        ({"from_": "2026-04-15", "until": "2026-04-15"}, False),
        ({"from_": "2026-04-16", "until": "2027-03-31"}, True),
        ({"from_": "2026-04-01", "until": "2027-03-31", "rcb": "RCB-2"}, True),
    ],
)
def test_m42_unreturned_stock(other: dict[str, str], *, fires: bool) -> None:
    """15 days after a contract that nothing renews, the exporter holds no seals any more."""
    world = World()
    world.add("ConsignmentContractSigned", "2025-03-01", **CONTRACT)
    if other:
        renewed = {**CONTRACT, "contract": "C2", **other}
        world.add("ConsignmentContractSigned", "2026-03-01", **renewed)
    world.add(
        "MarkRegistered",
        "2025-01-01",
        mark="JAS-A",
        scheme="JAS",
        rcb="RCB-1",
        importer="IMP-1",
        design="x",
        carrier="STICKER",
        serialised=False,
    )
    world.add("SealsReceived", "2026-02-01", count=9, **TAKEN)

    expected = [("M-42", "C1", "JAS-A W1")] if fires else []
    assert world.cases("M-42", now="2026-04-16T00:00+09:00") == expected
    assert world.cases("M-42", now="2026-04-15T23:59:59+09:00") == []


def test_m42_an_earlier_end_counts() -> None:
    """A contract ends on the earliest day anything says so."""
    world = World()
    world.add("ConsignmentContractSigned", "2025-03-01", **CONTRACT)
    world.add(
        "MarkRegistered",
        "2025-01-01",
        mark="JAS-A",
        scheme="JAS",
        rcb="RCB-1",
        importer="IMP-1",
        design="x",
        carrier="STICKER",
        serialised=False,
    )
    world.add("SealsReceived", "2026-02-01", count=9, **TAKEN)
    world.add(
        "ConsignmentContractEnded", "2026-01-01", contract="C1", on="2026-01-10", reason="broke"
    )

    assert world.only("M-42").deadline == at("2026-01-26T00:00+09:00")
