"""Herds for dense worlds: few herds, species and days, so that sums meet, move and are undone."""

from typing import Any

from tests.contract.views import world as w

HERDS = ("H1", "H2", "H3", "H4")
FARMS = ("FARM-1", "FARM-1", "FARM-2")
SPECIES = ("SOW", "SOW", "PIG", "DAIRY_COW")
ARRIVED = ("2024-12-31", "2025-03-01", "2025-03-01", "2025-06-01")
DAYS = ("2026-02-20", "2026-02-28", "2026-03-01", "2026-06-30", "2026-07-02")
FED = (("2025-06-01", "2025-06-30"), ("2025-02-01", "2026-07-31"), ("2025-03-01", "2026-02-28"))
LEFT_ON = ("2022-03-01", "2022-03-02", "2024-06-01", "2025-03-01", "2025-05-31")


def herd(world: w.World) -> None:
    """A herd, perhaps once more, of another species or day; most animals replace others."""
    world.add(
        "HerdRecorded", herd=world.one(HERDS), operator=world.one(FARMS), site="F1",
        species=world.one(SPECIES), individual=True, heads=world.random.randrange(1, 6),
        origin=world.one(("BROUGHT_IN", "BROUGHT_IN", "BROUGHT_IN", "ON_FARM")),
        reason=world.one(("REPLACEMENT", "REPLACEMENT", "REPLACEMENT", "START")),
        born_on="2025-01-01", arrived_on=world.one(ARRIVED), female=True,
        bred=world.random.random() < 0.1, unavailable=True, adult_females="20.000",
        organic_since=world.one(("2025-03-01", "2026-01-01")),
    )  # fmt: skip


def left(world: w.World) -> None:
    """Animals leave a herd."""
    world.add(
        "AnimalsLeft", herd=world.one(HERDS), operator=world.one(FARMS), on=world.one(LEFT_ON),
        heads=world.random.randrange(1, 9), how=world.one(("SOLD", "DIED", "MOVED")),
    )  # fmt: skip


def fed(world: w.World) -> None:
    """A herd is fed."""
    line = {
        "name": "corn", "kind": world.one(("OWN", "IN_CONVERSION")), "dry_matter": "100.000",
        "roughage": False, "bought": False, "gmo": world.random.random() < 0.2, "antibiotic": False,
    }  # fmt: skip
    first, last = world.random.choice(FED)
    world.add(
        "FeedingRecorded", herd=world.one(HERDS), operator=world.one(FARMS), until=last,
        heads=1, stage=world.one(("DAIRY_MILKING", "PIG_OLDER")), lines=[line, line],
        **{"from": first},
    )  # fmt: skip


def milked(world: w.World) -> None:
    """A farm is certified for its milk, and makes a lot of it."""
    farm = world.one(FARMS)
    world.add(
        "CertificationChanged", party=farm, scheme="JAS", role="PRODUCER", issuer="RCB-1",
        number="1", status="GRANTED", **{"from": "2025-01-01"},
    )  # fmt: skip
    world.add(
        "ProductRegistered", product="MILK", name="milk", operator=farm, recipe_version=1,
        **{"class": "LIVESTOCK"},
    )  # fmt: skip
    world.add(
        "LotRecorded", lot=world.one(("M1", "M2")), operator=farm, number="1", product="MILK",
        quantity="9.000", status="ORGANIC", produced_on=world.one(("2026-03-01", "2026-07-01")),
        herds=[world.one(HERDS), world.one(HERDS)],
    )  # fmt: skip


def worked(world: w.World) -> None:
    """An entry of a herd, or of a lot and a herd; some break the standard."""
    day = world.one(DAYS)
    own: dict[str, Any] = world.random.choice((
        {"activity": "MEDICINE", "waiting_days": 9}, {"activity": "MILKING"},
        {"activity": "OUTDOOR_ACCESS", "outings_per_week": 1},
        {"activity": "HOUSING", "heads": 9, "indoor_m2": "1.000"},
        {"activity": "RUN", "run": {
            "use": "GRASSLAND", "clean_since": "2024-01-01", "first_grazed_on": "2026-03-01",
            "half_own_feed": False, "adjoining": True,
        }},
    ))  # fmt: skip
    lot = world.random.choice((None, None, "M1"))
    world.add(
        "ProcessRecorded", herd=world.one(HERDS), operator=world.one(FARMS), on=day,
        **own, **({} if lot is None else {"lot": lot}),
    )  # fmt: skip


def graded(world: w.World) -> None:
    """The milk is graded, its records called complete."""
    world.add(
        "LotGraded", lot=world.one(("M1", "M2")), result="CONFORMING", grader="P1",
        records_complete=True, linked_to_lot=True, method_conforms=True, label_conforms=True,
    )  # fmt: skip


MAKERS = (herd, herd, left, left, fed, milked, worked, worked, graded)
