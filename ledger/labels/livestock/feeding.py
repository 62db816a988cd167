"""Feeding: what animals were fed over a period, beside what the standard lets them be fed.

Amounts are kg of dry matter. The intake is what so many heads of a stage eat in so many days
(appendix 3); a check that needs it is not asked where the stage is not told.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ledger.facts.herds import FeedingRecorded, FeedLine, HerdRecorded
from ledger.labels.animals import kind_of
from ledger.labels.livestock.fattening import first_fattening_day
from ledger.labels.livestock.measures import Measure, breaks, broken, lacks
from ledger.labels.process_lists import barred_feed
from ledger.labels.rows import Row, Table, months_after, years_after

MILK_MONTHS: Final = 6
"""Animals that give milk for feed are kept organically so long before."""
FIRST_MILK_MONTHS: Final = 3
OWN_FIELD_YEARS: Final = 2
_PERCENT: Final = 100
_ORGANIC: Final = ("ORGANIC", "OWN", "IN_CONVERSION")
_OTHER: Final = ("CONVENTIONAL", "OTHER")
_NO_CONCENTRATE: Final = ("MINERAL", "MILK")


class IntakeRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a head eats a day at a stage, `kg` of dry matter; up to an age where one is given."""

    stage: str
    species: frozenset[str]
    kg: Decimal
    months: int | None = None
    days: int | None = None


class FeedLimitRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many per cent of a feed, else `reason`.

    The first row that fits kind of animal, stage and cause holds. Above `unclear_above` and not
    above `percent` the text can be read either way.
    """

    feed: str
    kinds: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    percent: Decimal
    unclear_above: Decimal | None = None
    reason: str

    def of(self, base: Decimal) -> Decimal:
        """The most that is allowed, in the unit of the base."""
        return self.percent * base / _PERCENT


INTAKE: Final = Table("intake", IntakeRow, "stage", "what animals eat, kg dry matter a head a day")
FEED_LIMITS: Final = Table("feed_limits", FeedLimitRow, "feed", "how much of each feed is allowed")


def intake(fed: FeedingRecorded) -> Decimal | None:
    """Kg of dry matter that the heads eat in the period; None where the stage is not told."""
    row = INTAKE.topmost(fed.stage, fed.from_)
    if row is None:
        return None
    return row.kg * fed.heads * ((fed.until - fed.from_).days + 1)


def feeding(fed: FeedingRecorded, herd: HerdRecorded | None) -> list[Measure]:
    """What is against a feeding, and what of it is not told; of an unknown herd only itself.

    FEED_CONVERSION FEED_SILKWORM FEED_OWN_FIELD FEED_OTHER FEED_ROUGHAGE FEED_STAGE
    FEED_ANTIBIOTIC MILK_SOURCE FINAL_PERIOD GMO NOT_LISTED, and unproven AVAILABILITY
    FEED_CLASS_UNTOLD FEED_NEED FEED_STAGE_UNTOLD FIELD_HISTORY HERD_HISTORY HERD_MISSING USE.
    """
    eaten = intake(fed)
    found = [
        *_beside_organic(fed),
        *_own_field(fed, eaten),
        *_other(fed, herd, eaten),
        *_milk(fed),
        *_never(fed.lines),
    ]
    found += _barred(fed, excused=not broken(found).keys() & {"FEED_OTHER"})
    if eaten is None:
        found.append(lacks("FEED_STAGE_UNTOLD"))
    if herd is None:
        found.append(lacks("HERD_MISSING"))
    else:
        found += [*_stage(fed, herd), *_period(fed, herd), *_concentrate(fed, herd, eaten)]
    return found


def shares(fed: FeedingRecorded) -> dict[str, Decimal]:
    """Kg of dry matter of a feeding by the kind of feed, in the order of first mention."""
    found: dict[str, Decimal] = {}
    for line in fed.lines:
        found[line.kind] = found.get(line.kind, Decimal()) + line.dry_matter
    return found


def _limit(
    feed: str, fed: FeedingRecorded, herd: HerdRecorded | None = None
) -> FeedLimitRow | None:
    kind = None if herd is None else kind_of(herd.species)
    for row in FEED_LIMITS.of(feed, fed.from_):
        asked = ((row.kinds, kind), (row.stages, fed.stage), (row.causes, fed.cause))
        if all(not of or value in of for of, value in asked):
            return row
    return None


def _sum(lines: Iterable[FeedLine], *kinds: str) -> Decimal:
    return sum((line.dry_matter for line in lines if line.kind in kinds), Decimal())


def _beside_organic(fed: FeedingRecorded) -> Iterator[Measure]:
    """Feed in conversion, and silkworm droppings, beside the organic feed."""
    for feed in ("IN_CONVERSION", "SILKWORM"):
        row, given = _limit(feed, fed), _sum(fed.lines, feed)
        if row is not None and given > (most := row.of(_sum(fed.lines, *_ORGANIC))):
            yield breaks(row.reason, [most], [given])


def _own_field(fed: FeedingRecorded, eaten: Decimal | None) -> Iterator[Measure]:
    """Feed of own fields, of land clean for two years, beside less than half of bought feed."""
    own = [line for line in fed.lines if line.kind == "OWN_FIELD" and line.dry_matter > 0]
    if not own:
        return
    bought = _sum((line for line in fed.lines if line.bought), "ORGANIC", "IN_CONVERSION")
    row = _limit("BOUGHT", fed)
    if row is not None and eaten is not None and bought >= (below := row.of(eaten)):
        yield breaks(row.reason, [below, None], [bought, None])
    for line in own:
        if line.clean_since is None:
            yield lacks("FIELD_HISTORY")
        elif fed.from_ < (first := years_after(line.clean_since, OWN_FIELD_YEARS)):
            yield breaks("FEED_OWN_FIELD", [None, first], [None, fed.from_])


def _other(
    fed: FeedingRecorded, herd: HerdRecorded | None, eaten: Decimal | None
) -> Iterator[Measure]:
    given = _sum(fed.lines, *_OTHER)
    if not given:
        return
    yield lacks("FEED_NEED")
    row = _limit("OTHER", fed, herd)
    if row is None:
        return
    # Of all feed but minerals and silkworm droppings, at most of the intake: this ledger's own
    # reading of a garbled sentence.
    base = _sum(fed.lines, *_ORGANIC, "OWN_FIELD", *_OTHER)
    if given > (most := row.of(base if eaten is None else min(base, eaten))):
        yield breaks(row.reason, [most], [given])


def _milk(fed: FeedingRecorded) -> Iterator[Measure]:
    """Milk of the mother, else of animals organic long enough."""
    for line in fed.lines:
        if line.kind != "MILK" or line.donor == "MOTHER":
            continue
        if line.donor == "OTHER":
            yield lacks("AVAILABILITY")
        if line.donor is None or line.donor_organic_since is None:
            yield lacks("HERD_HISTORY")
        since = line.donor_organic_since
        if since is not None and fed.from_ < (first := months_after(since, MILK_MONTHS)):
            yield breaks("MILK_SOURCE", [first], [fed.from_])


def _never(lines: Iterable[FeedLine]) -> Iterator[Measure]:
    """What no feed may be: gene-modified, with antibiotics; minerals that are not natural."""
    for line in lines:
        if line.gmo:
            yield breaks("GMO", (), [line.name])
        if line.antibiotic:
            yield breaks("FEED_ANTIBIOTIC", (), [line.name])
        if line.kind == "MINERAL" and line.natural is None:
            yield lacks("USE")
        elif line.kind == "MINERAL" and not line.natural:
            yield breaks("NOT_LISTED", (), [line.name])


def _barred(fed: FeedingRecorded, *, excused: bool) -> Iterator[Measure]:
    """What is never feed by its name; some of it is where other feed is excused."""
    for line in fed.lines:
        row = barred_feed(line.name, fed.from_)
        if row is not None and not (excused and row.excused and line.kind in _OTHER):
            yield breaks("NOT_LISTED", (), [line.name])


def _stage(fed: FeedingRecorded, herd: HerdRecorded) -> Iterator[Measure]:
    """The stage is one of the species, and not one of younger animals."""
    row = INTAKE.topmost(fed.stage, fed.from_)
    if row is None:
        return
    if herd.species not in row.species:
        yield breaks("FEED_STAGE", [herd.species, None], [fed.stage, None])
        return
    if herd.born_on is None or (row.months, row.days) == (None, None):
        return
    last = months_after(herd.born_on, row.months or 0)
    last = min(last, date.max - timedelta(days=row.days or 0)) + timedelta(days=row.days or 0)
    if fed.from_ > last:
        yield breaks("FEED_STAGE", [herd.species, last], [fed.stage, fed.from_])


def _period(fed: FeedingRecorded, herd: HerdRecorded) -> Iterator[Measure]:
    """No day is called final fattening before it begins; what tells of a period is told."""
    if fed.period == "FINAL_FATTENING":
        if herd.born_on is None or herd.slaughter_on is None:
            yield lacks("HERD_HISTORY")
        elif fed.from_ < (first := first_fattening_day(herd.born_on, herd.slaughter_on)):
            yield breaks("FINAL_PERIOD", [first], [fed.from_])
    elif fed.period == "FIRST_MILK" and _gives_milk(fed, herd) and herd.milk_since is None:
        yield lacks("HERD_HISTORY")


def _concentrate(
    fed: FeedingRecorded, herd: HerdRecorded, eaten: Decimal | None
) -> Iterator[Measure]:
    """Animals that graze eat grass, hay and silage beside what is none."""
    row = _limit("CONCENTRATE", fed, herd)
    if row is None or eaten is None or _young_or_last(fed, herd):
        return
    feeds = (line for line in fed.lines if line.kind not in _NO_CONCENTRATE)
    given = sum((line.dry_matter for line in feeds if not line.roughage), Decimal())
    if given > (most := row.of(eaten)):
        yield breaks(row.reason, [most], [given])
    elif row.unclear_above is not None and given > row.unclear_above * eaten / _PERCENT:
        yield lacks("FEED_CLASS_UNTOLD")


def _young_or_last(fed: FeedingRecorded, herd: HerdRecorded) -> bool:
    """Whether the animals are suckling, at the end of fattening, or in their first milk."""
    match fed.period:
        case "SUCKLING":
            return True
        case "FINAL_FATTENING":
            return not any(each.level == "F" for each in _period(fed, herd))
        case "FIRST_MILK" if _gives_milk(fed, herd):
            since = herd.milk_since
            return since is None or fed.until <= months_after(since, FIRST_MILK_MONTHS)
        case _:
            return False


def _gives_milk(fed: FeedingRecorded, herd: HerdRecorded) -> bool:
    """Whether the first milk of such animals counts: of dairy cows, and does of dairy goats."""
    dairy_doe = fed.stage == "DOE" and herd.species == "DAIRY_GOAT"
    return fed.stage.startswith("DAIRY_") or dairy_doe
