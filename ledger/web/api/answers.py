"""Answers: JSON, or CSV where that is preferred, each with the position it rests on.

The body and the headers say the same, so that a spreadsheet is told too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from fastapi import Request
from starlette.responses import Response

from ledger.web.asking.figures import CSV, CSV_WITH_HEAD, as_csv
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


def rows_answer(
    request: Request,
    standing: Standing,
    body: Mapping[str, Any],
    *,
    rows: str,
    columns: Sequence[str] = (),
) -> Response:
    """The same, or the rows under the key `rows` alone as CSV where the request prefers it."""
    if not prefers_csv(request):
        return answer(standing, body)
    return Response(
        as_csv(body[rows], columns),
        media_type=CSV_WITH_HEAD,
        headers=headers({**told(standing), **body}),
    )


def prefers_csv(request: Request) -> bool:
    """Whether an Accept header puts CSV before JSON."""
    weights = {"csv": 0.0, "json": 0.0}
    for part in request.headers.get("accept", "").split(","):
        name, *parameters = part.strip().lower().split(";")
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.strip().partition("=")
            if key == "q":
                weight = _weight(value)
        if name.strip() == CSV:
            weights["csv"] = weight
        elif name.strip() in (JSON, "*/*", "application/*"):
            weights["json"] = max(weights["json"], weight)
    return weights["csv"] > 0 and weights["csv"] >= weights["json"]


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


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
