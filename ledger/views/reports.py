"""Seal reports: the latest version of each, and how many came before it.

A fold of the facts that count, so it can be asked for at any position.
"""

from collections.abc import Sequence
from typing import Any

from ledger.facts.documents import SealReportFiled
from ledger.facts.mentions import About
from ledger.log import Log
from ledger.questions import MemoryBooks
from ledger.rules.papers import report_of
from ledger.views.folding import Rows
from ledger.views.loading import LAST, facts_about


def names(rows: Rows, after: str = "", limit: int = 100) -> list[str]:
    """Reports by name, those after `after`."""
    rows.execute(
        "SELECT DISTINCT report FROM reports WHERE report > %s ORDER BY report LIMIT %s",
        (after, limit),
    )
    return [row[0] for row in rows.fetchall()]


def cards(rows: Rows, log: Log, reports: Sequence[str], until: int = LAST) -> list[dict[str, Any]]:
    """One card a report, in the order asked; as known at position `until`, else as now."""
    record = facts_about(rows, log, [(About.REPORT, name) for name in reports], until)
    books = MemoryBooks(record)
    return [
        _card(name, report_of(books, name), record.about(SealReportFiled, About.REPORT, name))
        for name in reports
    ]


def _card(
    name: str, latest: SealReportFiled | None, filed: Sequence[SealReportFiled]
) -> dict[str, Any]:
    card: dict[str, Any] = {"report": name, "versions": sorted({fact.version for fact in filed})}
    if latest is None:
        return {**card, "version": None, "lines": []}
    return {
        **card,
        "version": latest.version,
        "contract": latest.contract,
        "shipment": latest.shipment,
        "exporter": latest.exporter,
        "importer": latest.importer,
        "rcb": latest.rcb,
        "agent": latest.agent,
        "time": latest.time,
        "grader": latest.grader,
        "checked_by": latest.checked_by,
        "lines": [
            {
                "lot": line.lot,
                "label": line.label,
                "mark": line.mark,
                "units": line.units,
                "net_weight": str(line.net_weight),
                "used": line.used,
                "received": line.received,
                "discarded": line.discarded,
                "remaining": line.remaining,
            }
            for line in latest.lines
        ],
    }
