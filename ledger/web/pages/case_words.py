"""The words of cases: tabs of their list, what is done with one, what is said once it is done."""

from collections.abc import Mapping
from typing import Final

from ledger.web.problems import said

TABS: Final[Mapping[str, str]] = {
    "mine": said("Mine"),
    "explain": said("To explain"),
    "decide": said("To decide"),
    "correction": said("Correction asked"),
    "live": said("All live"),
    "closed": said("Closed or gone"),
}
ACT_WORDS: Final[Mapping[str, str]] = {
    "explain": said("Explain"),
    "escalate": said("Escalate"),
    "close": said("Close"),
    "ask-correction": said("Ask for a correction"),
    "report-correction": said("Report the correction"),
    "accept-correction": said("Accept the correction"),
    "refuse-correction": said("Send the correction back"),
    "route": said("Give it to a certifier"),
    "comment": said("Comment"),
    "assign": said("Assign"),
    "due": said("Set another due day"),
}
DONE: Final[Mapping[str, str]] = {
    "explain": said("Explained. The certifier sees it now."),
    "escalate": said("Escalated. The parties see it now."),
    "close": said("Closed at these values; it opens again where the facts come to show others."),
    "ask-correction": said("The correction is asked for. The party sees it now."),
    "report-correction": said("The correction is reported. The body that asked judges it now."),
    "accept-correction": said("The correction is accepted."),
    "refuse-correction": said("The correction is sent back. The party sees it now."),
    "route": said("Given to the certifier, who sees it now and may decide."),
    "comment": said("The comment stands in the thread."),
    "assign": said("Assigned."),
    "due": said("The due day is set."),
}
ACTIONS: Final[Mapping[str, str]] = {
    "CORRECT_RECORDS": said("Correct the records"),
    "STOP_SHIPMENT": said("Stop shipment"),
    "STOP_ADVERTISING": said("Stop advertising"),
    "REMOVE_LABELS": said("Remove or obliterate the labels"),
    "IMPROVE_PRACTICE": said("Improve how it is done"),
}
AUDIENCES: Final[Mapping[str, str]] = {
    "ALL": said("all who see the case"),
    "OWN": said("our party alone"),
}
TURNS: Final[Mapping[str, str]] = {
    "explain": said("to explain"),
    "decide": said("to decide"),
    "correct": said("to report the correction"),
    "judge": said("to judge the correction"),
}
NOUNS: Final[Mapping[str, str]] = {
    "product": said("Product"),
    "herd": said("Herd"),
    "site": said("Site"),
}
"""Nouns of causes that are no kind of subject."""
COLUMNS: Final[Mapping[str, str]] = {
    "severity": said("Severity"),
    "what": said("What"),
    "who": said("Who"),
    "about": said("Lot or product"),
    "when": said("When"),
    "impact": said("Impact"),
    "opened": said("Age"),
    "due": said("Due"),
    "owner": said("Owner"),
    "state": said("State"),
}
