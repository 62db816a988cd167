"""What the OpenAPI document says of cases and verdicts, and of what people decide."""

from typing import Any, Final

from ledger.web.api.openapi import (
    FILES,
    INTEGER,
    PROBLEMS,
    STANDING,
    TEXT,
    Json,
    Member,
    Shape,
    deciding,
    link,
    many,
    maybe,
    problem,
    reading,
    shown_of,
    taking,
    thing,
)

_IMPACT: Final = Member({"type": ["integer", "string", "null"]}, 20)
"""A count, kilograms as text, or nothing."""
_CASE: Final[Shape] = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057", "rule": "M-01", "slug": "negative-stock",
    "subject_kind": "account", "subject": "JAS-A EXP-1 W1", "discriminator": "", "severity": "C",
    "family": "P", "state": "OPEN", "suspected_scanner_artifact": False, "expected": ["0"],
    "found": ["-20"], "evidence": [], "evidence_total": 1,
    "opened_at": "2026-04-02T01:30:00.000000+00:00",
    "changed_at": "2026-04-02T01:30:00.000000+00:00", "impact": _IMPACT, "impact_unit": "seals",
    "due": maybe("2026-04-07"), "late": False, "owner": maybe(), "owner_party": maybe(),
    "waits_for": ["EXP-1"], "cause": maybe("M-01 account account JAS-A EXP-1 W1"),
}  # fmt: skip


def _of_case(case: str) -> dict[str, Json]:
    """Where a case leads, its id being found at this path."""
    return {
        "case": link("get_discrepancy", case_id=case),
        "explain": link("explain_one", case_id=case),
        "escalate": link("escalate_one", case_id=case),
        "close": link("close_one", case_id=case),
    }


_PAGE: Final[Shape] = {
    **STANDING,
    "audited": Member(
        {**INTEGER, "description": "The last position that the rules have looked at"}, 4700
    ),
}
_CASES: Final[Shape] = {
    **_PAGE,
    "discrepancies": many(_CASE, shown_of(_CASE)),
    "next": maybe(),
}
DISCREPANCIES: Final[Json] = {
    "summary": "What does not fit",
    "responses": {
        200: {
            "description": "Cases, or groups of them",
            "content": {
                "application/json": {
                    "schema": {
                        "anyOf": [
                            thing(_CASES),
                            thing({**_PAGE, "groups": many(), "next": maybe()}),
                        ]
                    },
                    "example": shown_of(_CASES),
                },
                **FILES,
            },
            "links": {
                **_of_case("/discrepancies/0/id"),
                "next": link("get_discrepancies", cursor="/next"),
            },
        },
        **PROBLEMS,
    },
}
DISCREPANCY: Final = reading("A case", {**_CASE, "history": many()}, links=_of_case("/id"))
DECISION: Final = deciding("Decide about a case", _CASE, links=_of_case("/id"))
DECISIONS: Final = deciding(
    "Decide about every case that fits",
    {"decided": [_CASE["id"]], "refused": many({"id": "", "detail": ""})},
    none=False,
)
STREAM: Final[Json] = {
    "summary": "Cases as they change",
    "responses": {
        200: {
            "description": "Server-sent events: id a position, event a state, data the case",
            "content": {"text/event-stream": {"schema": TEXT}},
        },
        **PROBLEMS,
    },
}

_CODES: Final = many(
    {"code": "", "level": "", "rule": maybe(), "detail": maybe(), "en": "", "ja": ""}
)
_VERDICT: Final[dict[str, Any]] = {
    "eligible": True, "proven": True, "codes": _CODES, "route": maybe(),
    "routes": Member(
        {
            "type": "object",
            "additionalProperties": thing({"eligible": True, "proven": True, "codes": _CODES}),
        },
        {},
    ),
    "other_rows": many({"row": "", "prov": [""], "eligible": True, "codes": _CODES}),
    "notes": [""],
}  # fmt: skip
LABEL_CHECK: Final = reading(
    "Whether a claim holds",
    {"claim": "JAS_ORGANIC", "on": "2026-04-02", "lot": maybe("L-7"), **_VERDICT},
)
_RECIPE: Final[Json] = thing(
    {
        "class": "", "name": "", "food_group": maybe(), "species": maybe(), "ingredients": many(),
    },
    required=("class", "name"),
)  # fmt: skip
_RECIPE_SHOWN: Final[Json] = {
    "class": "PROCESSED_PLANT", "name": "muesli",
    "ingredients": [
        {"name": "oats", "share": "95", "kind": "AGRICULTURAL", "status": "ORGANIC",
         "scheme": "KRAV", "origin": "SE"},
        {"name": "hazelnut", "share": "5", "kind": "AGRICULTURAL", "status": "CONVENTIONAL"},
    ],
}  # fmt: skip
_PROPOSAL: Final[Json] = {
    **thing(
        {
            "recipe": Member(_RECIPE, _RECIPE_SHOWN),
            **dict.fromkeys(
                ("claim", "name_form", "text", "operator", "address", "route", "on"), maybe()
            ),
        },
        required=("recipe",),
    ),
    "additionalProperties": False,
}


def _judging() -> dict[str, Any]:
    """A body that is judged: nothing is decided by it, and what is no JSON cannot be."""
    found = deciding(
        "Whether a claim holds on a recipe",
        {"claim": "KRAV_MARK", "scheme": "KRAV", "on": "2026-04-02", **_VERDICT},
        none=False,
    )
    for status in (400, 409):
        del found["responses"][status]
    found["responses"][415] = problem("A body that is not application/json")
    body = {
        "schema": {"anyOf": [_RECIPE, _PROPOSAL]},
        "example": {"claim": "KRAV_MARK", "recipe": _RECIPE_SHOWN},
    }
    return {**found, "openapi_extra": taking({"application/json": body})}


RECIPE_CHECK: Final = _judging()
