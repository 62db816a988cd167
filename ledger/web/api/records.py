"""`/events/{id}` and `/receipts/{id}`: what was recorded, and what was answered for it."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ledger.web.access.roles import Onlooker
from ledger.web.access.viewers import Asking, AtDesk
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer
from ledger.web.asking.records import corrected, receipt, refusal, shown
from ledger.web.problems import not_found

router = APIRouter(tags=["events"])


@router.get("/events/{event_id}", **openapi.EVENT)
def get_event(event_id: UUID, viewer: Onlooker, desk: AtDesk) -> Response:
    """Show an event as recorded, with what it moved, and whether it counts."""
    with desk.looking(viewer) as looking:
        stream = looking.log.get([event_id]).get(event_id)
        if not stream:
            raise not_found("such event")
        by = corrected(looking, event_id)
    body = {
        "id": str(event_id),
        "counts": by is None,
        "corrected_by": by.by if by else None,
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
