"""Events as senders write them, for the tests of the door."""

import json
from typing import Any

ID = "0197f000-0000-7000-8000-000000000001"


def applied(**fields: Any) -> dict[str, Any]:
    """Twenty seals attached; a field given as None is null."""
    usual = {
        "type": "SealsApplied", "id": ID, "time": "2026-04-02T09:30:00+09:00", "source": "S-1",
        "mark": "JAS-A", "holder": "I-1", "site": "W-1", "lot": "L-7", "label": "B-1",
        "label_version": 1, "units": 20, "count": 20,
    }  # fmt: skip
    return usual | fields


def departed(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A shipment of one lot, or of the lines given."""
    usual = {
        "type": "ShipmentDeparted", "id": ID, "time": "2026-04-02T09:30:00+09:00",
        "source": "S-1", "shipment": "SH-1", "exporter": "E-1", "importer": "I-1", "site": "W-1",
        "sealing_mode": "CONSIGNED", "origin": "US", "destination": "JP", "transport": "SEA",
        "lines": list(lines) or [line()],
    }  # fmt: skip
    return usual | fields


def line(**fields: Any) -> dict[str, Any]:
    """A line of a departing shipment."""
    usual = {
        "lot": "L-7", "product": "P-1", "units": 20, "pack_weight": "0.5", "net_weight": "10",
        "mark": "JAS-A", "seals": 20,
    }  # fmt: skip
    return usual | fields


def numbered(number: int) -> dict[str, Any]:
    """An application with an id of its own."""
    return applied(id=f"0197f000-0000-7000-8000-{number:012d}")


def text(value: Any) -> bytes:
    """A value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
