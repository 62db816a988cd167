"""Slips of clocks that tell another age."""

from datetime import date

from ledger.facts.documents import ComplaintReceived
from ledger.facts.seals import SealsApplied
from ledger.season import slip_lanes as on
from ledger.season.island import Island, slip
from ledger.season.moments import MICROS_AN_HOUR, day_number, day_of, moment

_FACTORY_DAY = date(1980, 1, 1)
"""Where a clock begins that has lost its battery."""


@slip("M-47", on.domestic)
def clock_at_zero(i: Island) -> None:
    """An office's machine lost its clock, and dates a complaint before anything was registered."""
    scan = i.of(SealsApplied)
    dated = moment(day_number(_FACTORY_DAY), 300, 0)
    event = i.book.say(
        ComplaintReceived, dated, i.lane.office(i.lane.importer),
        delay=scan.at + MICROS_AN_HOUR - dated, complaint=f"CP-{i.lane.code}",
        party=i.lane.importer, kind="COMPLAINT", answered_on=day_of(day_number(_FACTORY_DAY) + 1),
    )  # fmt: skip
    i.expect("M-47", event.id, "ancient")
