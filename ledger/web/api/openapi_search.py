"""What the OpenAPI document says of searching."""

from typing import Final

from ledger.web.api.openapi import Shape, many, maybe, one_of, reading

_HIT: Final[Shape] = {
    "kind": "lot", "id": "L-1", "name": maybe("Raisins"), "line": "", "cases": 0,
    "rank": one_of("exact", "number", "alike", "begins", "word", "else"), "total": 1,
}  # fmt: skip
_NEARLY: Final[Shape] = {"kind": "lot", "id": "L-2"}
SEARCH: Final = reading(
    "What is called so",
    {"q": "l-1", "alike": many(_NEARLY), "hits": many(_HIT)},
    csv=True,
    none=False,
)
_SUGGESTED: Final[Shape] = {"kind": "party", "id": "EXP-1", "name": maybe("Exporter One")}
SUGGEST: Final = reading("What begins so", {"suggestions": many(_SUGGESTED)}, none=False)
