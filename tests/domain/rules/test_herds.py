"""Herds: what animals were fed, where they came from, and how long they were kept before use."""

from typing import Any

import pytest

from ledger.rules.violation import Violation
from tests.domain.rules.farm import HERD, LEFT, LOT, SOWS, farm, feed, tell
from tests.domain.rules.world import World, at, event_id

DAY = 86_400_000_000


def found(world: World, *rules: str) -> list[Violation]:
    """What some rules find on a farm."""
    return [v for v in world.violations() if v.rule in (rules or ("M-70", "M-71", "M-72"))]


def told(world: World, *rules: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Discriminators with what was expected and found."""
    return [(v.discriminator, v.expected, v.found) for v in found(world, *rules)]


FEEDINGS: list[tuple[list[dict[str, Any]], dict[str, Any], list[tuple[Any, ...]]]] = [
    # lines, feeding; what is found: code, expected, found
    ([{}], {}, []),
    ([{"roughage": False, "dry_matter": "1050.001"}], {},
     [("FEED_ROUGHAGE", ("1050.000",), ("1050.001",))]),
    ([{"dry_matter": "69.999"}, {"kind": "IN_CONVERSION", "dry_matter": "30.001"}], {},
     [("FEED_CONVERSION", ("30.000",), ("30.001",))]),
    ([{}, {"kind": "SILKWORM", "dry_matter": "5.001"}], {},
     [("FEED_SILKWORM", ("5.000",), ("5.001",))]),
    ([{"kind": "OWN_FIELD", "clean_since": "2023-06-02"}], {},
     [("FEED_OWN_FIELD", ("none", "2025-06-02"), ("none", "2025-06-01"))]),
    ([{"kind": "ORGANIC", "bought": True, "dry_matter": "1050"},
      {"kind": "OWN_FIELD", "clean_since": "2023-06-01"}], {},
     [("FEED_OWN_FIELD", ("1050.000", "none"), ("1050.000", "none"))]),
    ([{"dry_matter": "84"}, {"kind": "CONVENTIONAL", "dry_matter": "16"}], {},
     [("FEED_OTHER", ("15.000",), ("16.000",))]),
    ([{"kind": "MILK", "donor": "SAME", "donor_organic_since": "2024-12-02"}], {},
     [("MILK_SOURCE", ("2025-06-02",), ("2025-06-01",))]),
    ([{"gmo": True, "name": "soy"}, {"antibiotic": True}], {},
     [("FEED_ANTIBIOTIC", ("allowed",), ("hay",)), ("GMO", ("allowed",), ("soy",))]),
    ([{"kind": "MINERAL", "natural": False, "name": "salt"}], {},
     [("NOT_LISTED", ("allowed",), ("salt",))]),
    ([{}], {"stage": "PIG_3"}, [("FEED_STAGE", ("DAIRY_COW", "none"), ("PIG_3", "none"))]),
    ([{}], {"stage": "DAIRY_YOUNG"},
     [("FEED_STAGE", ("DAIRY_COW", "2023-11-01"), ("DAIRY_YOUNG", "2025-06-01"))]),
    ([{}], {"period": "FINAL_FATTENING"},
     [("FINAL_PERIOD", ("2025-09-01",), ("2025-06-01",))]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "own", "codes"), FEEDINGS)
def test_m70_unfit_feeding(
    lines: list[dict[str, Any]], own: dict[str, Any], codes: list[tuple[Any, ...]]
) -> None:
    """A case for each code, a day after the feeding was recorded, with the figures compared."""
    world = farm()
    tell(world, "HerdRecorded", "herd", "2025-01-15", **HERD | {"slaughter_on": "2025-12-01"})
    key = feed(world, "fed", *lines, **own)

    assert told(world) == codes
    for case in found(world):
        assert (case.rule, case.subject, case.severity, case.family) == ("M-70", key, "H", "H")
        assert case.evidence == (key,)
        assert case.deadline == at("2025-06-11") + DAY


def test_m70_of_a_herd_nobody_recorded() -> None:
    """What needs the animals is asked once somebody tells of them; a retraction cures."""
    world = farm()
    key = feed(world, "fed", {"roughage": False, "dry_matter": "1050.001"})
    assert told(world) == []

    tell(world, "HerdRecorded", "herd", "2025-07-01", **HERD)
    assert [code for code, _, _ in told(world)] == ["FEED_ROUGHAGE"]

    tell(world, "EventRetracted", "gone", "2025-07-02", target=key, reason="INCORRECT_DATA")
    assert told(world) == []


HERDS: list[tuple[dict[str, Any], list[tuple[Any, ...]]]] = [
    # herd; what is found: code, expected, found
    ({}, []),
    ({"unavailable": False}, [("AVAILABLE", ("allowed",), ())]),
    ({"bred": True}, [("BRED", ("allowed",), ())]),
    ({"individual": False, "heads": 2}, [("IDENTIFICATION", ("1",), ("2",))]),
    ({"species": "PIG", "born_on": "2024-09-15"},
     [("AGE_OVER", ("2025-01-15",), ("2025-01-15",))]),
    ({"species": "BEEF_CATTLE", "born_on": "2024-06-01", "arrival_weight_kg": "340.001"},
     [("WEIGHT_OVER", ("340.000",), ("340.001",))]),
    ({"origin": "BORN_ORGANIC", "dam_organic_since": "2022-07-02", "organic_since": "2023-01-02"},
     [("DAM_PERIOD", ("2023-01-02",), ("2023-01-01",)),
      ("ORIGIN", ("2023-01-01",), ("2023-01-02",))]),
    ({"reason": "GROWTH", "kept_before": 4}, [("GROWTH_BELOW", ("2",), ("1",))]),
    ({"reason": "DISASTER", "kept_before": 4, "died": 0},
     [("DISASTER_LIMIT", ("1", "0"), ("0", "1"))]),
]  # fmt: skip


@pytest.mark.parametrize(("own", "codes"), HERDS)
def test_m71_unfit_animals(own: dict[str, Any], codes: list[tuple[Any, ...]]) -> None:
    """A case for each code, a day after the herd was recorded, with the figures compared."""
    world = farm()
    key = tell(world, "HerdRecorded", "herd", "2025-01-16", **HERD | own)

    assert told(world, "M-71") == codes
    for case in found(world, "M-71"):
        assert (case.subject, case.severity, case.family) == (key, "H", "H")
        assert case.deadline == at("2025-01-16") + DAY


def test_m71_the_latest_record_of_a_herd_holds() -> None:
    """What an earlier one said is no case any more; taken back it is one again."""
    world = farm()
    tell(world, "HerdRecorded", "first", "2025-01-16", **HERD | {"bred": True})
    assert [v.subject for v in found(world)] == [event_id("first")]

    second = tell(world, "HerdRecorded", "later", "2025-01-17", **HERD)
    assert found(world) == []

    tell(world, "EventRetracted", "gone", "2025-01-18", target=second, reason="INCORRECT_DATA")
    assert [v.subject for v in found(world)] == [event_id("first")]


ARRIVALS: list[tuple[list[dict[str, Any]], list[tuple[str, str]]]] = [
    # herds that arrive beside one sow on 1 March; where it fires: herd, code. 12 left before.
    ([{"heads": 3}], []),
    ([{"heads": 4, "arrived_on": "2025-02-28"}],
     [("h0", "REPLACEMENT_OVER"), ("h0", "THIRD_OVER")]),
    ([{"heads": 4, "arrived_on": "2025-03-02"}],
     [("h1", "REPLACEMENT_OVER"), ("h1", "THIRD_OVER")]),
    ([{"heads": 4, "arrived_on": "2024-12-31"}], []),
    ([{"heads": 4, "arrived_on": "2026-01-01", "organic_since": "2026-01-01"}], []),
    ([{"heads": 4, "operator": "FARM-2", "herd": "H-2"}], []),
    ([{"heads": 4, "species": "PIG", "reason": "START"}], []),
    ([{"heads": 4, "herd": "H-1"}], []),
    ([{"heads": 4, "adult_females": "25.000", "arrived_on": "2025-03-02"}],
     [("h1", "THIRD_OVER")]),
    ([{"heads": 2}, {"heads": 2, "arrived_on": "2025-03-02"}],
     [("h2", "REPLACEMENT_OVER"), ("h2", "THIRD_OVER")]),
]  # fmt: skip


@pytest.mark.parametrize(("herds", "fires"), ARRIVALS)
def test_m71_sums_over_a_year(herds: list[dict[str, Any]], fires: list[tuple[str, str]]) -> None:
    """Of one operator and species, on the herd arriving last in the calendar year."""
    world = farm()
    tell(world, "HerdRecorded", "old", "2024-01-01", **SOWS | {"herd": "H-0", "reason": "START"})
    tell(world, "AnimalsLeft", "left", "2024-06-02", **LEFT)
    for number, own in enumerate([{}, *herds]):
        name = {"herd": f"H-{number + 1}"}
        tell(world, "HerdRecorded", f"h{number}", f"2025-03-{3 + number:02d}", **SOWS | name | own)

    cases = [(v.subject, v.discriminator) for v in found(world) if v.discriminator.endswith("OVER")]

    assert cases == [(event_id(name), code) for name, code in fires]


DEPARTURES: list[tuple[dict[str, Any], bool]] = [
    # animals that left beside 11, whether 4 replaced are too many
    ({}, True),
    ({"on": "2025-03-01"}, False),
    ({"on": "2025-03-02"}, True),
    ({"on": "2022-03-02"}, False),
    ({"on": "2022-03-01"}, True),
    ({"on": "2024-06-01", "how": "DIED"}, False),
    ({"on": "2024-06-01", "how": "SLAUGHTERED"}, False),
    ({"on": "2024-06-01", "how": "MOVED"}, True),
    ({"on": "2024-06-01", "operator": "FARM-2"}, True),
    ({"on": "2024-06-01", "herd": "H-9"}, True),
]


@pytest.mark.parametrize(("own", "fires"), DEPARTURES)
def test_m71_a_third_of_those_that_left(own: dict[str, Any], *, fires: bool) -> None:
    """Sold, slaughtered and dead in the three years up to the arrival; moved ones do not count."""
    world = farm()
    tell(world, "HerdRecorded", "old", "2024-01-01", **SOWS | {"herd": "H-0", "reason": "START"})
    tell(world, "AnimalsLeft", "left", "2024-06-02", **LEFT | {"heads": 11})
    if own:
        tell(world, "AnimalsLeft", "more", "2024-06-03", **LEFT | {"heads": 1} | own)
    tell(world, "HerdRecorded", "come", "2025-03-03", **SOWS | {"heads": 4})

    assert ("THIRD_OVER" in [v.discriminator for v in found(world, "M-71")]) is fires


KEPT: list[tuple[dict[str, Any], dict[str, Any], list[tuple[Any, ...]]]] = [
    # lot, herd; what is found: herd, expected, found
    ({}, {}, []),
    ({"produced_on": "2025-07-14"}, {}, [("H-1", ("2025-07-15",), ("2025-07-14",))]),
    ({"produced_on": "2025-07-14", "status": "CONVENTIONAL"}, {}, []),
    ({"produced_on": "2025-07-14", "operator": "FARM-2"}, {}, []),
    ({"produced_on": "2025-07-14", "product": "P2"}, {}, []),
    ({"produced_on": "2025-07-14", "herds": ["H-9"]}, {}, []),
    ({"produced_on": "2025-07-14", "herds": []}, {}, []),
    ({"produced_on": "2025-07-14", "herds": ["H-1", "H-1"]}, {},
     [("H-1", ("2025-07-15",), ("2025-07-14",))]),
    ({"produced_on": "2025-05-15"}, {"origin": "ON_FARM"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("lot", "own", "fires"), KEPT)
def test_m72_kept_too_short(
    lot: dict[str, Any], own: dict[str, Any], fires: list[tuple[Any, ...]]
) -> None:
    """Organic animal products on the JAS route, of herds that are known."""
    world = farm()
    tell(world, "HerdRecorded", "herd", "2025-01-16", **HERD | own)
    tell(world, "LotRecorded", "lot", "2025-07-16", **LOT | lot)

    assert told(world, "M-72") == fires
    for case in found(world, "M-72"):
        assert (case.subject, case.severity, case.family) == ("L1", "C", "L")
        assert case.evidence == (event_id("lot"), event_id("herd"))
        assert case.deadline == at("2025-07-16") + DAY


def test_m72_waits_for_what_comes_last() -> None:
    """A herd recorded after its lot is waited for from then on."""
    world = farm()
    tell(world, "LotRecorded", "lot", "2025-07-16", **LOT | {"produced_on": "2025-07-14"})
    assert found(world) == []

    tell(world, "HerdRecorded", "herd", "2025-08-01", **HERD)
    assert [v.deadline for v in found(world, "M-72")] == [at("2025-08-01") + DAY]
