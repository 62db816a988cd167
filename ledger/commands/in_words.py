"""Cases as a certifier would hear them: a sentence each, and the scans behind it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from ledger.facts.canonical import decode
from ledger.facts.seals import SealsApplied
from ledger.log import Log

cases_said_max = 20
SEVERITIES = {"C": "critical", "H": "high", "M": "medium", "L": "low"}


def in_words(log: Log, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say the first cases, the gravest first, each with the scans that are its evidence."""
    gravest = sorted(rows, key=lambda row: (list(SEVERITIES).index(row["severity"]), row["rule"]))
    for row in gravest[:cases_said_max]:
        behind = scans(log, row["evidence"])
        artefact = " It looks like a scanner's slip." if row["suspected_scanner_artifact"] else ""
        yield (
            f"{row['rule']} {SEVERITIES[row['severity']]}: {row['sentence']}"
            f"{f' {behind}.' if behind else ''}{artefact}"
        )
    if len(gravest) > cases_said_max:
        yield f"… and {len(gravest) - cases_said_max} more: ledger discrepancies"


def scans(log: Log, evidence: Sequence[str]) -> str:
    """Say which scans are among the evidence: how many, on which lines, by whom."""
    found: Counter[tuple[str | None, str]] = Counter()
    for stream in log.get([UUID(each) for each in evidence]).values():
        if stream[0].topic == SealsApplied.__name__:
            fact = decode(stream[0].state)
            if isinstance(fact, SealsApplied):
                found[fact.line, fact.source] += 1
    parts = [
        f"{count} scan{'s' if count > 1 else ''}{f' on line {line}' if line else ''} by {source}"
        for (line, source), count in sorted(found.items(), key=lambda item: (-item[1], item[0][1]))
    ]
    return "; ".join(parts)
