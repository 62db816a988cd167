"""What the OpenAPI document says of tables that are sent, checked and recorded."""

from typing import Final

from ledger.tables.columns import TEMPLATES
from ledger.web.api.openapi import (
    COUNT,
    PROBLEMS,
    Json,
    Member,
    Shape,
    answered,
    link,
    many,
    maybe,
    one_of,
    problem,
    shown_of,
    taking,
)

_CHECK: Final = "01890a5d-ac96-474b-bcce-b302099a8057"
_NOTE: Final[Shape] = {"cell": maybe("B2"), "code": "folded", "words": "B2: … was read as …."}
_RECEIPT: Final[Shape] = {
    "line": maybe(2), "id": maybe("bf3fbbe5-803f-5907-889f-74854e2a8e30"),
    "outcome": one_of(
        "would-record", "recorded", "duplicate", "refused", "not-recorded", "skipped"
    ),
    "position": maybe(kind=int), "recorded_at": maybe(), "sha256": maybe(), "reason": maybe(),
    "path": maybe(), "warning": maybe(), "door": maybe(), "by": maybe(), "person": maybe(),
    "file": "seals.xlsx", "sheet": maybe("5月"), "row": maybe(2), "cell": maybe(), "code": maybe(),
    "words": maybe(), "notes": many(_NOTE),
}  # fmt: skip
_ANSWER: Final[Shape] = {"value": "mdy", "fits": maybe(212)}
_QUESTION: Final[Shape] = {
    "key": "day_order", "cells": Member(COUNT, 212), "answers": many(_ANSWER),
}  # fmt: skip
_EFFECT: Final[Shape] = {
    "mark": "JAS-A", "holder": "IMP-1", "site": "TOKYO", "change": 2000, "before": maybe(0),
    "after": maybe(2000),
}  # fmt: skip
_EFFECTS: Final[Json] = {"type": ["array", "null"], "items": many(_EFFECT).schema["items"]}
_TABLE: Final[Shape] = {
    "check": _CHECK, "expires_at": "2026-05-07T01:30:00.000000+00:00", "import": maybe(),
    "file": "seals.xlsx", "template": maybe("SealsIssued"), "dry_run": True,
    **{
        name: Member(COUNT, int(name in ("rows", "events", "recorded")))
        for name in (
            "rows", "events", "recorded", "duplicate", "corrected", "retracted", "refused",
            "not_recorded", "skipped", "notes",
        )
    },
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "reasons": {}, "codes": {}, "questions": many(_QUESTION, shown_of(_QUESTION)),
    "effects": Member(_EFFECTS, [shown_of(_EFFECT)]), "columns": many(), "said": [""],
    "receipts": many(_RECEIPT, shown_of(_RECEIPT)),
}  # fmt: skip
_TEXT: Final[Json] = {"type": "string"}
_FLAG: Final[Json] = {"type": "boolean", "default": False}
_FORM: Final[Json] = {
    "type": "object",
    "properties": {
        "file": {
            "type": "string", "contentMediaType": "application/octet-stream",
            "description": "CSV, TSV, XLSX or XLSM, at most 20 MiB",
        },
        "mapping": {**_TEXT, "description": "What is said of the table, TOML or JSON"},
        "template": {
            "type": "string", "enum": [*TEMPLATES],
            "description": "The type of event; else the one whose columns fit",
        },
        "commit": {**_FLAG, "description": "Record it at once"},
        "partial": {**_FLAG, "description": "Record the good events though others are refused"},
        "corrections": {
            **_FLAG, "description": "Rows that differ under a recorded number correct it",
        },
        "replaces": {
            **_TEXT, "format": "uuid", "description": "The import of which it is the new truth",
        },
        "source": {**_TEXT, "description": "The source that reports, where no column says it"},
        "actor": {**_TEXT, "description": "The person that reports, where no column says it"},
    },
    "required": ["file"],
    "additionalProperties": False,
}  # fmt: skip
_PROBLEMS: Final[dict[int | str, Json]] = {
    **PROBLEMS,
    409: problem("It is being read or recorded just now"),
    422: problem(
        "A form that cannot be; or it was to be recorded and is refused: the receipts say why"
    ),
    503: problem("The database is away, or too many tables wait; Retry-After says when"),
}
_RECORDED: Final = {
    200: answered(_TABLE, said="All is recorded, or was before"),
    207: answered(_TABLE, said="The good events are recorded, others refused"),
}
_MADE: Final = {"commit": link("commit_table", check="/check")}
CHECK: Final[Json] = {
    "summary": "Check a table",
    "responses": {
        200: answered(_TABLE, said="What would become of it; or, with commit, became", links=_MADE),
        207: _RECORDED[207],
        400: problem("A form that cannot be read"),
        **_PROBLEMS,
        413: problem("A table over 20 MiB"),
        415: problem("No multipart/form-data"),
    },
    "openapi_extra": taking({"multipart/form-data": {"schema": _FORM}}),
}
COMMIT: Final[Json] = {
    "summary": "Record a checked table",
    "responses": {
        **_RECORDED,
        **_PROBLEMS,
        404: problem("No such check of yours, or not any more: send the file again"),
    },
}
