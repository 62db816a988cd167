"""Herds for dense worlds: few herds, species and days, so that sums meet, move and are undone."""

from tests.contract.views import world as w

HERDS = ("H1", "H2", "H3", "H4")
FARMS = ("FARM-1", "FARM-1", "FARM-2")
SPECIES = ("SOW", "SOW", "PIG", "DAIRY_COW")
ARRIVED = ("2024-12-31", "2025-03-01", "2025-03-01", "2025-06-01")
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
    world.add(
        "FeedingRecorded", herd=world.one(HERDS), operator=world.one(FARMS), until="2025-06-30",
        heads=1, stage=world.one(("DAIRY_MILKING", "PIG_OLDER")), lines=[line, line],
        **{"from": "2025-06-01"},
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


MAKERS = (herd, herd, left, left, fed, milked)
