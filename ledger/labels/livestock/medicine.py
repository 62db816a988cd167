"""Medicine: how long animals wait after it, and what it may be given for."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from ledger.facts.keeping import Medicine
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.labels.entries import Entry, Husbandry
from ledger.labels.lots import class_of_lot
from ledger.labels.verdict import Reason, fails, unshown

WAITING_FACTOR: Final = 2
"""Organic animals wait twice the legal time after medicine (JAS for organic livestock)."""
WAITING_DAYS_MIN: Final = 2
"""48 hours where the law asks less than a day more, or names no time."""
_NO_WAITING: Final = frozenset({"VITAMIN_MINERAL", "BIOLOGICAL", "ANTIPARASITIC", "DRUG"})
_LAST_RESORTS: Final = frozenset({"PRESCRIPTION", "ANTIBIOTIC"})
_DRUGS: Final = frozenset({"DRUG", *_LAST_RESORTS})
_NEEDED: Final = frozenset({"DRUG", "BIOLOGICAL", "ANTIPARASITIC"})
_TREATING: Final = frozenset({"TREATMENT", "LAW"})


def medicine(record: Record, entry: Entry, husbandry: Husbandry) -> Iterator[Reason]:
    """WAITING_TIME of the entry's lot or of lots of its herd, MEDICINE_USE, MEDICINE_NEED."""
    given = entry.said.medicine
    if given is not None:
        yield from _use(given)
    if next(too_soon(record, entry, husbandry), None) is not None:
        yield from fails("WAITING_TIME")


def legal_waiting_days(said: ProcessRecorded) -> int | None:
    """The waiting time of an entry's medicine, 48 hours where a drug has none; None: not asked."""
    kind = None if said.medicine is None else said.medicine.kind
    if said.activity != "MEDICINE" or kind in _NO_WAITING:
        return None
    if said.waiting_days is None and kind in _LAST_RESORTS:
        return WAITING_DAYS_MIN // WAITING_FACTOR
    return said.waiting_days


def waiting_days(said: ProcessRecorded) -> int | None:
    """How many days after the last of an entry goods are not organic; None: nothing is asked."""
    legal = legal_waiting_days(said)
    return None if legal is None else max(WAITING_FACTOR * legal, WAITING_DAYS_MIN)


def too_soon(record: Record, entry: Entry, husbandry: Husbandry) -> Iterator[LotRecorded]:
    """The lots that were made too soon after an entry's medicine, those of its herd by day."""
    days = waiting_days(entry.said)
    if days is None:
        return
    if entry.made is not None and (entry.made.produced_on - entry.last).days < days:
        yield entry.made
    if entry.said.herd is not None:
        # Of the days of treatment too.
        last = entry.last + timedelta(days=min(days, (date.max - entry.last).days) - 1)
        for lot in husbandry.lots_of_herd(entry.said.herd, entry.said.on, last):
            if class_of_lot(record, lot, lot.produced_on) == "LIVESTOCK" and _holds(record, lot):
                yield lot


def _holds(record: Record, lot: LotRecorded) -> bool:
    """Whether what a record says of its lot was not said anew since."""
    latest = record.latest(LotRecorded, About.LOT, lot.lot)
    return latest is not None and latest.id == lot.id


def _use(given: Medicine) -> Iterator[Reason]:
    """Drugs treat; those on prescription only where nothing else would do."""
    if given.kind in _DRUGS and given.purpose == "PREVENTION":
        yield from fails("MEDICINE_USE")
    if given.kind == "DRUG" and given.purpose not in {None, *_TREATING}:
        yield from fails("MEDICINE_USE")
    if given.kind in _LAST_RESORTS and given.last_resort is False:
        yield from fails("MEDICINE_USE")
    if given.kind in _LAST_RESORTS and given.last_resort is None:
        yield from unshown("MEDICINE_NEED")
    if given.kind in _NEEDED and (given.last_resort, given.purpose) == (None, None):
        yield from unshown("MEDICINE_NEED")
