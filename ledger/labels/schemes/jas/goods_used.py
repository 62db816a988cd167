"""Inputs of a lot: whether their makers were certified, and own crops of feed recorded."""

from ledger.facts.record import Record
from ledger.labels.certified import certified
from ledger.labels.lots import class_of_lot, origin_record
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.labels.schemes.jas.grading import CODE, MAKERS


def uncertified_inputs(record: Record, lot: str) -> tuple[str, ...]:
    """Inputs of a lot whose maker had no JAS certificate for them when it made them, sorted.

    Goods that are not organic need none.
    """
    made = origin_record(record, lot)
    found: set[str] = set()
    for entry in () if made is None else made.inputs:
        of = origin_record(record, entry.lot)
        if of is not None and of.status in ("CONVENTIONAL", "OTHER"):
            continue
        if of is None or not certified(
            record, of.operator, CODE, MAKERS, class_of_lot(record, of, of.produced_on),
            of.produced_on,
        ):  # fmt: skip
            found.add(entry.lot)
    return tuple(sorted(found))


def unrecorded_crops(record: Record, lot: str) -> tuple[str, ...]:
    """Of feed, the inputs of its maker's own growing whose process record misses an activity."""
    made = origin_record(record, lot)
    if made is None or class_of_lot(record, made, made.produced_on) != "FEED":
        return ()
    own = {
        entry.lot
        for entry in made.inputs
        if (of := origin_record(record, entry.lot)) is not None and of.operator == made.operator
    }
    return tuple(each for each in sorted(own) if missing_activities(record, each))
