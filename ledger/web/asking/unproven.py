"""Which lots are unproven, page by page: asked alike by programs, pages and commands.

It rests on more than the lots: on what is recorded of makers, inputs and animals. Of the seals on a
lot the sums tell the first application of each kind; the others are not read.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

from ledger.facts.seals import SealsApplied
from ledger.labels.unproven import Herds, unproven
from ledger.log import Log
from ledger.log.seeing import Viewer
from ledger.views.folding import Rows
from ledger.views.lazy_record import LazyRecord, registry_facts
from ledger.views.loading import facts_by_id
from ledger.views.lots import names, sealed_now
from ledger.views.replacing import replaced_of
from ledger.web.asking.goods import A_LOT, there
from ledger.web.desk import SYSTEM, Desk, Looking, Standing

lots_together: Final = 50
"""As many lots are looked at together."""
lots_looked_max: Final = 500
"""So many lots are looked at for one page, whether or not anything of them is unproven."""
END: Final = "~"
"""Behind every code."""

Row = dict[str, Any]
Place = tuple[str, str]
"""A lot and a code: where in the list."""


class Wanted(NamedTuple):
    """Which rows are asked for; None asks for any. `on` = the day on which claims are judged.

    Lots made after that day are left out.
    """

    party: str | None = None
    lot: str | None = None
    class_: str | None = None
    code: str | None = None
    on: date | None = None

    def fits(self, row: Row) -> bool:
        """Whether a row is asked for."""
        return (
            self.party in (None, row["operator"])
            and self.class_ in (None, row["class"])
            and self.code in (None, row["code"])
            and (self.on is None or row["produced_on"] <= self.on.isoformat())
        )


def judged(
    rows: Rows, log: Log, record: LazyRecord, lots: Sequence[str], wanted: Wanted
) -> Iterator[Row]:
    """The rows of some lots that are asked for, in order; lots are looked at as rows are taken."""
    for start in range(0, len(lots), lots_together):
        some = lots[start : start + lots_together]
        for found in unproven_of(rows, log, record, some, wanted.on):
            yield from filter(wanted.fits, found)


def unproven_of(
    rows: Rows, log: Log, record: LazyRecord, lots: Sequence[str], on: date | None = None
) -> Iterator[list[dict[str, Any]]]:
    """For each lot its rows, as `labels.unproven` gives them."""
    record.expect(lots)
    first = {
        lot: [str(sums["first_id"]) for sums in of] for lot, of in sealed_now(rows, lots).items()
    }
    herds = Herds()
    known = facts_by_id(rows, log, {key for ids in first.values() for key in ids})
    for lot in lots:
        found = [known.known(key) for key in first.get(lot, ())]
        seals = [
            event.fact
            for event in found
            if event is not None and isinstance(event.fact, SealsApplied)
        ]
        yield unproven(record, lot, seals, partial(replaced_of, rows), on, herds=herds)


class Page(NamedTuple):
    """Rows, and the place to go on behind; None where there are no more.

    A page may have fewer rows than asked for, and even none, though there are more.
    """

    rows: list[Row]
    following: Place | None
    standing: Standing


def seen(desk: Desk, viewer: Viewer, wanted: Wanted, after: Place, limit: int) -> Page:
    """The rows of lots that a viewer sees, behind a place; 404 for a lot that it does not see.

    The verdicts rest on more than it sees, as those on labels do.
    """
    with desk.looking(viewer) as looking:
        if wanted.lot is not None:
            there(looking, A_LOT, "lot", key=wanted.lot)
            lots = [wanted.lot]
        else:
            lots = names(looking.rows, after[0], lots_looked_max, again=after[1] != END)
        standing = looking.standing
    with desk.looking(SYSTEM) as whole:
        record = LazyRecord(whole.rows, whole.log)
        found: list[Row] = []
        for row in judged(whole.rows, whole.log, record, lots, wanted):
            if (row["lot"], row["code"]) <= after:
                continue
            if len(found) == limit:
                return Page(found, _place(found[-1]), standing)
            found.append(row)
    more = len(lots) == lots_looked_max
    return Page(found, (lots[-1], END) if more else None, standing)


def all_seen(desk: Desk, looking: Looking, wanted: Wanted, after: Place) -> Iterator[Row]:
    """All rows of lots that a look sees, behind a place; they rest on more than it sees."""
    if wanted.lot is not None:
        there(looking, A_LOT, "lot", key=wanted.lot)
        lots = [wanted.lot]
    else:
        lots = names(looking.rows, after[0], lots_together, again=after[1] != END)
    with desk.looking(SYSTEM) as whole:
        registered = registry_facts(whole.rows, whole.log)
        while lots:
            record = LazyRecord(whole.rows, whole.log, registered)
            for row in judged(whole.rows, whole.log, record, lots, wanted):
                if _place(row) > after:
                    yield row
            lots = [] if wanted.lot else names(looking.rows, lots[-1], lots_together)


def _place(row: Row) -> Place:
    return row["lot"], row["code"]
