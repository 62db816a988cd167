"""What the OpenAPI document says of each route beyond its parameters: answers and examples.

Written by hand, and held to the truth by tests that compare answers with it.
"""

from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

_INTEGER: Final[Json] = {"type": "integer", "minimum": 0}
_TEXT: Final[Json] = {"type": "string"}
_MAYBE_TEXT: Final[Json] = {"type": ["string", "null"]}
STANDING: Final[Json] = {
    "position": {**_INTEGER, "description": "The last position that the answer rests on"},
    "behind": {**_INTEGER, "description": "Recorded events that the answer does not know yet"},
    "simulation": {"type": "boolean", "description": "Whether recorded times are made up"},
}


def thing(properties: Json, *, required: tuple[str, ...] | None = None) -> Json:
    """An object's schema; all of it is required unless told otherwise."""
    names = list(properties) if required is None else list(required)
    return {"type": "object", "properties": properties, "required": names}


def link(operation: str, **parameters: str) -> Json:
    """Where an answer leads: an operation, its parameters taken from the answer's body by path."""
    taken = {
        name: f"$response.body#{value}" if value.startswith("/") else value
        for name, value in parameters.items()
    }
    return {"operationId": operation, "parameters": taken}


def answered(
    properties: Json,
    example: Json,
    *,
    csv: bool = False,
    said: str = "",
    links: Mapping[str, Json] | None = None,
) -> Json:
    """The 200 of a route: the standing, then its own properties; `links` by what they lead to."""
    content: Json = {
        "application/json": {
            "schema": thing({**STANDING, **properties}),
            "example": {"position": 4712, "behind": 0, "simulation": False, **example},
        }
    }
    if csv:
        content["text/csv"] = {"schema": _TEXT}
    found: Json = {"description": said or "What there is to say", "content": content}
    if links:
        found["links"] = dict(links)
    return found


PROBLEM: Final[Json] = thing(
    {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {
            "type": "array",
            "items": thing({"field": _TEXT, "detail": _TEXT}),
        },
    },
    required=("type", "title", "status", "detail"),
)


def problem(said: str) -> Json:
    """A status that is answered by a problem document."""
    return {"description": said, "content": {"application/problem+json": {"schema": PROBLEM}}}


PROBLEMS: Final[dict[int | str, Json]] = {
    401: problem("No valid token"),
    403: problem("The role may not"),
    422: problem("A parameter or an event that cannot be; `errors` names the field"),
    429: problem("Too many requests; Retry-After says when"),
    503: problem("The database is away, nothing was written; Retry-After says when"),
}
NONE: Final[dict[int | str, Json]] = {404: problem("None, or none that the asker may see")}

RECEIPT: Final[Json] = thing(
    {
        "index": _INTEGER,
        "id": _MAYBE_TEXT,
        "outcome": {"enum": ["recorded", "duplicate", "refused"]},
        "position": {"type": ["integer", "null"]},
        "recorded_at": _MAYBE_TEXT,
        "sha256": _MAYBE_TEXT,
        "reason": _MAYBE_TEXT,
        "path": _MAYBE_TEXT,
        "detail": _MAYBE_TEXT,
        "warning": {"enum": [None, "time-before-2000", "time-far-ahead"]},
        "door": _MAYBE_TEXT,
        "by": _MAYBE_TEXT,
        "person": _MAYBE_TEXT,
    }
)
_RECEIPTS: Final[Json] = {
    "recorded": _INTEGER,
    "duplicate": _INTEGER,
    "refused": _INTEGER,
    "receipts": {"type": "array", "items": RECEIPT},
}
SCAN: Final[Json] = {
    "type": "SealsApplied",
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "time": "2026-04-02T09:30:00+09:00",
    "source": "SCAN-1",
    "mark": "JAS-A",
    "holder": "EXP-1",
    "site": "W1",
    "lot": "L-7",
    "label": "LBL-1",
    "label_version": 1,
    "units": 20,
    "count": 20,
}
_RECORDED: Final[Json] = {
    "recorded": 1,
    "duplicate": 0,
    "refused": 0,
    "receipts": [
        {
            "index": 0,
            "id": SCAN["id"],
            "outcome": "recorded",
            "position": 4713,
            "recorded_at": "2026-04-02T00:30:01.000000+00:00",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "reason": None,
            "path": None,
            "detail": None,
            "warning": None,
            "door": "http",
            "by": "EXP-1",
            "person": None,
        }
    ],
}
_REPORTED: Final = {
    "receipt": link("get_receipt", event_id="/receipts/0/id"),
    "event": link("get_event", event_id="/receipts/0/id"),
}
_BYTES: Final[Json] = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}

POST_EVENTS: Final[Json] = {
    "summary": "Report events",
    "responses": {
        200: answered(
            _RECEIPTS, _RECORDED, said="All were recorded, or are duplicates", links=_REPORTED
        ),
        207: answered(
            _RECEIPTS, _RECORDED, said="Some were refused: the receipts say which", links=_REPORTED
        ),
        **PROBLEMS,
        413: problem("A body over 8 MiB, 10,000 events, or an event over 256 KiB"),
        415: problem("A content type that carries no events"),
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "oneOf": [
                            {"type": "object"},
                            {"type": "array", "items": {"type": "object"}, "maxItems": 10_000},
                        ]
                    },
                    "example": SCAN,
                },
                "application/x-ndjson": _BYTES,
                "application/vnd.seals.avro": _BYTES,
                "avro/binary": _BYTES,
            },
        }
    },
}
