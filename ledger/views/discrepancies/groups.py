"""Cases grouped by cause: four hundred scans under one lapsed contract are one thing to settle."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from ledger.cases.discrepancy import Case
from ledger.facts.canonical import decode
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.views.discrepancies.listing import SEVERITIES, Listed

GROUPS: Final = (
    "rule", "severity", "state", "subject", "importer", "rcb", "party", "mark", "lot", "contract",
    "holder", "site", "source", "actor", "shipment", "day",
)  # fmt: skip
"""What cases can be grouped by: fields of the case, or of the event that is its subject."""


def grouped(found: Sequence[Listed], log: Log, by: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each combination of values, most cases first.

    A case with several values, as of two pairs, stands in each of them.
    """
    facts = _subjects(found, log)
    groups: dict[tuple[str, ...], list[Listed]] = {}
    for entry in found:
        keys: list[tuple[str, ...]] = [()]
        for name in by:
            values = _values_of(entry, name, facts.get(entry.case.subject)) or [""]
            keys = [(*key, value) for key in keys for value in values]
        for key in keys:
            groups.setdefault(key, []).append(entry)
    rows = [
        {
            **dict(zip(by, key, strict=True)),
            "cases": len(entries),
            "severities": {
                name: sum(entry.row["severity"] == name for entry in entries) for name in SEVERITIES
            },
            "opened_at": min(entry.row["opened_at"] for entry in entries),
            "changed_at": max(entry.row["changed_at"] for entry in entries),
            "subjects": sorted({entry.case.subject for entry in entries})[:subjects_shown_max],
        }
        for key, entries in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row["cases"], *(row[name] for name in by)))


subjects_shown_max: Final = 5


def _subjects(found: Sequence[Listed], log: Log) -> dict[str, Fact]:
    """The events that are subjects of cases, by id."""
    ids = {
        UUID(entry.case.subject)
        for entry in found
        if entry.case.subject_kind in ("application", "event")
    }
    return {
        str(key): decode(stream[0].state)
        for key, stream in log.get(sorted(ids)).items()
        if stream[0].topic in TYPES
    }


def _values_of(entry: Listed, name: str, fact: Fact | None) -> list[str]:
    case, row = entry.case, entry.row
    of_case = {
        "rule": [case.rule],
        "severity": [row["severity"]],
        "state": [row["state"]],
        "subject": [case.subject],
        "importer": sorted({importer for importer, _ in entry.pairs}),
        "rcb": sorted({rcb for _, rcb in entry.pairs}),
        "party": entry.parties,
        "mark": entry.marks,
    }
    return of_case[name] if name in of_case else _of_subject(case, name, fact)


def _of_subject(case: Case, name: str, fact: Fact | None) -> list[str]:
    if fact is not None:
        value = fact.day.isoformat() if name == "day" else getattr(fact, name, None)
        return [value] if isinstance(value, str) else []
    if str(case.subject_kind) == name:
        return [case.subject]
    if case.subject_kind == "account" and name in _ACCOUNT:
        return [case.subject.split(" ")[_ACCOUNT.index(name)]]
    return []


_ACCOUNT: Final = ("mark", "holder", "site")
