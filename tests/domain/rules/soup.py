"""A soup of facts: every type, few names, few days, so that everything meets everything."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ledger.facts.canonical import decode, encode
from ledger.facts.catalogue import TYPES
from ledger.facts.documents import CertifiedLine, ReportLine, RequestedLine
from ledger.facts.herds import FeedLine
from ledger.facts.identity import Fact
from ledger.facts.lots import Child, Field, Input
from ledger.facts.registry import Ingredient
from ledger.facts.scalars import MeanHeads, Share, Weight, WeightOrZero
from ledger.facts.shipments import CertificateRef, DepartedLine, ReceivedLine, ReturnedLine
from tests.domain.rules.world import event_id, moment

PARTIES = ["A", "B", "C"]
MARKS = ["M1", "M2"]
LOTS = ["L1", "L2", "L3"]
HERDS = ["H1", "H2"]
START = datetime(2026, 3, 28, tzinfo=UTC)


class Soup:
    """Facts drawn by a seeded chance; the same seed gives the same facts."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)  # noqa: S311 - a test's chance, not a secret
        self._ids: list[str] = []

    def facts(self, count: int) -> list[Fact]:
        """So many facts of types drawn evenly."""
        names = sorted(TYPES)
        return [self._fact(self._one(names)) for _ in range(count)]

    def _one(self, of: Sequence[Any]) -> Any:
        return self._chance.choice(of)

    def _maybe(self, value: Any) -> Any:
        return value if self._chance.random() < 0.6 else None

    def _number(self, most: int = 12) -> int:
        return self._chance.randint(1, most)

    def _day(self) -> date:
        return date(2026, 3, 20) + timedelta(days=self._chance.randint(0, 20))

    def _weight(self) -> Weight:
        return Weight(self._one(["0.500", "1.000", "6.000", "5.999"]))

    def _fact(self, kind: str) -> Fact:
        own = _own(kind, self)
        time = START + timedelta(minutes=self._chance.randint(0, 60 * 24 * 8))
        offset = self._one(["+00:00", "+09:00", "-07:00"])
        key = event_id(f"f{len(self._ids):05d}")
        self._ids.append(key)
        corrects = self._one(self._ids) if self._chance.random() < 0.03 else None
        fact = TYPES[kind](
            id=key,
            time=moment(time.strftime("%Y-%m-%dT%H:%M") + offset),
            source=self._one(["SRC-1", "SRC-2"]),
            actor=self._maybe(self._one(["P1", "P2"])),
            corrects=None if corrects == key else corrects,
            **own,
        )
        return decode(encode(fact))

    def account(self) -> dict[str, Any]:
        """A mark, a holder, a site."""
        return {"mark": self._one(MARKS), "holder": self._one(PARTIES), "site": self._one("WX")}

    def counted(self) -> dict[str, Any]:
        """An account and seals, with or without their numbers."""
        count = self._number()
        first = self._maybe(self._number(30))
        ends = {} if first is None else {"first": first, "last": first + count - 1}
        return {**self.account(), "count": count, **ends}

    def period(self) -> dict[str, Any]:
        """From a day, perhaps until another one."""
        from_ = self._day()
        return {"from_": from_, "until": self._maybe(from_ + timedelta(days=self._number(9)))}

    def fed(self) -> dict[str, Any]:
        """The days of a ration."""
        from_ = self._day()
        return {"from_": from_, "until": from_ + timedelta(days=self._number(9))}

    def line(self) -> dict[str, Any]:
        """Goods of a lot, perhaps with a mark."""
        return {
            "lot": self._one(LOTS),
            "units": self._number(),
            "mark": self._maybe(self._one(MARKS)),
            "seals": self._chance.randint(0, 12),
        }

    def reference(self) -> CertificateRef:
        """A certificate somebody names."""
        return CertificateRef(issuer=self._one(PARTIES), number=self._one(["N 1", "N 2"]))

    def some(self, make: Any) -> tuple[Any, ...]:
        """None, one or two of something."""
        return tuple(make() for _ in range(self._chance.randint(0, 2)))

    one, maybe, number, day, weight = _one, _maybe, _number, _day, _weight

    def events(self) -> list[str]:
        """Ids made so far, and one nobody has."""
        return [*self._ids, event_id("nobody")]

    def truth(self) -> bool:
        """True more often than not."""
        return self._chance.random() < 0.7


def _own(kind: str, s: Soup) -> dict[str, Any]:
    own: dict[str, Any] = {**_REGISTRY, **_SEALS, **_GOODS, **_PAPERS}[kind](s)
    return own


_CLASSES = ["PLANT", "HONEY", "PROCESSED_PLANT", "PROCESSED_MIXED"]


def _ingredient(s: Soup) -> Ingredient:
    return Ingredient(
        name=s.one(["oats", "milk", "honey"]), share=Share(s.one(["50.000", "100.000"])),
        kind=s.one(["AGRICULTURAL", "LIVESTOCK"]), status=s.one(["ORGANIC", "CONVENTIONAL"]),
        scheme=s.maybe("NOP"), origin=s.maybe("US"), gmo=False, irradiated=False,
    )  # fmt: skip


_REGISTRY: dict[str, Any] = {
    "PartyRegistered": lambda s: {
        "party": s.one(PARTIES), "name": "x", "country": s.one(["JP", "US", "CA"]),
        "roles": s.some(lambda: s.one(["IMPORTER", "PROCESSOR", "PRINTER"])),
    },
    "SourceRegistered": lambda s: {
        "registers": s.one(["SRC-1", "SRC-2"]), "kind": s.one(["SCANNER", "SYSTEM"]),
        "party": s.one(PARTIES), "heartbeat_minutes": s.maybe(60),
    },
    "SourceHeartbeat": lambda _: {},
    "CertificationChanged": lambda s: {
        "party": s.one(PARTIES), "scheme": s.one(["JAS", "NOP"]), "issuer": s.one(PARTIES),
        "role": s.one(["IMPORTER", "PRODUCER", "SUBDIVIDER", "RCB"]), "number": "1",
        "status": s.one(["GRANTED", "GRANTED", "WITHDRAWN", "REINSTATED"]), **s.period(),
        "product_classes": s.some(lambda: s.one(_CLASSES)),
    },
    "IssuerDesignated": lambda s: {
        "issuer": s.one(PARTIES), "country": s.one(["JP", "US"]), "scheme": s.one(["JAS", "NOP"]),
        **s.period(),
    },
    "MarkRegistered": lambda s: {
        "mark": s.one(MARKS), "scheme": s.one(["JAS", "NOP"]), "rcb": s.one(PARTIES),
        "importer": s.one(PARTIES), "design": "x", "carrier": "STICKER", "serialised": s.truth(),
    },
    "ConsignmentContractSigned": lambda s: {
        "contract": s.one(["C1", "C2"]), "exporter": s.one(PARTIES), "importer": s.one(PARTIES),
        "rcb": s.one(PARTIES), "agent": s.one(PARTIES), "sites": s.some(lambda: s.one("WX")),
        "products": s.some(lambda: s.one(["P1", "P2"])), **s.period(),
        "copy_sent_to_agent_on": s.maybe(s.day()),
    },
    "ConsignmentContractEnded": lambda s: {
        "contract": s.one(["C1", "C2"]), "on": s.day(), "reason": "x",
    },
    "ResponsiblePersonDesignated": lambda s: {
        "contract": s.one(["C1", "C2"]), "person": s.one(["P1", "P2"]), "from_": s.day(),
    },
    "SealTrainingCompleted": lambda s: {
        "person": s.one(["P1", "P2"]), "party": s.one(PARTIES), "completed_on": s.day(),
        "course": s.one(["SEAL_ATTACHMENT", "GRADING_PLANT"]),
        "proof_sent_to": s.some(lambda: s.one(PARTIES)),
    },
    "PersonQualified": lambda s: {
        "person": s.one(["P1", "P2"]), "party": s.one(PARTIES), **s.period(),
        "function": s.one(["GRADER", "LABELLER", "SUBDIVIDING_PERSON", "RESPONSIBLE_MANAGER"]),
        "in_charge": s.maybe(s.truth()),
        "schooling": s.one(["UNIVERSITY", "NONE"]),
        "practice_years": Decimal(s.one(["0.5", "3.0"])),
    },
    "PersonRegistered": lambda s: {
        "person": s.one(["P1", "P2"]), "party": s.one(PARTIES), **s.period(),
        "works_as": s.some(lambda: s.one(["ADMIN", "SIGNER", "REPORTER"])),
    },
    "ProgrammeEnrolled": lambda s: {
        "party": s.one(PARTIES), "programme": s.one(["JAPAN_EXPORT", "ACT_SEAL_USE"]),
        "agent": s.one(PARTIES), **s.period(),
    },
    "ProductRegistered": lambda s: {
        "product": s.one(["P1", "P2"]), "name": s.one(["oats", "honey"]),
        "operator": s.one(PARTIES), "class_": s.one(_CLASSES), "recipe_version": s.number(2),
        "ingredients": s.some(lambda: _ingredient(s)),
    },
    "LabelApproved": lambda s: {
        "label": "LB", "version": s.number(2), "product": s.one(["P1", "P2"]),
        "scheme": s.one(["JAS", "NOP"]), "claim": s.one(["JAS_ORGANIC", "NOP_ORGANIC", "BUD_BIO"]),
        "name_form": s.maybe("有機オーツ"), "seals_per_unit": s.number(2),
        "carrier": s.one(["STICKER", "INVOICE_MARK"]), "pack_weight": s.weight(),
        "wording": s.maybe("organic oats"), "agent": s.one(PARTIES), **s.period(),
    },
    "LabelWithdrawn": lambda s: {
        "label": "LB", "version": s.number(2), "on": s.day(), "reason": "x",
    },
}  # fmt: skip

_SEALS: dict[str, Any] = {
    "SealsIssued": lambda s: s.counted(),
    "SealsDispatched": lambda s: {
        **{k: v for k, v in s.counted().items() if k not in ("holder", "site")},
        "dispatch": s.one(["D1", "D2"]), "purpose": "SUPPLY", "from_holder": s.one(PARTIES),
        "from_site": s.one("WX"), "to_holder": s.one(PARTIES), "to_site": s.one("WX"),
    },
    "SealsReceived": lambda s: {
        **s.counted(), "dispatch": s.one(["D1", "D2"]), "condition": "GOOD",
    },
    "SealsApplied": lambda s: {
        **s.counted(), "lot": s.one(LOTS), "label": "LB", "label_version": s.number(2),
        "units": s.number(), "contract": s.maybe(s.one(["C1", "C2", "C9"])),
    },
    "SealsSpoiled": lambda s: {**s.counted(), "reason": s.one(["WET", "OTHER", "UNUSED"])},
    "SealsSampled": lambda s: {**s.counted(), "purpose": "x"},
    "SealsDestroyed": lambda s: {**s.counted(), "method": "x", "witness": s.maybe("P1")},
    "SealsRemoved": lambda s: {
        **s.counted(), "lot": s.one(LOTS), "found_at": s.one(["LOT", "SHIPPED", "DELIVERED"]),
        "shipment": s.one(["S1", "S2"]), "units": s.number(), "method": "REMOVED", "cause": "x",
    },
    "SealsLost": lambda s: {
        **s.counted(), "dispatch": s.maybe(s.one(["D1", "D2"])), "cause": "LOST",
        "discovered_on": s.day(),
    },
    "SealsCounted": lambda s: {
        **s.account(), "counted": s.number(), "spoiled_counted": s.maybe(s.number()),
        "counted_by": s.one(["P1", "P2"]), "second_person": s.maybe("P1"),
    },
    "StockAdjusted": lambda s: {
        **s.account(), "delta": s.one([-3, 4]), "count_event": s.one(s.events()),
        "reason": s.one(["LOSS", "UNEXPLAINED"]), "approved_by": s.one(["P1", "P2"]),
    },
}  # fmt: skip

_GOODS: dict[str, Any] = {
    "LotRecorded": lambda s: {
        "lot": s.one(LOTS), "operator": s.one(PARTIES), "number": "1",
        "product": s.one(["P1", "P2"]), "recipe_version": s.maybe(1), "quantity": s.weight(),
        "units": s.maybe(s.number()), "pack_weight": s.maybe(s.weight()),
        "status": s.one(["ORGANIC", "IN_CONVERSION", "CONVENTIONAL"]), "produced_on": s.day(),
        "field": s.maybe(Field(registered_on=date(2024, 1, 1), crop="PERENNIAL")),
        "inputs": s.some(
            lambda: Input(lot=s.one(LOTS), quantity=s.weight(), label_verified=s.truth())
        ),
        "herds": s.some(lambda: s.one(HERDS)),
    },
    "LotGraded": lambda s: {
        "lot": s.one(LOTS), "result": s.one(["CONFORMING", "NON_CONFORMING"]),
        "grader": s.one(["P1", "P2"]), "records_complete": s.truth(), "linked_to_lot": s.truth(),
        "method_conforms": s.truth(), "label_conforms": s.truth(),
    },
    "LotSubdivided": lambda s: {
        "lot": s.one(LOTS), "operator": s.one(PARTIES), "loss": Decimal("0.000"),
        "children": s.some(
            lambda: Child(
                lot=s.one(LOTS), units=s.number(), pack_weight=s.weight(), quantity=s.weight()
            )
        ),
    },
    "InputVerified": lambda s: {
        "lot": s.one(LOTS), "operator": s.one(PARTIES), "mark_seen": "JAS", "evidence": "PACK",
    },
    "ProcessRecorded": lambda s: {
        "lot": s.one(LOTS), "operator": s.one(PARTIES), "on": s.day(),
        "activity": s.one(["SEED", "MATERIAL", "PLANT_PROTECTION", "FIELD_WORK"]),
        "substance": s.maybe(s.one(["GUANO", "GMO_SOY"])),
        "herd": s.maybe(s.one(HERDS)), "contractor": s.maybe(s.one(PARTIES)),
    },
    "HerdRecorded": lambda s: {
        "herd": s.one(HERDS), "operator": s.one(PARTIES), "site": "F", "individual": s.truth(),
        "species": s.one(["BEEF_CATTLE", "SOW", "LAYER"]), "heads": s.number(),
        "born_on": s.maybe(date(2025, 6, 1)), "arrived_on": s.maybe(s.day()),
        "origin": s.one(["BORN_ORGANIC", "BROUGHT_IN", "BROUGHT_IN"]),
        "reason": s.maybe(s.one(["START", "REPLACEMENT"])), "organic_since": s.day(),
        "female": s.truth(), "bred": s.maybe(s.truth()), "unavailable": s.maybe(s.truth()),
        "adult_females": s.maybe(MeanHeads("20.000")),
    },
    "AnimalsLeft": lambda s: {
        "herd": s.one(HERDS), "operator": s.one(PARTIES), "on": s.day(), "heads": s.number(),
        "how": s.one(["SOLD", "DIED", "MOVED"]),
    },
    "FeedingRecorded": lambda s: {
        "herd": s.one(HERDS), "operator": s.one(PARTIES), **s.fed(), "heads": s.number(),
        "stage": s.one(["BEEF_OLDER", "PIG_OLDER", "LAYER_LAYING"]),
        "lines": s.some(
            lambda: FeedLine(
                name="hay", kind=s.one(["OWN", "CONVENTIONAL", "IN_CONVERSION"]),
                dry_matter=WeightOrZero(s.one(["0.000", "70.000"])), roughage=s.truth(),
                bought=s.truth(), gmo=not s.truth(), antibiotic=False,
            )
        ),
    },
    "LotHeld": lambda s: {"lot": s.one(LOTS), "cause": "x"},
    "LotReleased": lambda s: {"lot": s.one(LOTS), "reason": "x"},
    "ShipmentDeparted": lambda s: {
        "shipment": s.one(["S1", "S2"]), "exporter": s.one(PARTIES), "importer": s.one(PARTIES),
        "site": "W", "sealing_mode": s.one(["CONSIGNED", "DIRECT_JAS", "IMPORTER_APPLIES"]),
        "origin": s.one(["US", "CA"]), "destination": "JP", "transport": s.one(["SEA", "AIR"]),
        "contract": s.maybe(s.one(["C1", "C2"])), "certificate": s.maybe(s.reference()),
        "lines": s.some(
            lambda: DepartedLine(
                **s.line(), product=s.one(["P1", "P2"]), pack_weight=s.weight(),
                net_weight=s.weight(),
            )
        ),
    },
    "ShipmentReceived": lambda s: {
        "shipment": s.one(["S1", "S2"]), "importer": s.one(PARTIES), "site": "W",
        "lines": s.some(lambda: ReceivedLine(**s.line(), net_weight=s.weight())),
        "condition": "GOOD", "certificate_seen": s.truth(), "report_seen": s.truth(),
        "originals_seen": s.truth(),
    },
    "GoodsReturned": lambda s: {
        "shipment": s.one(["S1", "S2"]), "importer": s.one(PARTIES), "site": "W",
        "returned_from": s.one(["SHIPPED", "DELIVERED"]),
        "lines": s.some(lambda: ReturnedLine(**s.line())),
    },
    "ShipmentDocumentsSent": lambda s: {
        "shipment": s.one(["S1", "S2"]), "certificate": s.reference(), "originals": s.truth(),
    },
    "GoodsSold": lambda s: {
        "importer": s.one(PARTIES), "lot": s.one(LOTS), "product": s.one(["P1", "P2"]),
        "units": s.number(), "claim": s.one(["JAS_ORGANIC", "organic"]), "country": "JP",
    },
}  # fmt: skip

_PAPERS: dict[str, Any] = {
    "SealReportFiled": lambda s: {
        "report": s.one(["R1", "R2"]), "version": s.number(2), "contract": s.one(["C1", "C2"]),
        "shipment": s.one(["S1", "S2"]), "exporter": s.one(PARTIES), "importer": s.one(PARTIES),
        "rcb": s.one(PARTIES), "agent": s.one(PARTIES), "grader": s.one(["P1", "P2"]),
        "checked_by": s.maybe("P1"),
        "lines": s.some(
            lambda: ReportLine(
                product="P1", label="LB", lot=s.one(LOTS), graded_on=s.day(),
                pack_weight=s.weight(), units=s.number(), net_weight=s.weight(),
                mark=s.one(MARKS), used=s.number(), received=s.number(), discarded=0,
                remaining=s.number(),
            )
        ),
    },
    "ExportCertificateRequested": lambda s: {
        "request": s.one(["Q1", "Q2"]), "shipment": s.one(["S1", "S2"]),
        "exporter": s.one(PARTIES), "importer": s.one(PARTIES), "agent": s.one(PARTIES),
        "invoice": "x", "bill_of_lading": "x",
        "lines": s.some(
            lambda: RequestedLine(
                lot=s.one(LOTS), product="P1", units=s.number(), net_weight=s.weight()
            )
        ),
    },
    "ExportCertificateIssued": lambda s: {
        "issuer": s.one(PARTIES), "number": s.one(["N 1", "N 2"]), "form": "TM_11",
        "mode": s.one(["PER_SHIPMENT", "PERIOD_VOLUME"]), "shipment": s.maybe(s.one(["S1", "S2"])),
        "exporter": s.one(PARTIES), "importer": s.one(PARTIES), "product_class": s.one(_CLASSES),
        "lines": s.some(
            lambda: CertifiedLine(
                lot=s.one(LOTS), product=s.one(["P1", "P2"]), units=s.maybe(s.number()),
                net_weight=s.weight(),
            )
        ),
        "statement": "x", "issued_on": s.day(), "replaces": s.maybe(s.maybe("N 1")),
    },
    "ExportCertificateCancelled": lambda s: {
        "issuer": s.one(PARTIES), "number": s.one(["N 1", "N 2"]), "kind": "VOIDED", "reason": "x",
    },
    "ComplaintReceived": lambda s: {
        "complaint": s.one(["K1", "K2"]), "party": s.one(PARTIES), "kind": "COMPLAINT",
        "answered_on": s.maybe(s.day()),
    },
    "AnnualReportFiled": lambda s: {
        "party": s.one(PARTIES), "fiscal_year": s.one([2025, 2026]), "role": "IMPORTER",
        "product": s.one(["P1", "P2"]), "quantity": s.weight(), "filed_on": s.day(),
        "rcb": s.one(PARTIES),
    },
    "CriterionShown": lambda s: {
        "party": s.one(PARTIES), "criteria": s.one(["PLANT", "IMPORT"]),
        "subject": s.one(["LABEL_RULES", "INTERNAL_RULES", "YEARLY_PLAN", "OUTSIDE_WORK"]),
        "items": s.some(lambda: s.one(["SEED", "RECORDS", "x"])), "fiscal_year": s.maybe(2025),
        "contractor": s.maybe(s.one(PARTIES)), "on": s.day(), "met": s.truth(),
    },
    "EventRetracted": lambda s: {"target": s.one(s.events()), "reason": "DID_NOT_HAPPEN"},
}  # fmt: skip
