"""The chain: every party between the mark and the goods is certified or designated on that day."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import CertificationChanged, IssuerDesignated, MarkRegistered
from ledger.questions import Questions
from ledger.rules.applied import Application, Breach, departed_rec, marked_lines
from ledger.rules.certification import State, designations, shown, states
from ledger.rules.contracts import Contract, contract_of
from ledger.rules.moments import ids, wait
from ledger.rules.papers import Shipment, shipment_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of

_IMPORTER: Final = ("IMPORTER",)


def certification_lapsed(app: Application, questions: Questions) -> Iterator[Breach]:
    """M-10: a party behind an application had no valid certification or designation that day.

    Whatever lot it was of: worked out once for a holder, mark, contract and day.
    """
    fact = app.fact
    key = "chain", fact.holder, fact.mark, fact.contract, app.day
    yield from questions.memo(key, lambda: [*_behind_application(app, questions)])


def _behind_application(app: Application, questions: Questions) -> Iterator[Breach]:
    stands, day = app.standing, app.day
    if stands is None:
        return
    yield from _licensee("licensee", stands.mark, questions, day, any_role=stands.own)
    if not stands.own:
        yield from _exporter(app.fact.holder, stands.governing, questions, day)
    yield from _body("rcb", stands.mark, questions, day)
    if stands.governing is not None:
        yield from _agent(stands.governing, questions, day)


def chain_lapsed(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-10 on a shipment: the same for the parties behind it, on the day it departed."""
    shipment = shipment_of(questions, key)
    if shipment is None:
        return
    for breach in _behind_shipment(shipment, questions):
        yield Finding(
            discriminator=breach.discriminator,
            expected=breach.expected,
            found=breach.found,
            evidence=(*ids(shipment.departures), *breach.evidence),
            deadline=wait(
                policy.grace_registry, departed_rec(questions, tuple(shipment.departures))
            ),
        )


def _behind_shipment(shipment: Shipment, questions: Questions) -> Iterator[Breach]:
    header, day = shipment.header, shipment.day
    contract = None if header.contract is None else contract_of(questions, header.contract)
    yield from _exporter(header.exporter, contract, questions, day)
    if contract is not None:
        yield from _agent(contract, questions, day)
    marks = {line.mark.mark: line.mark for line in marked_lines(shipment, questions)}
    for name, mark in sorted(marks.items()):
        any_role = header.exporter == mark.importer
        yield from _licensee(key_of("licensee", name), mark, questions, day, any_role=any_role)
        yield from _body(key_of("rcb", name), mark, questions, day)
    unmarked = all(line.mark is None for line in shipment.lines)
    if unmarked and header.sealing_mode != "DIRECT_JAS":
        yield from _uncertified(
            "importer", states(questions, header.importer, day, roles=_IMPORTER)
        )


def _licensee(
    role: str, mark: MarkRegistered, questions: Questions, day: date, *, any_role: bool
) -> Iterator[Breach]:
    roles = () if any_role else _IMPORTER
    found = states(questions, mark.importer, day, scheme=mark.scheme, issuer=mark.rcb, roles=roles)
    yield from _uncertified(role, found)


def _exporter(
    party: str, contract: Contract | None, questions: Questions, day: date
) -> Iterator[Breach]:
    agent = None if contract is None else contract.signed.agent
    yield from _uncertified("exporter", states(questions, party, day, issuer=agent))


def _uncertified(role: str, found: Sequence[State]) -> Iterator[Breach]:
    if not any(state.valid for state in found):
        says, events = shown(found)
        yield Breach(role, ("valid",), says, ids(events))


def _body(role: str, mark: MarkRegistered, questions: Questions, day: date) -> Iterator[Breach]:
    yield from _undesignated(role, mark.rcb, questions, day, as_="RCB", scheme=mark.scheme)


def _agent(contract: Contract, questions: Questions, day: date) -> Iterator[Breach]:
    agent = contract.signed.agent
    yield from _undesignated("agent", agent, questions, day, as_="CERTIFYING_AGENT", scheme=None)


def _undesignated(
    role: str, body: str, questions: Questions, day: date, *, as_: str, scheme: str | None
) -> Iterator[Breach]:
    """Not designated (for a scheme, or for any), or certified in its role and not validly so."""

    def fits(event: IssuerDesignated) -> bool:
        return scheme is None or event.scheme == scheme

    if not designations(questions, body, day, fits):
        says, events = _designation_shown(
            [e for e in questions.record.about(IssuerDesignated, About.ISSUER, body) if fits(e)],
            day,
        )
        yield Breach(role, ("valid",), says, ids(events))
        return
    certified = any(
        event.role == as_
        for event in questions.record.about(CertificationChanged, About.PARTY, body)
    )
    if certified:
        yield from _uncertified(role, states(questions, body, day, roles=(as_,)))


def _designation_shown(
    events: Sequence[IssuerDesignated], day: date
) -> tuple[tuple[str, ...], tuple[Fact, ...]]:
    over = [(event.until, event) for event in events if event.until is not None]
    past = [(until, event) for until, event in over if until < day]
    if not past:
        return ("none",), ()
    until, event = max(past, key=lambda pair: (pair[0], pair[1].at, pair[1].id))
    return ("EXPIRED", until.isoformat()), (event,)


RULES: Final = (
    Rule(
        number="M-10",
        slug="certification-lapsed",
        family="H",
        severity="C",
        subjects=(On(SubjectKind.SHIPMENT, chain_lapsed),),
        applications=(certification_lapsed,),
        says=(
            Says(
                SubjectKind.APPLICATION, "role:chain", "_", "status? since:day?", impact="subject"
            ),
            Says(
                SubjectKind.SHIPMENT,
                "role:chain mark?",
                "_",
                "status? since:day?",
                impact="subject",
            ),
        ),
    ),
)
