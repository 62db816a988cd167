"""What the OpenAPI document says of verdicts on labels."""

from typing import Any, Final

from ledger.web.api.openapi import answered, problem, thing
from ledger.web.api.openapi_reads import deciding, list_of, reading

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_MAYBE: Final[Json] = {"type": ["string", "null"]}
_BOOL: Final[Json] = {"type": "boolean"}

_CODE: Final[Json] = thing(
    {"code": _TEXT, "level": _TEXT, "rule": _MAYBE, "en": _TEXT, "ja": _TEXT}
)
LABEL_CHECK: Final = reading(
    "Whether a claim holds",
    answered(
        {"claim": _TEXT, "on": _TEXT, "lot": _MAYBE, "eligible": _BOOL, "proven": _BOOL,
         "codes": list_of(_CODE)},
        {"claim": "JAS_ORGANIC", "on": "2026-04-02", "lot": "L-7", "eligible": True,
         "proven": True, "codes": []},
    ),
)  # fmt: skip

_RECIPE: Final[Json] = {
    "type": "object",
    "required": ["class", "name"],
    "properties": {
        "class": _TEXT, "name": _TEXT, "food_group": _MAYBE, "species": _MAYBE,
        "ingredients": list_of({"type": "object"}),
    },
}  # fmt: skip
_RECIPE_SHOWN: Final[Json] = {
    "class": "PROCESSED_PLANT", "name": "muesli",
    "ingredients": [
        {"name": "oats", "share": "95", "kind": "AGRICULTURAL", "status": "ORGANIC",
         "scheme": "KRAV", "origin": "SE"},
        {"name": "hazelnut", "share": "5", "kind": "AGRICULTURAL", "status": "CONVENTIONAL"},
    ],
}  # fmt: skip
_PROPOSAL: Final[Json] = {
    "type": "object",
    "required": ["recipe"],
    "additionalProperties": False,
    "properties": {
        "recipe": _RECIPE, "claim": _MAYBE, "name_form": _MAYBE, "text": _MAYBE, "on": _MAYBE,
    },
}  # fmt: skip
_JUDGED: Final = deciding(
    "Whether a claim holds on a recipe",
    answered(
        {"claim": _TEXT, "scheme": _TEXT, "on": _TEXT, "eligible": _BOOL, "proven": _BOOL,
         "codes": list_of(_CODE)},
        {"claim": "KRAV_MARK", "scheme": "KRAV", "on": "2026-04-02", "eligible": True,
         "proven": True, "codes": []},
    ),
    none=False,
)  # fmt: skip
RECIPE_CHECK: Final[Json] = {
    "summary": _JUDGED["summary"],
    "responses": {
        status: said for status, said in _JUDGED["responses"].items() if status not in (400, 409)
    }
    | {415: problem("A body that is not application/json")},
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [_RECIPE, _PROPOSAL]},
                    "example": {"claim": "KRAV_MARK", "recipe": _RECIPE_SHOWN},
                }
            },
        }
    },
}
