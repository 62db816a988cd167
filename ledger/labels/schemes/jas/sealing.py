"""Sealing under JAS: who attached the mark, in which mode, under which papers.

Each application is judged on its own day, consigned ones on the day of departure too.
"""

from collections.abc import Iterator
from datetime import date

from ledger.facts.documents import ExportCertificateIssued, SealReportFiled
from ledger.facts.mentions import About
from ledger.facts.registry import (
    ConsignmentContractEnded,
    ConsignmentContractSigned,
    MarkRegistered,
    ResponsiblePersonDesignated,
)
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import ShipmentReceived
from ledger.labels.certified import (
    certifications,
    certified,
    designated,
    enrolments,
    in_force,
    trained,
)
from ledger.labels.lots import LotFacts, graded_conforming, sources
from ledger.labels.schemes.jas.grading import (
    CODE,
    HOME,
    MAKERS,
    arranged,
    labelling,
    route_schemes,
)
from ledger.labels.schemes.scheme import Case
from ledger.labels.scope import statement
from ledger.labels.shipping import is_live, line_scope
from ledger.labels.verdict import Reason, fails, unshown


def sealing(case: Case, facts: LotFacts) -> Iterator[Reason]:
    """Every application of the lot under the label, and the papers of its shipment."""
    for applied in case.seals:
        mark = case.record.latest(MarkRegistered, About.MARK, applied.mark)
        if mark is not None:
            yield from _application(case, facts, applied, mark)
    yield from _papers(case, facts)


def _application(
    case: Case, facts: LotFacts, applied: SealsApplied, mark: MarkRegistered
) -> Iterator[Reason]:
    record, on, class_ = case.record, applied.day, case.class_
    yield from _body(case, mark, class_, on)
    graded = any(graded_conforming(record, one, applied.at) for one in sources(record, facts.lot))
    mode = None if case.departed is None else case.departed.sealing_mode
    own = applied.holder == mark.importer
    if mode == "DIRECT_JAS":
        if not certified(record, applied.holder, CODE, MAKERS, class_, on):
            yield from fails("CERT_OPERATOR")
        if not own:
            yield from fails("MARK_IMPORTER")
        if not graded:
            yield from fails("NOT_GRADED")
    elif own:
        roles = ("IMPORTER", "SUBDIVIDER", *MAKERS)
        if not certified(record, mark.importer, CODE, roles, None, on):
            yield from fails("CERT_IMPORTER")
        if not graded and not any(_live_certificates(case, facts, on)):
            yield from fails("NOT_GRADED")
        # Makers label under their grading rules; the course is asked of importers and subdividers.
        if not certified(record, applied.holder, CODE, MAKERS, class_, on):
            yield from labelling(record, applied).only({"LABELLER_UNTRAINED"}).reasons
    else:
        if not graded:
            yield from fails("NOT_GRADED")
        yield from _consigned(case, applied, mark)


def _body(case: Case, mark: MarkRegistered, class_: str | None, on: date) -> Iterator[Reason]:
    """The body under the mark: designated, and the issuer of the licensee's certificate."""
    record = case.record
    if not designated(record, mark.rcb, on, country=HOME, scheme=CODE, class_=class_):
        yield from fails("RCB_NOT_DESIGNATED")
    held = certifications(record, mark.importer, on, scheme=CODE)
    if held and all(one.issuer != mark.rcb for one in held):
        yield from fails("MARK_RCB")


def _consigned(case: Case, applied: SealsApplied, mark: MarkRegistered) -> Iterator[Reason]:
    """Attached abroad for the importer: its contract, both certificates, programme and person."""
    record, departed = case.record, case.departed
    days = [applied.day, *([] if departed is None else [departed.day])]
    origin = None if departed is None else departed.origin
    schemes = route_schemes(record, applied.holder, origin)
    for on in days:
        if not any(certified(record, applied.holder, one, None, None, on) for one in schemes):
            yield from fails("CERT_EXPORTER")
        if not certified(record, mark.importer, CODE, "IMPORTER", None, on):
            yield from fails("CERT_IMPORTER")
    contract = _contract(case, applied, mark)
    if contract is None:
        yield from fails("NO_CONTRACT")
        if not certified(record, applied.holder, CODE, MAKERS, None, applied.day):
            yield from fails("SEALER_NOT_ALLOWED")
        return
    if contract.importer != mark.importer:
        yield from fails("MARK_IMPORTER")
    if contract.rcb != mark.rcb:
        yield from fails("MARK_RCB")
    on = applied.day
    programmes = enrolments(record, applied.holder, "JAPAN_EXPORT", on)
    if not any(fact.agent == contract.agent for fact in programmes):
        yield from fails("NO_PROGRAMME")
    people = [
        fact
        for fact in record.about(ResponsiblePersonDesignated, About.CONTRACT, contract.contract)
        if fact.from_ <= on
    ]
    person = max(people, key=lambda fact: (fact.from_, fact.at, fact.id), default=None)
    if person is None or not trained(record, contract.exporter, None, on, person.person):
        yield from fails("RESPONSIBLE_UNTRAINED")


def _contract(
    case: Case, applied: SealsApplied, mark: MarkRegistered
) -> ConsignmentContractSigned | None:
    """The contract in force that fits best: the licensee's and its body's before others."""
    record, on = case.record, applied.day
    found: dict[str, ConsignmentContractSigned] = {}
    for fact in record.about(ConsignmentContractSigned, About.PARTY, applied.holder):
        if applied.contract in (None, fact.contract):
            found[fact.contract] = fact
    valid = [
        fact
        for name, fact in found.items()
        if in_force(fact, on)
        and all(
            on <= end.on for end in record.about(ConsignmentContractEnded, About.CONTRACT, name)
        )
    ]
    return max(
        valid,
        key=lambda fact: (
            fact.importer == mark.importer,
            fact.rcb == mark.rcb,
            fact.from_,
            fact.id,
        ),
        default=None,
    )


def _live_certificates(case: Case, facts: LotFacts, by: date) -> Iterator[ExportCertificateIssued]:
    """Live certificates of that day or before that name the lot or one it was subdivided from."""
    for one in sources(case.record, facts.lot):
        for fact in case.record.about(ExportCertificateIssued, About.LINE, one):
            if fact.issued_on <= by and is_live(case.record, fact):
                yield fact


def _papers(case: Case, facts: LotFacts) -> Iterator[Reason]:
    """The shipment's certificate, its issuer and statement, its report and what was seen."""
    record, departed = case.record, case.departed
    if departed is None or departed.sealing_mode == "DIRECT_JAS":
        return
    lines = [line for line in departed.lines if line.lot == facts.lot]
    if departed.sealing_mode == "IMPORTER_APPLIES" and any(line.seals for line in lines):
        yield from fails("SEAL_IN_MODE")
    reported = record.about(SealReportFiled, About.SHIPMENT, departed.shipment)
    if departed.sealing_mode == "CONSIGNED" and not reported:
        yield from fails("REPORT_MISSING")
    found = line_scope(record, departed, facts.lot)
    if found is None or not found.asks_certificate:
        return
    papers = [*_live_certificates(case, facts, departed.day)]
    if not papers:
        yield from fails("CERT_EXPORT")
    scheme = arranged().get(departed.origin)
    for paper in papers:
        yield from statement(paper.form, paper.statement, paper.issued_on).reasons
        if scheme is not None and not designated(
            record,
            paper.issuer,
            paper.issued_on,
            country=departed.origin,
            scheme=scheme.code,
            class_=paper.product_class,
        ):
            yield from fails("ISSUER_NOT_DESIGNATED")
    received = record.about(ShipmentReceived, About.SHIPMENT, departed.shipment)
    if received and not any(one.originals_seen or one.certificate_seen for one in received):
        yield from unshown("CERT_ORIGINAL")
