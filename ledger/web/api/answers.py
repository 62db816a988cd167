"""Answers: JSON, or CSV where that is preferred, each with the position it rests on.

The body and the headers say the same, so that a spreadsheet is told too.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from fastapi import Request
from starlette.responses import Response

from ledger.web.desk import Standing

JSON: Final = "application/json"
CSV: Final = "text/csv"


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
        media_type=f"{CSV}; charset=utf-8; header=present",
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


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Rows as CSV with a head; what is nested stands as JSON, nothing as nothing.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


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
