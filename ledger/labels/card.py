"""The card of a lot: its field, its process record, its grading, its labels with their verdicts.

A fold of the facts that count, judged by the same functions as everything else; pure.
"""

from typing import Any

import msgspec

from ledger.facts.canonical import told
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.lots import LotGraded, LotRecorded, ProcessRecorded
from ledger.facts.mentions import About, certificate_key
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved, ProductRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import GoodsSold, ShipmentDeparted, ShipmentReceived
from ledger.labels.check import claim_check
from ledger.labels.describe import verdict_row
from ledger.labels.fields import field_status
from ledger.labels.herd_card import made_of
from ledger.labels.livestock.origin import Sums
from ledger.labels.lots import class_of_lot, lot_facts
from ledger.labels.process import process
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.labels.schemes.jas.grading import grading, route
from ledger.labels.shipping import is_live, shipment_scope
from ledger.labels.verdict import Verdict


def lot_card(record: Record, lot: str, sums: Sums) -> dict[str, Any] | None:
    """What the records say of a lot, with codes and sentences; None where nobody recorded it.

    Keys: lot, product, operator, route, status, produced_on, best_before, field, process, grading,
    labels, shipments, certificates, sales, herds, content.
    """
    facts = lot_facts(record, lot)
    if facts is None:
        return None
    made = facts.made
    class_ = class_of_lot(record, made, made.produced_on)
    product = record.latest(ProductRegistered, About.PRODUCT, made.product)
    return {
        "lot": lot,
        "product": made.product,
        **told(product, "name"),
        "class": class_,
        "operator": made.operator,
        "packer": facts.packer,
        "source": facts.source,
        "route": route(record, lot),
        **told(made, "status", "produced_on", "best_before"),
        "field": _field(made, class_ or ""),
        "process": _process(record, lot),
        "grading": [_graded(record, graded) for graded in record.about(LotGraded, About.LOT, lot)],
        "labels": _labels(record, lot),
        "shipments": [*_shipments(record, lot)],
        "certificates": [*_certificates(record, lot)],
        "sales": [
            {**told(sold, "importer", "units", "claim", "country", "time"), "event": sold.id}
            for sold in record.about(GoodsSold, About.LOT, lot)
        ],
        **made_of(record, lot, sums),
    }


def _codes(verdict: Verdict) -> list[dict[str, Any]]:
    codes: list[dict[str, Any]] = verdict_row(verdict)["codes"]
    return codes


def _field(made: LotRecorded, class_: str) -> dict[str, Any] | None:
    """The field as told, what it reached, and what stands against an organic claim."""
    if made.field is None:
        return None
    found = field_status(made.field, made.produced_on, class_)
    values: dict[str, Any] = msgspec.to_builtins(made.field)
    return {**values, "reached": found.reached, "codes": _codes(found.organic)}


def _process(record: Record, lot: str) -> dict[str, Any]:
    """Every entry with its verdict, and the activities that nobody recorded."""
    entries = [
        {
            **told(entry, "activity", "on", "substance", "quantity", "unit"),
            "event": entry.id,
            "codes": _codes(process(record, entry)),
        }
        for entry in record.about(ProcessRecorded, About.LOT, lot)
    ]
    return {"entries": entries, "missing": [*missing_activities(record, lot)]}


def _graded(record: Record, graded: LotGraded) -> dict[str, Any]:
    shown = (
        "result", "grader", "time", "records_complete", "linked_to_lot", "method_conforms",
        "label_conforms",
    )  # fmt: skip
    return {**told(graded, *shown), "event": graded.id, "codes": _codes(grading(record, graded))}


def _labels(record: Record, lot: str) -> list[dict[str, Any]]:
    """Every label attached, judged as on the day of its first seal."""
    used: dict[tuple[str, int], list[SealsApplied]] = {}
    for applied in record.about(SealsApplied, About.LOT, lot):
        used.setdefault((applied.label, applied.label_version), []).append(applied)
    rows = []
    for label, seals in sorted(used.items()):
        approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
        row: dict[str, Any] = {
            "label": label[0],
            "version": label[1],
            **told(approved, "claim", "scheme"),
            "name": None if approved is None else approved.name_form,
            "units": sum(applied.units for applied in seals),
            "seals": sum(applied.count for applied in seals),
            "on": seals[0].day.isoformat(),
        }
        if approved is not None:
            # One application of each mark and holder stands for all: they rest on the same papers.
            first = {(applied.mark, applied.holder): applied for applied in reversed(seals)}
            row |= verdict_row(
                claim_check(
                    approved.claim, record, on=seals[0].day, lot=lot, label=label,
                    label_text=approved.wording, seals=[*reversed(first.values())],
                )
            )  # fmt: skip
        rows.append(row)
    return rows


def _shipments(record: Record, lot: str) -> Any:
    """Departures with the lot: what left, what arrived, and whether equivalence covered it."""
    for departed in record.about(ShipmentDeparted, About.LINE, lot):
        lines = [line for line in departed.lines if line.lot == lot]
        arrivals = [
            arrival
            for arrival in record.about(ShipmentReceived, About.LINE, lot)
            if arrival.shipment == departed.shipment
        ]
        came = [line for arrival in arrivals for line in arrival.lines if line.lot == lot]
        yield {
            **told(departed, "shipment", "sealing_mode", "origin", "destination"),
            "departed": departed.time,
            "arrived": arrivals[0].time if arrivals else None,
            "units": sum(line.units for line in lines),
            "seals": sum(line.seals for line in lines),
            "units_arrived": sum(line.units for line in came),
            "event": departed.id,
            "codes": _codes(shipment_scope(record, departed, lot))
            if departed.sealing_mode != "DIRECT_JAS"
            else [],
        }


def _certificates(record: Record, lot: str) -> Any:
    """Export certificates that name the lot, and whether they are live."""
    for issued in record.about(ExportCertificateIssued, About.LINE, lot):
        key = certificate_key(issued.issuer, issued.number)
        for line in issued.lines:
            if line.lot == lot:
                yield {
                    "certificate": key,
                    **told(issued, "form", "issued_on"),
                    **told(line, "units", "net_weight"),
                    "shipment": issued.shipment,
                    "live": is_live(record, issued),
                    "event": issued.id,
                }
