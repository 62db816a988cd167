"""`/sources` and `/refusals`: who reports, when last, and what was not taken."""

import base64
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.facts.scalars import time_text
from ledger.log import DeadLetter
from ledger.views.source_totals import sources
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import rows_answer
from ledger.web.api.parameters import AtPage, cut, key_of, next_cursor

router = APIRouter(tags=["sources"])


@router.get("/sources", **openapi.SOURCES)
def get_sources(request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage) -> Response:
    """Sources by name: how much each reported, when last, and for which time."""
    with desk.looking(viewer) as looking:
        rows, following = cut(sources(looking.rows), page, lambda row: (row["source"],), str)
    told = [
        row | {name: time_text(row[name], 0) for name in ("last_recorded", "last_time")}
        for row in rows
    ]
    body = {"sources": told, "next": following}
    return rows_answer(request, looking.standing, body, rows="sources")


@router.get("/refusals", **openapi.REFUSALS)
def get_refusals(request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage) -> Response:
    """What was refused, first to last, with its reason and bytes; of others nobody's."""
    (after,) = key_of(page, int) or (0,)
    with desk.looking(viewer) as looking:
        found = looking.log.dead_letters(after, page.limit)
    following = next_cursor([found[-1].number]) if len(found) == page.limit else None
    body = {"refusals": [refused(letter) for letter in found], "next": following}
    return rows_answer(request, looking.standing, body, rows="refusals")


def refused(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter as people read it; the bytes in base64, as far as they were kept."""
    refusal = letter.refusal
    return {
        "number": letter.number,
        "recorded_at": time_text(letter.recorded_at, 0),
        "door": refusal.door,
        "place": refusal.place,
        "index": refusal.index,
        "reason": refusal.reason,
        "path": refusal.path,
        "id": None if refusal.id is None else str(refusal.id),
        "size": refusal.size,
        "sha256": refusal.sha256.hex(),
        "payload": base64.b64encode(refusal.payload).decode(),
    }
