"""`/status`: how everything stands, for whoever runs the ledger."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ledger.web.access.viewers import AtDesk, Operator
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer
from ledger.web.asking.status import Status

router = APIRouter(tags=["status"])


def question_of(request: Request) -> Callable[[], Status]:
    """What the application asks how things stand."""
    found: Callable[[], Status] = request.app.state.ask_status
    return found


@router.get("/status", **openapi.STATUS)
def get_status(
    viewer: Operator, desk: AtDesk, ask: Annotated[Callable[[], Status], Depends(question_of)]
) -> Response:
    """Processes, followers, what is stuck, disk, database, Kafka, what runs out: trouble first."""
    del viewer  # an operator sees all of it
    return answer(desk.standing(), ask().told())
