"""Reports and certificates: what was told about seals and goods on paper."""

from datetime import date
from typing import ClassVar, Literal

from msgspec import Struct

from ledger.facts.identity import Fact, check_lines
from ledger.facts.scalars import (
    CertificateNumber,
    Count,
    CountOrZero,
    FieldError,
    FiscalYear,
    Id,
    LongText,
    ProductClass,
    Role,
    Text,
    Version,
    Weight,
)
from ledger.facts.shipments import CertificateRef

_O = frozenset("O")
_C = frozenset("C")
_OC = frozenset("OC")


class ReportLine(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """One line of the Report of Attached JAS Seals; weights in kg."""

    product: Id
    label: Id
    lot: Id
    graded_on: date
    pack_weight: Weight
    units: Count
    net_weight: Weight
    mark: Id
    used: CountOrZero
    received: CountOrZero
    discarded: CountOrZero
    remaining: CountOrZero
    discard_reason: Text | None = None


class SealReportFiled(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """The Report of Attached JAS Seals; a higher version replaces a lower one."""

    channels: ClassVar[frozenset[str]] = _O

    report: Id
    version: Version
    contract: Id
    shipment: Id
    exporter: Id
    importer: Id
    rcb: Id
    agent: Id
    certificate: CertificateRef | None = None
    grader: Id
    checked_by: Id | None = None
    lines: tuple[ReportLine, ...] = ()

    def __post_init__(self) -> None:
        """Limit the lines."""
        check_lines("lines", self.lines)


class RequestedLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Goods for which a certificate is asked; weight in kg."""

    lot: Id
    product: Id
    units: Count
    net_weight: Weight


class ExportCertificateRequested(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """The exporter asked its certifying agent for an export certificate."""

    channels: ClassVar[frozenset[str]] = _O

    request: Id
    shipment: Id
    exporter: Id
    importer: Id
    agent: Id
    report: Id | None = None
    invoice: Text
    bill_of_lading: Text
    lines: tuple[RequestedLine, ...] = ()

    def __post_init__(self) -> None:
        """Limit the lines."""
        check_lines("lines", self.lines)


class CertifiedLine(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """Goods on a certificate; weight in kg."""

    lot: Id | None = None
    product: Id
    units: Count | None = None
    net_weight: Weight


class ExportCertificateIssued(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A certifying body issued an export certificate."""

    channels: ClassVar[frozenset[str]] = _C

    issuer: Id
    number: CertificateNumber
    form: Literal["TM_11", "COR_JP", "NOP_IMPORT", "EU_COI", "JAS", "OTHER"]
    mode: Literal["PER_SHIPMENT", "PERIOD_VOLUME"]
    request: Id | None = None
    shipment: Id | None = None
    exporter: Id
    importer: Id
    product_class: ProductClass
    lines: tuple[CertifiedLine, ...] = ()
    statement: LongText
    issued_on: date
    valid_from: date | None = None
    valid_until: date | None = None
    replaces: CertificateNumber | None = None

    def __post_init__(self) -> None:
        """A certificate for one shipment names the lot on each line."""
        check_lines("lines", self.lines)
        if self.mode == "PER_SHIPMENT":
            for index, line in enumerate(self.lines):
                if line.lot is None:
                    raise FieldError(f"lines[{index}].lot", "needed where mode is PER_SHIPMENT")


class ExportCertificateCancelled(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A certificate was voided, destroyed or replaced."""

    channels: ClassVar[frozenset[str]] = _C

    issuer: Id
    number: CertificateNumber
    kind: Literal["VOIDED", "DESTROYED", "REPLACED", "OTHER"]
    replaced_by: CertificateNumber | None = None
    reason: Text


class ComplaintReceived(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A complaint, a misuse report or a notice of change, and when it was answered."""

    channels: ClassVar[frozenset[str]] = _OC

    complaint: Id
    party: Id
    kind: Literal["COMPLAINT", "MISUSE", "CHANGE_NOTICE", "OTHER"]
    lot: Id | None = None
    shipment: Id | None = None
    answered_on: date | None = None


class AnnualReportFiled(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """What a party graded or labelled of a product in a fiscal year; `quantity` in kg."""

    channels: ClassVar[frozenset[str]] = _OC

    party: Id
    fiscal_year: FiscalYear
    role: Role
    product: Id
    quantity: Weight
    filed_on: date
    rcb: Id
