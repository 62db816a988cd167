"""Everybody in a season speaks for themselves."""

from random import Random

import pytest

from ledger.commands.demo_kafka import operators
from ledger.facts import criteria as k
from ledger.facts import documents as d
from ledger.facts import herds as h
from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact
from ledger.season import Mix, season
from tests.domain.season.speaking import by_hand, out_of_standing, over_kafka

GRAVE: tuple[type[Fact], ...] = (
    r.SourceRegistered, r.MarkRegistered, r.ConsignmentContractSigned, s.SealsIssued, s.SealsLost,
    s.SealsDestroyed, s.StockAdjusted, d.ExportCertificateIssued, d.ExportCertificateCancelled,
)  # fmt: skip
GRAVE_ENOUGH: tuple[type[Fact], ...] = (
    r.PartyRegistered, r.CertificationChanged, r.ConsignmentContractEnded, r.ProductRegistered,
    r.LabelApproved, r.LabelWithdrawn, r.ProgrammeEnrolled, r.ResponsiblePersonDesignated,
    r.SealTrainingCompleted, r.PersonQualified, s.SealsDispatched, s.SealsReceived, s.SealsApplied,
    s.SealsSpoiled, s.SealsSampled, s.SealsCounted, s.SealsRemoved, t.LotRecorded, t.LotGraded,
    t.LotHeld, t.LotReleased, t.InputVerified, t.ProcessRecorded, g.ShipmentDeparted,
    g.ShipmentReceived, g.ShipmentDocumentsSent, g.GoodsSold, d.SealReportFiled,
    d.ExportCertificateRequested, d.AnnualReportFiled, h.HerdRecorded, h.FeedingRecorded,
    h.AnimalsLeft, k.CriterionShown,
)  # fmt: skip


@pytest.mark.parametrize(("events", "seed"), [(400, 1), (3_000, 3), (20_000, 7)])
def test_everybody_speaks_for_themselves(events: int, seed: int) -> None:
    """Each event of a clean season comes from a source of a party that may say it."""
    assert out_of_standing(season(events, seed).facts()) == []


def test_faults_are_said_by_whom_they_concern() -> None:
    """So do all events of faults but those whose fault it is to be said by a stranger."""
    made = season(20_000, 3, Mix.parse("all"))
    strange = {case.subject for case in made.key().cases if case.rule == "M-65"}

    assert {fact.id for fact in out_of_standing(made.facts())} == strange


@pytest.mark.parametrize("kind", [*GRAVE, *GRAVE_ENOUGH], ids=lambda kind: kind.__name__)
def test_strangers_say_all_kinds_of_events(kind: type[Fact]) -> None:
    """A stranger says each kind of event that is grave to say of others, and most of the rest."""
    made = season(1_200, 3, Mix.parse("M-65:4"))
    strange = {case.subject for case in made.key().cases if case.rule == "M-65"}

    assert any(fact.id in strange for fact in made.facts() if isinstance(fact, kind))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_over_kafka_everybody_speaks_for_themselves_in_any_order(order: int) -> None:
    """Over shared topics so does every event but designations, which the operator loads first."""
    facts = list({fact.id: fact for fact in season(3_000, 5).facts()}.values())
    Random(order).shuffle(facts)  # noqa: S311 -- a seed gives an order; nothing here is secret

    def came(fact: Fact) -> tuple[str | None, str]:
        return by_hand(fact) if operators(fact) else over_kafka(fact)

    assert out_of_standing(facts, came) == []
    designations = {fact.id for fact in facts if isinstance(fact, r.IssuerDesignated)}
    assert {fact.id for fact in out_of_standing(facts, over_kafka)} == designations
    assert designations


def test_every_speaker_is_known() -> None:
    """Every source registers itself, in clean seasons and with every fault; none is unknown."""
    facts = list(season(20_000, 3, Mix.parse("all")).facts())
    registered = [fact for fact in facts if isinstance(fact, r.SourceRegistered)]
    themselves = {fact.registers for fact in registered if fact.source == fact.registers}

    assert {fact.source for fact in facts} == themselves
    assert {fact.registers for fact in registered} == themselves
