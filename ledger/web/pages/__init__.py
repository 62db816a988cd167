"""Pages for people: a desk to look from overview to case and to decide there.

Every page is one snapshot as its viewer may see it, in English and Japanese, without any script
that it needs.
"""

from fastapi import FastAPI

from ledger.web.access.forms import FromHere
from ledger.web.pages import (
    case,
    cases,
    certificates,
    decisions,
    entrance,
    events,
    lots,
    overview,
    pair,
    refusals,
    rendering,
    shipments,
    sources,
    statements,
)

_ROUTERS = (
    rendering.router,
    entrance.router,
    overview.router,
    cases.router,
    case.router,
    decisions.router,
    pair.router,
    statements.router,
    lots.router,
    shipments.router,
    certificates.router,
    sources.router,
    events.router,
)


def install(app: FastAPI) -> None:
    """Add the pages to an application; what goes wrong is told a browser as a page."""
    for router in _ROUTERS:
        app.include_router(router, dependencies=[FromHere])
    refusals.install(app)
