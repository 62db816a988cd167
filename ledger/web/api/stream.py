"""`/discrepancies/stream`: what becomes of cases, as it is decided, by server-sent events.

The id of each event is a position: who comes back with the last one misses nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from ledger.cases.discrepancy import State
from ledger.log.seeing import Viewer
from ledger.views.discrepancies import Wanted, listed
from ledger.web.access.asking import AtDesk
from ledger.web.access.roles import Onlooker
from ledger.web.api import openapi_cases as openapi
from ledger.web.api.answers import headers, told
from ledger.web.desk import Desk
from ledger.web.problems import Problem, invalid

router = APIRouter(tags=["discrepancies"])

streams_max: Final = 64
streams_of_one_max: Final = 8
"""Of one token: nobody keeps the others out."""
stream_seconds_max: Final = 600
"""Then the browser comes back by itself, with the id of the last event."""
look_seconds: Final = 1.0
quiet_seconds_max: Final = 15
"""A comment is sent at least so often, so that who has gone is noticed."""
page_events_max: Final = 200

_CHANGED: Final = """
SELECT id, position, state FROM case_states WHERE position > %s ORDER BY position LIMIT %s
"""
_open: dict[object, str] = {}
"""The streams that are open, with their tokens."""


@router.get("/discrepancies/stream", response_class=StreamingResponse, **openapi.STREAM)
async def stream(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    seconds: Annotated[int, Query(ge=1, le=stream_seconds_max)] = stream_seconds_max,
) -> Response:
    """Tell every case that changes from now on, or behind a position, as it stands then."""
    if last_event_id is not None:
        if not (last_event_id.isascii() and last_event_id.isdigit()):
            raise invalid("Last-Event-ID", "expected a position")
        after = min(int(last_event_id), 2**63 - 1)
    mine = sum(token == viewer.token for token in _open.values())
    if len(_open) >= streams_max or mine >= streams_of_one_max:
        raise Problem(429, "Too many streams are open.", headers={"Retry-After": "30"})
    standing = await run_in_threadpool(desk.standing)
    start = standing.position if after is None else after
    return StreamingResponse(
        _events(request, desk, viewer, start, seconds),
        media_type="text/event-stream",
        headers={**headers(told(standing)), "X-Accel-Buffering": "no"},
    )


async def _events(
    request: Request, desk: Desk, viewer: Viewer, after: int, seconds: int
) -> AsyncIterator[bytes]:
    mine = object()
    _open[mine] = viewer.token
    loop = asyncio.get_running_loop()
    until, told = loop.time() + seconds, loop.time()
    try:
        yield b"retry: 2000\n\n"
        while loop.time() < until and not await request.is_disconnected():
            found = await run_in_threadpool(_changes, desk, viewer, after)
            if found is None:
                return
            changes, after = found
            for content in changes:
                told = loop.time()
                yield content
            if loop.time() - told > quiet_seconds_max:
                told = loop.time()
                yield b": nothing new\n\n"
            await asyncio.sleep(look_seconds)
    finally:
        _open.pop(mine, None)


def _changes(desk: Desk, viewer: Viewer, after: int) -> tuple[list[bytes], int] | None:
    """What changed behind a position, and up to where; None once the token opens nothing more."""
    if desk.sight.viewer(named=viewer.token, now=desk.now()) is None:
        return None
    with desk.looking(viewer) as looking:
        changed: list[Any] = looking.rows.execute(_CHANGED, (after, page_events_max)).fetchall()
        ids = sorted({row[0] for row in changed})
        wanted = Wanted(states=tuple(State), ids=ids)
        cases = {
            entry.case.id: entry.row
            for entry in (listed(looking.rows, looking.log, wanted) if ids else ())
        }
        # What others see is not looked through again and again.
        reached = looking.standing.position
        if len(changed) == page_events_max:
            reached = changed[-1][1]
    told = [
        _event(position, state, cases[str(key)])
        for key, position, state in changed
        if str(key) in cases
    ]
    return told, max(after, reached)


def _event(position: int, state: str, case: dict[str, Any]) -> bytes:
    data = msgspec.json.encode(case)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (position, state.encode(), data)
