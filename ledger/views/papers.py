"""What the papers say: seals on reports, units on certificates, which shipment has which paper.

Rows are only ever added; whether one counts is asked of the corrections, at any position.
"""

from typing import ClassVar
from uuid import UUID

from ledger.facts.documents import (
    ExportCertificateCancelled,
    ExportCertificateIssued,
    SealReportFiled,
)
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.shipments import ShipmentDeparted, ShipmentDocumentsSent
from ledger.views.access.policies import ME, named_on, part_of
from ledger.views.folding import Fold, Rows, Seen, copy_rows

_HEAD = "time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL"
_head = ("int8", "uuid", "int8")
_CANCELLED = "(c.issuer, c.number) = (cancellations.issuer, cancellations.number)"
_CERTIFICATE = "certificate_key(certificates.issuer, certificates.number)"


class Papers(Fold):
    """Keeps reports, certificates and what names them."""

    TABLES: ClassVar[str] = f"""
CREATE TABLE reports (
    report text NOT NULL, version int4 NOT NULL, exporter text NOT NULL, {_HEAD}
);
CREATE INDEX reports_by_key ON reports (report);
CREATE TABLE report_lines (position int8 NOT NULL, mark text NOT NULL, used int8 NOT NULL);
CREATE INDEX report_lines_by_position ON report_lines (position);
CREATE TABLE certificates (
    issuer text NOT NULL, number text NOT NULL, exporter text NOT NULL, shipment text,
    replaces text, {_HEAD}
);
CREATE INDEX certificates_by_key ON certificates (issuer, number);
CREATE TABLE certificate_lines (
    position int8 NOT NULL, line int4 NOT NULL, lot text NOT NULL, units int8 NOT NULL
);
CREATE INDEX certificate_lines_by_position ON certificate_lines (position);
CREATE TABLE cancellations (issuer text NOT NULL, number text NOT NULL, {_HEAD});
CREATE INDEX cancellations_by_key ON cancellations (issuer, number);
-- The certificate that a departure, or the papers sent after it, name.
CREATE TABLE named (
    issuer text NOT NULL, number text NOT NULL, shipment text NOT NULL, {_HEAD}
);
CREATE INDEX named_by_key ON named (issuer, number);
"""
    SEEN: ClassVar[Seen] = {
        "named": (part_of(About.SHIPMENT, "named.shipment"),),
        "reports": (f"exporter = {ME}", named_on(About.REPORT, "reports.report")),
        "report_lines": (
            "EXISTS (SELECT FROM reports AS r WHERE r.position = report_lines.position)",
        ),
        "certificates": (
            f"issuer = {ME}",
            named_on(About.CERTIFICATE, _CERTIFICATE),
            f"EXISTS (SELECT FROM accompanied AS a WHERE a.certificate = {_CERTIFICATE})",
        ),
        "certificate_lines": (
            "EXISTS (SELECT FROM certificates AS c WHERE c.position = certificate_lines.position)",
        ),
        "cancellations": (
            f"issuer = {ME}",
            f"EXISTS (SELECT FROM certificates AS c WHERE {_CANCELLED})",
        ),
    }

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[object, ...]]] = {table: [] for table in _COLUMNS}

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take a paper, or an event that names one."""
        del recorded_at
        kept = self._kept
        match fact:
            case SealReportFiled():
                head = (at, UUID(fact.id), position)
                kept["reports"].append((fact.report, fact.version, fact.exporter, *head))
                kept["report_lines"] += [(position, line.mark, line.used) for line in fact.lines]
            case ExportCertificateIssued():
                head = (at, UUID(fact.id), position)
                paper = (fact.issuer, fact.number, fact.exporter, fact.shipment, fact.replaces)
                kept["certificates"].append((*paper, *head))
                kept["certificate_lines"] += [
                    (position, number, entry.lot, entry.units)
                    for number, entry in enumerate(fact.lines, 1)
                    if entry.lot is not None and entry.units is not None
                ]
            case ExportCertificateCancelled():
                head = (at, UUID(fact.id), position)
                kept["cancellations"].append((fact.issuer, fact.number, *head))
            case ShipmentDeparted() | ShipmentDocumentsSent() if fact.certificate is not None:
                named = fact.certificate
                head = (at, UUID(fact.id), position)
                kept["named"].append((named.issuer, named.number, fact.shipment, *head))

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        for table, (columns, types) in _COLUMNS.items():
            copy_rows(rows, f"{table} ({columns})", types, self._kept[table])
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        for kept in self._kept.values():
            kept.clear()


_COLUMNS = {
    "reports": ("report, version, exporter, time, id, position", ("text", "int4", "text", *_head)),
    "report_lines": ("position, mark, used", ("int8", "text", "int8")),
    "certificates": (
        "issuer, number, exporter, shipment, replaces, time, id, position",
        ("text", "text", "text", "text", "text", *_head),
    ),
    "certificate_lines": ("position, line, lot, units", ("int8", "int4", "text", "int8")),
    "cancellations": ("issuer, number, time, id, position", ("text", "text", *_head)),
    "named": ("issuer, number, shipment, time, id, position", ("text", "text", "text", *_head)),
}
