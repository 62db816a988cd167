"""Events as one sender might send them to hurt everybody else: each shape stresses one key.

Every shape is legal: its events pass the doors. `ordinary` is what another party says meanwhile,
with one thing in it that the audit has to find.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from bench.hostile_registry import PAPER, SECOND, T0, fact, id_of
from ledger.facts.identity import Fact

CHAIN_EVENTS: Final = 1_000
"""Each chain of corrections is so long."""
_LINES: Final = 1_000
"""As many as an event may have."""
_LATER: Final = 90 * 86_400 * SECOND
_CHECKS: Final = ("records_complete", "linked_to_lot", "method_conforms", "label_conforms")


def ordinary(events: int, of: int = 2) -> list[Fact]:
    """Another exporter's scans on its own lot, and at last a loss, which is a case at once."""
    scans = [
        _applied(number, _LATER + number * 600 * SECOND, of, source="ORDINARY", holder="EXP-2",
                 lot="L-2", mark="JAS-B", contract="C-EXP-2", first=None, last=None, count=7)
        for number in range(events - 1)
    ]  # fmt: skip
    lost = fact(
        "SealsLost", id_of(events - 1, of), T0 + _LATER + events * 600 * SECOND,
        source="ORDINARY", mark="JAS-B", holder="EXP-2", site="W2", count=3,
        cause="LOST", discovered_on="2026-10-01",
    )  # fmt: skip
    return [*scans, lost]


def _applied(number: int, after: int, of: int = 0, **fields: Any) -> Fact:
    """An application with numbers of its own, `after` the beginning (µs)."""
    given = {
        "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "lot": "L-1", "label": "LB-1",
        "label_version": 1, "count": 2, "first": 2 * number + 1, "last": 2 * number + 2,
        "contract": "C-EXP-1", **fields,
    }  # fmt: skip
    return fact("SealsApplied", id_of(number, of), T0 + after, units=given["count"], **given)


def _line(lot: str, **fields: Any) -> dict[str, Any]:
    return {"lot": lot, "units": 1, "net_weight": "0.500", **fields}


def _departed(number: int, shipment: str, lines: int = 1, **fields: Any) -> Fact:
    line = {"product": "P-1", "pack_weight": "0.500", "mark": "JAS-A", "seals": 1}
    return fact(
        "ShipmentDeparted", id_of(number), T0 + number * SECOND, shipment=shipment,
        exporter="EXP-1", importer="IMP-1", site="W1", sealing_mode="CONSIGNED", origin="US",
        destination="JP", transport="SEA", contract="C-EXP-1",
        lines=[_line(f"L-{of}", **line) for of in range(1, lines + 1)], **fields,
    )  # fmt: skip


def _one_time(number: int) -> Fact:
    return _applied(number, 0, mark="JAS-B", count=1 + number, first=None, last=None)


def _one_time_again(number: int) -> Fact:
    """The same said again and again."""
    return _applied(number, 0, mark="JAS-B", first=None, last=None)


def _one_lot(number: int) -> Fact:
    after = T0 + number * SECOND
    match number % 4:
        case 0:
            graded = dict.fromkeys(_CHECKS, True)
            return fact("LotGraded", id_of(number), after, lot="L-1", result="CONFORMING",
                        grader="G", **graded)  # fmt: skip
        case 1:
            return fact("LotHeld", id_of(number), after, lot="L-1", cause="smell")
        case 2:
            return fact("LotReleased", id_of(number), after, lot="L-1", reason="air")
        case _:
            return _applied(number, number * SECOND)


def _lot_again(number: int) -> Fact:
    """The same lot recorded again, and otherwise."""
    return fact(
        "LotRecorded", id_of(number), T0 + number * SECOND, lot="L-1", operator="EXP-1",
        number="L-1", product="P-1", quantity=f"{number + 1}.000", status="ORGANIC",
        produced_on="2026-03-01",
    )  # fmt: skip


def _one_range(number: int) -> Fact:
    kind = ("SealsApplied", "SealsSpoiled")[number % 2]
    if kind == "SealsApplied":
        return _applied(number, number * SECOND, first=1, last=2)
    return fact(
        kind, id_of(number), T0 + number * SECOND, mark="JAS-A", holder="EXP-1", site="W1",
        count=2, first=1, last=2, reason="TORN",
    )  # fmt: skip


def _one_dispatch(number: int) -> Fact:
    after = T0 + number * SECOND
    if number % 2:
        return fact("SealsReceived", id_of(number), after, dispatch="D-1", mark="JAS-A",
                    holder="EXP-2", site="W2", count=1 + number % 50, condition="GOOD",
                    first=number, last=number + number % 50)  # fmt: skip
    return fact("SealsDispatched", id_of(number), after, dispatch="D-1", purpose="SUPPLY",
                mark="JAS-A", from_holder="EXP-1", from_site="W1", to_holder="EXP-2",
                to_site=f"W{2 + number % 3}", count=2, first=number, last=number + 1)  # fmt: skip


def _one_shipment(number: int) -> Fact:
    if number % 2:
        return fact("ShipmentReceived", id_of(number), T0 + number * SECOND, shipment="S-1",
                    importer="IMP-1", site="W9", condition="GOOD", certificate_seen=True,
                    report_seen=True, originals_seen=True,
                    lines=[_line("L-1", mark="JAS-A", seals=1)])  # fmt: skip
    return _departed(number, "S-1")


def _certificate(number: int, name: str, **fields: Any) -> Fact:
    return fact(
        "ExportCertificateIssued", id_of(number), T0 + number * SECOND, issuer="AG-1",
        number=name, form="TM_11", mode="PER_SHIPMENT", exporter="EXP-1", importer="IMP-1",
        product_class="PLANT", statement="s", issued_on="2026-04-01", documents=PAPER,
        source="AGENT",
        lines=[_line("L-1", product="P-1")], **fields,
    )  # fmt: skip


def _one_certificate(number: int) -> Fact:
    return _certificate(number, "7", shipment=f"S-{number % 2}")


def _gaps(number: int) -> Fact:
    """Every second number of a running series."""
    return _certificate(number, f"A{2 * number:07d}", shipment="S-1")


def _report(number: int, version: int, lines: int = 1) -> Fact:
    line = {
        "product": "P-1", "label": "LB-1", "graded_on": "2026-04-01", "pack_weight": "0.500",
        "mark": "JAS-A", "used": 1, "received": 0, "discarded": 0, "remaining": 0,
    }  # fmt: skip
    return fact(
        "SealReportFiled", id_of(number), T0 + number * SECOND, report="R-1", version=version,
        contract="C-EXP-1", shipment="S-1", exporter="EXP-1", importer="IMP-1", rcb="RCB-1",
        agent="AG-1", grader="G", lines=[_line(f"L-{of}", **line) for of in range(1, lines + 1)],
    )  # fmt: skip


def _retraction(number: int) -> Fact:
    return fact("EventRetracted", id_of(number), T0 + number * SECOND,
                target=id_of(0, of=1), reason="OTHER")  # fmt: skip


def _chain(number: int) -> Fact:
    first = number % CHAIN_EVENTS == 0
    return _applied(number, number * SECOND, corrects=None if first else id_of(number - 1))


def _alike(number: int) -> Fact:
    """Ids of lots that differ in signs nobody tells apart, each named and never recorded."""
    return _lot_of_its_own(number, "".join("0O"[number >> bit & 1] for bit in range(16)))


def _told_apart(number: int) -> Fact:
    """The same with ids that nobody mistakes for one another."""
    return _lot_of_its_own(number, f"-{number:06}-{'ABDEFHKM'[number % 8] * 9}")


def _lot_of_its_own(number: int, name: str) -> Fact:
    if number % 2:
        return _applied(number, number * SECOND, lot=f"LOT{name}")
    return fact(
        "LotRecorded", id_of(number), T0 + number * SECOND, lot=f"LOT{name}", operator="EXP-1",
        number="n", product="P-1", quantity="1000.000", status="ORGANIC", produced_on="2026-03-01",
    )  # fmt: skip


def _two_sites(number: int) -> Fact:
    return _applied(number, number * SECOND, actor="ANYWHERE", site=("W1", "W2")[number % 2],
                    source=("HOSTILE", "HOSTILE-2")[number % 2])  # fmt: skip


def _double_shots(number: int) -> Fact:
    """Shots a millisecond apart, all of them alike; four share their numbers."""
    first = number // 4 * 2 + 1
    return _applied(number, number * 1_000, first=first, last=first + 1)


def _contract_again(number: int) -> Fact:
    return fact(
        "ConsignmentContractSigned", id_of(number), T0 + number * SECOND, contract="C-EXP-1",
        exporter="EXP-1", importer="IMP-1", rcb="RCB-1", agent=f"AG-{number % 2}",
        **{"from": "2026-01-01"},
    )  # fmt: skip


def _herd(number: int, herd: str, **fields: Any) -> Fact:
    return fact(
        "HerdRecorded", id_of(number), T0 + number * SECOND, herd=herd, operator="EXP-1",
        site="W1", species="SOW", individual=True, heads=1, origin="BROUGHT_IN",
        reason="REPLACEMENT", organic_since="2026-03-01", arrived_on="2026-03-01", **fields,
    )  # fmt: skip


def _fed(number: int) -> Fact:
    line = {
        "name": "corn", "kind": "OWN", "dry_matter": "1.000", "roughage": False, "bought": False,
        "gmo": True, "antibiotic": False,
    }  # fmt: skip
    return fact(
        "FeedingRecorded", id_of(number), T0 + number * SECOND, herd="H-1", operator="EXP-1",
        until="2026-03-02", heads=1, stage="PIG_OLDER", lines=[line], **{"from": "2026-03-01"},
    )  # fmt: skip


def _replaced(number: int) -> Fact:
    """Ever more animals that replace others of one year, and ever more that leave."""
    if number % 2:
        return _herd(number, f"H-{number}")
    return fact(
        "AnimalsLeft", id_of(number), T0 + number * SECOND, herd=f"H-{number + 1}",
        operator="EXP-1", on="2026-02-01", heads=1, how="SOLD",
    )  # fmt: skip


class Shape(NamedTuple):
    """One kind of attack: its events by number, how many, and the lines of each."""

    make: Callable[[int], Fact]
    events: int = 50_000
    lines: int = 1


SHAPES: Final = {
    "one time": Shape(_one_time),
    "one time, the same again": Shape(_one_time_again),
    "one lot": Shape(_one_lot),
    "one lot recorded again": Shape(_lot_again),
    "one serial range": Shape(_one_range),
    "double shots": Shape(_double_shots),
    "one dispatch": Shape(_one_dispatch),
    "one shipment": Shape(_one_shipment),
    "one certificate": Shape(_one_certificate),
    "gaps in a series": Shape(_gaps),
    "versions of a report": Shape(lambda number: _report(number, number + 1), 10_000),
    "retractions of one event": Shape(_retraction),
    "chains of corrections": Shape(_chain),
    "ids that look alike": Shape(_alike),
    "one actor at two sites": Shape(_two_sites),
    "a contract signed again": Shape(_contract_again, 10_000),
    "feedings of one herd": Shape(_fed),
    "herds that replace others": Shape(_replaced),
    "a herd recorded again": Shape(lambda number: _herd(number, "H-1"), 10_000),
    "departures of many lines": Shape(lambda n: _departed(n, f"S-{n}", _LINES), 50, _LINES),
    "reports of many lines": Shape(lambda n: _report(n, n + 1, _LINES), 50, _LINES),
}

COMPARED: Final = {"ids told apart": Shape(_told_apart)}
"""Honest events beside a shape that is like them but for what is hostile in it."""


def shape(name: str, events: int) -> Iterator[Fact]:
    """So many events of a shape."""
    return map((SHAPES | COMPARED)[name].make, range(events))
