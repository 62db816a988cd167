"""A trade in order: one importer, one exporter, one contract, one lot, everything certified.

Tests leave a fact out or change one field of it, and see which rule speaks.
"""

from typing import Any

from tests.domain.rules.world import World

FACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "importer": (
        "PartyRegistered",
        {"party": "IMP-1", "name": "Importer", "roles": ["IMPORTER"], "country": "JP"},
    ),
    "exporter": (
        "PartyRegistered",
        {
            "party": "EXP-1",
            "name": "Exporter",
            "roles": ["EXPORTER", "PROCESSOR"],
            "country": "US",
        },
    ),
    "licence": (
        "CertificationChanged",
        {
            "party": "IMP-1", "scheme": "JAS", "role": "IMPORTER", "issuer": "RCB-1",
            "number": "J-1", "status": "GRANTED", "from_": "2025-01-01",
        },
    ),
    "certificate": (
        "CertificationChanged",
        {
            "party": "EXP-1", "scheme": "NOP", "role": "PROCESSOR", "issuer": "AG-1",
            "number": "N-1", "status": "GRANTED", "from_": "2025-01-01",
        },
    ),
    "body": (
        "IssuerDesignated",
        {"issuer": "RCB-1", "country": "JP", "scheme": "JAS", "from_": "2020-01-01"},
    ),
    "agent": (
        "IssuerDesignated",
        {"issuer": "AG-1", "country": "US", "scheme": "NOP", "from_": "2020-01-01"},
    ),
    "mark": (
        "MarkRegistered",
        {
            "mark": "JAS-A", "scheme": "JAS", "rcb": "RCB-1", "importer": "IMP-1", "design": "x",
            "carrier": "STICKER", "serialised": False,
        },
    ),
    "contract": (
        "ConsignmentContractSigned",
        {
            "contract": "C1", "exporter": "EXP-1", "importer": "IMP-1", "rcb": "RCB-1",
            "agent": "AG-1", "sites": ["W1"], "products": ["P1"], "from_": "2025-04-01",
            "until": "2026-12-31", "copy_sent_to_agent_on": "2025-04-01",
        },
    ),
    "person": (
        "ResponsiblePersonDesignated",
        {"contract": "C1", "person": "PER-1", "from_": "2025-04-01"},
    ),
    "training": (
        "SealTrainingCompleted",
        {
            "person": "PER-1", "party": "EXP-1", "course": "SEAL_ATTACHMENT",
            "completed_on": "2025-04-01", "proof_sent_to": ["IMP-1", "AG-1"],
        },
    ),
    "programme": (
        "ProgrammeEnrolled",
        {"party": "EXP-1", "programme": "JAPAN_EXPORT", "agent": "AG-1", "from_": "2025-04-01"},
    ),
    "product": (
        "ProductRegistered",
        {
            "product": "P1", "name": "Oats", "operator": "EXP-1", "class_": "PLANT",
            "recipe_version": 1,
        },
    ),
    "label": (
        "LabelApproved",
        {
            "label": "LB", "version": 1, "product": "P1", "scheme": "JAS", "claim": "JAS_ORGANIC",
            "name_form": "有機オーツ", "seals_per_unit": 2, "carrier": "STICKER",
            "pack_weight": "0.500", "agent": "AG-1", "from_": "2025-04-01",
        },
    ),
    "lot": (
        "LotRecorded",
        {
            "lot": "L1", "operator": "EXP-1", "number": "1", "product": "P1",
            "quantity": "250.000", "units": 500, "pack_weight": "0.500", "status": "ORGANIC",
            "produced_on": "2026-03-01",
        },
    ),
}  # fmt: skip
"""Each fact of a trade in order by a short name: its type and fields."""

BEFORE = "2025-03-01"
"""When the facts above happened and were recorded."""


def trade(**changes: dict[str, Any] | None) -> World:
    """A trade in order but for `changes`: None leaves a fact out, a dict replaces its fields."""
    assert set(changes) <= set(FACTS), changes
    world = World()
    for name, (kind, fields) in FACTS.items():
        change = changes.get(name, {})
        if change is not None:
            world.add(kind, BEFORE, **{**fields, **change})
    return world


def apply(world: World, time: str = "2026-04-01T09:00", **own: Any) -> str:
    """Ten units of the lot get their twenty seals; returns the event's id."""
    fields: dict[str, Any] = {
        "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "lot": "L1", "label": "LB",
        "label_version": 1, "units": 10, "count": 20,
    }  # fmt: skip
    return world.add("SealsApplied", time, **{**fields, **own}).id


def depart(world: World, time: str = "2026-04-03T09:00", **own: Any) -> None:
    """The ten units leave for the importer under consignment."""
    line: dict[str, Any] = {
        "lot": "L1", "product": "P1", "units": 10, "pack_weight": "0.500", "net_weight": "5.000",
        "mark": "JAS-A", "seals": 20,
    }  # fmt: skip
    fields: dict[str, Any] = {
        "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1", "site": "W1",
        "sealing_mode": "CONSIGNED", "origin": "US", "destination": "JP", "transport": "SEA",
        "contract": "C1",
    }  # fmt: skip
    line.update(own.pop("line", {}))
    world.add("ShipmentDeparted", time, **{**fields, **own}, departed=[line])
