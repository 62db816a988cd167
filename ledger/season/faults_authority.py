"""Faults of authority: who may attach, grade, divide and certify what, and on which day."""

from datetime import date, timedelta

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.shipments import ShipmentDeparted
from ledger.season import fault_trades as on
from ledger.season import goods as g
from ledger.season.faults_application import LAPSED, also
from ledger.season.moments import day_number, day_of, local_day_number
from ledger.season.scenario import Scenario, fault
from ledger.season.trades import Trade


def _out_of_force(i: Scenario, party: str, on_day: date, back: date) -> None:
    """A certification is suspended for a while."""
    for entry in list(i.registered(r.CertificationChanged, party=party)):
        also(i, entry, status="SUSPENDED", from_=on_day)
        also(i, entry, status="REINSTATED", from_=back)


def _sealing_day(i: Scenario) -> date:
    first = i.of(s.SealsApplied)
    return day_of(local_day_number(first.at, first.desk.offset))


@fault("M-10", on.consigned)
def licensee_suspended(i: Scenario) -> None:
    """The importer's certification is suspended on the very day of sealing."""
    day = _sealing_day(i)
    _out_of_force(i, i.trade.licensee, day, day + timedelta(days=1))
    i.each_scan("M-10", "licensee")


@fault("M-10", on.consigned)
def exporter_suspended(i: Scenario) -> None:
    """The exporter's certification is suspended on the very day of sealing."""
    day = _sealing_day(i)
    _out_of_force(i, i.trade.operator, day, day + timedelta(days=1))
    i.each_scan("M-10", "exporter")


@fault("M-10", on.consigned)
def body_not_designated(i: Scenario) -> None:
    """The body whose name stands on the mark lost its designation in summer."""
    i.register(r.IssuerDesignated, {"issuer": i.trade.rcb}, until=LAPSED)
    i.each_scan("M-10", "rcb")
    i.expect("M-10", i.shipment, f"rcb {i.mark}")


@fault("M-10", on.consigned)
def agent_not_designated(i: Scenario) -> None:
    """The exporter's agent lost its designation in summer, and certifies all the same."""
    i.register(r.IssuerDesignated, {"issuer": i.trade.agent}, until=LAPSED)
    i.each_scan("M-10", "agent")
    i.expect("M-10", i.shipment, "agent")
    i.expect("M-27", _certificate(i))


def _certificate(i: Scenario) -> str:
    fields = i.of(ExportCertificateIssued).fields
    return f"{fields['issuer']} {fields['number']}"


@fault("M-10", on.importer_applies)
def importer_suspended(i: Scenario) -> None:
    """The importer's certification is suspended on the day the goods leave."""
    left = i.of(ShipmentDeparted)
    day = day_of(local_day_number(left.at, left.desk.offset))
    _out_of_force(i, i.trade.licensee, day, day + timedelta(days=1))
    i.expect("M-10", i.shipment, "importer")


@fault("M-11", on.consigned)
def site_not_authorised(i: Scenario) -> None:
    """Seals are attached at a site the contract does not name."""
    i.register(r.ConsignmentContractSigned, {}, sites=(f"{i.trade.operator}-W8",))
    i.each_scan("M-11", "site")


@fault("M-11", on.consigned)
def product_not_authorised(i: Scenario) -> None:
    """Seals go onto a product the contract does not name."""
    i.register(r.ConsignmentContractSigned, {}, products=(f"P-{i.trade.code}-OTHER",))
    i.each_scan("M-11", "product")


@fault("M-11", on.consigned)
def role_not_authorised(i: Scenario) -> None:
    """A printer attaches seals."""
    i.register(r.PartyRegistered, {"party": i.trade.operator}, roles=("PRINTER",))
    i.each_scan("M-11", "role")


@fault("M-11", on.consigned)
def sealer_not_allowed(i: Scenario) -> None:
    """A printer goes on attaching seals after its contract has run out."""
    i.register(r.PartyRegistered, {"party": i.trade.operator}, roles=("PRINTER",))
    i.register(r.ConsignmentContractSigned, {}, until=LAPSED)
    i.each_scan("M-11", "role")
    i.each_scan("M-09")


@fault("M-11", on.subdivided)
def subdivider_not_authorised(i: Scenario) -> None:
    """One who is certified as importer only packs goods anew."""
    i.register(r.CertificationChanged, {"party": i.trade.operator}, role="IMPORTER")
    i.expect("M-11", i.of(t.LotSubdivided).id, "subdivider")


@fault("M-11", on.domestic)
def grader_untrained(i: Scenario) -> None:
    """The grader never took the course."""
    person = i.trade.person("grader")
    i.unregister(r.SealTrainingCompleted, person=person)
    i.unregister(r.PersonQualified, person=person)
    i.expect("M-11", i.of(t.LotGraded).id, "grader")


def _early_wine(code: str) -> Trade:
    return on.consigned(code, g.WINE.but(label_from=date(2024, 5, 1)))


@fault("M-12", _early_wine, start=day_number(date(2025, 8, 18)))
def out_of_scope(i: Scenario) -> None:
    """Wine from the United States is sealed and shipped weeks before it came into scope."""
    i.each_scan("M-12", "scope")
    i.expect("M-12", i.shipment, i.lot)
    i.expect("M-12", _certificate(i), i.lot)


@fault("M-12", on.consigned)
def outside_licence(i: Scenario) -> None:
    """The importer is certified for fresh plants, not for what is sealed."""
    i.register(r.CertificationChanged, {"party": i.trade.licensee}, product_classes=("PLANT",))
    i.each_scan("M-12", "classes")


@fault("M-13", on.consigned)
def no_responsible_person(i: Scenario) -> None:
    """Nobody answers for the seals."""
    i.unregister(r.ResponsiblePersonDesignated)
    i.expect("M-13", i.trade.contract, "person")


@fault("M-13", on.consigned)
def responsible_untrained(i: Scenario) -> None:
    """Who answers for the seals was never trained."""
    i.unregister(r.SealTrainingCompleted, course="SEAL_ATTACHMENT")
    i.expect("M-13", i.trade.contract, "training")


@fault("M-13", on.consigned)
def training_not_proved(i: Scenario) -> None:
    """The proof of training went to nobody."""
    i.register(r.SealTrainingCompleted, {"course": "SEAL_ATTACHMENT"}, proof_sent_to=())
    i.expect("M-13", i.trade.contract, "proof")


@fault("M-13", on.consigned)
def not_enrolled(i: Scenario) -> None:
    """The exporter is not in its agent's programme."""
    i.unregister(r.ProgrammeEnrolled)
    i.expect("M-13", i.trade.contract, "programme")


@fault("M-13", on.consigned)
def contract_not_copied(i: Scenario) -> None:
    """The agent never got a copy of the contract."""
    i.register(r.ConsignmentContractSigned, {}, copy_sent_to_agent_on=None)
    i.expect("M-13", i.trade.contract, "copy")
