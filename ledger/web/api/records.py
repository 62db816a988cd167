"""`/events/{id}` and `/receipts/{id}`: what was recorded, and what was answered for it."""

from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from ledger.custody.moves import moves
from ledger.facts.canonical import decode
from ledger.facts.catalogue import DECISIONS
from ledger.facts.scalars import time_text
from ledger.log import DeadLetter, Recorded
from ledger.web.access.asking import Asking, AtDesk
from ledger.web.access.roles import Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer
from ledger.web.problems import not_found

router = APIRouter(tags=["events"])

_CORRECTED: Final = "SELECT position FROM retracted WHERE target = %s"


@router.get("/events/{event_id}", **openapi.EVENT)
def get_event(event_id: UUID, viewer: Onlooker, desk: AtDesk) -> Response:
    """Show an event as recorded, with what it moved, and whether it counts."""
    with desk.looking(viewer) as looking:
        stream = looking.log.get([event_id]).get(event_id)
        if not stream:
            raise not_found("such event")
        corrected = looking.rows.execute(_CORRECTED, (event_id,)).fetchone()
        # Only an event that the viewer may see as well is named.
        by = looking.log.at([corrected[0]]) if corrected else []
    body = {
        "id": str(event_id),
        "counts": corrected is None,
        "corrected_by": str(by[0].id) if by else None,
        "recorded": [shown(recorded) for recorded in stream],
    }
    return answer(looking.standing, body)


@router.get("/receipts/{event_id}", **openapi.RECEIPTS)
def get_receipt(event_id: UUID, viewer: Asking, desk: AtDesk) -> Response:
    """Show what was answered for an event: recorded, or refused and why."""
    with desk.looking(viewer) as looking:
        lines = [receipt(one) for one in looking.log.get([event_id]).get(event_id, [])]
        lines += [refusal(letter) for letter in looking.log.refused(event_id)]
    if not lines:
        raise not_found("receipt of such an event")
    return answer(looking.standing, {"id": str(event_id), "receipts": lines})


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
        "door": letter.refusal.door,
        "by": letter.refusal.by,
        "person": letter.refusal.person,
        "reason": letter.refusal.reason,
        "path": letter.refusal.path,
    }
