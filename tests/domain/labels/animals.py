"""Herds and feedings for tables of the livestock standard: what a row leaves out is in order."""

from typing import Any

import msgspec

from ledger.facts.canonical import read_figure
from ledger.facts.herds import FeedingRecorded, HerdRecorded

_HERD: dict[str, Any] = {
    "type": "HerdRecorded", "id": "0190a7c2-0000-7000-8000-000000000001", "source": "DESK",
    "time": "2025-06-01T00:00:00.000000+00:00", "herd": "H-1", "operator": "FARM-1", "site": "F1",
    "species": "BEEF_CATTLE", "individual": True, "heads": 1, "origin": "BORN_ORGANIC",
    "born_on": "2024-03-01", "dam_organic_since": "2020-01-01", "organic_since": "2024-03-01",
}  # fmt: skip
_FED: dict[str, Any] = {
    "type": "FeedingRecorded", "id": "0190a7c2-0000-7000-8000-000000000002", "source": "DESK",
    "time": "2025-06-02T00:00:00.000000+00:00", "herd": "H-1", "operator": "FARM-1",
    "from": "2025-06-01", "until": "2025-06-10", "heads": 10, "stage": "OTHER",
}  # fmt: skip
_LINE: dict[str, Any] = {
    "name": "hay", "kind": "OWN", "roughage": True, "bought": False, "gmo": False,
    "antibiotic": False,
}  # fmt: skip


def herd(**own: Any) -> HerdRecorded:
    """Beef cattle born organic in March 2024, unless said; None leaves a field out."""
    return msgspec.convert(_told(_HERD | own), HerdRecorded, dec_hook=read_figure)


def fed(*lines: dict[str, Any], **own: Any) -> FeedingRecorded:
    """A feeding of ten heads over ten days in June 2025; a line is hay of the farm, unless said."""
    told = _told(_FED | {"lines": [_told(_LINE | line) for line in lines]} | own)
    return msgspec.convert(told, FeedingRecorded, dec_hook=read_figure)


def _told(of: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in of.items() if value is not None}
