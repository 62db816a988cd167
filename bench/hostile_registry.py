"""What hostile events rest on: two exporters and what was registered of them, lawfully."""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from ledger.facts.canonical import decode
from ledger.facts.identity import Fact
from ledger.facts.scalars import canonical_time, micros, time_text

T0: Final = micros(canonical_time("2026-04-01T08:00:00Z"))
SECOND: Final = 1_000_000
PAPER: Final = [{"name": "paper.pdf", "sha256": "0" * 64}]


def id_of(number: int, of: int = 0) -> str:
    """The id of an event; `of` tells streams of ids apart."""
    return str(UUID(int=T0 // 1_000 << 80 | 7 << 76 | 2 << 62 | of << 32 | number))


def fact(kind: str, event_id: str, at: int, /, **fields: Any) -> Fact:
    """A fact at a time (µs UTC) as if it had come through a door; None leaves a field out."""
    body = {"type": kind, "id": event_id, "time": time_text(at, 0), "source": "HOSTILE", **fields}
    kept = {name: value for name, value in body.items() if value is not None}
    return decode(json.dumps(kept).encode())


def registry() -> Iterator[Fact]:
    """Parties, sources, marks, contracts, a product, a label, lots, seals."""
    made: list[tuple[str, dict[str, Any]]] = [
        ("PartyRegistered", {"party": party, "name": party, "country": country, "roles": [role]})
        for party, country, role in (
            ("EXP-1", "US", "EXPORTER"), ("IMP-1", "JP", "IMPORTER"), ("EXP-2", "US", "EXPORTER"),
        )
    ]  # fmt: skip
    made += [
        ("SourceRegistered", {"registers": source, "kind": "SCANNER", "party": party})
        for source, party in (("HOSTILE", "EXP-1"), ("HOSTILE-2", "EXP-1"), ("ORDINARY", "EXP-2"))
    ]
    made += [
        ("MarkRegistered", {"mark": mark, "scheme": "JAS", "rcb": "RCB-1", "importer": "IMP-1",
                            "design": "leaf", "carrier": "STICKER", "serialised": mark == "JAS-A"})
        for mark in ("JAS-A", "JAS-B")
    ]  # fmt: skip
    made += [
        ("ConsignmentContractSigned", {
            "contract": f"C-{holder}", "exporter": holder, "importer": "IMP-1", "rcb": "RCB-1",
            "agent": "AG-1", "from": "2026-01-01"})
        for holder in ("EXP-1", "EXP-2")
    ]  # fmt: skip
    made.append(("ProductRegistered", {
        "product": "P-1", "name": "rice", "operator": "EXP-1", "recipe_version": 1,
        "class": "PLANT", "ingredients": [{"name": "rice", "share": "100.000",
            "kind": "AGRICULTURAL", "status": "ORGANIC", "gmo": False,
            "irradiated": False}]}))  # fmt: skip
    made.append(("LabelApproved", {
        "label": "LB-1", "version": 1, "product": "P-1", "scheme": "JAS", "claim": "ORGANIC",
        "seals_per_unit": 1, "carrier": "STICKER", "pack_weight": "0.500", "agent": "AG-1",
        "from": "2026-01-01"}))  # fmt: skip
    made += [
        ("CertificationChanged", {"party": party, "scheme": scheme, "role": role,
                                  "issuer": issuer, "number": "1", "status": "GRANTED",
                                  "from": "2026-01-01",
                                  "documents": PAPER})
        for party, role in (("IMP-1", "IMPORTER"), ("EXP-1", "EXPORTER"), ("EXP-1", "PRODUCER"),
                            ("EXP-1", "PROCESSOR"), ("EXP-2", "EXPORTER"), ("EXP-2", "PROCESSOR"),
                            ("EXP-2", "PRODUCER"), ("RCB-1", "RCB"))
        for scheme, issuer in (("JAS", "RCB-1"), ("NOP", "AG-1"))
    ]  # fmt: skip
    made += [
        ("IssuerDesignated", {"issuer": issuer, "country": country, "scheme": scheme,
                              "from": "2020-01-01"})
        for issuer, country, scheme in (("RCB-1", "JP", "JAS"), ("AG-1", "US", "NOP"),
                                        ("AG-1", "US", "JAS"))
    ]  # fmt: skip
    made += [
        ("LotRecorded", {"lot": lot, "operator": holder, "number": lot, "product": "P-1",
                         "quantity": "90000000.000", "status": "ORGANIC",
                         "produced_on": "2026-03-01"})
        for lot, holder in (("L-1", "EXP-1"), ("L-2", "EXP-2"))
    ]  # fmt: skip
    made.append(("SealsIssued", {"mark": "JAS-A", "holder": "EXP-1", "site": "W1",
                                 "count": 900_000_000, "first": 1,
                                 "last": 900_000_000}))  # fmt: skip
    for number, (kind, fields) in enumerate(made):
        yield fact(
            kind, id_of(number, of=1), T0 - 30 * 86_400 * SECOND, source="REGISTRY", **fields
        )
