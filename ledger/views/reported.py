"""What was reported, a row each: who sent what to whom, what the papers say, what was counted.

Rows are only ever added; whether one counts is asked of the corrections, at any position.
"""

from collections import defaultdict
from typing import ClassVar, Final
from uuid import UUID

from ledger.custody.places import Kind
from ledger.facts.documents import (
    ExportCertificateCancelled,
    ExportCertificateIssued,
    SealReportFiled,
)
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.seals import SealsCounted, SealsDispatched, SealsReceived, StockAdjusted
from ledger.facts.shipments import ShipmentDeparted, ShipmentDocumentsSent
from ledger.views.access.policies import ME, OF_MY_MARKS, in_place, named_on, part_of
from ledger.views.folding import Fold, Rows, Seen
from ledger.views.places import PlaceIds

_HEAD: Final = "time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL"
_CERTIFICATE: Final = "certificate_key(certificates.issuer, certificates.number)"
_CANCELLED: Final = "(c.issuer, c.number) = (cancellations.issuer, cancellations.number)"


class Reported(Fold):
    """Keeps dispatches, departures, reports, certificates and counts."""

    TABLES: ClassVar[str] = f"""
-- Whose seals they are while they travel. sender is null for a receipt: it stands in where no
-- dispatch counts.
CREATE TABLE dispatches (dispatch text NOT NULL, {_HEAD}, sender text, receiver text NOT NULL);
CREATE INDEX dispatches_by_key ON dispatches (dispatch);
CREATE TABLE departures (
    shipment text NOT NULL, {_HEAD}, exporter text NOT NULL, importer text NOT NULL
);
CREATE INDEX departures_by_key ON departures (shipment);
-- The marks and lots on the lines of departures.
CREATE TABLE departed_lots (shipment text NOT NULL, {_HEAD}, lot text NOT NULL, mark text NOT NULL);
CREATE INDEX departed_lots_by_key ON departed_lots (shipment);
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
CREATE TABLE counts (
    place int8 NOT NULL, {_HEAD}, counted int8 NOT NULL, spoiled_counted int8
);
CREATE INDEX counts_by_place ON counts (place, time);
-- How the book was brought to a count. explained: the reason is another than UNEXPLAINED.
CREATE TABLE adjustments (
    count_event uuid NOT NULL, place int8 NOT NULL, {_HEAD}, delta int8 NOT NULL,
    explained boolean NOT NULL
);
CREATE INDEX adjustments_by_count ON adjustments (count_event, place);
"""
    SEEN: ClassVar[Seen] = {
        "dispatches": (part_of(About.DISPATCH, "dispatches.dispatch"),),
        "departures": (part_of(About.SHIPMENT, "departures.shipment"),),
        "departed_lots": (OF_MY_MARKS, named_on(About.SHIPMENT, "departed_lots.shipment")),
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
        "named": (part_of(About.SHIPMENT, "named.shipment"),),
        "counts": (in_place("counts.place"),),
        "adjustments": (in_place("adjustments.place"),),
    }
    BATCH = ("_kept",)

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._kept: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take what a fact says, whether it counts or not."""
        del recorded_at
        kept, head = self._kept, (at, UUID(fact.id), position)
        match fact:
            case SealsDispatched():
                kept["dispatches"].append((fact.dispatch, *head, fact.from_holder, fact.to_holder))
            case SealsReceived():
                kept["dispatches"].append((fact.dispatch, *head, None, fact.holder))
            case ShipmentDeparted():
                kept["departures"].append((fact.shipment, *head, fact.exporter, fact.importer))
                kept["departed_lots"] += [
                    (fact.shipment, *head, lot, mark)
                    for lot, mark in dict.fromkeys((line.lot, line.mark) for line in fact.lines)
                    if mark is not None
                ]
                self._name(fact, head)
            case ShipmentDocumentsSent():
                self._name(fact, head)
            case SealReportFiled():
                kept["reports"].append((fact.report, fact.version, fact.exporter, *head))
                kept["report_lines"] += [(position, line.mark, line.used) for line in fact.lines]
            case ExportCertificateIssued():
                paper = (fact.issuer, fact.number, fact.exporter, fact.shipment, fact.replaces)
                kept["certificates"].append((*paper, *head))
                kept["certificate_lines"] += [
                    (position, number, entry.lot, entry.units)
                    for number, entry in enumerate(fact.lines, 1)
                    if entry.lot is not None and entry.units is not None
                ]
            case ExportCertificateCancelled():
                kept["cancellations"].append((fact.issuer, fact.number, *head))
            case SealsCounted():
                kept["counts"].append(
                    (self._stock(fact), *head, fact.counted, fact.spoiled_counted)
                )
            case StockAdjusted():
                told = (fact.delta, fact.reason != "UNEXPLAINED")
                kept["adjustments"].append(
                    (UUID(fact.count_event), self._stock(fact), *head, *told)
                )

    def _name(
        self, fact: ShipmentDeparted | ShipmentDocumentsSent, head: tuple[int, UUID, int]
    ) -> None:
        if (named := fact.certificate) is not None:
            self._kept["named"].append((named.issuer, named.number, fact.shipment, *head))

    def _stock(self, fact: SealsCounted | StockAdjusted) -> int:
        return self._places.find(fact.mark, Kind.STOCK, fact.holder, fact.site)

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        for table, values in sorted(self._kept.items()):
            self.copy(rows, table, values)
        self.forget()
