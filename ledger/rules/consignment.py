"""Consignment: whose mark was applied or shipped, and on which contract."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.mentions import About
from ledger.questions import Questions
from ledger.rules.applied import (
    Application,
    Breach,
    departed_rec,
    marked_lines,
)
from ledger.rules.contracts import Standing, contract_of
from ledger.rules.moments import ids, wait
from ledger.rules.papers import shipment_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of


def wrong_importer(app: Application, _questions: Questions) -> Iterator[Breach]:
    """M-07: the contract in force is with another importer than the mark's licensee."""
    if (stands := _breaking("M-07", app)) is not None:
        importers = sorted({contract.signed.importer for contract in stands.fitting})
        yield Breach("", tuple(importers), (stands.mark.importer,), _evidence(stands))


def wrong_body(app: Application, _questions: Questions) -> Iterator[Breach]:
    """M-08: the contract in force with the licensee names another body than the mark."""
    if (stands := _breaking("M-08", app)) is not None:
        licensee = stands.mark.importer
        bodies = {c.signed.rcb for c in stands.fitting if c.signed.importer == licensee}
        yield Breach("", tuple(sorted(bodies)), (stands.mark.rcb,), _evidence(stands))


def no_contract(app: Application, questions: Questions) -> Iterator[Breach]:
    """M-09: somebody else's mark was applied without a contract in force that fits."""
    if (stands := _breaking("M-09", app)) is not None:
        ends = [contract.end for contract in stands.offered if contract.end is not None]
        named = app.fact.contract
        mistaken = (
            named is not None
            and contract_of(questions, named) is None
            and questions.looks_alike(About.CONTRACT, named)
        )
        yield Breach(
            discriminator="",
            expected=(f"in force on {app.day.isoformat()}",),
            found=(max(ends).isoformat(),) if ends else (),
            evidence=_evidence(stands),
            artefact=mistaken,
        )


def _breaking(rule: str, app: Application) -> Standing | None:
    stands = app.standing
    return stands if stands is not None and stands.breach == rule else None


def _evidence(stands: Standing) -> tuple[str, ...]:
    return stands.mark.id, *ids(contract.signed for contract in stands.offered)


def shipped_to_another(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-07 on a shipment: a line's mark is not licensed to the importer."""
    shipment = shipment_of(questions, key)
    if shipment is None:
        return
    header = shipment.header
    for line in marked_lines(shipment, questions):
        licensee = line.mark.importer
        direct = header.sealing_mode == "DIRECT_JAS" and licensee == header.exporter
        if licensee != header.importer and not direct:
            yield Finding(
                discriminator=key_of(line.lot, line.mark.mark),
                expected=(header.importer,),
                found=(licensee,),
                evidence=ids((*line.departures, line.mark)),
                deadline=wait(policy.grace_registry, departed_rec(questions, line.departures)),
            )


def shipped_under_another(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-08 on a shipment: a line's mark names another body than the shipment's contract."""
    shipment = shipment_of(questions, key)
    if shipment is None or shipment.header.contract is None:
        return
    contract = contract_of(questions, shipment.header.contract)
    if contract is None:
        return
    signed = contract.signed
    for line in marked_lines(shipment, questions):
        if line.mark.importer == signed.importer and line.mark.rcb != signed.rcb:
            yield Finding(
                discriminator=key_of(line.lot, line.mark.mark),
                expected=(signed.rcb,),
                found=(line.mark.rcb,),
                evidence=ids((*line.departures, line.mark, signed)),
                deadline=wait(policy.grace_registry, departed_rec(questions, line.departures)),
            )


_SHIPMENT = SubjectKind.SHIPMENT

RULES: Final = (
    Rule(
        number="M-07",
        slug="wrong-importer",
        family="L",
        severity="C",
        subjects=(On(_SHIPMENT, shipped_to_another),),
        applications=(wrong_importer,),
        says=(
            Says(
                SubjectKind.APPLICATION,
                expected="importers:party+",
                found="licensee:party",
                impact="subject",
            ),
            Says(
                SubjectKind.SHIPMENT,
                "lot mark",
                "importer:party",
                "licensee:party",
                impact="subject",
            ),
        ),
    ),
    Rule(
        number="M-08",
        slug="wrong-body",
        family="L",
        severity="C",
        subjects=(On(_SHIPMENT, shipped_under_another),),
        applications=(wrong_body,),
        says=(
            Says(
                SubjectKind.APPLICATION,
                expected="bodies:party+",
                found="body:party",
                impact="subject",
            ),
            Says(
                SubjectKind.SHIPMENT, "lot mark", "contracted:party", "body:party", impact="subject"
            ),
        ),
    ),
    Rule(
        number="M-09",
        slug="no-contract",
        family="L",
        severity="C",
        applications=(no_contract,),
        says=(
            Says(SubjectKind.APPLICATION, expected="day:on", found="end:day?", impact="subject"),
        ),
    ),
)
