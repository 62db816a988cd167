"""Discrepancies for people: listed, grouped, counted, and decided about."""

from ledger.views.discrepancies.groups import GROUPS, grouped
from ledger.views.discrepancies.history import case_then, history
from ledger.views.discrepancies.listing import SEVERITIES, Listed, Wanted, case_counts, listed
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
