"""What the OpenAPI document says of each route that reads or decides."""

from typing import Any, Final

from ledger.views.reconciliation import CLAIMS, FIGURES
from ledger.web.api.openapi import (
    NONE,
    PROBLEMS,
    answered,
    link,
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
        "door": _MAYBE, "by": _MAYBE, "person": _MAYBE,
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
    answered(
        {"id": _TEXT, "receipts": list_of(_RECEIPT)},
        {"id": _ID, "receipts": []},
        links={"event": link("get_event", event_id="/id")},
    ),
)

_FIGURES: Final[Json] = dict.fromkeys((*FIGURES, *CLAIMS), _MAYBE_INT)
_ROW: Final[Json] = thing(
    {
        "importer": _TEXT, "rcb": _TEXT, "exporter": _MAYBE, "agent": _MAYBE, "as_of": _TEXT,
        "known_at": _MAYBE, "position": _INT, **_FIGURES,
        "cases": thing(dict.fromkeys(("C", "H", "M", "L"), _MAYBE_INT)),
    }
)  # fmt: skip
RECONCILIATION: Final = reading(
    "Where all seals are, and what is claimed",
    answered(
        {"rows": list_of(_ROW), "next": _MAYBE},
        {"rows": [], "next": None},
        csv=True,
        links={
            "split": link(
                "get_reconciliation",
                importer="/rows/0/importer",
                rcb="/rows/0/rcb",
                split="exporter",
            ),
            "period": link(
                "get_period", importer="/rows/0/importer", rcb="/rows/0/rcb", name="2026-04"
            ),
            "next": link("get_reconciliation", cursor="/next"),
        },
    ),
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
    answered(
        {"lots": list_of(thing(_LOT)), "next": _MAYBE},
        {"lots": [], "next": None},
        csv=True,
        links={
            "lot": link("get_lot", lot="/lots/0/lot"),
            "trace": link("get_trace", lot="/lots/0/lot"),
            "next": link("get_lots", cursor="/next"),
        },
    ),
    none=False,
)
LOT: Final = reading(
    "A lot", answered(_LOT, _LOT_SHOWN, links={"trace": link("get_trace", lot="/lot")})
)
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
        links={
            "shipment": link("get_shipment", shipment="/shipments/0/shipment"),
            "next": link("get_shipments", cursor="/next"),
        },
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
_CERTIFICATE: Final[Json] = {
    "certificate": _TEXT, "issuer": _TEXT, "number": _TEXT, "state": _TEXT, "shipments": _WORDS,
}  # fmt: skip
_CERTIFICATE_SHOWN: Final[Json] = {
    "certificate": "CB-1 C-7", "issuer": "CB-1", "number": "C-7", "state": "LIVE",
    "shipments": ["S-1"],
}  # fmt: skip
CERTIFICATES: Final = reading(
    "Certificates, or the control log of an issuer",
    answered(
        {"certificates": list_of(thing(_CERTIFICATE)), "next": _MAYBE,
         "missing": {"type": ["array", "null"], "items": _TEXT}},
        {"certificates": [], "missing": None, "next": None},
        csv=True,
        links={
            "certificate": link(
                "get_certificate", issuer="/certificates/0/issuer",
                number="/certificates/0/number",
            ),
            "control-log": link("get_certificates", issuer="/certificates/0/issuer"),
            "next": link("get_certificates", cursor="/next"),
        },
    ),
)  # fmt: skip
CERTIFICATE: Final = reading(
    "A certificate",
    answered(
        _CERTIFICATE,
        _CERTIFICATE_SHOWN,
        links={"shipment": link("get_shipment", shipment="/shipments/0")},
    ),
)

_SOURCE: Final[Json] = thing(
    {"source": _TEXT, "events": _INT, "last_position": _INT, "last_recorded": _TEXT,
     "last_time": _TEXT}
)  # fmt: skip
SOURCES: Final = reading(
    "Who reports",
    answered(
        {"sources": list_of(_SOURCE), "next": _MAYBE},
        {"sources": [], "next": None},
        csv=True,
        links={"next": link("get_sources", cursor="/next")},
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
        {"refusals": list_of(_REFUSAL), "next": _MAYBE},
        {"refusals": [], "next": None},
        csv=True,
        links={
            "receipt": link("get_receipt", event_id="/refusals/0/id"),
            "next": link("get_refusals", cursor="/next"),
        },
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
