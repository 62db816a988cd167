"""Shipments: five claims about the same goods, side by side, lot by lot.

What was attached, what left, what the report says, what the certificate says, what arrived: a
fold of the facts that count, so it can be asked for at any position.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ledger.custody.places import Kind
from ledger.facts.canonical import told
from ledger.facts.documents import ExportCertificateIssued, SealReportFiled
from ledger.facts.mentions import About, certificate_key
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.facts.shipments import (
    GoodsReturned,
    ShipmentDeparted,
    ShipmentDocumentsSent,
    ShipmentReceived,
)
from ledger.labels.agents import other_agents
from ledger.labels.describe import verdict_row
from ledger.log import Log
from ledger.questions import QuestionsAtHand
from ledger.rules.papers import Shipment, certificates_for, live, report_of, shipment_of
from ledger.views.folding import Rows
from ledger.views.loading import LAST, applications_to, facts_about

_SEALED = f"""
SELECT p.key, p.mark, sum(s.seals)::int8
FROM sealed AS s JOIN places AS p ON p.id = s.lot
WHERE p.kind = {Kind.LOT:d} AND p.key = ANY(%s) GROUP BY 1, 2
"""
_LABELLED = f"""
SELECT DISTINCT p.key, p.mark, s.label, s.version
FROM sealed AS s JOIN places AS p ON p.id = s.lot
WHERE p.kind = {Kind.LOT:d} AND p.key = ANY(%s)
"""
_Goods = tuple[str, str | None]
"""Lot and mark; None for goods without seals of ours."""
_Labels = dict[_Goods, set[tuple[str, int]]]
"""The label versions under which seals of a mark are on a lot."""


def names(rows: Rows, after: str = "", limit: int = 100) -> list[str]:
    """Shipments by name, those after `after`."""
    rows.execute(
        "SELECT DISTINCT shipment FROM departures WHERE shipment > %s ORDER BY shipment LIMIT %s",
        (after, limit),
    )
    return [row[0] for row in rows.fetchall()]


def cards(
    rows: Rows, log: Log, shipments: Sequence[str], until: int = LAST
) -> list[dict[str, Any]]:
    """One card a shipment, in the order asked; as known at position `until`, else as now."""
    subjects = {(About.SHIPMENT, name) for name in shipments}
    record = facts_about(rows, log, subjects, until)
    lots = sorted({line.lot for lined in _lined(record) for line in lined.lines})
    reports = {(About.REPORT, fact.report) for fact in record.all(SealReportFiled)}
    papers = {(about, key) for key in _named(record) for about in _PAPERS}
    applied, labels = _on_lots(rows, log, lots, until)
    contracts = {fact.contract for fact in record.all(ShipmentDeparted)} - {None}
    terms = {(About.CONTRACT, str(contract)) for contract in contracts} | {
        (About.LABEL, f"{label} {version}")
        for versions in labels.values()
        for label, version in versions
    }
    # Removals, other versions and cancellations lie outside the shipments' own facts.
    record = facts_about(
        rows, log, subjects | reports | papers | terms | {(About.LOT, lot) for lot in lots}, until
    )
    questions = QuestionsAtHand(record)
    return [_card(questions, name, applied, labels) for name in shipments]


def _on_lots(
    rows: Rows, log: Log, lots: list[str], until: int
) -> tuple[Counter[tuple[str, str]], _Labels]:
    """The seals of each mark on each lot, and the label versions they are under."""
    applied: Counter[tuple[str, str]] = Counter()
    labels: _Labels = {}
    if until == LAST:
        rows.execute(_SEALED, (lots,))
        applied.update({(lot, mark): seals for lot, mark, seals in rows.fetchall()})
        rows.execute(_LABELLED, (lots,))
        for lot, mark, label, version in rows.fetchall():
            labels.setdefault((lot, mark), set()).add((label, version))
    else:
        for fact in applications_to(rows, log, lots, until).all(SealsApplied):
            applied[fact.lot, fact.mark] += fact.count
            labels.setdefault((fact.lot, fact.mark), set()).add((fact.label, fact.label_version))
    return applied, labels


_PAPERS = (About.CERTIFICATE, About.REPLACES)


def _lined(record: Record) -> Iterable[ShipmentDeparted | ShipmentReceived | GoodsReturned]:
    yield from record.all(ShipmentDeparted)
    yield from record.all(ShipmentReceived)
    yield from record.all(GoodsReturned)


def _named(record: Record) -> Iterable[str]:
    named = [event.certificate for event in record.all(ShipmentDeparted)]
    named += [event.certificate for event in record.all(ShipmentDocumentsSent)]
    yield from (certificate_key(ref.issuer, ref.number) for ref in named if ref is not None)
    for issued in record.all(ExportCertificateIssued):
        yield certificate_key(issued.issuer, issued.number)


def _card(
    questions: QuestionsAtHand, name: str, applied: Counter[tuple[str, str]], labels: _Labels
) -> dict[str, Any]:
    record = questions.whole
    departed = shipment_of(questions, name)
    header = departed.header if departed else None
    received = record.about(ShipmentReceived, About.SHIPMENT, name)
    returned = record.about(GoodsReturned, About.SHIPMENT, name)
    certificates = certificates_for(questions, name)
    reports = sorted({fact.report for fact in record.about(SealReportFiled, About.SHIPMENT, name)})
    carried = {
        label
        for line in (departed.lines if departed else ())
        for label in labels.get((line.lot, line.mark), ())
    }
    contract = header.contract if header else None
    agents = other_agents(record, contract, carried, certificates)
    return {
        "shipment": name,
        "exporter": header.exporter if header else None,
        "importer": header.importer if header else received[0].importer if received else None,
        **told(header, "sealing_mode", "origin", "destination", "transport", "contract"),
        "departed": header.time if header else None,
        "arrived": received[0].time if received else None,
        "returned": sum(line.seals for event in returned for line in event.lines),
        "certificates": [
            {"certificate": key, "live": live(questions, key) is not None} for key in certificates
        ],
        "reports": reports,
        "codes": verdict_row(agents)["codes"],
        "goods": _goods(questions, name, certificates, reports, applied),
    }


def _goods(
    questions: QuestionsAtHand,
    name: str,
    certificates: list[str],
    reports: list[str],
    applied: Counter[tuple[str, str]],
) -> list[dict[str, Any]]:
    """A row per lot and mark: seals applied, shipped, reported, received; units certified."""
    record = questions.whole
    shipped: Counter[_Goods] = Counter()
    units: Counter[_Goods] = Counter()
    received: Counter[_Goods] = Counter()
    reported: Counter[_Goods] = Counter()
    certified: Counter[str | None] = Counter()
    departed = shipment_of(questions, name)
    for line in departed.lines if departed else ():
        shipped[line.lot, line.mark] += line.seals
        units[line.lot, line.mark] += line.units
    for arrival in record.about(ShipmentReceived, About.SHIPMENT, name):
        for taken in arrival.lines:
            received[taken.lot, taken.mark] += taken.seals
    for key in reports:
        report = report_of(questions, key)
        if report is not None and report.shipment == name:
            for told in report.lines:
                reported[told.lot, told.mark] += told.used
    for key in certificates:
        issued = live(questions, key)
        for paper in issued.lines if issued else ():
            certified[paper.lot] += paper.units or 0
    volumes = _by_volume(questions, departed, certificates)
    goods = {*shipped, *received, *reported}
    return [
        {
            "lot": lot,
            "mark": mark,
            "units": units[lot, mark],
            "applied": 0 if mark is None else applied[lot, mark] - _removed(record, lot, mark),
            "shipped": shipped[lot, mark],
            "reported": reported[lot, mark],
            "certified": certified[lot],
            "by_volume": volumes.get((lot, mark)),
            "received": received[lot, mark],
        }
        for lot, mark in sorted(goods, key=lambda found: (found[0], found[1] or ""))
    ]


def _by_volume(
    questions: QuestionsAtHand, departed: Shipment | None, certificates: list[str]
) -> dict[_Goods, str]:
    """Goods that travel under a certificate over a volume of their product, and which that is.

    Where a certificate of the shipment itself lives, its goods are certified by number.
    """
    papers = [(key, paper) for key in certificates if (paper := live(questions, key)) is not None]
    if any(paper.mode == "PER_SHIPMENT" for _, paper in papers):
        return {}
    return {
        (line.lot, line.mark): key
        for line in (departed.lines if departed else ())
        for key, paper in reversed(papers)
        if line.product in {entry.product for entry in paper.lines}
    }


def _removed(record: Record, lot: str, mark: str) -> int:
    return sum(
        fact.count for fact in record.about(SealsRemoved, About.LOT, lot) if fact.mark == mark
    )
