"""Herds for dense worlds: few herds, species and days, so that sums meet, move and are undone."""

from tests.contract.views import world as w

HERDS = ("H1", "H2", "H3", "H4")
FARMS = ("FARM-1", "FARM-1", "FARM-2")
SPECIES = ("SOW", "SOW", "PIG", "DAIRY_COW")
ARRIVED = ("2024-12-31", "2025-03-01", "2025-03-01", "2025-06-01")
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


def tended(world: w.World) -> None:
    """An entry of a herd, now and then of a lot of it besides, told by either farm."""
    world.add(
        "ProcessRecorded", herd=world.one(HERDS), operator=world.one(FARMS),
        lot=world.random.choice((None, None, "M1", "M2")), on=world.one(TENDED_ON),
        method="by hand", **world.random.choice(TENDED),
    )  # fmt: skip


def milk_graded(world: w.World) -> None:
    """A lot of milk is graded on records that are called complete."""
    world.add(
        "LotGraded", lot=world.one(("M1", "M2")), result="CONFORMING", grader="P1",
        records_complete=True, linked_to_lot=True, method_conforms=True, label_conforms=True,
    )  # fmt: skip


def shown(world: w.World) -> None:
    """A farm shows its criteria, or that it breaks them; a contractor's among them."""
    subject, items = world.random.choice(SHOWN)
    world.add(
        "CriterionShown", party=world.one(FARMS), criteria="LIVESTOCK", subject=subject,
        items=items, contractor=world.random.choice((None, "EXP-1")),
        fiscal_year=world.random.choice((None, 2025)), on=world.one(("2025-01-01", "2026-02-01")),
        met=world.random.random() < 0.7,
    )  # fmt: skip


TENDED_ON = ("2025-06-01", "2026-02-27", "2026-06-30", "2026-07-01", "2026-07-02")
TENDED: tuple[dict[str, object], ...] = (
    {"activity": "OUTDOOR_ACCESS", "outings_per_week": 1},
    {"activity": "OUTDOOR_ACCESS", "kept_in": "CALF", "until": "2026-03-01"},
    {"activity": "MEDICINE", "waiting_days": 2, "medicine": {"kind": "ANTIBIOTIC"}},
    {"activity": "RUN", "run": {"use": "GRASS", "clean_since": "2025-01-01", "shelter": False}},
    {"activity": "RUN", "run": {
        "use": "GRASSLAND", "clean_since": "2024-01-01", "first_grazed_on": "2026-03-01",
        "half_own_feed": False, "adjoining": True,
    }},
    {"activity": "HOUSING", "heads": 3, "indoor_m2": "11.999", "outdoor_m2": "12.000"},
    {"activity": "MEDICINE", "waiting_days": 9},
    {"activity": "MILKING"},
    {"activity": "DUNG", "contractor": "EXP-1"},
)  # fmt: skip
SHOWN: tuple[tuple[str, list[str]], ...] = (
    ("INTERNAL_RULES", ["STABLES", "FEEDING"]), ("REVIEW", []), ("YEARLY_PLAN", []),
    ("OUTSIDE_WORK", ["SELECTION", "CONTENT", "STEPS"]),
)  # fmt: skip
MAKERS = (herd, herd, left, left, fed, milked, tended, tended, milk_graded, shown)
