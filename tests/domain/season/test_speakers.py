"""Everybody in a season speaks for themselves: who may report what, and who does."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.facts import documents as d
from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.season import Mix, Season, season

OPERATOR_ALONE = (r.IssuerDesignated,)
"""Comes in by the operator's hand, whatever its source."""
ANYBODY = (d.ComplaintReceived, EventRetracted)
"""May be said by anybody; who takes back what is asked by the rule on retractions."""


class World:
    """What a season registers: whose a source is, who stands behind marks, contracts and lots."""

    def __init__(self, facts: list[Fact]) -> None:
        self.party = {f.registers: f.party for f in facts if isinstance(f, r.SourceRegistered)}
        self.mark: dict[str, r.MarkRegistered] = {}
        self.contract: dict[str, r.ConsignmentContractSigned] = {}
        self.label: dict[tuple[str, int], str] = {}
        self.maker: dict[str, str] = {}
        self.parent: dict[str, t.LotSubdivided] = {}
        for fact in facts:
            match fact:
                case r.MarkRegistered():
                    self.mark[fact.mark] = fact
                case r.ConsignmentContractSigned():
                    self.contract.setdefault(fact.contract, fact)
                case r.LabelApproved():
                    self.label[fact.label, fact.version] = fact.agent
                case t.LotRecorded():
                    self.maker.setdefault(fact.lot, fact.operator)
                case t.LotSubdivided():
                    self.parent |= {child.lot: fact for child in fact.children}

    def of_mark(self, mark: str) -> set[str]:
        """The body and the licensee of a mark."""
        known = self.mark.get(mark)
        return {known.rcb, known.importer} if known else set()

    def of_lot(self, lot: str) -> set[str]:
        """Who made a lot; of goods packed anew also who packed them."""
        parent = self.parent.get(lot)
        if parent is not None:
            return {parent.operator} | self.of_lot(parent.lot)
        return {self.maker[lot]} if lot in self.maker else set()


def _contract(fact: r.ConsignmentContractSigned) -> set[str]:
    return {fact.exporter, fact.importer, fact.rcb}


MAY_SAY: dict[type[Fact], Callable[[Any, World], set[str]]] = {
    r.PartyRegistered: lambda f, _: {f.party},
    r.SourceRegistered: lambda f, _: {f.party},
    r.MarkRegistered: lambda f, _: {f.rcb, f.importer},
    r.ConsignmentContractSigned: lambda f, _: _contract(f),
    r.ConsignmentContractEnded: lambda f, w: _contract(w.contract[f.contract]),
    r.CertificationChanged: lambda f, _: {f.issuer},
    r.ProgrammeEnrolled: lambda f, _: {f.agent},
    r.LabelApproved: lambda f, _: {f.agent},
    r.LabelWithdrawn: lambda f, w: {w.label[f.label, f.version]},
    r.ProductRegistered: lambda f, _: {f.operator},
    r.ResponsiblePersonDesignated: lambda f, w: {w.contract[f.contract].exporter},
    r.SealTrainingCompleted: lambda f, _: {f.party},
    r.PersonQualified: lambda f, _: {f.party},
    s.SealsIssued: lambda f, w: w.of_mark(f.mark),
    s.SealsDispatched: lambda f, w: {f.from_holder} | w.of_mark(f.mark),
    s.SealsReceived: lambda f, _: {f.holder},
    s.SealsApplied: lambda f, w: {f.holder} | w.of_mark(f.mark),
    s.SealsSpoiled: lambda f, w: {f.holder} | w.of_mark(f.mark),
    s.SealsSampled: lambda f, w: {f.holder} | w.of_mark(f.mark),
    s.SealsDestroyed: lambda f, w: {f.holder} | w.of_mark(f.mark),
    s.SealsRemoved: lambda f, w: {f.holder} | w.of_mark(f.mark),
    s.SealsLost: lambda f, w: {f.holder} | w.of_mark(f.mark),
    s.SealsCounted: lambda f, w: {f.holder} | w.of_mark(f.mark),
    s.StockAdjusted: lambda f, w: {f.holder} | w.of_mark(f.mark),
    t.LotRecorded: lambda f, _: {f.operator},
    t.LotGraded: lambda f, w: w.of_lot(f.lot),
    t.LotSubdivided: lambda f, _: {f.operator},
    t.InputVerified: lambda f, _: {f.operator},
    t.ProcessRecorded: lambda f, _: {f.operator},
    t.LotHeld: lambda f, w: w.of_lot(f.lot),
    t.LotReleased: lambda f, w: w.of_lot(f.lot),
    g.ShipmentDeparted: lambda f, _: {f.exporter},
    g.ShipmentReceived: lambda f, _: {f.importer},
    g.GoodsReturned: lambda f, _: {f.importer},
    g.GoodsSold: lambda f, _: {f.importer},
    d.SealReportFiled: lambda f, _: {f.exporter},
    d.ExportCertificateRequested: lambda f, _: {f.exporter},
    d.ExportCertificateIssued: lambda f, _: {f.issuer},
    d.ExportCertificateCancelled: lambda f, _: {f.issuer},
    d.AnnualReportFiled: lambda f, _: {f.party},
}
"""Who may say an event of a type, from its own fields and what is registered."""


def by_others(made: Season) -> list[Fact]:
    """What is said by somebody who may not say it; of unknown marks nobody knows who may."""
    facts = list(made.facts())
    world = World(facts)
    shipments = {f.shipment: {f.exporter} for f in facts if isinstance(f, g.ShipmentDeparted)}
    found = []
    for fact in facts:
        speaker = world.party[fact.source]
        unknown = getattr(fact, "mark", None) not in {None, *world.mark}
        if unknown or isinstance(fact, (*OPERATOR_ALONE, *ANYBODY)):
            continue
        if isinstance(fact, g.ShipmentDocumentsSent):
            allowed = shipments.get(fact.shipment, {speaker})
        else:
            allowed = MAY_SAY[type(fact)](fact, world)
        if speaker not in allowed:
            found.append(fact)
    return found


@pytest.mark.parametrize(("events", "seed"), [(400, 1), (3_000, 3), (20_000, 7)])
def test_everybody_speaks_for_themselves(events: int, seed: int) -> None:
    """Each event of a clean season comes from a source of a party that may say it."""
    assert by_others(season(events, seed)) == []


def test_slips_are_said_by_whom_they_concern() -> None:
    """So do all events of slips but those whose slip it is to be said by a stranger."""
    made = season(20_000, 3, Mix.parse("all"))
    assert by_others(made) == []


def test_every_source_registers_itself() -> None:
    """No source is registered by another one, in clean seasons and with every slip."""
    for fact in season(20_000, 3, Mix.parse("all")).facts():
        if isinstance(fact, r.SourceRegistered):
            assert fact.source == fact.registers
