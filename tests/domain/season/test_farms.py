"""Farms of a season: what they tell of their herds leaves nothing wrong, and little unproven."""

from collections import Counter
from functools import cache
from random import Random

import pytest

from ledger.facts.herds import AnimalsLeft, FeedingRecorded, HerdRecorded
from ledger.facts.lots import LotRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.scalars import micros
from ledger.facts.seals import SealsApplied
from ledger.labels.unproven import unproven
from ledger.rules.audit import audit
from ledger.rules.policy import default_policy
from ledger.season import season
from ledger.season import trades as on
from ledger.season.book import Book
from ledger.season.scenario import Scenario, Shape

LATER = micros("2027-04-30T00:00:00.000000+00:00")


REGISTERED = micros("2024-04-02T00:00:00.000000+00:00")


@cache
def farm(*goods: str, lots: int = 1) -> tuple[Scenario, Record]:
    """A farm that makes lots of such goods, and all that is known of it."""
    chance = Random(3)  # noqa: S311 -- a seed gives a farm; nothing here is secret
    made, registry = Scenario(on.farm("X0001", *goods), chance, 1, Shape(lots=lots)), Book(chance)
    made.settled()
    for entry in made.entries:
        registry.say(entry.kind, REGISTERED, entry.desk, documents=entry.documents, **entry.fields)
    return made, Record((said.fact, said.at) for said in (*registry.until(None), *made.said))


UNPROVEN: list[tuple[str, set[tuple[str, str]]]] = [  # good, codes with what they are about
    ("MILK", set()),
    ("BEEF", set()),
    ("GOATMILK", set()),
    ("FARMEGG", set()),
    ("CHICKEN", set()),
    ("PORK", {("FEED_NEED", "H-X0001-0000-1")}),
]


@pytest.mark.parametrize(("good", "expected"), UNPROVEN)
def test_what_a_farm_leaves_unproven(good: str, expected: set[tuple[str, str]]) -> None:
    """Row by row: of all that is asked of animals, pigs alone lack the need for other feed."""
    made, record = farm(good)
    seals = record.about(SealsApplied, About.LOT, made.lot)
    found = unproven(record, made.lot, seals[:1], lambda _: None)

    assert {(row["code"], row["detail"]) for row in found} == expected


def test_cattle_layers_and_pigs_without_a_case() -> None:
    """One farm with ten herds and twenty feedings is silent, months later, too."""
    _, record = farm("MILK", "BEEF", "FARMEGG", "PORK", lots=10)

    assert len(record.all(HerdRecorded)) == 10
    assert len(record.all(FeedingRecorded)) == 20
    assert audit(record, default_policy(), LATER) == []


def test_lots_of_farms_name_herds_that_are_told() -> None:
    """In a season each herd on a lot has a record, two months of feed, and animals that left."""
    facts = {fact.id: fact for fact in season(20_000, 7).facts()}.values()
    herds = {herd for fact in facts if isinstance(fact, LotRecorded) for herd in fact.herds}
    told = Counter(
        (fact.herd, type(fact))
        for fact in facts
        if isinstance(fact, HerdRecorded | FeedingRecorded | AnimalsLeft)
    )
    species = {fact.species for fact in facts if isinstance(fact, HerdRecorded)}

    assert len(herds) >= 3
    expected = {HerdRecorded: 1, FeedingRecorded: 2, AnimalsLeft: 1}
    assert told == Counter({(h, kind): n for h in herds for kind, n in expected.items()})
    assert species == {"DAIRY_COW", "BEEF_CATTLE", "DAIRY_GOAT", "LAYER", "MEAT_POULTRY", "PIG"}
