"""`/health`: whether this process lives, and whether it can answer. Open to everybody."""

from fastapi import APIRouter
from starlette.responses import Response

from ledger.web.access.asking import AtDesk
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", **openapi.LIVE)
async def live() -> Response:
    """Alive: it answers at all."""
    return Response(b'{"status":"live"}', media_type="application/json")


@router.get("/ready", **openapi.READY)
def ready(desk: AtDesk) -> Response:
    """Ready: the database answers and the views are there; 503 otherwise."""
    standing = desk.standing()
    return answer(standing, {"status": "ready", "audited": standing.audited})
