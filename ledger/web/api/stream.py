"""`/discrepancies/stream`: what becomes of cases, as it is decided, by server-sent events.

The id of each event is a position: who comes back with the last one misses nothing.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ledger.cases.discrepancy import State
from ledger.log.seeing import Viewer
from ledger.views.discrepancies import Wanted, listed
from ledger.web.access.viewers import AtDesk, Onlooker, viewer_of
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


class Streams:
    """The open streams of this process by token: counted from being asked for to their end."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    def enter(self, token: str) -> None:
        """Count one more; Problem 429 where there are too many."""
        if self._of.total() >= streams_max or self._of[token] >= streams_of_one_max:
            raise Problem(429, "Too many streams are open.", headers={"Retry-After": "30"})
        self._of[token] += 1

    def leave(self, token: str) -> None:
        """Count one less."""
        self._of[token] -= 1
        if not self._of[token]:
            del self._of[token]


class Streamed(StreamingResponse):
    """A stream that is counted until it ends, whether or not it ever began to be read."""

    def __init__(
        self, content: AsyncIterator[bytes], left: Callable[[], None], **told: Any
    ) -> None:
        super().__init__(content, media_type="text/event-stream", **told)
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._left()


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
    streams: Streams = request.app.state.streams
    # Nothing is awaited between the look and the count: those asked for at once count too.
    streams.enter(viewer.token)
    try:
        standing = await run_in_threadpool(desk.standing)
    except BaseException:
        streams.leave(viewer.token)
        raise
    start = standing.position if after is None else after
    return Streamed(
        _events(request, desk, viewer, start, seconds),
        partial(streams.leave, viewer.token),
        headers={**headers(told(standing)), "X-Accel-Buffering": "no"},
    )


async def _events(
    request: Request, desk: Desk, viewer: Viewer, after: int, seconds: int
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    until, told = loop.time() + seconds, loop.time()
    yield b"retry: 2000\n\n"
    while loop.time() < until and not await request.is_disconnected():
        found = await run_in_threadpool(_changes, request, desk, viewer, after)
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


def _changes(
    request: Request, desk: Desk, viewer: Viewer, after: int
) -> tuple[list[bytes], int] | None:
    """What changed behind a position, and up to where; None once it is to be told no more.

    That is so where the token is valid no longer, or the session has been signed out.
    """
    if viewer_of(request) is None:
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
