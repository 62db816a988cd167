"""What the OpenAPI document says of each route that reads or decides."""

from typing import Any, Final

from ledger.views.reconciliation import CLAIMS, FIGURES
from ledger.web.api.openapi import (
    NONE,
    PROBLEMS,
    answered,
    problem,
    thing,
)

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_MAYBE: Final[Json] = {"type": ["string", "null"]}
_INT: Final[Json] = {"type": "integer"}
_MAYBE_INT: Final[Json] = {"type": ["integer", "null"]}
_BOOL: Final[Json] = {"type": "boolean"}
_ANY: Final[Json] = {"type": "object"}
_WORDS: Final[Json] = {"type": "array", "items": _TEXT}


def list_of(items: Json) -> Json:
    """The schema of an array."""
    return {"type": "array", "items": items}


def reading(summary: str, found: Json, *, none: bool = True) -> Json:
    """What is said of a route that reads; `none` where its subject may not be there."""
    responses = {200: found, **PROBLEMS} | (NONE if none else {})
    return {"summary": summary, "responses": responses}


def deciding(summary: str, found: Json, *, none: bool = True) -> Json:
    """The same of a route that takes a JSON body."""
    responses = {
        200: found, **PROBLEMS, 400: problem("A body that is no JSON"),
        409: problem("It is not to be decided now"), 413: problem("A body over 256 KiB"),
    } | (NONE if none else {})  # fmt: skip
    return {"summary": summary, "responses": responses}


_ID: Final = "01890a5d-ac96-774b-bcce-b302099a8057"
_RECEIPT: Final[Json] = thing(
    {
        "outcome": {"enum": ["recorded", "refused"]}, "position": _MAYBE_INT,
        "recorded_at": _TEXT, "sha256": _TEXT, "reason": _MAYBE, "path": _MAYBE,
    }
)  # fmt: skip
EVENT: Final = reading(
    "An event as recorded",
    answered(
        {"id": _TEXT, "counts": _BOOL, "corrected_by": _MAYBE, "recorded": list_of(_ANY)},
        {"id": _ID, "counts": True, "corrected_by": None, "recorded": []},
    ),
)
RECEIPTS: Final = reading(
    "What was answered for an event",
    answered({"id": _TEXT, "receipts": list_of(_RECEIPT)}, {"id": _ID, "receipts": []}),
)

_FIGURES: Final[Json] = dict.fromkeys((*FIGURES, *CLAIMS), _MAYBE_INT)
_ROW: Final[Json] = thing(
    {
        "importer": _TEXT, "rcb": _TEXT, "exporter": _MAYBE, "agent": _MAYBE, "as_of": _MAYBE,
        "known_at": _MAYBE, "position": _INT, **_FIGURES,
        "cases": thing(dict.fromkeys(("C", "H", "M", "L"), _MAYBE_INT)),
    }
)  # fmt: skip
RECONCILIATION: Final = reading(
    "Where all seals are, and what is claimed",
    answered({"rows": list_of(_ROW), "next": _MAYBE}, {"rows": [], "next": None}, csv=True),
)
_ENTRY: Final[Json] = thing(
    {"day": _TEXT, "received": _INT, "used": _INT, "discarded": _INT, "other": _INT,
     "remaining": _INT}
)  # fmt: skip
STATEMENT: Final = reading(
    "One stock day by day",
    answered(
        {"mark": _TEXT, "holder": _TEXT, "site": _TEXT, "opening": _INT, "days": list_of(_ENTRY),
         "closing": _INT},
        {"mark": "JAS-A", "holder": "EXP-1", "site": "W1", "opening": 0, "days": [],
         "closing": 0},
        csv=True,
    ),
)  # fmt: skip

_LOT: Final[Json] = {
    "lot": _TEXT, "known": _BOOL, "operator": _MAYBE, "product": _MAYBE, "status": _MAYBE,
    "units": _MAYBE_INT, "inputs": list_of(_ANY), "children": list_of(_ANY),
    "sealed": list_of(_ANY),
}  # fmt: skip
_LOT_SHOWN: Final[Json] = {
    "lot": "L-7", "known": True, "operator": "EXP-1", "product": "P-1", "status": "ORGANIC",
    "units": 20, "inputs": [], "children": [], "sealed": [],
}  # fmt: skip
_STEP: Final[Json] = thing(
    {"kind": _TEXT, "id": _TEXT, "event": _TEXT, "count": _MAYBE_INT, "quantity": _MAYBE}
)
_FOREIGN: Final[Json] = thing({"lot": _TEXT, "country": _MAYBE})
LOTS: Final = reading(
    "Lots",
    answered({"lots": list_of(thing(_LOT)), "next": _MAYBE}, {"lots": [], "next": None}, csv=True),
    none=False,
)
LOT: Final = reading("A lot", answered(_LOT, _LOT_SHOWN))
TRACE: Final = reading(
    "Where a lot came from and went",
    answered(
        {
            "lot": _TEXT,
            "back": list_of(_STEP),
            "forward": list_of(_STEP),
            "foreign": list_of(_FOREIGN),
        },
        {"lot": "L-7", "back": [], "forward": [], "foreign": []},
        csv=True,
    ),
)
_GOODS: Final[Json] = thing(
    {"lot": _TEXT, "mark": _MAYBE, "units": _INT, "applied": _INT, "shipped": _INT,
     "reported": _INT, "certified": _INT, "received": _INT}
)  # fmt: skip
_SHIPMENT: Final[Json] = {
    "shipment": _TEXT, "exporter": _MAYBE, "importer": _MAYBE, "departed": _MAYBE,
    "arrived": _MAYBE, "certificates": list_of(_ANY), "reports": _WORDS, "goods": list_of(_GOODS),
}  # fmt: skip
SHIPMENTS: Final = reading(
    "Shipments",
    answered(
        {"shipments": list_of(thing(_SHIPMENT)), "next": _MAYBE},
        {"shipments": [], "next": None},
        csv=True,
    ),
    none=False,
)
SHIPMENT: Final = reading(
    "A shipment: five columns",
    answered(
        _SHIPMENT,
        {"shipment": "S-1", "exporter": "EXP-1", "importer": "IMP-1", "departed": None,
         "arrived": None, "certificates": [], "reports": [], "goods": []},
        csv=True,
    ),
)  # fmt: skip
_CERTIFICATE: Final[Json] = {"certificate": _TEXT, "state": _TEXT, "shipments": _WORDS}
CERTIFICATES: Final = reading(
    "Certificates, or the control log of an issuer",
    answered(
        {"certificates": list_of(thing(_CERTIFICATE)), "next": _MAYBE,
         "missing": {"type": ["array", "null"], "items": _TEXT}},
        {"certificates": [], "missing": None, "next": None},
        csv=True,
    ),
)  # fmt: skip
CERTIFICATE: Final = reading(
    "A certificate",
    answered(_CERTIFICATE, {"certificate": "CB-1 C-7", "state": "LIVE", "shipments": ["S-1"]}),
)

_CASE: Final[Json] = {
    "id": _TEXT, "rule": _TEXT, "slug": _TEXT, "subject_kind": _TEXT, "subject": _TEXT,
    "discriminator": _TEXT, "severity": _TEXT, "family": _TEXT, "state": _TEXT,
    "suspected_scanner_artifact": _BOOL, "expected": _WORDS, "found": _WORDS,
    "evidence": _WORDS, "evidence_total": _INT, "opened_at": _TEXT, "changed_at": _TEXT,
}  # fmt: skip
_CASE_SHOWN: Final[Json] = {
    "id": _ID, "rule": "M-01", "slug": "negative-stock", "subject_kind": "account",
    "subject": "JAS-A EXP-1 W1", "discriminator": "", "severity": "C", "family": "P",
    "state": "OPEN", "suspected_scanner_artifact": False, "expected": ["0"], "found": ["-20"],
    "evidence": [], "evidence_total": 1, "opened_at": "2026-04-02T01:30:00.000000+00:00",
    "changed_at": "2026-04-02T01:30:00.000000+00:00",
}  # fmt: skip
DISCREPANCIES: Final[Json] = {
    "summary": "What does not fit",
    "responses": {
        200: {
            "description": "Cases, or groups of them",
            "content": {
                "application/json": {
                    "schema": {
                        "anyOf": [
                            answered({"discrepancies": list_of(thing(_CASE)), "next": _MAYBE}, {})[
                                "content"
                            ]["application/json"]["schema"],
                            answered({"groups": list_of(_ANY), "next": _MAYBE}, {})["content"][
                                "application/json"
                            ]["schema"],
                        ]
                    },
                    "example": {
                        "position": 4712, "behind": 0, "simulation": False,
                        "discrepancies": [_CASE_SHOWN], "next": None,
                    },
                },
                "text/csv": {"schema": _TEXT},
            },
        },
        **PROBLEMS,
    },
}  # fmt: skip
DISCREPANCY: Final = reading(
    "A case", answered({**_CASE, "history": list_of(_ANY)}, _CASE_SHOWN | {"history": []})
)
DECISION: Final = deciding("Decide about a case", answered(_CASE, _CASE_SHOWN))
DECISIONS: Final = deciding(
    "Decide about every case that fits",
    answered(
        {"decided": _WORDS, "refused": list_of(thing({"id": _TEXT, "detail": _TEXT}))},
        {"decided": [_ID], "refused": []},
    ),
    none=False,
)
STREAM: Final[Json] = {
    "summary": "Cases as they change",
    "responses": {
        200: {
            "description": "Server-sent events: id a position, event a state, data the case",
            "content": {"text/event-stream": {"schema": _TEXT}},
        },
        **PROBLEMS,
    },
}

_PERIOD: Final[Json] = {
    "importer": _TEXT, "rcb": _TEXT, "period": _TEXT, "end": _TEXT, "state": _TEXT,
    "person": _MAYBE, "signed_at_position": _MAYBE_INT, "row": _ANY, "stated": _ANY,
}  # fmt: skip
_PERIOD_SHOWN: Final[Json] = {
    "importer": "IMP-1", "rcb": "RCB-1", "period": "2026-04",
    "end": "2026-04-30T23:59:59.999999+09:00", "state": "CLOSED", "person": "P-9",
    "signed_at_position": 4712, "row": {"issued": 10_000}, "stated": {"issued": 10_000},
}  # fmt: skip
PERIODS: Final = reading(
    "Signed periods",
    answered(
        {"periods": list_of(thing(_PERIOD)), "next": _MAYBE},
        {"periods": [_PERIOD_SHOWN], "next": None},
        csv=True,
    ),
    none=False,
)
PERIOD: Final = reading("A period", answered(_PERIOD, _PERIOD_SHOWN))
SIGN: Final = deciding("Sign a period off", answered(_PERIOD, _PERIOD_SHOWN))

_SOURCE: Final[Json] = thing(
    {"source": _TEXT, "events": _INT, "last_position": _INT, "last_recorded": _TEXT,
     "last_time": _TEXT}
)  # fmt: skip
SOURCES: Final = reading(
    "Who reports",
    answered(
        {"sources": list_of(_SOURCE), "next": _MAYBE}, {"sources": [], "next": None}, csv=True
    ),
    none=False,
)
_REFUSAL: Final[Json] = thing(
    {"number": _INT, "recorded_at": _TEXT, "door": _TEXT, "place": _TEXT, "index": _INT,
     "reason": _TEXT, "path": _TEXT, "id": _MAYBE, "size": _MAYBE_INT, "sha256": _TEXT,
     "payload": _TEXT}
)  # fmt: skip
REFUSALS: Final = reading(
    "What was refused",
    answered(
        {"refusals": list_of(_REFUSAL), "next": _MAYBE}, {"refusals": [], "next": None}, csv=True
    ),
    none=False,
)
LIVE: Final[Json] = {
    "summary": "Alive",
    "responses": {
        200: {
            "description": "Alive",
            "content": {"application/json": {"schema": thing({"status": _TEXT})}},
        },
        429: PROBLEMS[429],
    },
}
READY: Final[Json] = {
    "summary": "Ready",
    "responses": {
        200: answered({"status": _TEXT, "audited": _INT}, {"status": "ready", "audited": 4700}),
        429: PROBLEMS[429],
        503: PROBLEMS[503],
    },
}
