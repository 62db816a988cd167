"""The lists that programs and pages share: which columns, and where their rows come from."""

from ledger.web.asking.lists.goods import (
    certificates,
    control_log,
    lots,
    shipment_lines,
    shipments,
    trace,
    unproven,
)
from ledger.web.asking.lists.judged import case_groups, case_of, cases, evidence, group_of, periods
from ledger.web.asking.lists.reported import (
    dead_letters,
    events,
    imports,
    moves,
    refusals,
    sources,
    trail,
)
from ledger.web.asking.lists.seals import (
    figure,
    pair_of,
    reconciliation,
    seal_ledger,
    statement,
    stocks,
)

__all__ = [
    "case_groups",
    "case_of",
    "cases",
    "certificates",
    "control_log",
    "dead_letters",
    "events",
    "evidence",
    "figure",
    "group_of",
    "imports",
    "lots",
    "moves",
    "pair_of",
    "periods",
    "reconciliation",
    "refusals",
    "seal_ledger",
    "shipment_lines",
    "shipments",
    "sources",
    "statement",
    "stocks",
    "trace",
    "trail",
    "unproven",
]
