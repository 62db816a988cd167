"""Faults of farms: animals that should not have come, feed, keeping, runs, medicine, time.

Each farm here makes goods of one herd; days are counted back from when those goods were made.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from ledger.facts.criteria import CriterionShown
from ledger.facts.herds import AnimalsLeft, FeedingRecorded, FeedLine, HerdRecorded
from ledger.facts.keeping import Medicine
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.scalars import Area, Hours, MeanHeads, Weight, WeightOrZero
from ledger.season import trades as on
from ledger.season.book import Planned
from ledger.season.family import Family, Plant, Row
from ledger.season.faults_standing import Stranger
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.scenario import Scenario
from ledger.season.trades import Trade

farms = Family()


def _farm(good: str) -> Callable[[str], Trade]:
    """A farm that makes such goods."""
    return lambda code: on.farm(code, good)


def _before(i: Scenario, days: int) -> date:
    """A day so many days before the goods were made."""
    made: date = i.of(LotRecorded).fields["produced_on"]
    return made - timedelta(days=days)


# -- the herd


_DAYS: Final = frozenset({"born_on", "arrived_on", "organic_since", "dam_organic_since"})


def _herd(i: Scenario, **changes: Any) -> str:
    """Change what the animals are; days before the goods were made are given as numbers."""
    dated: dict[str, Any] = {
        name: _before(i, value) if name in _DAYS else value for name, value in changes.items()
    }
    return i.change(HerdRecorded, 0, **dated)


def _animals(code: str, good: str, says: str, **changes: Any) -> Row:
    """Animals that should not have come, and the reason they give."""
    name = f"herd-{code.lower().replace('_', '-')}"
    return Row(name, "M-71", _farm(good), says, partial(_herd, **changes), "{event}", code)


def _sold_before(i: Scenario) -> str:
    """Six hundred hens were sold before four hundred came."""
    herd = i.of(HerdRecorded)
    i.book.say(
        AnimalsLeft, herd.at + MICROS_A_MINUTE // 2, herd.desk, herd=i.herd,
        operator=i.trade.operator, on=_before(i, 210), heads=600, how="SOLD",
    )  # fmt: skip
    return _herd(i, reason="REPLACEMENT")


farms.rows(
    _animals("DAM_PERIOD", "GOATMILK", "The dams had been kept organically for three months.",
             dam_organic_since=1190),
    _animals("ORIGIN", "CHICKEN", "Chicks come to the farm two days after hatching.",
             organic_since=108),
    _animals("AVAILABLE", "MILK", "Cows stay though organic ones were to be had.",
             unavailable=False),
    _animals("AGE_OVER", "FARMEGG", "Hens come four days too old.", born_on=330),
    _animals("WEIGHT_OVER", "BEEF", "Calves come too heavy.", arrival_weight_kg=Weight("310.001")),
    _animals("BRED", "MILK", "Cows come that have calved.", origin="BROUGHT_IN", reason="START",
             arrived_on=700, bred=True),
    _animals("GROWTH_BELOW", "BEEF", "Four calves come to a hundred head.", reason="GROWTH",
             kept_before=100),
    _animals("DISASTER_LIMIT", "BEEF", "Calves come after ten of a hundred died.",
             reason="DISASTER", kept_before=100, died=10),
    _animals("REPLACEMENT_OVER", "MILK", "Forty heifers replace cows in a herd of fifty.",
             origin="BROUGHT_IN", reason="REPLACEMENT", arrived_on=700, bred=False,
             adult_females=MeanHeads("50.000")),
    Row("herd-third-over", "M-71", _farm("FARMEGG"), "More hens come than a third of those sold.",
        _sold_before, "{event}", "THIRD_OVER"),
    _animals("IDENTIFICATION", "BEEF", "Cattle are not told apart.", individual=False),
    Row("kept-too-short", "M-72", _farm("MILK"), "Cows are milked after two months.",
        partial(_herd, organic_since=60), "{i.lot}", "{i.herd}"),
)  # fmt: skip


# -- what it is fed


def _fed(i: Scenario, index: int, **changes: Any) -> str:
    """Change a feed of the first month."""
    return i.reline(FeedingRecorded, index, **changes)


def _feed(code: str, good: str, says: str, index: int, **changes: Any) -> Row:
    """A feed that should not be given, and the reason it gives."""
    name = f"feed-{code.lower().removeprefix('feed_').replace('_', '-')}"
    return Row(name, "M-70", _farm(good), says, partial(_fed, index=index, **changes), "{event}",
               code)  # fmt: skip


def _milk_given(i: Scenario) -> str:
    """Kids get milk of goats that have been kept organically for a hundred days."""
    feeding = i.of(FeedingRecorded)
    milk = FeedLine(
        name="milk", kind="MILK", dry_matter=WeightOrZero("20.000"), roughage=False, bought=False,
        gmo=False, antibiotic=False, donor="SAME",
        donor_organic_since=feeding.fields["from_"] - timedelta(days=100),
    )  # fmt: skip
    return i.change(FeedingRecorded, lines=(*feeding.fields["lines"], milk))


def _fattened_early(i: Scenario) -> str:
    return i.change(
        FeedingRecorded, period="FINAL_FATTENING", from_=_before(i, 150), until=_before(i, 121)
    )


farms.rows(
    _feed("FEED_CONVERSION", "MILK", "Most feed is in conversion.", 0, kind="IN_CONVERSION"),
    _feed("FEED_SILKWORM", "FARMEGG", "Hens get twice as many silkworm droppings as they may.", 2,
          dry_matter=WeightOrZero("100.000")),
    Row("feed-own-field", "M-70", _farm("MILK"), "Silage comes from a field treated a year ago.",
        lambda i: _fed(i, 0, kind="OWN_FIELD", clean_since=_before(i, 440)), "{event}",
        "FEED_OWN_FIELD"),
    _feed("FEED_OTHER", "MILK", "Too much hay is conventional.", 1, kind="CONVENTIONAL",
          dry_matter=WeightOrZero("6000.000")),
    _feed("FEED_ROUGHAGE", "MILK", "Cows get too much maize.", 2,
          dry_matter=WeightOrZero("13000.000")),
    Row("feed-stage", "M-70", _farm("MILK"), "Cows are fed as beef cattle.",
        lambda i: i.change(FeedingRecorded, stage="BEEF_OLDER"), "{event}", "FEED_STAGE"),
    _feed("FEED_ANTIBIOTIC", "MILK", "A feed holds antibiotics.", 2, antibiotic=True),
    Row("milk-source", "M-70", _farm("GOATMILK"), "Milk comes of animals new to organic keeping.",
        _milk_given, "{event}", "MILK_SOURCE"),
    Row("fattened-too-early", "M-70", _farm("BEEF"), "Fattening begins five months early.",
        _fattened_early, "{event}", "FINAL_PERIOD"),
    _feed("GMO", "MILK", "Maize is gene-modified.", 2, gmo=True),
    _feed("NOT_LISTED", "MILK", "A mineral is made by synthesis.", 3, natural=False),
)  # fmt: skip


# -- how it is kept


def _entry(i: Scenario, activity: str) -> Planned:
    (found,) = (
        entry for entry in i.book.planned(ProcessRecorded) if entry.fields["activity"] == activity
    )
    return found


def _kept(i: Scenario, activity: str, **changes: Any) -> str:
    """Change an entry about the herd."""
    entry = _entry(i, activity)
    entry.fields.update(changes)
    return entry.id


def _part(i: Scenario, activity: str, part: str, **changes: Any) -> str:
    """Change a part of an entry: its stable or its run."""
    return _kept(i, activity, **{part: replace(_entry(i, activity).fields[part], **changes)})


def _keeping(name: str, code: str, good: str, says: str, does: Plant) -> Row:
    """An entry that must not be, and the reason it gives."""
    return Row(name, "M-62", _farm(good), says, does, "{event}", code)


farms.rows(
    _keeping("slats", "SLATS", "MILK", "More than half of the floor is slatted.",
             lambda i: _part(i, "HOUSING", "stable", slats_m2=Area("120.001"))),
    _keeping("stable", "STABLE", "FARMEGG", "Hens have no perches.",
             lambda i: _part(i, "HOUSING", "stable", perches=False)),
    _keeping("forbidden-act", "FORBIDDEN_ACT", "PORK", "Pigs are castrated with chemicals.",
             lambda i: _kept(i, "SURGERY", act="CHEMICAL_CASTRATION")),
    _keeping("medicine-use", "MEDICINE_USE", "MILK", "Antibiotics are given to prevent.",
             lambda i: _kept(i, "MEDICINE", medicine=Medicine(
                 kind="ANTIBIOTIC", purpose="PREVENTION", last_resort=True))),
    _keeping("no-run", "NO_RUN", "MILK", "Cows come out once a week.",
             lambda i: _kept(i, "OUTDOOR_ACCESS", outings_per_week=1)),
    _keeping("kept-in", "KEPT_IN", "MILK", "Cows are kept in as if they were piglets.",
             lambda i: _kept(i, "OUTDOOR_ACCESS", outings_per_week=None, kept_in="PIGLET")),
    _keeping("kept-in-to-fatten", "FINAL_PERIOD", "BEEF", "Cattle are kept in half a year early.",
             lambda i: _kept(i, "OUTDOOR_ACCESS", outings_per_week=None, on=_before(i, 200),
                             kept_in="FINAL_FATTENING")),
    _keeping("day-length", "DAY_LENGTH", "FARMEGG", "Hens have light for too long.",
             lambda i: _kept(i, "LIGHTING", light_hours=Hours("16.1"))),
    _keeping("run-period", "RUN_PERIOD", "MILK", "Grass was treated a year before it was grazed.",
             lambda i: _part(i, "RUN", "run", clean_since=_before(i, 500))),
    _keeping("shelter", "SHELTER", "MILK", "Cows have no shelter outdoors.",
             lambda i: _part(i, "RUN", "run", shelter=False)),
    _keeping("drift-onto-the-run", "DRIFT", "MILK", "Spray drifts onto the run.",
             lambda i: _part(i, "RUN", "run", separated=False)),
    _keeping("run-of-modified-grass", "GMO", "MILK", "Gene-modified grass grows on the run.",
             lambda i: _part(i, "RUN", "run", gm_planted=True)),
)  # fmt: skip


@farms.fault("M-65", on.farm)
def farm_told_by_a_stranger(i: Scenario) -> None:
    """A stranger tells what animals there are, what they eat and which left, and shows criteria."""
    stranger = Stranger(i)
    for kind in (HerdRecorded, FeedingRecorded, AnimalsLeft):
        stranger.takes(i.of(kind))
    stranger.says(
        CriterionShown, i.of(AnimalsLeft).at + MICROS_A_MINUTE, party=i.trade.operator,
        criteria="LIVESTOCK", subject="REVIEW", on=_before(i, 10), met=False,
    )  # fmt: skip
