"""What the OpenAPI document says of periods: previewed, signed, acknowledged."""

from typing import Any, Final

from ledger.web.api.openapi import (
    Json,
    Member,
    Shape,
    deciding,
    link,
    listing,
    many,
    maybe,
    reading,
    shown_of,
    thing,
)

_DIGEST: Final = "3f2a91c07be4" + "0" * 52
_PERSON: Final[Shape] = {
    "person": "P-9", "at": "2026-05-02T01:30:00.000000+00:00", "digest": _DIGEST,
}  # fmt: skip
_MAY_BE_A_PERSON: Final = Member({"anyOf": [thing(_PERSON), {"type": "null"}]}, None)
_PERIOD: Final[Shape] = {
    "importer": "IMP-1", "rcb": "RCB-1", "period": "2026-04",
    "end": "2026-04-30T23:59:59.999999+09:00", "state": "CLOSED", "person": maybe("P-9"),
    "signed_at": maybe("2026-05-02T01:30:00.000000+00:00"), "signed_at_position": maybe(4712),
    "digest": maybe(_DIGEST), "prepared_by": maybe(), "replaces": maybe(kind=int),
    "text": maybe(), "acknowledged": _MAY_BE_A_PERSON, "prepared": _MAY_BE_A_PERSON,
    "row": {"issued": 10_000}, "stated": {"issued": 10_000},
}  # fmt: skip


def _of_period(at: str = "") -> dict[str, Json]:
    """Where a period leads, found at this path."""
    path = {"importer": f"{at}/importer", "rcb": f"{at}/rcb", "name": f"{at}/period"}
    asked = {name: path[name] for name in ("importer", "rcb")} | {"period": path["name"]}
    return {"period": link("get_period", **path), "preview": link("preview_period", **asked)}


PERIODS: Final = listing(
    "Signed periods", "periods", many(_PERIOD, shown_of(_PERIOD)), _of_period("/periods/0")
)
PERIOD: Final = reading("A period", _PERIOD, links=_of_period())
SIGN: Final = deciding("Sign a period off", _PERIOD, links=_of_period())
ACKNOWLEDGE: Final = deciding("Acknowledge a signed period", _PERIOD, links=_of_period())
_CONTENT: Final[dict[str, Any]] = {
    "paper": "period/1", "importer": "IMP-1", "rcb": "RCB-1", "period": "2026-04",
    "as_of": "2026-04-30T23:59:59.999999+09:00", "simulation": False,
    "figures": many(
        {"figure": "issued", "opening": 0, "in": 0, "out": 0, "closing": 0, "movements": {}}
    ),
    "claims": many({"claim": "reported", "opening": 0, "closing": 0, "difference": 0}),
    "counts": many(
        {"mark": "JAS-A", "holder": "EXP-1", "site": "W1", "day": "2026-04-12", "counted": 0,
         "book": 0, "difference": 0}
    ),
    "stocks": many(
        {"mark": "JAS-A", "holder": "EXP-1", "site": "W1", "opening": 0, "received": 0, "used": 0,
         "discarded": 0, "other": 0, "closing": 0}
    ),
    "cases": many(
        {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "rule": "M-01", "title": "Negative stock",
         "severity": "C", "state": "OPEN", "touches": "period"}
    ),
}  # fmt: skip
PREVIEW: Final = reading(
    "What would be signed of a period",
    {
        **_PERIOD,
        "as_of": "2026-04-30T23:59:59.999999+09:00",
        "content": Member(thing(_CONTENT), shown_of(_CONTENT)),
        "earlier_open": [],
        "digest": _DIGEST,
    },
)
