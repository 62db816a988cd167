"""Keeping before use and final fattening: how long, counted from which day."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.labels.livestock.fattening import first_fattening_day
from ledger.labels.livestock.keeping import keeping
from ledger.labels.livestock.measures import broken, judged
from tests.domain.labels.animals import herd

CAME: dict[str, Any] = {"origin": "BROUGHT_IN", "dam_organic_since": None}
BEEF: dict[str, Any] = CAME | {"born_on": "2022-01-01", "organic_since": "2022-07-01"}
OLD_BEEF: dict[str, Any] = CAME | {"born_on": "2022-01-01", "organic_since": "2022-07-02"}
HORSE: dict[str, Any] = CAME | {
    "species": "HORSE", "born_on": "2022-01-01", "organic_since": "2023-01-01",
}  # fmt: skip
DAIRY: dict[str, Any] = CAME | {"species": "DAIRY_COW", "organic_since": "2025-01-15"}
BROILER: dict[str, Any] = CAME | {
    "species": "MEAT_POULTRY", "born_on": "2025-04-01", "arrived_on": "2025-04-03",
    "organic_since": "2025-04-04",
}  # fmt: skip
LAYER: dict[str, Any] = CAME | {"species": "LAYER", "organic_since": "2025-04-20"}
OLD_DAIRY: dict[str, Any] = DAIRY | {"organic_since": "2006-01-26"}

KEPT: list[tuple[str, dict[str, Any], str, str]] = [
    # id, fields, produced on, codes
    ("3.2 beef from six months of age", BEEF, "2023-01-01", ""),
    ("3.2 beef, a day short", BEEF, "2022-12-31", "KEEPING_PERIOD"),
    ("3.2 older beef, three quarters", OLD_BEEF, "2023-12-30", ""),
    ("3.2 older beef, a day short", OLD_BEEF, "2023-12-29", "KEEPING_PERIOD"),
    ("3.2 beef, birth untold", BEEF | {"born_on": None}, "2030-01-01", "HERD_HISTORY"),
    ("3.2 horse, 1,096 of 1,461 days", HORSE, "2026-01-01", ""),
    ("3.2 horse, from 2 January", HORSE | {"organic_since": "2023-01-02"}, "2026-01-01",
     "KEEPING_PERIOD"),
    ("3.2 foal, twelve months", HORSE | {"organic_since": "2022-01-01"}, "2023-01-01", ""),
    ("3.2 foal, a day short", HORSE | {"organic_since": "2022-01-01"}, "2022-12-31",
     "KEEPING_PERIOD"),
    ("3.2 mare", HORSE | {"species": "BREEDING_MARE"}, "2025-12-30", "KEEPING_PERIOD"),
    ("3.2 dairy, six months", DAIRY, "2025-07-15", ""),
    ("3.2 dairy, a day short", DAIRY, "2025-07-14", "KEEPING_PERIOD"),
    ("3.2 dairy of the farm", DAIRY | {"origin": "ON_FARM"}, "2025-05-15", ""),
    ("3.2 dairy of the farm, short", DAIRY | {"origin": "ON_FARM"}, "2025-05-14",
     "KEEPING_PERIOD"),
    ("3.2 breeding cow of the farm", DAIRY | {"species": "BREEDING_COW", "origin": "ON_FARM"},
     "2025-05-15", ""),
    ("3.2 dairy goat of the farm", DAIRY | {"species": "DAIRY_GOAT", "origin": "ON_FARM"},
     "2025-07-14", "KEEPING_PERIOD"),
    ("3.2 sow", DAIRY | {"species": "SOW"}, "2025-07-15", ""),
    ("3.2 sheep, short", DAIRY | {"species": "SHEEP"}, "2025-07-14", "KEEPING_PERIOD"),
    ("1.4 dairy, 90 days, the last day", OLD_DAIRY, "2006-04-26", ""),
    ("1.4 dairy, 90 days, too late", OLD_DAIRY, "2006-04-27", "KEEPING_PERIOD"),
    ("1.4 dairy, 89 days", OLD_DAIRY | {"organic_since": "2006-01-27"}, "2006-04-26",
     "KEEPING_PERIOD"),
    ("3.2 broilers", BROILER, "2025-06-01", ""),
    ("3.2 broilers, from day four", BROILER | {"organic_since": "2025-04-05"}, "2025-06-01",
     "KEEPING_PERIOD"),
    ("3.2 broilers that came on day three", BROILER | {"arrived_on": "2025-04-04"}, "2025-06-01",
     "KEEPING_PERIOD"),
    ("3.2 broilers, arrival untold", BROILER | {"arrived_on": None}, "2025-06-01",
     "HERD_HISTORY"),
    ("3.2 broilers of the farm", BROILER | {"origin": "ON_FARM", "arrived_on": None},
     "2025-06-01", ""),
    ("3.2 broilers, birth untold", BROILER | {"born_on": None}, "2025-06-01", "HERD_HISTORY"),
    ("3.2 layers", LAYER, "2025-06-01", ""),
    ("3.2 layers, a day short", LAYER, "2025-05-31", "KEEPING_PERIOD"),
    ("9 slaughter told", DAIRY | {"species": "PIG", "slaughter_on": "2025-07-15"}, "2025-07-01",
     ""),
    ("9 slaughter told, short", DAIRY | {"species": "PIG", "slaughter_on": "2025-07-14"},
     "2025-08-01", "KEEPING_PERIOD"),
    ("9 no meat", DAIRY | {"slaughter_on": "2025-07-14"}, "2025-08-01", ""),
    ("born organic", {}, "2024-03-01", ""),
    ("born organic, dam short", {"dam_organic_since": "2024-01-01"}, "2024-08-31",
     "KEEPING_PERIOD"),
    ("born organic, dam short, kept since", {"dam_organic_since": "2024-01-01"}, "2024-09-01", ""),
    ("hatched", {"species": "LAYER", "origin": "HATCHED"}, "2024-03-02", ""),
    ("other species", DAIRY | {"species": "OTHER"}, "2025-01-16", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "on", "codes"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT]
)
def test_animals_are_kept_so_long(own: dict[str, Any], on: str, codes: str) -> None:
    """Section 3.2, each species on both sides of its limit."""
    assert tuple(codes.split()) == judged(keeping(herd(**own), date.fromisoformat(on))).codes


@pytest.mark.parametrize(
    ("own", "on", "first"),
    [
        (DAIRY, "2025-07-14", "2025-07-15"),
        (LAYER, "2025-05-31", "2025-06-01"),
        (HORSE | {"organic_since": "2023-01-02"}, "2026-01-01", "2026-01-04"),
        (HORSE | {"organic_since": "2022-01-01"}, "2022-12-31", "2023-01-01"),
        (BROILER | {"organic_since": "2025-04-05"}, "2025-06-01", "none"),
    ],
)
def test_the_first_day_is_told(own: dict[str, Any], on: str, first: str) -> None:
    """The later day where two conditions bind; none where the animals came too late."""
    (found,) = broken(keeping(herd(**own), date.fromisoformat(on))).values()

    assert ((first,), (on,)) == (found.limit, found.figure)


DAYS = st.dates(date(2006, 5, 1), date(2400, 1, 1))


@given(
    born=DAYS, age=st.integers(-400, 4_000), kept=st.integers(-400, 4_000),
    species=st.sampled_from(["HORSE", "BEEF_CATTLE"]),
)  # fmt: skip
def test_three_quarters_of_life_by_the_definition(
    born: date, age: int, kept: int, species: str
) -> None:
    """Whatever the days: 4 (R - O) >= 3 (R - B), solved for the first day, holds as written."""
    since = born + timedelta(days=age)
    used = since + timedelta(days=kept)
    animals = herd(
        **CAME, species=species, born_on=born.isoformat(), organic_since=since.isoformat()
    )
    fits = not judged(keeping(animals, used)).broken

    if fits and (species == "HORSE" or age > 190):
        assert 4 * kept >= 3 * (kept + age)
    if not fits and kept >= 366:
        assert 4 * kept < 3 * (kept + age)


FATTENING = [
    # id, born, slaughtered, first day
    ("3.3 three months", "2022-01-01", "2025-06-30", "2025-03-30"),
    ("3.3 no such day", "2022-01-01", "2025-05-31", "2025-03-01"),
    ("3.3 a fifth of 100 days", "2025-01-01", "2025-04-11", "2025-03-22"),
    ("3.3 a fifth, whole days", "2025-01-01", "2025-04-15", "2025-03-26"),
    ("3.3 born that day", "2025-01-01", "2025-01-01", "2025-01-01"),
]


@pytest.mark.parametrize(
    ("born", "slaughtered", "first"), [row[1:] for row in FATTENING], ids=[r[0] for r in FATTENING]
)
def test_final_fattening_begins(born: str, slaughtered: str, first: str) -> None:
    """The shorter of three months and a fifth of life."""
    days = date.fromisoformat(born), date.fromisoformat(slaughtered)

    assert date.fromisoformat(first) == first_fattening_day(*days)
