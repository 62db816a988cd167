"""The application: limits, headers, problems, the API and the pages, put together.

It serves nothing unless the database binds the web's readers by row-level security.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ledger.log import Log
from ledger.rules.policy import Policy
from ledger.settings import load
from ledger.web import pages, problems
from ledger.web.access import sign_in
from ledger.web.access.last_used import LastUsed
from ledger.web.access.signing import Signing
from ledger.web.access.viewers import AtDesk
from ledger.web.api import (
    case_acts,
    discrepancies,
    events,
    goods,
    labels,
    letters,
    periods,
    reconciling,
    searching,
    sources,
    status,
    stream,
    tables,
    unproven,
)
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer
from ledger.web.api.parameters import known_parameters
from ledger.web.asking.sources import Registered
from ledger.web.asking.status import Status
from ledger.web.asking.status import status as status_of
from ledger.web.asking.tables.checks import Checks
from ledger.web.compressing import Compressed
from ledger.web.desk import Desk
from ledger.web.limits import Limits, requests_a_second
from ledger.web.origin import AS_ASKED, Below, Forwarded, Reach
from ledger.web.request_lines import RequestLines
from ledger.web.watching import Watching

VERSION: Final = "1"
_ABOUT: Final = (
    "Where is every organic seal, and does what everybody says about it agree? Events are"
    " reported, never changed; every answer says the position it rests on and how many recorded"
    " events it does not know yet (`behind`)."
)


_ROUTERS: Final = (
    events.router, reconciling.router, goods.router,
    # Before the cases: its address would be taken for the id of one.
    stream.router, discrepancies.router, case_acts.router, periods.router, labels.router,
    sources.router, searching.router, letters.router, tables.router, unproven.router,
    status.router,
)  # fmt: skip


_health = APIRouter(prefix="/health", tags=["health"])
"""Open to everybody."""


@_health.get("/live", **openapi.LIVE)
async def live() -> Response:
    """Alive: it answers at all."""
    return Response(b'{"status":"live"}', media_type="application/json")


@_health.get("/ready", **openapi.READY)
def ready(desk: AtDesk) -> Response:
    """Ready: the database answers and the views are there; 503 otherwise."""
    standing = desk.standing()
    return answer(standing, {"status": "ready", "audited": standing.audited})


def _operation(route: APIRoute) -> str:
    """Name an operation as the links of the description do."""
    return route.name


def make_app(
    log: Log,
    *,
    reach: Reach = AS_ASKED,
    rate: float = requests_a_second,
    clock: Callable[[], float] = time.monotonic,
    ask_status: Callable[[], Status] | None = None,
    policy: Policy | None = None,
    now: Callable[[], int] | None = None,
) -> FastAPI:
    """The application over a log.

    `reach` is where people reach it; `rate` is requests a second of one token; `clock` tells the
    seconds that limits go by; `ask_status` asks how things stand, unless given by the settings and
    without Kafka; `policy` is that built in unless given; `now` is the time of pages, µs UTC.
    """
    desk, origin = Desk(log, policy=policy, now=now), reach.origin

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(desk.open)
        app.state.signing = await run_in_threadpool(Signing, log)
        app.state.last_used = LastUsed(log)
        app.state.last_used.start()
        app.state.tables = Checks(desk)
        try:
            yield
        finally:
            await run_in_threadpool(app.state.tables.close)
            await run_in_threadpool(app.state.last_used.stop)
            await run_in_threadpool(desk.close)

    app = FastAPI(
        title="Seal Ledger",
        version=VERSION,
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=None if origin is None else [{"url": origin.url}],
        root_path_in_servers=False,
        generate_unique_id_function=_operation,
    )
    app.state.desk, app.state.reach = desk, reach
    app.state.registered = Registered()
    app.state.ask_status = ask_status or partial(status_of, log, load())
    app.state.streams = stream.Streams()
    problems.install(app)
    app.include_router(_health)
    for router in _ROUTERS:
        app.include_router(router, dependencies=[Depends(known_parameters)])
    app.include_router(sign_in.router)
    pages.install(app)
    app.add_middleware(Limits, rate=rate, clock=clock)
    # The last one is the first to see a request.
    app.add_middleware(Compressed)
    app.add_middleware(Below, base="" if origin is None else origin.base)
    app.add_middleware(RequestLines)
    app.add_middleware(Watching)
    app.add_middleware(Forwarded, reach=reach)
    return app
