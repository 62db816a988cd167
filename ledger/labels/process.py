"""Process records and positive lists: each entry against the lists and figures of its standard.

What an entry leaves out gives nothing here; only what it says can break a rule. A substance of no
row in force on the day is not listed; gene-modified material never is.
"""

from collections.abc import Iterator
from itertools import chain

from ledger.facts.lots import ProcessRecorded
from ledger.facts.record import Record
from ledger.labels.entries import Entry, Husbandry, RecordedHusbandry, entry_of
from ledger.labels.livestock.acts import act_named, acts
from ledger.labels.livestock.medicine import medicine
from ledger.labels.livestock.outings import outings
from ledger.labels.livestock.rooms import rooms
from ledger.labels.livestock.runs import runs
from ledger.labels.planting import planting
from ledger.labels.process_lists import listed
from ledger.labels.verdict import Reason, Verdict, fails


def process(record: Record, said: ProcessRecorded, husbandry: Husbandry | None = None) -> Verdict:
    """One entry of a process record: positive lists, keeping apart, animals, what is planted.

    CLASS CONTAMINATED DAY_LENGTH DENSITY DRIFT FINAL_PERIOD FORBIDDEN_ACT GMO INSTRUCTIONS
    IRRADIATED KEPT_IN MEDICINE_USE NOT_LISTED NO_EMERGENCY NO_NEED NO_RUN RUN_PERIOD SEEDLING_SOIL
    SEED_STATUS SHELTER SLATS STABLE SUBSTRATE WAITING_TIME; unproven AVAILABILITY EMERGENCY_UNTOLD
    EXEMPTION_DOCUMENT FEED_NEED FIELD_HISTORY HERD_HISTORY MEDICINE_NEED NEED_UNTOLD RUN_UNTOLD
    SEED_UNTOLD SUBSTRATE_UNTOLD USE. Without `husbandry` the record tells what came of a herd and
    what it was fed.
    """
    entry = entry_of(record, said)
    past = husbandry or RecordedHusbandry(record)
    return Verdict.of(
        chain(
            _substance(entry), rooms(entry), runs(entry, past), acts(said),
            medicine(record, entry, past), outings(entry), planting(entry),
        )
    )  # fmt: skip


def _substance(entry: Entry) -> Iterator[Reason]:
    """What was used and how it was kept; a word for an act is asked of no list."""
    said = entry.said
    code = said.substance
    if code is not None and code.upper().startswith("GMO_"):
        yield from fails("GMO")
    irradiated = code is not None and code.upper().startswith("IRRADIATED_")
    if irradiated or said.irradiated:
        yield from fails("IRRADIATED")
    if said.separated is False:
        yield from fails("CONTAMINATED")
    if act_named(said) is None:
        yield from listed(said, entry.class_)
