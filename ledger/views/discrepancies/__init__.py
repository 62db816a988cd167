"""Discrepancies for people: listed, grouped, counted, and decided about."""

from ledger.views.discrepancies.groups import GROUPS, grouped
from ledger.views.discrepancies.listing import (
    SEVERITIES,
    Listed,
    Wanted,
    case_counts,
    case_then,
    history,
    listed,
)
from ledger.views.discrepancies.settling import Whom, settle, standing

__all__ = [
    "GROUPS",
    "SEVERITIES",
    "Listed",
    "Wanted",
    "Whom",
    "case_counts",
    "case_then",
    "grouped",
    "history",
    "listed",
    "settle",
    "standing",
]
