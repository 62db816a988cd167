"""Papers with the shipment: who sends goods under seal sends their papers, and the report in time.

As a certifier asks of exporters that seal on consignment.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ledger.facts.documents import ExportCertificateRequested, SealReportFiled
from ledger.facts.mentions import About
from ledger.facts.shipments import ShipmentDocumentsSent, ShipmentReceived
from ledger.questions import Questions
from ledger.rules.moments import days, ids, wait
from ledger.rules.papers import Shipment, shipment_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.shipment_papers import asks_certificate, sealed_for
from ledger.rules.violation import Finding, SubjectKind

Seen = Callable[[ShipmentReceived], bool]


def papers_not_sent(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-73: the papers of a shipment went to nobody, or the report came after the request."""
    shipment = shipment_of(questions, key)
    consigned = shipment is not None and shipment.header.sealing_mode == "CONSIGNED"
    if shipment is not None:
        sent = questions.record.about(ShipmentDocumentsSent, About.SHIPMENT, key)
        if asks_certificate(shipment, questions):
            yield from _unsent("certificate", shipment, sent, questions, policy)
        if consigned:
            reports = [papers for papers in sent if papers.report is not None]
            yield from _unsent("report", shipment, reports, questions, policy)
    yield from _requested_first(key, questions, policy, consigned=consigned)


_SEEN: Final[dict[str, Seen]] = {
    "certificate": lambda receipt: receipt.certificate_seen,
    "report": lambda receipt: receipt.report_seen,
}


def _unsent(
    paper: str,
    shipment: Shipment,
    sent: Sequence[ShipmentDocumentsSent],
    questions: Questions,
    policy: Policy,
) -> Iterator[Finding]:
    """A paper that nobody sent by the first receipt, and that no receipt says was seen.

    Where nothing was received, papers sent on any day will do.
    """
    record = questions.record
    name = shipment.header.shipment
    receipts = record.about(ShipmentReceived, About.SHIPMENT, name)
    if any(_SEEN[paper](receipt) for receipt in receipts):
        return
    if any(not receipts or papers.at <= receipts[0].at for papers in sent):
        return
    recorded = [record.rec(event) for event in (*shipment.departures, *receipts[:1])]
    yield Finding(
        discriminator=paper,
        expected=("sent and seen",),
        found=("unseen" if receipts else "absent",),
        evidence=ids((*shipment.departures, *receipts, *sent)),
        deadline=wait(days(policy.papers_days), min(recorded)),
    )


def _requested_first(
    key: str, questions: Questions, policy: Policy, *, consigned: bool
) -> Iterator[Finding]:
    """A certificate was asked for sealed goods, and their report not filed within days of it."""
    record = questions.record
    asking = [
        request
        for request in record.about(ExportCertificateRequested, About.SHIPMENT, key)
        if consigned or any(sealed_for(request, line.lot, questions) for line in request.lines)
    ]
    if not asking or asking[0].report is not None:
        return
    filed = record.about(SealReportFiled, About.SHIPMENT, key)
    due = asking[0].at + days(policy.request_days)
    if any(report.at <= due for report in filed):
        return
    yield Finding(
        discriminator="request",
        expected=("report with the request",),
        found=(filed[0].day.isoformat() if filed else "none",),
        evidence=ids((asking[0], *filed[:1])),
        deadline=due,
    )


_SHIPMENT: Final = SubjectKind.SHIPMENT

RULES: Final = (
    Rule(
        number="M-73",
        slug="papers-not-sent",
        family="P",
        severity="M",
        subjects=(On(_SHIPMENT, papers_not_sent),),
        says=(
            Says(_SHIPMENT, "=certificate", "_", "=absent", kind="certificate_absent"),
            Says(_SHIPMENT, "=certificate", "_", "=unseen", kind="certificate_unseen"),
            Says(_SHIPMENT, "=report", "_", "=absent", kind="report_absent"),
            Says(_SHIPMENT, "=report", "_", "=unseen", kind="report_unseen"),
            Says(_SHIPMENT, "=request", "_", "filed:day?"),
        ),
    ),
)
