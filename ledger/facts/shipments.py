"""Shipments and sale: departed, received, returned, documented, sold."""

from typing import ClassVar, Literal

from msgspec import Struct

from ledger.facts.identity import Fact, check_lines
from ledger.facts.scalars import (
    CertificateNumber,
    Count,
    CountOrZero,
    Country,
    Id,
    Name,
    Text,
    Weight,
)

_O = frozenset("O")
_SO = frozenset("SO")


class CertificateRef(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A certificate by its issuer and number."""

    issuer: Id
    number: CertificateNumber


class DepartedLine(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """Goods of one lot in a departing shipment; weights in kg."""

    lot: Id
    product: Id
    units: Count
    pack_weight: Weight
    net_weight: Weight
    mark: Id | None = None
    seals: CountOrZero


class ShipmentDeparted(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """Goods left for the importer."""

    channels: ClassVar[frozenset[str]] = _SO

    shipment: Id
    exporter: Id
    importer: Id
    site: Id
    sealing_mode: Literal["IMPORTER_APPLIES", "CONSIGNED", "DIRECT_JAS"]
    origin: Country
    destination: Country
    transport: Literal["SEA", "AIR", "ROAD", "RAIL", "OTHER"]
    transport_seal: Text | None = None
    contract: Id | None = None
    certificate: CertificateRef | None = None
    lines: tuple[DepartedLine, ...] = ()

    def __post_init__(self) -> None:
        """Limit the lines."""
        check_lines("lines", self.lines)


class ReceivedLine(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """Goods of one lot as the importer found them; weight in kg."""

    lot: Id
    units: Count
    net_weight: Weight
    mark: Id | None = None
    seals: CountOrZero


class ShipmentReceived(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """The importer took a shipment in."""

    channels: ClassVar[frozenset[str]] = _SO

    shipment: Id
    importer: Id
    site: Id
    lines: tuple[ReceivedLine, ...] = ()
    condition: Text
    certificate_seen: bool
    report_seen: bool
    originals_seen: bool

    def __post_init__(self) -> None:
        """Limit the lines."""
        check_lines("lines", self.lines)


class ReturnedLine(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """Goods of one lot on their way back."""

    lot: Id
    units: Count
    mark: Id | None = None
    seals: CountOrZero


class GoodsReturned(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """Goods came back from a shipment, before or after the importer took it in."""

    channels: ClassVar[frozenset[str]] = _SO

    shipment: Id
    importer: Id
    returned_from: Literal["SHIPPED", "DELIVERED"]
    site: Id
    lines: tuple[ReturnedLine, ...] = ()

    def __post_init__(self) -> None:
        """Limit the lines."""
        check_lines("lines", self.lines)


class ShipmentDocumentsSent(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """The papers of a shipment went to the importer."""

    channels: ClassVar[frozenset[str]] = _O

    shipment: Id
    certificate: CertificateRef
    report: Id | None = None
    originals: bool


class GoodsSold(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """The importer sold units of a lot under a claim."""

    channels: ClassVar[frozenset[str]] = _O

    importer: Id
    lot: Id
    product: Id
    units: Count
    claim: Name
    country: Country


__all__ = [
    "CertificateRef",
    "DepartedLine",
    "GoodsReturned",
    "GoodsSold",
    "ReceivedLine",
    "ReturnedLine",
    "ShipmentDeparted",
    "ShipmentDocumentsSent",
    "ShipmentReceived",
]
