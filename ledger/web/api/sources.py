"""`/sources` and `/refusals`: who reports, when last, and what was not taken."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_sources as openapi
from ledger.web.api.parameters import AtForm, AtPage, key_of
from ledger.web.asking import lists
from ledger.web.writing import written

router = APIRouter(tags=["sources"])


@router.get("/sources", **openapi.SOURCES)
def get_sources(
    request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage, form: AtForm
) -> Response:
    """Sources by name: whose they are, how much each reported, when last, and for which time."""
    (after,) = key_of(page, str) or ("",)
    return written(request, desk, viewer, form, lists.sources(after), page.part)


@router.get("/refusals", **openapi.REFUSALS)
def get_refusals(
    request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage, form: AtForm
) -> Response:
    """What was refused, first to last, with its reason and bytes; of others nobody's."""
    (after,) = key_of(page, int) or (0,)
    return written(request, desk, viewer, form, lists.refusals(after), page.part)
