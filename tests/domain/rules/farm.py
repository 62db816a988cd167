"""A farm in order: certified under JAS, a product of its animals, a lot made from one herd.

Tests add herds, departures and feedings, and see which rule speaks.
"""

from typing import Any

import msgspec

from ledger.facts.canonical import read_figure
from ledger.facts.catalogue import TYPES
from tests.domain.rules.world import World, at, event_id, moment

HERD: dict[str, Any] = {
    "herd": "H-1", "operator": "FARM-1", "site": "F1", "species": "DAIRY_COW", "individual": True,
    "heads": 1, "origin": "BROUGHT_IN", "reason": "NEW_KIND", "born_on": "2023-01-01",
    "arrived_on": "2025-01-15", "organic_since": "2025-01-15", "unavailable": True, "bred": False,
}  # fmt: skip
SOWS: dict[str, Any] = HERD | {
    "species": "SOW", "reason": "REPLACEMENT", "born_on": "2025-01-01", "female": True,
    "adult_females": "20.000", "arrived_on": "2025-03-01", "organic_since": "2025-03-01",
}  # fmt: skip
LEFT: dict[str, Any] = {
    "herd": "H-0", "operator": "FARM-1", "on": "2024-06-01", "heads": 12, "how": "SOLD",
}  # fmt: skip
FED: dict[str, Any] = {
    "herd": "H-1", "operator": "FARM-1", "from": "2025-06-01", "until": "2025-06-10", "heads": 10,
    "stage": "DAIRY_MILKING",
}  # fmt: skip
LINE: dict[str, Any] = {
    "name": "hay", "kind": "OWN", "dry_matter": "100", "roughage": True, "bought": False,
    "gmo": False, "antibiotic": False,
}  # fmt: skip
LOT: dict[str, Any] = {
    "lot": "L1", "operator": "FARM-1", "number": "1", "product": "P1", "quantity": "100.000",
    "status": "ORGANIC", "produced_on": "2025-07-15", "herds": ["H-1"],
}  # fmt: skip


def tell(world: World, kind: str, name: str, time: str, /, **own: Any) -> str:
    """One more fact by its fields as JSON has them, recorded at its time; returns its id."""
    fields = {field: value for field, value in own.items() if value is not None}
    told = {"type": kind, "id": event_id(name), "time": moment(time), "source": "DESK", **fields}
    world.facts.append((msgspec.convert(told, TYPES[kind], dec_hook=read_figure), at(time)))
    return event_id(name)


def farm() -> World:
    """A certified farm and its milk, with no animals yet."""
    world = World()
    tell(
        world, "CertificationChanged", "cert", "2025-01-01", party="FARM-1", scheme="JAS",
        role="PRODUCER", issuer="RCB-1", number="1", status="GRANTED", **{"from": "2024-01-01"},
    )  # fmt: skip
    tell(
        world, "ProductRegistered", "prod", "2025-01-01", product="P1", name="milk",
        operator="FARM-1", recipe_version=1, species="DAIRY_COW", **{"class": "LIVESTOCK"},
    )  # fmt: skip
    return world


def feed(world: World, name: str, *lines: dict[str, Any], **own: Any) -> str:
    """One feeding; a line is hay of the farm unless said."""
    told = [LINE | line for line in lines]
    return tell(world, "FeedingRecorded", name, "2025-06-11", lines=told, **FED | own)


def spoiled() -> World:
    """A farm on which a feeding or a herd breaks the standard in every way that is told apart."""
    world = farm()
    beef = HERD | {"species": "BEEF_CATTLE", "slaughter_on": "2025-12-01", "born_on": "2024-03-01"}
    came: list[dict[str, Any]] = [
        {"reason": "START", "arrived_on": "2025-06-01", "arrival_weight_kg": "400.000"},
        {"origin": "BORN_ORGANIC", "dam_organic_since": "2024-01-01"},
        {"reason": "DISASTER", "died": 1, "kept_before": 100},
        {"reason": "GROWTH", "kept_before": 100, "unavailable": False},
    ]
    for number, own in enumerate(came, start=1):
        tell(
            world, "HerdRecorded", f"h{number}", "2025-06-01", **beef | own | {"herd": f"B{number}"}
        )
    feed(world, "f1", {"kind": "OWN_FIELD", "clean_since": "2025-01-01"}, herd="B1")
    feed(world, "f2", {"kind": "MILK", "donor": "SAME", "donor_organic_since": "2025-01-01"},
         {"kind": "IN_CONVERSION"}, {"gmo": True}, herd="B1", period="FINAL_FATTENING",
         stage="BEEF_OLDER")  # fmt: skip
    tell(world, "LotRecorded", "lot", "2025-07-16", **LOT | {"herds": ["B1"]})
    for number, (activity, own) in enumerate(BROKEN.values(), start=1):
        work(world, f"w{number}", activity, herd="B1", **own)
    tell(world, "HerdRecorded", "hens", "2025-06-01", **HERD | {"herd": "B9", "species": "LAYER"})
    work(world, "lamps", "LIGHTING", herd="B9", light_hours="16.1")
    return world


RUN: dict[str, Any] = {
    "use": "GRASS", "clean_since": "2023-06-02", "first_grazed_on": "2025-06-01",
}  # fmt: skip
BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "SLATS": ("HOUSING", {"stable": {"floor_m2": "100", "slats_m2": "50.001"}}),
    "STABLE": ("HOUSING", {"stable": {"cleanable": False}}),
    "FORBIDDEN_ACT": ("SURGERY", {"act": "INJURY"}),
    "MEDICINE_USE": ("MEDICINE", {"medicine": {"kind": "DRUG", "purpose": "PREVENTION"}}),
    "NO_RUN": ("OUTDOOR_ACCESS", {"outings_per_week": 1}),
    "KEPT_IN": ("OUTDOOR_ACCESS", {"kept_in": "PIGLET"}),
    "FINAL_PERIOD": ("OUTDOOR_ACCESS", {"kept_in": "FINAL_FATTENING"}),
    "RUN_PERIOD": ("RUN", {"run": RUN}),
    "SHELTER": ("RUN", {"run": RUN | {"clean_since": "2020-01-01", "shelter": False}}),
    "DRIFT": ("RUN", {"run": RUN | {"clean_since": "2020-01-01", "separated": False}}),
    "GMO": ("RUN", {"run": RUN | {"clean_since": "2020-01-01", "gm_planted": True}}),
    "WAITING_TIME": ("MEDICINE", {"waiting_days": 30}),
    "SEED_STATUS": ("SEED", {"status": "CONVENTIONAL", "unavailable": False}),
    "SEEDLING_SOIL": (
        "SEEDLING",
        {"source_kind": "CLEAN_AREA", "clean_since": "2023-06-02"},
    ),
}
"""Entries of beef cattle on 2025-06-01 by the code that each breaks."""


def work(world: World, name: str, activity: str, **own: Any) -> str:
    """An entry of the process record of a herd or a lot, on 2025-06-01 unless said."""
    fields = {"operator": "FARM-1", "activity": activity, "on": "2025-06-01", **own}
    return tell(world, "ProcessRecorded", name, "2025-06-02", **fields)
