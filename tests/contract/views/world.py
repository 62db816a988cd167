"""A small world of facts, dense in collisions: few parties, lots and papers, all kinds of events.

Facts are drawn from one seed and fixed by it: the same seed gives the same facts.
"""

from collections.abc import Callable
from random import Random
from uuid import UUID

import msgspec

from ledger.facts import canonical
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.scalars import canonical_time, micros, time_text

T0 = micros(canonical_time("2026-03-31T12:00:00Z"))
HOUR = 3_600_000_000
_OFFSETS = (540, -420, 0)

MARKS = ("JAS-A", "JAS-B", "JAS-C")
IMPORTERS = ("IMP-1", "IMP-2")
EXPORTERS = ("EXP-1", "EXP-2")
HOLDERS = (*IMPORTERS, *EXPORTERS)
LOTS = ("L1", "L2", "L3")
SITES = ("W1", "W2")


def fact(kind: str, event_id: str, time: str, /, **fields: object) -> Fact:
    """A fact of the catalogue, as if it had come through the door."""
    body = {"type": kind, "id": event_id, "time": time, "source": "SRC-1", **fields}
    kept = {name: value for name, value in body.items() if value is not None}
    found: Fact = msgspec.convert(kept, TYPES[kind], dec_hook=canonical.read_figure, strict=False)
    return canonical.decode(canonical.encode(found))


class World:
    """Draws facts from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 -- a seed gives a world; nothing here is secret
        self.facts: list[Fact] = []

    def id(self) -> str:
        """A new version 7 id."""
        number = self.random.getrandbits(128)
        number = number & ~(0xF << 76) | 7 << 76
        return str(UUID(int=number & ~(0x3 << 62) | 2 << 62))

    def time(self) -> str:
        """A time on a coarse grid, so that times meet; its offset is anybody's."""
        at = T0 + self.random.randrange(0, 60) * HOUR
        return time_text(at, self.random.choice(_OFFSETS))

    def one(self, values: tuple[str, ...]) -> str:
        """One of several."""
        return self.random.choice(values)

    def add(self, kind: str, /, **fields: object) -> Fact:
        """One more fact; now and then it corrects another one."""
        corrects = None
        if self.facts and self.random.random() < 0.05:
            corrects = self.random.choice(self.facts).id
        made = fact(kind, self.id(), self.time(), corrects=corrects, **fields)
        self.facts.append(made)
        return made

    def count(self) -> int:
        """Some seals."""
        return self.random.randrange(1, 60)

    def draw(self, events: int) -> list[Fact]:
        """A registry for some marks, then so many events of any kind."""
        for mark in MARKS[:2]:
            self.mark(mark)
        weights = [3 if made in (applied, dispatched, received) else 1 for made in EVENTS]
        for made in self.random.choices(EVENTS, weights, k=events):
            made(self)
        return self.facts

    def mark(self, mark: str) -> None:
        """A mark's registration."""
        self.add(
            "MarkRegistered", mark=mark, scheme="JAS", rcb=self.one(("RCB-1", "RCB-2")),
            importer=self.one(IMPORTERS), design="leaf", carrier="STICKER", serialised=True,
        )  # fmt: skip

    def account(self) -> dict[str, object]:
        """Mark, holder and site."""
        return {"mark": self.one(MARKS), "holder": self.one(HOLDERS), "site": self.one(SITES)}

    def lines(self, **extra: object) -> list[dict[str, object]]:
        """One to three lines."""
        return [
            {
                "lot": self.one(LOTS), "units": self.count(), "seals": self.random.randrange(0, 40),
                **({"mark": self.one(MARKS)} if self.random.random() < 0.9 else {}), **extra,
            }
            for _ in range(self.random.randrange(1, 4))
        ]  # fmt: skip


def marked(w: World) -> None:
    """A mark, perhaps once more."""
    w.mark(w.one(MARKS))


def contracted(w: World) -> None:
    """A contract, perhaps once more."""
    w.add(
        "ConsignmentContractSigned", contract=w.one(("C1", "C2", "C3")), exporter=w.one(EXPORTERS),
        importer=w.one(IMPORTERS), rcb=w.one(("RCB-1", "RCB-2")), agent=w.one(("AG-1", "AG-2")),
        **{"from": w.one(("2026-03-01", "2026-04-01", "2026-04-02"))},
    )  # fmt: skip


def issued(w: World) -> None:
    """Seals issued, with numbers."""
    count, first = w.count(), w.random.randrange(1, 200)
    w.add("SealsIssued", **w.account(), count=count, first=first, last=first + count - 1)


def dispatched(w: World) -> None:
    """Seals sent."""
    w.add(
        "SealsDispatched", dispatch=w.one(("D1", "D2", "D3")), purpose="SUPPLY", mark=w.one(MARKS),
        from_holder=w.one(HOLDERS), from_site=w.one(SITES), to_holder=w.one(HOLDERS),
        to_site=w.one(SITES), count=w.count(),
    )  # fmt: skip


def received(w: World) -> None:
    """Seals received, perhaps of a dispatch nobody reported."""
    w.add(
        "SealsReceived", dispatch=w.one(("D1", "D2", "D3", "D4")), **w.account(), count=w.count(),
        condition="GOOD",
    )  # fmt: skip


def applied(w: World) -> None:
    """Seals attached."""
    count, first = w.count(), w.random.randrange(1, 200)
    numbers = {"first": first, "last": first + count - 1} if w.random.random() < 0.3 else {}
    w.add(
        "SealsApplied", **w.account(), lot=w.one(LOTS), label=w.one(("LB-1", "LB-2")),
        label_version=1, units=count, count=count, **numbers,
    )  # fmt: skip


def spoiled(w: World) -> None:
    """Seals spoiled."""
    w.add("SealsSpoiled", **w.account(), count=w.count(), reason=w.one(("WET", "UNUSED")))


def sampled(w: World) -> None:
    """Seals kept."""
    w.add("SealsSampled", **w.account(), count=w.count(), purpose="file")


def destroyed(w: World) -> None:
    """Seals destroyed."""
    w.add("SealsDestroyed", **w.account(), count=w.count(), method="burnt")


def removed(w: World) -> None:
    """Seals taken off goods."""
    w.add(
        "SealsRemoved", **w.account(), lot=w.one(LOTS), found_at=w.one(("LOT", "SHIPPED",
        "DELIVERED")), shipment=w.one(("S1", "S2")), units=w.count(), count=w.count(),
        method="REMOVED", cause="error",
    )  # fmt: skip


def lost(w: World) -> None:
    """Seals lost or stolen, in stock or on the way."""
    w.add(
        "SealsLost", **w.account(), dispatch=w.random.choice((None, "D1", "D2", "D5")),
        count=w.count(), cause=w.one(("LOST", "STOLEN")), discovered_on="2026-04-01",
    )  # fmt: skip


def counted(w: World) -> None:
    """A count, and often the adjustment to it."""
    account = w.account()
    made = w.add("SealsCounted", **account, counted=w.count(), counted_by="P1")
    if w.random.random() < 0.7:
        w.add(
            "StockAdjusted", **(account if w.random.random() < 0.9 else w.account()),
            delta=w.random.choice((-7, -3, 5)), count_event=made.id,
            reason=w.one(("LOSS", "UNEXPLAINED")), approved_by="P2",
        )  # fmt: skip


def departed(w: World) -> None:
    """A shipment leaves."""
    certificate = {"issuer": w.one(("AG-1", "AG-2")), "number": w.one(("N 1", "N 2"))}
    w.add(
        "ShipmentDeparted", shipment=w.one(("S1", "S2", "S3")), exporter=w.one(EXPORTERS),
        importer=w.one(IMPORTERS), site="W1", sealing_mode="CONSIGNED", origin="US",
        destination="JP", transport="SEA",
        certificate=certificate if w.random.random() < 0.6 else None,
        lines=w.lines(product="P1", pack_weight="0.500", net_weight="10.000"),
    )  # fmt: skip


def arrived(w: World) -> None:
    """A shipment is taken in."""
    w.add(
        "ShipmentReceived", shipment=w.one(("S1", "S2", "S4")), importer=w.one(IMPORTERS),
        site="W1", lines=w.lines(net_weight="10.000"), condition="good", certificate_seen=True,
        report_seen=True, originals_seen=False,
    )  # fmt: skip


def returned(w: World) -> None:
    """Goods come back."""
    w.add(
        "GoodsReturned", shipment=w.one(("S1", "S2")), importer=w.one(IMPORTERS),
        returned_from=w.one(("SHIPPED", "DELIVERED")), site="W1", lines=w.lines(),
    )  # fmt: skip


def papers(w: World) -> None:
    """Papers are sent after a shipment."""
    w.add(
        "ShipmentDocumentsSent", shipment=w.one(("S1", "S2")), originals=True,
        certificate={"issuer": w.one(("AG-1", "AG-2")), "number": w.one(("N 1", "N 2", "N 3"))},
    )  # fmt: skip


def reported(w: World) -> None:
    """A report in some version."""
    lines = [
        {
            "product": "P1", "label": "LB-1", "lot": w.one(LOTS), "graded_on": "2026-04-01",
            "pack_weight": "0.500", "units": w.count(), "net_weight": "10.000",
            "mark": w.one(MARKS), "used": w.count(), "received": 0, "discarded": 0, "remaining": 0,
        }
        for _ in range(w.random.randrange(0, 3))
    ]  # fmt: skip
    w.add(
        "SealReportFiled", report=w.one(("R1", "R2")), version=w.random.randrange(1, 4),
        contract="C1", shipment=w.one(("S1", "S2")), exporter=w.one(EXPORTERS),
        importer=w.one(IMPORTERS), rcb="RCB-1", agent="AG-1", grader="P1", lines=lines,
    )  # fmt: skip


def certified(w: World) -> None:
    """A certificate, perhaps in the place of another."""
    lines = [
        {
            "product": "P1", "net_weight": "10.000", "lot": w.one(LOTS),
            **({"units": w.count()} if w.random.random() < 0.8 else {}),
        }
        for _ in range(w.random.randrange(1, 4))
    ]  # fmt: skip
    w.add(
        "ExportCertificateIssued", issuer=w.one(("AG-1", "AG-2")),
        number=w.one(("N 1", "N 2", "N 3")), form="TM_11", mode="PERIOD_VOLUME",
        shipment=w.random.choice((None, "S1", "S2")), exporter=w.one(EXPORTERS),
        importer=w.one(IMPORTERS), product_class="PLANT", lines=lines, statement="certified",
        issued_on="2026-04-01", replaces=w.random.choice((None, None, "N 1", "N 4")),
    )  # fmt: skip


def cancelled(w: World) -> None:
    """A certificate is cancelled."""
    w.add(
        "ExportCertificateCancelled", issuer=w.one(("AG-1", "AG-2")),
        number=w.one(("N 2", "N 3")), kind="VOIDED", reason="error",
    )  # fmt: skip


def recorded(w: World) -> None:
    """A lot with inputs, or a lot subdivided."""
    lot, other = w.random.sample((*LOTS, "L4"), 2)
    if w.random.random() < 0.5:
        inputs = [{"lot": other, "quantity": "5.000", "label_verified": True}]
        w.add(
            "LotRecorded", lot=lot, operator="EXP-1", number="1", product="P1",
            quantity="100.000", status="ORGANIC", produced_on="2026-03-30", inputs=inputs,
        )  # fmt: skip
    else:
        child = {"lot": other, "units": 10, "pack_weight": "0.500", "quantity": "5.000"}
        w.add("LotSubdivided", lot=lot, operator="EXP-1", loss="0.000", children=[child])


def retracted(w: World) -> None:
    """Anything is retracted, a retraction too; or something that never was."""
    target = w.random.choice(w.facts).id if w.random.random() < 0.9 else w.id()
    w.add("EventRetracted", target=target, reason="INCORRECT_DATA")


EVENTS: tuple[Callable[[World], None], ...] = (
    marked, contracted, issued, dispatched, received, applied, spoiled, sampled, destroyed,
    removed, lost, counted, departed, arrived, returned, papers, reported, certified, cancelled,
    recorded, retracted,
)  # fmt: skip
