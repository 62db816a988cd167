"""Applications on their way into the views: nearly all facts, gathered by kind within a batch.

Views are told each kind once, not each scan: what is said of all of them alike costs nothing more.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from ledger.custody.places import Kind
from ledger.facts.canonical import decode
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.scalars import micros
from ledger.log import Recorded
from ledger.views.folding import Fold, Scan, Scans, ScansKind
from ledger.views.places import PlaceIds

_TOPIC: Final = "SealsApplied"
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


_applied = msgspec.json.Decoder(Applied).decode


def read_fact(event: Recorded) -> Fact | Applied | None:
    """The fact of an event, of an application the fields that views read; None for a decision."""
    if event.topic == _TOPIC:
        return _applied(event.state)
    return decode(event.state) if event.topic in TYPES else None


class Applications:
    """The applications of a batch, until the views are told."""

    def __init__(self, folds: Iterable[Fold], places: PlaceIds) -> None:
        self._places = places
        # Only whoever takes something is told.
        self._heard = [fold.heard for fold in folds if type(fold).heard is not Fold.heard]
        self._scans = [fold.scans for fold in folds if type(fold).scans is not Fold.scans]
        self._counting: dict[ScansKind, list[Scan]] = {}
        self._void: dict[ScansKind, list[Scan]] = {}

    def take(self, fact: Applied, event: Recorded, at: int, *, counts: bool) -> None:
        """Take an application as recorded; `at` is its time, µs UTC."""
        kinds = self._counting if counts else self._void
        kind = _kind(fact, at, event)
        each = kinds.get(kind)
        if each is None:
            each = kinds[kind] = []
        each.append(_scan(fact, at, event, event.position))

    def undo(self, fact: Applied, event: Recorded, position: int) -> None:
        """Tell the views at once that an application ceases to count, known at a position."""
        at = micros(fact.time)
        gone = self._of(_kind(fact, at, event), [_scan(fact, at, event, position)], -1)
        for tell in self._scans:
            tell(gone)

    def tell(self) -> None:
        """Tell the views what was taken."""
        for kinds, tellers in (
            (self._counting, [*self._heard, *self._scans]),
            (self._void, self._heard),
        ):
            for kind, each in kinds.items():
                alike = self._of(kind, each)
                for tell in tellers:
                    tell(alike)
        self.forget()

    def forget(self) -> None:
        """Drop what was taken and not told."""
        self._counting.clear()
        self._void.clear()

    def _of(self, kind: ScansKind, each: list[Scan], sign: int = 1) -> Scans:
        mark, holder, site, lot = kind[:4]
        find = self._places.find
        stock, on_lot = find(mark, Kind.STOCK, holder, site), find(mark, Kind.LOT, lot)
        return Scans(kind, stock, on_lot, each, sign)


def _kind(fact: Applied, at: int, event: Recorded) -> ScansKind:
    return (
        fact.mark, fact.holder, fact.site, fact.lot, fact.label, fact.label_version, fact.source,
        fact.actor, fact.contract, fact.time[:_DAY], at // _HOUR, event.by,
        event.door,
    )  # fmt: skip


def _scan(fact: Applied, at: int, event: Recorded, position: int) -> Scan:
    seals, units = fact.count, fact.units
    return at, fact.id, position, seals, units, fact.first, event.id, event.recorded_at
