"""What the reconciliation row takes from papers, straight from its definition.

Reports against what left and asks one; certificates by shipment and over a volume, line by line.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ledger.facts.documents import (
    ExportCertificateIssued,
    ExportCertificateRequested,
    SealReportFiled,
)
from ledger.facts.mentions import About, certificate_key
from ledger.facts.shipments import DepartedLine, ShipmentDeparted
from ledger.questions import QuestionsAtHand
from ledger.rules.papers import (
    Shipment,
    certificates_for,
    live,
    report_of,
    shipment_of,
    shipments_for,
)
from ledger.rules.shipment_papers import lot_asks_certificate

Amount = tuple[str, str, int]
"""Name of the claim, party, and seals, units or grams."""


class Papers:
    """The claims of marks; `licensees` = the importer of every mark.

    `questions` hold what happened by then. What goods are is asked of `whole`, of all that is
    known: as of the registry, whatever its time.
    """

    def __init__(
        self,
        questions: QuestionsAtHand,
        whole: QuestionsAtHand,
        marks: set[str],
        licensees: Mapping[str, str],
    ) -> None:
        self._questions, self._whole = questions, whole
        self._marks, self._licensees = marks, licensees
        names = {fact.shipment for fact in questions.record.all(ShipmentDeparted)}
        left = (shipment_of(questions, name) for name in sorted(names))
        self._left = [shipment for shipment in left if shipment is not None]
        reports = {fact.report for fact in questions.record.all(SealReportFiled)}
        latest = (report_of(questions, name) for name in sorted(reports))
        self._filed = [report for report in latest if report is not None]

    def amounts(self) -> Iterator[Amount]:
        """Every claim of them."""
        yield from self._reported()
        for shipment, line in self._lines():
            exporter = shipment.header.exporter
            if self._asks_report(shipment):
                yield "report_asked", exporter, line.seals
            yield self._class(shipment, line), exporter, line.units
        yield from self._drawn()
        yield from self._certified()

    def _lines(self) -> Iterator[tuple[Shipment, DepartedLine]]:
        for shipment in self._left:
            for line in shipment.lines:
                if line.mark in self._marks:
                    yield shipment, line

    def _reported(self) -> Iterator[Amount]:
        for report in self._filed:
            ahead = shipment_of(self._questions, report.shipment) is None
            for line in report.lines:
                if line.mark in self._marks:
                    yield "reported", report.exporter, line.used
                    if ahead:
                        yield "reported_ahead", report.exporter, line.used

    def _asks_report(self, shipment: Shipment) -> bool:
        name, record = shipment.header.shipment, self._questions.record
        requests = record.about(ExportCertificateRequested, About.SHIPMENT, name)
        return (
            shipment.header.sealing_mode == "CONSIGNED"
            or any(report.shipment == name for report in self._filed)
            or any(self._sealed_for(request) for request in requests)
        )

    def _sealed_for(self, request: ExportCertificateRequested) -> bool:
        """Whether the asker attached a mark of its importer, not its own, to a lot of it."""
        return request.exporter != request.importer and any(
            tally.holder == request.exporter and self._licensees.get(tally.mark) == request.importer
            for line in request.lines
            for tally in self._questions.sealed(line.lot)
        )

    def _class(self, shipment: Shipment, line: DepartedLine) -> str:
        head = shipment.header
        papers = [
            paper
            for key in certificates_for(self._questions, head.shipment)
            if (paper := live(self._questions, key)) is not None
        ]
        if any(paper.mode == "PER_SHIPMENT" for paper in papers):
            return "asked_units"
        if any(line.product == entry.product for paper in papers for entry in paper.lines):
            return "volume_units"
        if head.sealing_mode == "DIRECT_JAS" or head.origin == head.destination:
            return "exempt_units"
        asks = lot_asks_certificate(
            line.lot, head.origin, head.destination, shipment.day, self._whole
        )
        return "asked_units" if asks else "exempt_units"

    def _drawn(self) -> Iterator[Amount]:
        drawn_on: set[tuple[str, str]] = set()
        for shipment, line in self._lines():
            if self._class(shipment, line) == "volume_units":
                yield "volume_drawn", shipment.header.exporter, _grams(line.net_weight)
                keys = certificates_for(self._questions, shipment.header.shipment)
                drawn_on |= {(key, line.product) for key in keys}
        for key in sorted({key for key, _ in drawn_on}):
            paper = live(self._questions, key)
            for entry in () if paper is None else paper.lines:
                if paper is not None and (key, entry.product) in drawn_on:
                    yield "volume_certified", paper.exporter, _grams(entry.net_weight)

    def _certified(self) -> Iterator[Amount]:
        issued = self._questions.record.all(ExportCertificateIssued)
        for key in {certificate_key(fact.issuer, fact.number) for fact in issued}:
            certificate = live(self._questions, key)
            if certificate is not None and certificate.mode == "PER_SHIPMENT":
                belonging = set(shipments_for(self._questions, key))
                lots = {line.lot for left, line in self._lines()
                        if left.header.shipment in belonging}  # fmt: skip
                for line in certificate.lines:
                    if line.lot in lots:
                        yield "certified_units", certificate.exporter, line.units or 0


def _grams(weight: Decimal) -> int:
    return int(weight * 1_000)
