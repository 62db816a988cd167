"""Applications on their way into the views: nearly all facts, gathered by kind within a batch.

Views that sum are told each kind once, not each scan; views that keep a row of each are told each.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from ledger.custody.places import Kind
from ledger.facts.scalars import micros
from ledger.log import Recorded
from ledger.views.folding import Fold, Scan, Scans, ScansKind
from ledger.views.places import PlaceIds

TOPIC: Final = "SealsApplied"
_HOUR: Final = 3_600_000_000
_DAY: Final = len("YYYY-MM-DD")


class Applied(msgspec.Struct, gc=False):
    """The fields of a SealsApplied that views read."""

    id: str
    time: str
    source: str
    mark: str
    holder: str
    site: str
    lot: str
    label: str
    label_version: int
    units: int
    count: int
    first: int | None = None
    actor: str | None = None
    contract: str | None = None
    corrects: str | None = None


decode_applied = msgspec.json.Decoder(Applied).decode


class Applications:
    """The applications of a batch, until the views are told."""

    def __init__(self, folds: Iterable[Fold], places: PlaceIds) -> None:
        self._places = places
        # Only whoever takes something is told.
        self._heard = [fold.heard for fold in folds if type(fold).heard is not Fold.heard]
        self._scans = [fold.scans for fold in folds if type(fold).scans is not Fold.scans]
        self._scan = [fold.scan for fold in folds if type(fold).scan is not Fold.scan]
        self._counting: dict[ScansKind, Scans] = {}
        self._void: dict[ScansKind, Scans] = {}

    def take(self, fact: Applied, event: Recorded, at: int, *, counts: bool) -> None:
        """Take an application as recorded; `at` is its time, µs UTC."""
        kinds = self._counting if counts else self._void
        kind = _kind(fact, at, event)
        alike = kinds.get(kind)
        if alike is None:
            alike = kinds[kind] = self._of(kind)
        key, position, seals = fact.id, event.position, fact.count
        alike.count += 1
        alike.units += fact.units
        alike.seals += seals
        if at <= alike.first and (at < alike.first or key < alike.first_id):
            alike.first, alike.first_id = at, key
        # Asked of every scan: a call costs several times as much.
        if at > alike.last:  # noqa: PLR1730 -- see above
            alike.last = at
        if position < alike.earliest:  # noqa: PLR1730 -- see above
            alike.earliest = position
        alike.latest, alike.recorded_at = position, event.recorded_at
        if counts:
            scan = Scan(key, at, position, seals, fact.first, 1)
            for tell in self._scan:
                tell(alike, scan)

    def undo(self, fact: Applied, event: Recorded, position: int) -> None:
        """Tell the views at once that an application ceases to count, known at a position."""
        at = micros(fact.time)
        gone = self._of(_kind(fact, at, event))
        gone.count, gone.units, gone.seals = -1, -fact.units, -fact.count
        scan = Scan(fact.id, at, position, fact.count, fact.first, -1)
        for tell_one in self._scan:
            tell_one(gone, scan)
        for tell in self._scans:
            tell(gone)

    def tell(self) -> None:
        """Tell the views the sums of what was taken."""
        for kinds, tellers in (
            (self._counting, [*self._heard, *self._scans]),
            (self._void, self._heard),
        ):
            for alike in kinds.values():
                for tell in tellers:
                    tell(alike)
        self.forget()

    def forget(self) -> None:
        """Drop what was taken and not told."""
        self._counting.clear()
        self._void.clear()

    def _of(self, kind: ScansKind) -> Scans:
        mark, holder, site, lot = kind[:4]
        find = self._places.find
        return Scans(kind, find(mark, Kind.STOCK, holder, site), find(mark, Kind.LOT, lot))


def _kind(fact: Applied, at: int, event: Recorded) -> ScansKind:
    return (
        fact.mark, fact.holder, fact.site, fact.lot, fact.label, fact.label_version, fact.source,
        fact.actor, fact.contract, fact.time[:_DAY], at // _HOUR, event.by,
        event.door,
    )  # fmt: skip
