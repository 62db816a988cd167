"""Answers in JSON, each with the position it rests on; the body and the headers say the same."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.responses import Response

from ledger.web.desk import Standing

JSON: Final = "application/json"


def told(standing: Standing, *, position: int | None = None) -> dict[str, Any]:
    """What every answer says of itself; `position` where it rests on an earlier one."""
    return {
        "position": standing.position if position is None else position,
        "behind": standing.behind,
        "simulation": standing.simulation,
    }


def answer(
    standing: Standing,
    body: Mapping[str, Any],
    *,
    status: int = 200,
) -> Response:
    """A JSON answer: the standing, then the body."""
    said = told(standing)
    content = msgspec.json.encode({**said, **body}, enc_hook=str)
    return Response(
        content,
        status_code=status,
        media_type=JSON,
        headers=headers({**said, **body}),
    )


def headers(said: Mapping[str, Any]) -> dict[str, str]:
    """What is told of an answer in headers: also what a spreadsheet has no cell for."""
    found = {
        "Ledger-Position": str(said["position"]),
        "Ledger-Behind": str(said["behind"]),
        "Vary": "Accept",
    }
    if said.get("next"):
        found["Ledger-Next"] = said["next"]
    return found | ({"Ledger-Simulation": "true"} if said["simulation"] else {})
