"""Seals: issued, sent, received, attached, spoiled, lost, counted."""

from datetime import date
from typing import ClassVar, Literal

from ledger.facts.identity import Fact, Ranged
from ledger.facts.scalars import (
    Count,
    CountOrZero,
    Delta,
    EventId,
    FieldError,
    Id,
    ReasonCode,
    Serial,
    Text,
    Version,
)

_S = frozenset("S")
_O = frozenset("O")
_SO = frozenset("SO")
_OC = frozenset("OC")
_SOC = frozenset("SOC")


class SealsIssued(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """The body had seals of a mark made and handed to the importer."""

    channels: ClassVar[frozenset[str]] = _OC

    mark: Id
    holder: Id
    site: Id
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    print_run: Id | None = None


class SealsDispatched(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Seals left a stock for another one."""

    channels: ClassVar[frozenset[str]] = _SO

    dispatch: Id
    purpose: Literal["SUPPLY", "RETURN", "TRANSFER", "OTHER"]
    mark: Id
    from_holder: Id
    from_site: Id
    to_holder: Id
    to_site: Id
    count: Count
    first: Serial | None = None
    last: Serial | None = None


class SealsReceived(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Seals of a dispatch arrived in a stock."""

    channels: ClassVar[frozenset[str]] = _SO

    dispatch: Id
    mark: Id
    holder: Id
    site: Id
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    condition: Literal["GOOD", "DAMAGED", "OPENED", "OTHER"]


class SealsApplied(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Seals were attached to units of a lot under a label version."""

    channels: ClassVar[frozenset[str]] = _S

    mark: Id
    holder: Id
    site: Id
    lot: Id
    label: Id
    label_version: Version
    units: Count
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    line: Id | None = None
    contract: Id | None = None


class SealsSpoiled(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Seals became unusable, or good ones were given up (UNUSED)."""

    channels: ClassVar[frozenset[str]] = _SO

    mark: Id
    holder: Id
    site: Id
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    reason: Literal[
        "WET", "TORN", "MISPRINT", "MISAPPLIED", "MACHINE", "EXPIRED", "UNUSED", "OTHER"
    ]


class SealsSampled(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Seals were kept as samples."""

    channels: ClassVar[frozenset[str]] = _SO

    mark: Id
    holder: Id
    site: Id
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    purpose: Text


class SealsDestroyed(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Spoiled seals were destroyed."""

    channels: ClassVar[frozenset[str]] = _O

    mark: Id
    holder: Id
    site: Id
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    method: Text
    witness: Id | None = None


class SealsRemoved(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Seals were taken off goods, or made unreadable on them."""

    channels: ClassVar[frozenset[str]] = _SO

    mark: Id
    lot: Id
    label: Id | None = None
    found_at: Literal["LOT", "SHIPPED", "DELIVERED"]
    shipment: Id | None = None
    holder: Id
    site: Id
    units: Count
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    method: Literal["REMOVED", "OBLITERATED", "OBSCURED", "OTHER"]
    cause: Text

    def __post_init__(self) -> None:
        """Besides the range: seals found on a shipment need to say on which."""
        super().__post_init__()
        if self.found_at == "SHIPPED" and self.shipment is None:
            raise FieldError("shipment", "needed where found_at is SHIPPED")


class SealsLost(Ranged, tag=True, frozen=True, kw_only=True, gc=False):
    """Seals were lost or stolen, from a stock or from a dispatch."""

    channels: ClassVar[frozenset[str]] = _O

    mark: Id
    holder: Id
    site: Id
    dispatch: Id | None = None
    count: Count
    first: Serial | None = None
    last: Serial | None = None
    cause: Literal["LOST", "STOLEN"]
    discovered_on: date
    police_reference: Text | None = None


class SealsCounted(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """Somebody counted the seals of a stock."""

    channels: ClassVar[frozenset[str]] = _SOC

    mark: Id
    holder: Id
    site: Id
    counted: CountOrZero
    spoiled_counted: CountOrZero | None = None
    counted_by: Id
    second_person: Id | None = None


class StockAdjusted(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """The book was brought to a count, with a reason and somebody's approval."""

    channels: ClassVar[frozenset[str]] = _OC

    mark: Id
    holder: Id
    site: Id
    delta: Delta
    count_event: EventId
    reason: ReasonCode
    approved_by: Id

    def __post_init__(self) -> None:
        """An adjustment adjusts."""
        if self.delta == 0:
            raise FieldError("delta", "must not be 0")
