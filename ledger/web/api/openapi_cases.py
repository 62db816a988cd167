"""What the OpenAPI document says of cases and periods, and of what people decide about them."""

from typing import Any, Final

from ledger.web.api.openapi import PROBLEMS, answered, link, thing
from ledger.web.api.openapi_reads import deciding, list_of, reading

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_MAYBE: Final[Json] = {"type": ["string", "null"]}
_INT: Final[Json] = {"type": "integer"}
_MAYBE_INT: Final[Json] = {"type": ["integer", "null"]}
_BOOL: Final[Json] = {"type": "boolean"}
_ANY: Final[Json] = {"type": "object"}
_WORDS: Final[Json] = {"type": "array", "items": _TEXT}
_ID: Final = "01890a5d-ac96-774b-bcce-b302099a8057"

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


def _deciding(case: str) -> Json:
    return {
        "case": link("get_discrepancy", case_id=case),
        "explain": link("explain_one", case_id=case),
        "escalate": link("escalate_one", case_id=case),
        "close": link("close_one", case_id=case),
    }


_AUDITED: Final[Json] = {**_INT, "description": "The last position that the rules have looked at"}


def _page(rows: Json) -> Json:
    """The schema of a page of cases or groups."""
    whole = answered({"audited": _AUDITED, **rows, "next": _MAYBE}, {})
    found: Json = whole["content"]["application/json"]["schema"]
    return found


DISCREPANCIES: Final[Json] = {
    "summary": "What does not fit",
    "responses": {
        200: {
            "description": "Cases, or groups of them",
            "content": {
                "application/json": {
                    "schema": {
                        "anyOf": [
                            _page({"discrepancies": list_of(thing(_CASE))}),
                            _page({"groups": list_of(_ANY)}),
                        ]
                    },
                    "example": {
                        "position": 4712, "behind": 0, "simulation": False, "audited": 4700,
                        "discrepancies": [_CASE_SHOWN], "next": None,
                    },
                },
                "text/csv": {"schema": _TEXT},
            },
            "links": {
                **_deciding("/discrepancies/0/id"),
                "next": link("get_discrepancies", cursor="/next"),
            },
        },
        **PROBLEMS,
    },
}  # fmt: skip
DISCREPANCY: Final = reading(
    "A case",
    answered(
        {**_CASE, "history": list_of(_ANY)}, _CASE_SHOWN | {"history": []}, links=_deciding("/id")
    ),
)
DECISION: Final = deciding(
    "Decide about a case", answered(_CASE, _CASE_SHOWN, links=_deciding("/id"))
)
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
        links={
            "period": link(
                "get_period",
                importer="/periods/0/importer",
                rcb="/periods/0/rcb",
                name="/periods/0/period",
            ),
            "next": link("get_periods", cursor="/next"),
        },
    ),
    none=False,
)
PERIOD: Final = reading("A period", answered(_PERIOD, _PERIOD_SHOWN))
SIGN: Final = deciding(
    "Sign a period off",
    answered(
        _PERIOD,
        _PERIOD_SHOWN,
        links={
            "period": link("get_period", importer="/importer", rcb="/rcb", name="/period"),
        },
    ),
)
