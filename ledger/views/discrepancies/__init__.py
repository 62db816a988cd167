"""Discrepancies for people: listed, grouped, counted, and decided about."""

from ledger.views.discrepancies.groups import GROUPS, grouped
from ledger.views.discrepancies.life import case_then, history
from ledger.views.discrepancies.listing import SEVERITIES, Listed, Wanted, listed
from ledger.views.discrepancies.seeking import SORTS, TABS, Caused, Found, Sought, sought
from ledger.views.discrepancies.settling import Whom, settle, standing
from ledger.views.discrepancies.tallies import Tally, by_pair, case_counts, closed, tallies

__all__ = [
    "GROUPS",
    "SEVERITIES",
    "SORTS",
    "TABS",
    "Caused",
    "Found",
    "Listed",
    "Sought",
    "Tally",
    "Wanted",
    "Whom",
    "by_pair",
    "case_counts",
    "case_then",
    "closed",
    "grouped",
    "history",
    "listed",
    "settle",
    "sought",
    "standing",
    "tallies",
]
