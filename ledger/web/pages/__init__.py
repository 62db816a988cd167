"""Pages for people: a desk to look from overview to case and to decide there.

Every page is one snapshot as its viewer may see it, in English and Japanese, without any script
that it needs.
"""

from fastapi import FastAPI

from ledger.web.access.sign_in import FromHere
from ledger.web.pages import (
    audit,
    bulk,
    case,
    cases,
    decisions,
    entrance,
    event,
    figures,
    goods,
    months,
    nouns,
    pairs,
    period,
    records,
    refusals,
    rendering,
    search,
    shown,
    signing,
    statements,
    substances,
    unchanged,
    upload,
    upload_check,
    upload_files,
)

_ROUTERS = (
    rendering.router,
    entrance.router,
    pairs.router,
    figures.router,
    cases.router,
    case.router,
    decisions.router,
    months.router,
    period.router,
    signing.router,
    bulk.router,
    statements.router,
    search.router,
    goods.router,
    nouns.router,
    substances.router,
    records.router,
    event.router,
    shown.router,
    audit.router,
    upload.router,
    upload_check.router,
    upload_files.router,
)


def install(app: FastAPI) -> None:
    """Add the pages to an application; what goes wrong is told a browser as a page."""
    for router in _ROUTERS:
        app.include_router(router, dependencies=[FromHere])
    refusals.install(app)
    unchanged.install(app)
