"""Moves: what a fact does to seals, as double entry.

A move takes from one place exactly what it gives to another, so the sum over all places of a mark
is zero by construction. What a fact posts depends on the fact alone.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Final, NamedTuple

from ledger.custody.places import Kind, Place
from ledger.facts.identity import Fact
from ledger.facts.seals import (
    SealsApplied,
    SealsDestroyed,
    SealsDispatched,
    SealsIssued,
    SealsLost,
    SealsReceived,
    SealsRemoved,
    SealsSampled,
    SealsSpoiled,
    StockAdjusted,
)
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived


class Cause(IntEnum):
    """What moved seals, as people sum it up; the numbers are stored and never reused."""

    ISSUED = 1
    SENT = 2
    SENT_BACK = 3
    TRANSFERRED = 4
    RECEIVED = 5
    APPLIED = 6
    REMOVED = 7
    LEFT = 8
    ARRIVED = 9
    CAME_BACK = 10
    SPOILED = 11
    SAMPLED = 12
    DESTROYED = 13
    LOST = 14
    STOLEN = 15
    ADJUSTED = 16


class Move(NamedTuple):
    """`seals` seals of `mark` from `source` to `target`; `first` is the first of their numbers."""

    mark: str
    source: Place
    target: Place
    seals: int
    first: int | None = None

    def reversed(self) -> "Move":
        """The move that undoes this one."""
        return self._replace(source=self.target, target=self.source)


Moves = tuple[Move, ...]


def moves(fact: Fact) -> Moves:
    """Every move a fact posts, dated at the fact's time; empty where it touches no seals."""
    post = _POSTINGS.get(type(fact))
    return post(fact) if post else ()


def _issued(f: SealsIssued) -> Moves:
    return (_move(f, Place(Kind.ISSUER), Place(Kind.STOCK, f.holder, f.site)),)


def _dispatched(f: SealsDispatched) -> Moves:
    return (
        _move(f, Place(Kind.STOCK, f.from_holder, f.from_site), Place(Kind.TRANSIT, f.dispatch)),
    )


def _received(f: SealsReceived) -> Moves:
    return (_move(f, Place(Kind.TRANSIT, f.dispatch), Place(Kind.STOCK, f.holder, f.site)),)


def _applied(f: SealsApplied) -> Moves:
    return (_move(f, Place(Kind.STOCK, f.holder, f.site), Place(Kind.LOT, f.lot)),)


def _spoiled(f: SealsSpoiled) -> Moves:
    return (_move(f, Place(Kind.STOCK, f.holder, f.site), Place(Kind.SPOILED, f.holder, f.site)),)


def _sampled(f: SealsSampled) -> Moves:
    return (_move(f, Place(Kind.STOCK, f.holder, f.site), Place(Kind.SAMPLED, f.holder)),)


def _destroyed(f: SealsDestroyed) -> Moves:
    return (_move(f, Place(Kind.SPOILED, f.holder, f.site), Place(Kind.DESTROYED, f.holder)),)


def _removed(f: SealsRemoved) -> Moves:
    match f.found_at:
        case "LOT":
            source = Place(Kind.LOT, f.lot)
        case "SHIPPED":
            source = Place(Kind.SHIPPED, f.shipment or "")
        case "DELIVERED":
            source = Place(Kind.DELIVERED, f.holder)
    return (_move(f, source, Place(Kind.SPOILED, f.holder, f.site)),)


def _lost(f: SealsLost) -> Moves:
    source = (
        Place(Kind.STOCK, f.holder, f.site)
        if f.dispatch is None
        else Place(Kind.TRANSIT, f.dispatch)
    )
    return (_move(f, source, Place(Kind[f.cause], f.holder)),)


def _adjusted(f: StockAdjusted) -> Moves:
    stock, other = Place(Kind.STOCK, f.holder, f.site), Place(Kind.ADJUSTED, f.holder)
    if f.delta > 0:
        return (Move(f.mark, other, stock, f.delta),)
    return (Move(f.mark, stock, other, -f.delta),)


def _departed(f: ShipmentDeparted) -> Moves:
    return tuple(
        Move(line.mark, Place(Kind.LOT, line.lot), Place(Kind.SHIPPED, f.shipment), line.seals)
        for line in f.lines
        if line.mark is not None and line.seals
    )


def _arrived(f: ShipmentReceived) -> Moves:
    return tuple(
        Move(
            line.mark,
            Place(Kind.SHIPPED, f.shipment),
            Place(Kind.DELIVERED, f.importer),
            line.seals,
        )
        for line in f.lines
        if line.mark is not None and line.seals
    )


def _returned(f: GoodsReturned) -> Moves:
    source = (
        Place(Kind.SHIPPED, f.shipment)
        if f.returned_from == "SHIPPED"
        else Place(Kind.DELIVERED, f.importer)
    )
    return tuple(
        Move(line.mark, source, Place(Kind.LOT, line.lot), line.seals)
        for line in f.lines
        if line.mark is not None and line.seals
    )


_Counted = (
    SealsIssued
    | SealsDispatched
    | SealsReceived
    | SealsApplied
    | SealsSpoiled
    | SealsSampled
    | SealsDestroyed
    | SealsRemoved
    | SealsLost
)


def _move(fact: _Counted, source: Place, target: Place) -> Move:
    return Move(fact.mark, source, target, fact.count, fact.first)


_POSTINGS: Final[dict[type[Fact], Callable[..., Moves]]] = {
    SealsIssued: _issued,
    SealsDispatched: _dispatched,
    SealsReceived: _received,
    SealsApplied: _applied,
    SealsSpoiled: _spoiled,
    SealsSampled: _sampled,
    SealsDestroyed: _destroyed,
    SealsRemoved: _removed,
    SealsLost: _lost,
    StockAdjusted: _adjusted,
    ShipmentDeparted: _departed,
    ShipmentReceived: _arrived,
    GoodsReturned: _returned,
}


def cause_of(fact: Fact) -> Cause | None:
    """What the moves of a fact are summed up as; None where it touches no seals."""
    match fact:
        case SealsDispatched():
            return _PURPOSES.get(fact.purpose, Cause.SENT)
        case SealsLost():
            return Cause[fact.cause]
        case _:
            return _CAUSES.get(type(fact))


_PURPOSES: Final = {"RETURN": Cause.SENT_BACK, "TRANSFER": Cause.TRANSFERRED}
_CAUSES: Final[dict[type[Fact], Cause]] = {
    SealsIssued: Cause.ISSUED,
    SealsReceived: Cause.RECEIVED,
    SealsApplied: Cause.APPLIED,
    SealsRemoved: Cause.REMOVED,
    ShipmentDeparted: Cause.LEFT,
    ShipmentReceived: Cause.ARRIVED,
    GoodsReturned: Cause.CAME_BACK,
    SealsSpoiled: Cause.SPOILED,
    SealsSampled: Cause.SAMPLED,
    SealsDestroyed: Cause.DESTROYED,
    StockAdjusted: Cause.ADJUSTED,
}
