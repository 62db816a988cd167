"""What was decided about a case, and the case as that left it at any moment.

A fold of the case's own decisions: asked for by both clocks like any subject's facts.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from ledger.cases.canonical import decode_decision
from ledger.cases.discrepancy import (
    DiscrepancyClosed,
    DiscrepancyExplained,
    DiscrepancyOpened,
    DiscrepancyReopened,
    Event,
    State,
    evolve,
)
from ledger.cases.period import PeriodClosed, PeriodRestated
from ledger.facts.scalars import micros, time_text
from ledger.log import Log, Recorded
from ledger.rules.texts import sentence
from ledger.rules.values import Shown
from ledger.views.discrepancies.listing import Listed

Decided = tuple[Recorded, Event]


def history(log: Log, listed: Listed, until: int, as_of: int | None = None) -> list[Decided]:
    """The decisions about a case recorded up to position `until`, made by `as_of` (µs UTC)."""
    case_id = UUID(listed.case.id)
    found: list[Decided] = []
    for recorded in log.get([case_id]).get(case_id, []):
        decision = decode_decision(recorded.state)
        if isinstance(decision, PeriodClosed | PeriodRestated) or recorded.position > until:
            continue
        if as_of is None or micros(decision.time) <= as_of:
            found.append((recorded, _veiled(decision) if listed.veiled else decision))
    return found


def _veiled(decision: Event) -> Event:
    """A decision without what was expected by then."""
    if isinstance(decision, DiscrepancyOpened | DiscrepancyReopened):
        values = replace(decision.shows.values, expected=())
        return replace(decision, shows=replace(decision.shows, values=values))
    if isinstance(decision, DiscrepancyExplained | DiscrepancyClosed):
        return replace(decision, values=replace(decision.values, expected=()))
    return decision


def case_then(row: dict[str, Any], decided: Sequence[Decided]) -> dict[str, Any]:
    """A listed case as these decisions, at least one, left it."""
    case = reduce(evolve, (decision for _, decision in decided), None)
    assert case is not None  # noqa: S101 -- the first decision opens it
    values = case.shows.values
    if case.state is State.CLOSED and case.settled:
        values = case.settled
    expected, found = list(values.expected), list(values.found)
    return {
        **row,
        "state": str(case.state),
        "severity": values.severity,
        "suspected_scanner_artifact": case.shows.artefact,
        "expected": expected,
        "found": found,
        "evidence": list(case.shows.evidence),
        "evidence_total": case.shows.evidence_total,
        "changed_at": time_text(decided[-1][0].recorded_at, 0),
        "sentence": sentence(
            Shown(case.rule, case.subject_kind, case.subject, case.discriminator, expected, found)
        ),
    }
