"""Farms for tests: certified, with a herd, its feed, what they have shown, and lots of milk."""

from collections.abc import Iterator
from typing import Any

from tests.contract.views import world

NUMBER = iter(range(1, 10_000))


def told(kind: str, time: str = "2020-01-01T00:00:00Z", **own: Any) -> Any:
    """A fact of a farm's own source."""
    key = f"0198c0de-0000-7000-8000-{next(NUMBER):012d}"
    own = {name.rstrip("_"): value for name, value in own.items()}
    return world.fact(kind, key, time, **own)


def farm(name: str, lots: int) -> Iterator[Any]:
    """A certified dairy farm with a herd, and graded lots of its milk."""
    yield told("PartyRegistered", party=name, name=name, roles=["PRODUCER"], country="JP")
    yield told(
        "CertificationChanged", party=name, scheme="JAS", role="PRODUCER", issuer="BODY-1",
        number=name, status="GRANTED", from_="2020-01-01",
    )  # fmt: skip
    yield told(
        "ProductRegistered", product=f"P-{name}", name="乳", operator=name, class_="LIVESTOCK",
        recipe_version=1, species="DAIRY_COW", ingredients=[],
    )  # fmt: skip
    yield told(
        "HerdRecorded", herd=f"H-{name}", operator=name, site="F1", species="DAIRY_COW",
        individual=True, heads=10, origin="OTHER", organic_since="2024-01-01",
    )  # fmt: skip
    line = {"name": "hay", "kind": "OWN", "dry_matter": "70.000", "roughage": True,
            "bought": False, "gmo": False, "antibiotic": False}  # fmt: skip
    yield told(
        "FeedingRecorded", herd=f"H-{name}", operator=name, from_="2026-02-01", until="2026-02-28",
        heads=10, stage="DAIRY_MILKING", lines=[line],
    )  # fmt: skip
    yield told(
        "CriterionShown", party=name, criteria="LIVESTOCK", subject="REVIEW", on="2026-01-01",
        met=True,
    )  # fmt: skip
    for number in range(lots):
        lot = f"L-{name}-{number}"
        yield told(
            "LotRecorded", lot=lot, operator=name, number="1", product=f"P-{name}",
            quantity="10.000", status="ORGANIC", produced_on="2026-03-01", herds=[f"H-{name}"],
            inputs=[],
        )  # fmt: skip
        yield told(
            "LotGraded", "2026-03-02T00:00:00Z", lot=lot, result="CONFORMING", grader="P1",
            records_complete=True, linked_to_lot=True, method_conforms=True, label_conforms=True,
        )  # fmt: skip
