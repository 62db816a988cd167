"""What the OpenAPI document says of events, figures, goods, papers and sources."""

from typing import Final

from ledger.views.reconciliation import CLAIMS, FIGURES, WEIGHTS
from ledger.web.api.openapi import (
    COUNT,
    PROBLEMS,
    TEXT,
    Json,
    Member,
    Shape,
    answered,
    link,
    listing,
    many,
    maybe,
    one_of,
    problem,
    reading,
    shown_of,
    taking,
    thing,
)
from ledger.web.status.columns import Column
from ledger.web.status.deciding import Tone

_SCAN: Final[Json] = {
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
_RECEIPT: Final[Shape] = {
    "index": Member(COUNT, 0),
    "id": maybe(_SCAN["id"]),
    "outcome": one_of("recorded", "duplicate", "refused"),
    "position": maybe(4713),
    "recorded_at": maybe("2026-04-02T00:30:01.000000+00:00"),
    "sha256": maybe("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    "reason": maybe(),
    "path": maybe(),
    "detail": maybe(),
    "warning": one_of(None, "time-before-2000", "time-far-ahead"),
    "door": maybe("http"),
    "by": maybe("EXP-1"),
    "person": maybe(),
}
_RECEIPTS: Final[Shape] = {
    "recorded": Member(COUNT, 1),
    "duplicate": Member(COUNT, 0),
    "refused": Member(COUNT, 0),
    "receipts": many(_RECEIPT, shown_of(_RECEIPT)),
}
_REPORTED: Final = {
    "receipt": link("get_receipt", event_id="/receipts/0/id"),
    "event": link("get_event", event_id="/receipts/0/id"),
}
_BYTES: Final[Json] = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
_EVENTS: Final[Json] = {
    "oneOf": [
        {"type": "object"},
        {"type": "array", "items": {"type": "object"}, "maxItems": 10_000},
    ]
}
POST_EVENTS: Final[Json] = {
    "summary": "Report events",
    "responses": {
        200: answered(_RECEIPTS, said="All were recorded, or are duplicates", links=_REPORTED),
        207: answered(_RECEIPTS, said="Some were refused: the receipts say which", links=_REPORTED),
        **PROBLEMS,
        413: problem("A body over 8 MiB, 10,000 events, or an event over 256 KiB"),
        415: problem("A content type that carries no events"),
    },
    "openapi_extra": taking(
        {
            "application/json": {"schema": _EVENTS, "example": _SCAN},
            "application/x-ndjson": _BYTES,
            "application/vnd.seals.avro": _BYTES,
            "avro/binary": _BYTES,
        }
    ),
}
EVENTS: Final = listing(
    "Events in the order in which they became known",
    "events",
    many(
        {
            "position": 4713, "type": "SealsApplied", "time": _SCAN["time"], "recorded_at": "",
            "source": "SCAN-1", "actor": maybe(), "door": maybe("http"), "by": maybe("EXP-1"),
            "person": maybe(), "corrects": maybe(), "note": maybe(), "id": _SCAN["id"],
        }
    ),
    {"event": link("get_event", event_id="/events/0/id")},
)  # fmt: skip
EVENT: Final = reading(
    "An event as recorded",
    {"id": _SCAN["id"], "counts": True, "corrected_by": maybe(), "recorded": many()},
)
_GIVEN: Final[Shape] = {
    "outcome": one_of("recorded", "refused"), "position": maybe(kind=int), "recorded_at": "",
    "sha256": "", **dict.fromkeys(("reason", "path", "warning", "door", "by", "person"), maybe()),
    "dead_letter": maybe(kind=int),
}  # fmt: skip
RECEIPTS: Final = reading(
    "What was answered for an event",
    {"id": _SCAN["id"], "receipts": many(_GIVEN)},
    links={"event": link("get_event", event_id="/id")},
)

_TOLD: Final = Member(
    thing({"tone": one_of(*map(str, Tone)), "word": "", "cases": 0, "late": 0}),
    {"tone": "fine", "word": "agrees", "cases": 0, "late": 0},
)
"""What a column of a pair says; words are English, in whatever language pages are asked for."""
_ROW: Final[Shape] = {
    "importer": "", "rcb": "", "exporter": maybe(), "agent": maybe(), "as_of": "",
    "known_at": maybe(), "position": 0, **dict.fromkeys((*FIGURES, *CLAIMS), maybe(kind=int)),
    **dict.fromkeys(WEIGHTS, "5850.360"),
    "cases": Member(thing(dict.fromkeys("CHML", maybe(kind=int))), {}),
    "status": Member(thing({str(column): _TOLD for column in Column}), {}),
}  # fmt: skip
_PAIR: Final = {"importer": "/rows/0/importer", "rcb": "/rows/0/rcb"}
RECONCILIATION: Final = reading(
    "Where all seals are, and what is claimed",
    {"rows": many(_ROW), "next": maybe()},
    csv=True,
    links={
        "split": link("get_reconciliation", **_PAIR, split="exporter"),
        "period": link("get_period", **_PAIR, name="2026-04"),
        "next": link("get_reconciliation", cursor="/next"),
    },
)
_DAY: Final[Shape] = {
    "day": "", "received": 0, "used": 0, "discarded": 0, "other": 0, "remaining": 0,
}  # fmt: skip
STOCKS: Final = listing(
    "Stocks, and what is in each now",
    "stocks",
    many({"mark": "JAS-A", "holder": "EXP-1", "site": "W1", "balance": 120}),
    {
        "statement": link(
            "get_statement", mark="/stocks/0/mark", holder="/stocks/0/holder",
            site="/stocks/0/site",
        )
    },
)  # fmt: skip
STATEMENT: Final = reading(
    "One stock day by day",
    {
        "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "opening": 0, "days": many(_DAY),
        "closing": 0,
    },
    csv=True,
)  # fmt: skip

_LOT: Final[Shape] = {
    "lot": "L-7", "known": True, "operator": maybe("EXP-1"), "product": maybe("P-1"),
    "status": maybe("ORGANIC"), "units": maybe(20), "inputs": many(), "children": many(),
    "sealed": many(),
}  # fmt: skip
_UNPROVEN: Final[Shape] = {
    "lot": "L-7", "product": "P-1", "class": maybe("PLANT"), "operator": "EXP-1",
    "produced_on": "2026-03-01", "claim": maybe("JAS_ORGANIC"), "label": maybe("LBL-1 1"),
    "code": "RECORD_CONTENT", "detail": maybe("AREA"), "shown_by": maybe("LotRecorded"),
    "en": "", "ja": "",
}  # fmt: skip
UNPROVEN: Final = listing(
    "What is unproven",
    "unproven",
    many(_UNPROVEN),
    {"lot": link("get_lot", lot="/unproven/0/lot")},
    none=True,
)
_STEP: Final[Shape] = {
    "kind": "", "id": "", "event": "", "count": maybe(kind=int), "quantity": maybe(),
}  # fmt: skip
LOTS: Final = listing(
    "Lots",
    "lots",
    many(_LOT),
    {"lot": link("get_lot", lot="/lots/0/lot"), "trace": link("get_trace", lot="/lots/0/lot")},
)
LOT: Final = reading("A lot", _LOT, links={"trace": link("get_trace", lot="/lot")})
TRACE: Final = reading(
    "Where a lot came from and went",
    {
        "lot": "L-7", "back": many(_STEP), "forward": many(_STEP),
        "foreign": many({"lot": "", "country": maybe()}),
    },
    csv=True,
)  # fmt: skip
_GOODS: Final[Shape] = {
    "lot": "", "mark": maybe(), "units": 0, "applied": 0, "shipped": 0, "reported": 0,
    "certified": 0, "by_volume": maybe("AGT-1 C-7"), "received": 0,
}  # fmt: skip
_SHIPMENT: Final[Shape] = {
    "shipment": "S-1", "exporter": maybe("EXP-1"), "importer": maybe("IMP-1"),
    "departed": maybe(), "arrived": maybe(), "certificates": many(), "reports": [],
    "codes": many(), "goods": many(_GOODS),
}  # fmt: skip
SHIPMENTS: Final = listing(
    "Shipments",
    "shipments",
    many(_SHIPMENT),
    {"shipment": link("get_shipment", shipment="/shipments/0/shipment")},
)
SHIPMENT: Final = reading("A shipment: five columns", _SHIPMENT, csv=True)
_CERTIFICATE: Final[Shape] = {
    "certificate": "CB-1 C-7", "issuer": "CB-1", "number": "C-7", "state": "LIVE",
    "shipments": ["S-1"],
}  # fmt: skip
_ISSUER: Final = "/certificates/0/issuer"
CERTIFICATES: Final = reading(
    "Certificates, or the control log of an issuer",
    {
        "certificates": many(_CERTIFICATE),
        "next": maybe(),
        "missing": Member({"type": ["array", "null"], "items": TEXT}, None),
    },
    csv=True,
    links={
        "certificate": link("get_certificate", issuer=_ISSUER, number="/certificates/0/number"),
        "control-log": link("get_certificates", issuer=_ISSUER),
        "next": link("get_certificates", cursor="/next"),
    },
)
CERTIFICATE: Final = reading(
    "A certificate",
    _CERTIFICATE,
    links={"shipment": link("get_shipment", shipment="/shipments/0")},
)

_SUBSTANCE: Final[Shape] = {
    "table": "T4", "code": "PECTIN", "class": maybe("PROCESSED_LIVESTOCK"), "on": "2026-04-02",
    "allowed": True, "conditions": Member({"type": "array", "items": TEXT}, ["dairy"]),
    "reasons": Member({"type": "array", "items": TEXT}, ["USE"]),
    "sources": Member({"type": "array", "items": TEXT}, ["PF"]),
    "list_condition": maybe("as little as possible"),
    "list_condition_ja": maybe("必要最小限とする"),
    "text_of": maybe("2006-11-26"), "later_text": maybe("2022-10-01"),
}  # fmt: skip
SUBSTANCE: Final = reading(
    "What the positive lists say of a substance",
    {"substances": many(_SUBSTANCE, shown_of(_SUBSTANCE))},
    none=False,
)
_LINE: Final[Shape] = {
    "part": "audit", "code": "lags", "about": "-",
    "state": one_of("wrong", "unknown", "note", "fine"),
    "says": "12,000 events behind the log, the first of them for 20 min",
    "mend": "See the log of the auditor; while it works off a backlog, wait.",
    "values": {"behind_events": 12_000, "behind_seconds": 1_200},
}  # fmt: skip
STATUS: Final = reading(
    "How everything stands",
    {
        "at": "2026-04-02T00:30:01+00:00", "verdict": "1 thing needs a person.",
        "needs_somebody": True, "lines": many(_LINE, shown_of(_LINE)),
    },
    none=False,
)  # fmt: skip
LIVE: Final[Json] = {
    "summary": "Alive",
    "responses": {
        200: {
            "description": "Alive",
            "content": {"application/json": {"schema": thing({"status": ""})}},
        },
        429: PROBLEMS[429],
    },
}
READY: Final[Json] = {
    "summary": "Ready",
    "responses": {
        200: answered({"status": "ready", "audited": 4700}),
        429: PROBLEMS[429],
        503: PROBLEMS[503],
    },
}
