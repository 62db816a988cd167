"""Slips of authority: who may attach, grade, divide and certify what, and on which day."""

from datetime import date, timedelta

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.shipments import ShipmentDeparted
from ledger.season import goods as g
from ledger.season import slip_lanes as on
from ledger.season.island import Island, slip
from ledger.season.lanes import Lane
from ledger.season.moments import day_number, day_of, local_day_number
from ledger.season.slips_application import LAPSED, also


def _out_of_force(i: Island, party: str, on_day: date, back: date) -> None:
    """A certification is suspended for a while."""
    for entry in list(i.registered(r.CertificationChanged, party=party)):
        also(i, entry, status="SUSPENDED", from_=on_day)
        also(i, entry, status="REINSTATED", from_=back)


def _sealing_day(i: Island) -> date:
    first = i.of(s.SealsApplied)
    return day_of(local_day_number(first.at, first.desk.offset))


@slip("M-10", on.consigned)
def licensee_suspended(i: Island) -> None:
    """The importer's certification is suspended on the very day of sealing."""
    day = _sealing_day(i)
    _out_of_force(i, i.lane.licensee, day, day + timedelta(days=1))
    i.each_scan("M-10", "licensee")


@slip("M-10", on.consigned)
def exporter_suspended(i: Island) -> None:
    """The exporter's certification is suspended on the very day of sealing."""
    day = _sealing_day(i)
    _out_of_force(i, i.lane.operator, day, day + timedelta(days=1))
    i.each_scan("M-10", "exporter")


@slip("M-10", on.consigned)
def body_not_designated(i: Island) -> None:
    """The body whose name stands on the mark lost its designation in summer."""
    i.register(r.IssuerDesignated, {"issuer": i.lane.rcb}, until=LAPSED)
    i.each_scan("M-10", "rcb")
    i.expect("M-10", i.shipment, f"rcb {i.mark}")


@slip("M-10", on.consigned)
def agent_not_designated(i: Island) -> None:
    """The exporter's agent lost its designation in summer, and certifies all the same."""
    i.register(r.IssuerDesignated, {"issuer": i.lane.agent}, until=LAPSED)
    i.each_scan("M-10", "agent")
    i.expect("M-10", i.shipment, "agent")
    i.expect("M-27", _certificate(i))


def _certificate(i: Island) -> str:
    fields = i.of(ExportCertificateIssued).fields
    return f"{fields['issuer']} {fields['number']}"


@slip("M-10", on.importer_applies)
def importer_suspended(i: Island) -> None:
    """The importer's certification is suspended on the day the goods leave."""
    left = i.of(ShipmentDeparted)
    day = day_of(local_day_number(left.at, left.desk.offset))
    _out_of_force(i, i.lane.licensee, day, day + timedelta(days=1))
    i.expect("M-10", i.shipment, "importer")


@slip("M-11", on.consigned)
def site_not_authorised(i: Island) -> None:
    """Seals are attached at a site the contract does not name."""
    i.register(r.ConsignmentContractSigned, {}, sites=(f"{i.lane.operator}-W8",))
    i.each_scan("M-11", "site")


@slip("M-11", on.consigned)
def product_not_authorised(i: Island) -> None:
    """Seals go onto a product the contract does not name."""
    i.register(r.ConsignmentContractSigned, {}, products=(f"P-{i.lane.code}-OTHER",))
    i.each_scan("M-11", "product")


@slip("M-11", on.consigned)
def role_not_authorised(i: Island) -> None:
    """A printer attaches seals."""
    i.register(r.PartyRegistered, {"party": i.lane.operator}, roles=("PRINTER",))
    i.each_scan("M-11", "role")


@slip("M-11", on.consigned)
def sealer_not_allowed(i: Island) -> None:
    """A printer goes on attaching seals after its contract has run out."""
    i.register(r.PartyRegistered, {"party": i.lane.operator}, roles=("PRINTER",))
    i.register(r.ConsignmentContractSigned, {}, until=LAPSED)
    i.each_scan("M-11", "role")
    i.each_scan("M-09")


@slip("M-11", on.subdivided)
def subdivider_not_authorised(i: Island) -> None:
    """One who is certified as importer only packs goods anew."""
    i.register(r.CertificationChanged, {"party": i.lane.operator}, role="IMPORTER")
    i.expect("M-11", i.of(t.LotSubdivided).id, "subdivider")


@slip("M-11", on.domestic)
def grader_untrained(i: Island) -> None:
    """The grader never took the course."""
    person = i.lane.person("grader")
    i.unregister(r.SealTrainingCompleted, person=person)
    i.unregister(r.PersonQualified, person=person)
    i.expect("M-11", i.of(t.LotGraded).id, "grader")


def _early_wine(code: str) -> Lane:
    return on.consigned(code, g.WINE.but(label_from=date(2024, 5, 1)))


@slip("M-12", _early_wine, start=day_number(date(2025, 8, 18)))
def out_of_scope(i: Island) -> None:
    """Wine from the United States is sealed and shipped weeks before it came into scope."""
    i.each_scan("M-12", "scope")
    i.expect("M-12", i.shipment, i.lot)
    i.expect("M-12", _certificate(i), i.lot)


@slip("M-12", on.consigned)
def outside_licence(i: Island) -> None:
    """The importer is certified for fresh plants, not for what is sealed."""
    i.register(r.CertificationChanged, {"party": i.lane.licensee}, product_classes=("PLANT",))
    i.each_scan("M-12", "classes")


@slip("M-13", on.consigned)
def no_responsible_person(i: Island) -> None:
    """Nobody answers for the seals."""
    i.unregister(r.ResponsiblePersonDesignated)
    i.expect("M-13", i.lane.contract, "person")


@slip("M-13", on.consigned)
def responsible_untrained(i: Island) -> None:
    """Who answers for the seals was never trained."""
    i.unregister(r.SealTrainingCompleted, course="SEAL_ATTACHMENT")
    i.expect("M-13", i.lane.contract, "training")


@slip("M-13", on.consigned)
def training_not_proved(i: Island) -> None:
    """The proof of training went to nobody."""
    i.register(r.SealTrainingCompleted, {"course": "SEAL_ATTACHMENT"}, proof_sent_to=())
    i.expect("M-13", i.lane.contract, "proof")


@slip("M-13", on.consigned)
def not_enrolled(i: Island) -> None:
    """The exporter is not in its agent's programme."""
    i.unregister(r.ProgrammeEnrolled)
    i.expect("M-13", i.lane.contract, "programme")


@slip("M-13", on.consigned)
def contract_not_copied(i: Island) -> None:
    """The agent never got a copy of the contract."""
    i.register(r.ConsignmentContractSigned, {}, copy_sent_to_agent_on=None)
    i.expect("M-13", i.lane.contract, "copy")
