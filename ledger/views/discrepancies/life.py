"""The life of a case: what was decided about it, as its viewer may read it, and how it stood."""

from collections.abc import Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from ledger.cases.canonical import decode_decision
from ledger.cases.decision import Decision
from ledger.cases.discrepancy import (
    DiscrepancyClosed,
    DiscrepancyExplained,
    DiscrepancyOpened,
    DiscrepancyReopened,
    Event,
    evolve,
)
from ledger.facts.scalars import micros, time_text
from ledger.log import Log, Recorded
from ledger.views.discrepancies.listing import SHOWN, Listed, as_decided

Decided = tuple[Recorded, Event]


def history(log: Log, listed: Listed, until: int, as_of: int | None = None) -> list[Decided]:
    """The decisions about a case recorded up to position `until`, made by `as_of` (µs UTC)."""
    case_id = UUID(listed.case.id)
    found: list[Decided] = []
    for recorded in log.get([case_id]).get(case_id, []):
        decision = decode_decision(recorded.state)
        if not isinstance(decision, Decision) or recorded.position > until:
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
    from ledger.rules.texts import sentence  # noqa: PLC0415 - asked for by few
    from ledger.rules.values import Shown  # noqa: PLC0415 - asked for by few

    case = reduce(evolve, (decision for _, decision in decided), None)
    assert case is not None  # noqa: S101 -- the first decision opens it
    then = {**row, "state": str(case.state), **dict(zip(SHOWN, as_decided(case), strict=True))}
    then["changed_at"] = time_text(decided[-1][0].recorded_at, 0)
    return then | {"sentence": sentence(Shown(*(then[name] for name in Shown._fields)))}
