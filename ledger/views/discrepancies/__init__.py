"""Discrepancies for people: listed, grouped, counted, and decided about."""

from ledger.views.discrepancies.groups import GROUPS, grouped
from ledger.views.discrepancies.life import case_then, history
from ledger.views.discrepancies.listing import SEVERITIES, Listed, Wanted, case_counts, listed
from ledger.views.discrepancies.seeking import SORTS, TABS, Caused, Found, Sought, sought
from ledger.views.discrepancies.settling import Whom, settle, standing

__all__ = [
    "GROUPS",
    "SEVERITIES",
    "SORTS",
    "TABS",
    "Caused",
    "Found",
    "Listed",
    "Sought",
    "Wanted",
    "Whom",
    "case_counts",
    "case_then",
    "grouped",
    "history",
    "listed",
    "settle",
    "sought",
    "standing",
]
