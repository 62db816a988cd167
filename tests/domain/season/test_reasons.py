"""Faults show every reason of the label rules that events can show."""

from collections.abc import Iterator
from functools import singledispatch
from random import Random

import pytest

from ledger.facts.corrections import EventRetracted
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.herds import FeedingRecorded, HerdRecorded
from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, LotRecorded, LotSubdivided, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.check import claim_check
from ledger.labels.livestock.feeding import feeding
from ledger.labels.livestock.keeping import keeping
from ledger.labels.livestock.measures import broken
from ledger.labels.livestock.origin import origin
from ledger.labels.lots import lot_facts
from ledger.labels.process import process
from ledger.labels.schemes.jas.grading import grading, labelling, subdividing
from ledger.labels.schemes.jas.people import qualified
from ledger.labels.scope import statement
from ledger.labels.shipping import certificate_line_scope, shipment_scope
from ledger.labels.verdict import CODES, carried_by
from ledger.questions.herds import HerdsAtHand, arrival_of
from ledger.season import Mix
from ledger.season.faults import FAULTS, scenarios
from ledger.season.scenario import Scenario

NOT_SHOWN = {
    "CONVERSION_NOT_ACCEPTED": "asked of goods that leave Japan for the United States, where seals "
    "are no longer our question: no rule carries it to a case",
}
"""Reason codes at level F that no fault brings to a case, and why."""
LEVEL_F = {row.code for row in CODES.rows() if row.level == "F"} | {"CLASH"}
"""CLASH is of level F where the label's words are known."""
BY_A_RULE_ALONE = {"ANNUAL_REPORT_LATE", "UNSEALED_SALE"}
"""Codes that no function gives: the rule that carries them finds them from sums and dates."""


@singledispatch
def reasons(fact: Fact, record: Record) -> Iterator[tuple[str, ...]]:
    """What the label rules have against one fact."""
    del fact, record
    yield ()


@reasons.register
def _label(fact: LabelApproved, record: Record) -> Iterator[tuple[str, ...]]:
    key = (fact.label, fact.version)
    yield claim_check(
        fact.claim, record, fact.product, on=fact.from_, label=key, label_text=fact.wording,
        seals=(),
    ).broken  # fmt: skip


@reasons.register
def _applied(fact: SealsApplied, record: Record) -> Iterator[tuple[str, ...]]:
    key = (fact.label, fact.label_version)
    approved = record.latest(LabelApproved, About.LABEL, f"{key[0]} {key[1]}")
    departures = record.about(ShipmentDeparted, About.LINE, fact.lot)
    for shipment in (None, *(departed.shipment for departed in departures)):
        if approved is not None:
            yield claim_check(
                approved.claim, record, on=fact.day, lot=fact.lot, label=key, shipment=shipment,
                label_text=approved.wording, seals=[fact],
            ).broken  # fmt: skip
    yield labelling(record, fact).broken
    if fact.actor is not None:
        yield qualified(record, fact.actor, fact.holder, "LABELLER", fact.day).broken


@reasons.register
def _graded(fact: LotGraded, record: Record) -> Iterator[tuple[str, ...]]:
    yield grading(record, fact).broken
    lot = lot_facts(record, fact.lot)
    if lot is not None:
        yield qualified(record, fact.grader, lot.made.operator, "GRADER", fact.day).broken


@reasons.register
def _divided(fact: LotSubdivided, record: Record) -> Iterator[tuple[str, ...]]:
    yield subdividing(record, fact).broken


@reasons.register
def _processed(fact: ProcessRecorded, record: Record) -> Iterator[tuple[str, ...]]:
    yield process(record, fact).broken


@reasons.register
def _fed(fact: FeedingRecorded, record: Record) -> Iterator[tuple[str, ...]]:
    yield (*broken(feeding(fact, record.latest(HerdRecorded, About.ANIMALS, fact.herd))),)


@reasons.register
def _came(fact: HerdRecorded, record: Record) -> Iterator[tuple[str, ...]]:
    arrival = arrival_of(fact)
    yield (*broken(origin(fact, arrival and HerdsAtHand(record).replaced(arrival))),)


@reasons.register
def _made(fact: LotRecorded, record: Record) -> Iterator[tuple[str, ...]]:
    for name in fact.herds:
        herd = record.latest(HerdRecorded, About.ANIMALS, name)
        assert herd is not None
        yield (*broken(keeping(herd, fact.produced_on)),)


@reasons.register
def _departed(fact: ShipmentDeparted, record: Record) -> Iterator[tuple[str, ...]]:
    for line in fact.lines:
        yield shipment_scope(record, fact, line.lot).broken


@reasons.register
def _certified(fact: ExportCertificateIssued, record: Record) -> Iterator[tuple[str, ...]]:
    yield statement(fact.form, fact.statement, fact.issued_on).broken
    for index, line in enumerate(fact.lines):
        if line.lot is not None:
            yield certificate_line_scope(record, fact, index).broken


def shown(scenario: Scenario) -> set[str]:
    """The codes on the facts of a scenario that stand behind a case of its key."""
    record = Record(
        [(entry.kind(id=_id(n), time="2024-04-02T09:00:00.000000+00:00",
                     source=entry.desk.source, **entry.fields), 0)
         for n, entry in enumerate(scenario.entries)]
        + [(said.fact, said.at) for said in scenario.said]
    )  # fmt: skip
    found = {
        code
        for known in record
        if record.counts(known.fact) and not isinstance(known.fact, EventRetracted)
        for codes in reasons(known.fact, record)
        for code in codes
    }
    rules = {case.rule for case in scenario.cases}
    found |= {code for code in BY_A_RULE_ALONE for rule in rules if code in carried_by(rule)}
    return {code for code in found if code == "CLASH" or any(code in carried_by(r) for r in rules)}


def _id(number: int) -> str:
    return f"018e9c00-0000-7000-8000-{number:012x}"


def test_every_reason_is_shown_or_told_why_not() -> None:
    """A case of the carrying rule shows each code of level F; the others stand in a table."""
    found: set[str] = set()
    for scenario in scenarios(Mix(everything=True), 1, 3):
        found |= shown(scenario)

    assert LEVEL_F - found == set(NOT_SHOWN)


def test_the_table_of_what_is_not_shown_has_reasons() -> None:
    """Each entry is a code of level F with a sentence."""
    assert set(NOT_SHOWN) <= LEVEL_F
    assert all(len(why) > 20 for why in NOT_SHOWN.values())


@pytest.mark.parametrize("name", ["restricted-over-5", "made-before-certified"])
def test_a_fault_shows_its_code(name: str) -> None:
    """The codes of one fault are found on its own facts."""
    scenario = FAULTS[name].scenario(0, Random(name))  # noqa: S311  # repeatable, not secret

    assert shown(scenario) & {"RESTRICTED_OVER_5", "CERT_PRODUCTION"}
