"""Outings: how often animals are let out, why they are kept in, how long lamps burn."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ledger.facts.herds import HerdRecorded
from ledger.labels.animals import GRAZERS, kind_of
from ledger.labels.entries import Entry, Husbandry
from ledger.labels.livestock.fattening import first_fattening_day
from ledger.labels.rows import months_after
from ledger.labels.verdict import Reason, fails, unshown

OUTINGS_MIN: Final = 2
"""A week (JAS for organic livestock, article 4: twice a week is enough)."""
LIGHT_HOURS_MAX: Final = Decimal(16)
"""Of natural and artificial light together, for layers."""
CALF_MONTHS: Final = 2
CALF_DAYS_AFTER_WEANING: Final = 7
PREGNANT_COW_MONTHS: Final = 7
"""After conceiving: the eighth month begins (this ledger's own reading of "from the eighth")."""
PREGNANT_SOW_MONTHS: Final = 2
_OF_KIND: Final = {"CALF": "CATTLE", "LATE_PREGNANCY": "CATTLE", "PIGLET": "PIG", "SOW": "PIG"}
_BY_PAPER: Final = frozenset({"SNOW", "ILLNESS", "RUN_DAMAGE", "ORDER"})


def outings(entry: Entry) -> Iterator[Reason]:
    """NO_RUN, KEPT_IN, FINAL_PERIOD, DAY_LENGTH; RUN_UNTOLD, EXEMPTION_DOCUMENT, HERD_HISTORY."""
    said = entry.said
    if said.activity == "OUTDOOR_ACCESS" or said.kept_in == "OTHER":
        yield from _let_out(entry)
    yield from _kept_in(entry)
    layers = said.activity == "LIGHTING" and entry.species == "LAYER"
    if layers and said.light_hours is not None and said.light_hours > LIGHT_HOURS_MAX:
        yield from fails("DAY_LENGTH")


def run_untold(herd: HerdRecorded, husbandry: Husbandry) -> Iterator[Reason]:
    """RUN_UNTOLD (unproven) of animals that graze where no entry tells of a run."""
    grazes = kind_of(herd.species) in GRAZERS
    if grazes and not husbandry.any_did([herd.herd], "RUN", date.max):
        yield from unshown("RUN_UNTOLD")


def _let_out(entry: Entry) -> Iterator[Reason]:
    """Twice a week, or free to go; or kept in for a reason that the standard knows."""
    said = entry.said
    free = said.run is not None and said.run.free_access is True
    often = said.outings_per_week is not None and said.outings_per_week >= OUTINGS_MIN
    if free or often or said.kept_in not in (None, "OTHER"):
        return
    if (said.outings_per_week, said.kept_in) == (None, None):
        yield from unshown("RUN_UNTOLD")
    else:
        yield from fails("NO_RUN")


def _kept_in(entry: Entry) -> Iterator[Reason]:
    """Whether the reason for keeping animals in held on the days of the entry."""
    reason = entry.said.kept_in
    if reason in _BY_PAPER:
        if not entry.said.documents:
            yield from unshown("EXEMPTION_DOCUMENT")
    elif reason == "FINAL_FATTENING":
        yield from _fattened(entry)
    elif reason in _OF_KIND:
        if entry.kind not in (None, _OF_KIND[reason]):
            yield from fails("KEPT_IN")
        elif entry.herd is None:
            yield from unshown("HERD_HISTORY")
        else:
            yield from _held(entry, entry.herd)


def _fattened(entry: Entry) -> Iterator[Reason]:
    herd = entry.herd
    if herd is None or herd.born_on is None or herd.slaughter_on is None:
        yield from unshown("HERD_HISTORY")
    elif entry.said.on < first_fattening_day(herd.born_on, herd.slaughter_on):
        yield from fails("FINAL_PERIOD")


def _held(entry: Entry, herd: HerdRecorded) -> Iterator[Reason]:
    match entry.said.kept_in:
        case "CALF":
            yield from _until(entry, _grown(herd), _weaned(herd))
        case "PIGLET":
            yield from _until(entry, herd.weaned_on)
        case "LATE_PREGNANCY":
            yield from _pregnant(entry, herd.conceived_on, PREGNANT_COW_MONTHS)
            if _after(herd.conceived_on, herd.milk_since):
                yield from _until(entry, herd.milk_since)
        case "SOW":
            yield from _pregnant(entry, herd.conceived_on, PREGNANT_SOW_MONTHS)
            if herd.conceived_on is not None:
                litter = _after(herd.conceived_on, herd.weaned_on)
                yield from _until(entry, herd.weaned_on if litter else None)


def _until(entry: Entry, *limits: date | None) -> Iterator[Reason]:
    """KEPT_IN after the latest limit; HERD_HISTORY where one that may be later is not told."""
    told = [limit for limit in limits if limit is not None]
    if told and entry.last <= max(told):
        return
    yield from fails("KEPT_IN") if len(told) == len(limits) else unshown("HERD_HISTORY")


def _pregnant(entry: Entry, conceived_on: date | None, months: int) -> Iterator[Reason]:
    if conceived_on is None:
        yield from unshown("HERD_HISTORY")
    elif entry.said.on < months_after(conceived_on, months):
        yield from fails("KEPT_IN")


def _grown(herd: HerdRecorded) -> date | None:
    return None if herd.born_on is None else months_after(herd.born_on, CALF_MONTHS)


def _weaned(herd: HerdRecorded) -> date | None:
    if herd.weaned_on is None:
        return None
    left = (date.max - herd.weaned_on).days
    return herd.weaned_on + timedelta(days=min(CALF_DAYS_AFTER_WEANING, left))


def _after(conceived_on: date | None, day: date | None) -> bool:
    """Whether a calving or weaning is that of this pregnancy, not of an earlier one."""
    return conceived_on is not None and day is not None and conceived_on < day
