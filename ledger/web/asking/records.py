"""Events as recorded: each with its receipt and moves, and what was refused."""

from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from ledger.custody.moves import moves
from ledger.facts.canonical import decode
from ledger.facts.catalogue import DECISIONS
from ledger.facts.scalars import time_text
from ledger.intake.plausible import warning_of
from ledger.log import DeadLetter, Recorded
from ledger.web.desk import Looking

_CORRECTED: Final = "SELECT position, recorded_at FROM retracted WHERE target = %s"


class Corrected(NamedTuple):
    """When an event was corrected, µs UTC, and by which event where the viewer may see that."""

    at: int
    by: str | None


def corrected(looking: Looking, event_id: UUID) -> Corrected | None:
    """What took an event back, if anything did."""
    found = looking.rows.execute(_CORRECTED, (event_id,)).fetchone()
    if found is None:
        return None
    by = looking.log.at([found[0]])
    return Corrected(found[1], str(by[0].id) if by else None)


def shown(recorded: Recorded) -> dict[str, Any]:
    """An event as recorded: its receipt, itself, its moves."""
    posted = () if recorded.topic in DECISIONS else moves(decode(recorded.state))
    return {
        "topic": recorded.topic,
        "version": recorded.version,
        **receipt(recorded),
        "event": msgspec.json.decode(recorded.state),
        "moves": [
            {
                "mark": move.mark,
                "from": move.source.name(),
                "to": move.target.name(),
                "seals": move.seals,
            }
            for move in posted
        ],
    }


def receipt(recorded: Recorded) -> dict[str, Any]:
    """The receipt of an event that is recorded."""
    return {
        "outcome": "recorded",
        "position": recorded.position,
        "recorded_at": time_text(recorded.recorded_at, 0),
        "sha256": sha256(recorded.state).hexdigest(),
        "warning": warning_of(recorded),
        "door": recorded.door,
        "by": recorded.by,
        "person": recorded.person,
        "reason": None,
        "path": None,
    }


def refusal(letter: DeadLetter) -> dict[str, Any]:
    """The receipt of an event that was refused."""
    return {
        "outcome": "refused",
        "position": None,
        "recorded_at": time_text(letter.recorded_at, 0),
        "sha256": letter.refusal.sha256.hex(),
        "warning": None,
        "door": letter.refusal.door,
        "by": letter.refusal.by,
        "person": letter.refusal.person,
        "reason": letter.refusal.reason,
        "path": letter.refusal.path,
    }
