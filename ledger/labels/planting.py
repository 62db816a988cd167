"""Planting: where seed, seedlings and the substrate of fungi come from."""

from collections.abc import Iterator
from typing import Final

from ledger.labels.entries import Entry
from ledger.labels.rows import years_after
from ledger.labels.substances import substance
from ledger.labels.transitions import transition
from ledger.labels.verdict import Reason, fails, unshown

SEEDLING_YEARS: Final = 3
"""Nothing prohibited came onto land for the soil of seedlings for so long (JAS, article 4)."""
SEEDLING_YEARS_OLDER: Final = 2
"""In the older text; so long leaves it open."""
WOOD_YEARS: Final = 3
"""Nothing prohibited came onto the wood of logs for so long before felling."""
_ORGANIC: Final = frozenset({"ORGANIC", "IN_CONVERSION"})
_OTHER_SEED: Final = frozenset({"UNTREATED", "CONVENTIONAL"})
_OF_ORGANIC: Final = frozenset({"PLANT", "PROCESSED_FOOD", "FEED", "DUNG", "WASTE_WOOD"})


def planting(entry: Entry) -> Iterator[Reason]:
    """SEED_STATUS, SEEDLING_SOIL, SUBSTRATE; AVAILABILITY, SEED_UNTOLD, FIELD_HISTORY, …."""
    match entry.said.activity:
        case "SEED":
            yield from _seed(entry)
        case "SEEDLING":
            yield from _seedling(entry)
        case "SUBSTRATE" if entry.class_ == "FUNGI":
            yield from _substrate(entry)


def _seed(entry: Entry) -> Iterator[Reason]:
    """Organic seed; other seed only where organic seed was not to be had."""
    said = entry.said
    if said.status not in _OTHER_SEED:
        yield from [] if said.status in _ORGANIC else unshown("SEED_UNTOLD")
        return
    if said.unavailable is not True:
        yield from fails("SEED_STATUS") if said.unavailable is False else unshown("AVAILABILITY")
    if said.status == "CONVENTIONAL" and said.edible_sprouts is True:
        # While other seed may be used at all it may for sprouts.
        passes = transition("OTHER_SEED", said.on) is not None
        yield from unshown("AVAILABILITY") if passes else fails("SEED_STATUS")
    if said.status == "CONVENTIONAL" and entry.class_ == "FUNGI" and said.natural is not True:
        yield from fails("SEED_STATUS") if said.natural is False else unshown("SEED_UNTOLD")


def _seedling(entry: Entry) -> Iterator[Reason]:
    said = entry.said
    if said.source_kind in ("OWN_LAND", "LISTED_ONLY"):
        return
    since = said.clean_since
    if said.source_kind != "CLEAN_AREA":
        yield from unshown("SEED_UNTOLD")
    elif since is None:
        yield from unshown("FIELD_HISTORY")
    elif said.on < years_after(since, SEEDLING_YEARS):
        older = years_after(since, SEEDLING_YEARS_OLDER) <= said.on
        row = transition("SEEDLING_SOIL", said.on)
        published = None if row is None else row.valid_from
        if published is None or published < since:
            yield from unshown("FIELD_HISTORY") if older else fails("SEEDLING_SOIL")


def _substrate(entry: Entry) -> Iterator[Reason]:
    said = entry.said
    kind = said.source_kind
    if kind == "LOGS":
        if said.clean_since is None:
            yield from unshown("FIELD_HISTORY")
        if said.treated is True or (
            said.clean_since is not None and said.on < years_after(said.clean_since, WOOD_YEARS)
        ):
            yield from fails("SUBSTRATE")
    elif kind in _OF_ORGANIC:
        if said.status != "ORGANIC":
            yield from fails("SUBSTRATE") if said.status else unshown("SUBSTRATE_UNTOLD")
    elif kind == "LISTED":
        yield from _listed(entry)
    else:
        yield from unshown("SUBSTRATE_UNTOLD")


def _listed(entry: Entry) -> Iterator[Reason]:
    """Material of the list of fertilisers, where nothing better was to be had."""
    said = entry.said
    if said.substance is None or said.unavailable is None:
        yield from unshown("SUBSTRATE_UNTOLD")
    if said.unavailable is False:
        yield from fails("SUBSTRATE")
    if said.substance is not None:
        answer = substance("T1", said.substance, "FUNGI", said.on)
        yield from answer.verdict.reasons if answer.allowed else fails("SUBSTRATE")
