"""One party's own affairs, and what a stranger may say of them naming itself."""

from typing import Any
from uuid import uuid4

from tests.desks import Served

OWNER, STRANGER, THIRD = "PRC-OWN", "PRC-STRANGER", "IMP-THIRD"
Fields = dict[str, Any]

FOREIGN: list[Fields] = [
    {"type": "ProductRegistered", "product": "P-O", "name": "Tea", "operator": OWNER,
     "class": "PROCESSED_PLANT", "recipe_version": 1},
    {"type": "LotRecorded", "lot": "L-O", "operator": OWNER, "number": "N-SECRET",
     "product": "P-O", "quantity": "90.000", "units": 90, "status": "ORGANIC",
     "produced_on": "2026-04-01"},
    {"type": "LotGraded", "lot": "L-O", "result": "CONFORMING", "grader": "PE-SECRET",
     "records_complete": True, "linked_to_lot": True, "method_conforms": True,
     "label_conforms": True},
    {"type": "ProcessRecorded", "lot": "L-O", "operator": OWNER, "activity": "STORAGE",
     "on": "2026-04-01"},
    {"type": "ShipmentDeparted", "shipment": "S-O", "exporter": OWNER, "importer": THIRD,
     "site": "W-SECRET", "sealing_mode": "CONSIGNED", "origin": "US", "destination": "JP",
     "transport": "SEA", "certificate": {"issuer": "CB-O", "number": "C 1"},
     "lines": [{"lot": "L-O", "product": "P-O", "units": 1, "pack_weight": "1.000",
                "net_weight": "1.000", "seals": 0}]},
    {"type": "SealReportFiled", "report": "R-O", "version": 1, "contract": "CC-O",
     "shipment": "S-O", "exporter": OWNER, "importer": THIRD, "rcb": "RCB-O", "agent": "CB-O",
     "grader": "PE-SECRET", "lines": []},
    {"type": "ConsignmentContractSigned", "contract": "CC-O", "exporter": OWNER,
     "importer": THIRD, "rcb": "RCB-O", "agent": "CB-O", "from": "2026-01-01"},
    {"type": "SealsDispatched", "dispatch": "D-O", "purpose": "SUPPLY", "mark": "JAS-O",
     "from_holder": THIRD, "from_site": "W", "to_holder": OWNER, "to_site": "W", "count": 100},
    {"type": "HerdRecorded", "herd": "H-O", "operator": OWNER, "site": "W-SECRET",
     "species": "LAYER", "individual": False, "heads": 9, "origin": "HATCHED",
     "organic_since": "2026-01-01"},
]  # fmt: skip
"""What the owner reported of its own, and nobody else is named in."""
CERTIFIED: Fields = {
    "type": "ExportCertificateIssued", "issuer": "CB-O", "number": "C 1", "form": "TM_11",
    "mode": "PER_SHIPMENT", "shipment": "S-O", "exporter": OWNER, "importer": THIRD,
    "product_class": "PROCESSED_PLANT", "statement": "s", "issued_on": "2026-04-02",
    "valid_from": "2026-04-02",
    "lines": [{"lot": "L-O", "product": "P-O", "units": 1, "net_weight": "1.000"}],
}  # fmt: skip
SEEN = (
    "/lots/L-O", "/lots/L-O/trace", "/shipments/S-O", "/certificates/CB-O/C%201",
    "/labels/check?claim=JAS_ORGANIC&lot=L-O", "/labels/check?claim=JAS_ORGANIC&product=P-O",
)  # fmt: skip
SECRET = ("N-SECRET", "PE-SECRET", "W-SECRET")

LINE = {"lot": "L-O", "units": 1, "seals": 0}
SHIPPED = LINE | {"product": "P-O", "pack_weight": "1.000", "net_weight": "1.000"}
DEPARTED = FOREIGN[4] | {"site": "W", "lines": [SHIPPED]}
CLAIMS: list[Fields] = [
    {"type": "GoodsSold", "importer": STRANGER, "lot": "L-O", "product": "P-O", "units": 1,
     "claim": "c", "country": "JP"},
    FOREIGN[1] | {"operator": STRANGER, "number": "N"},
    {"type": "LotSubdivided", "lot": "L-O", "operator": STRANGER, "loss": "0.000",
     "children": [{"lot": "L-CHILD", "units": 1, "pack_weight": "1.000", "quantity": "1.000"}]},
    {"type": "LotSubdivided", "lot": "L-MINE", "operator": STRANGER, "loss": "0.000",
     "children": [{"lot": "L-O", "units": 1, "pack_weight": "1.000", "quantity": "1.000"}]},
    {"type": "LotRecorded", "lot": "L-MINE", "operator": STRANGER, "number": "N",
     "product": "P-X", "quantity": "1.000", "status": "ORGANIC", "produced_on": "2026-04-01",
     "inputs": [{"lot": "L-O", "quantity": "1.000", "label_verified": True}]},
    {"type": "InputVerified", "lot": "L-O", "operator": STRANGER, "mark_seen": "JAS",
     "evidence": "PACK"},
    {"type": "ProcessRecorded", "lot": "L-O", "operator": STRANGER, "activity": "STORAGE",
     "on": "2026-04-01"},
    {"type": "LotHeld", "lot": "L-O", "cause": "c"},
    {"type": "SealsRemoved", "mark": "JAS-X", "lot": "L-O", "found_at": "SHIPPED",
     "shipment": "S-O", "holder": STRANGER, "site": "W", "units": 1, "count": 1,
     "method": "REMOVED", "cause": "c"},
    {"type": "ComplaintReceived", "complaint": "K", "party": STRANGER, "kind": "COMPLAINT",
     "lot": "L-O", "shipment": "S-O"},
    DEPARTED | {"exporter": STRANGER},
    DEPARTED | {"importer": STRANGER},
    DEPARTED | {"shipment": "S-MINE", "exporter": STRANGER},
    {"type": "ShipmentReceived", "shipment": "S-O", "importer": STRANGER, "site": "W",
     "lines": [LINE | {"net_weight": "1.000", "mark": "JAS-X"}], "condition": "c",
     "certificate_seen": True, "report_seen": True, "originals_seen": True},
    {"type": "GoodsReturned", "shipment": "S-O", "importer": STRANGER, "returned_from": "SHIPPED",
     "site": "W", "lines": [LINE | {"mark": "JAS-X"}]},
    {"type": "ShipmentDocumentsSent", "shipment": "S-O", "originals": True,
     "certificate": {"issuer": "CB-O", "number": "C 1"}},
    FOREIGN[5] | {"version": 9, "exporter": STRANGER, "grader": "PE"},
    {"type": "ExportCertificateRequested", "request": "Q", "shipment": "S-O",
     "exporter": STRANGER, "importer": THIRD, "agent": "CB-O", "invoice": "i",
     "bill_of_lading": "b", "lines": []},
    FOREIGN[0] | {"operator": STRANGER, "recipe_version": 2},
    {"type": "SealsReceived", "dispatch": "D-O", "mark": "JAS-X", "holder": STRANGER,
     "site": "W", "count": 1, "condition": "GOOD"},
    {"type": "SourceRegistered", "registers": "SYS-OWN", "kind": "SYSTEM", "party": STRANGER},
    FOREIGN[-1] | {"operator": STRANGER, "site": "W"},
    {"type": "AnimalsLeft", "herd": "H-O", "operator": STRANGER, "on": "2026-04-01", "heads": 1,
     "how": "SOLD"},
    {"type": "FeedingRecorded", "herd": "H-O", "operator": STRANGER, "from": "2026-03-01",
     "until": "2026-03-31", "heads": 9, "stage": "LAYER_LAYING", "lines": []},
    {"type": "ProcessRecorded", "herd": "H-O", "operator": STRANGER, "activity": "DUNG",
     "on": "2026-04-01"},
    FOREIGN[1] | {"lot": "L-MINE", "operator": STRANGER, "number": "N", "product": "P-X",
                  "herds": ["H-O"]},
]  # fmt: skip
"""What a stranger may say of these, each naming itself where it can."""


def headers(desk: Served, role: str, party: str) -> dict[str, str]:
    """Headers of a party's token, made once."""
    key = f"{role} {party}"
    if key not in desk.secrets:
        desk.secrets[key] = desk.token(role, party)["Authorization"]
    return {"Authorization": desk.secrets[key]}


def registration(party: str, source: str) -> Fields:
    """A source registered to a party, by itself."""
    return {"type": "SourceRegistered", "registers": source, "kind": "SYSTEM", "party": party}


def report(desk: Served, role: str, party: str, source: str, *facts: Fields) -> list[str]:
    """Report facts over HTTP as a party; answers their ids once the views know them."""
    head = {"time": "2026-04-02T09:30:00+09:00", "source": source}
    body = [head | fact | {"id": str(uuid4())} for fact in facts]

    answer = desk.client.post("/events", json=body, headers=headers(desk, role, party))

    assert answer.status_code == 200, answer.text
    desk.record([])
    return [str(event["id"]) for event in body]


def seen(desk: Served, role: str, party: str) -> list[int]:
    """What a party is answered about the owner's affairs."""
    return [desk.client.get(one, headers=headers(desk, role, party)).status_code for one in SEEN]
