"""Slips in attaching seals: whose mark, where, by whom, under which contract, on what."""

from datetime import date, timedelta
from typing import Any

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.shipments import ShipmentDeparted
from ledger.season import goods as g
from ledger.season import slip_lanes as on
from ledger.season.enrolment import Entry
from ledger.season.island import Island, slip
from ledger.season.moments import MICROS_A_MINUTE, day_number, day_of, local_day_number

_LAPSED = date(2025, 6, 30)
"""Before any seal of the season is attached."""


@slip("M-07", on.consigned)
def wrong_importer(i: Island) -> None:
    """The exporter attaches a mark that is licensed to another importer than its contract's."""
    other = f"IMP-{i.lane.code}-B"
    _second_importer(i, other, i.lane.rcb)
    i.register(r.MarkRegistered, {}, importer=other)
    i.year = {"party": other}
    i.each_scan("M-07")
    i.expect("M-07", i.shipment, f"{i.lot} {i.mark}")


@slip("M-08", on.consigned)
def wrong_body(i: Island) -> None:
    """The mark bears another body's name than the contract."""
    body = f"RCB-{i.lane.code}-B"
    for kind, key in ((r.PartyRegistered, "party"), (r.IssuerDesignated, "issuer")):
        for entry in list(i.registered(kind, **{key: i.lane.rcb})):
            _also(i, entry, **{key: body})
    _second_importer(i, i.lane.licensee, body)
    i.register(r.MarkRegistered, {}, rcb=body)
    i.year = {"rcb": body}
    i.each_scan("M-08")
    i.expect("M-08", i.shipment, f"{i.lot} {i.mark}")


@slip("M-09", on.consigned)
def no_contract(i: Island) -> None:
    """The contract ran out in summer."""
    i.register(r.ConsignmentContractSigned, {}, until=_LAPSED)
    i.each_scan("M-09")


def _second_importer(i: Island, party: str, body: str) -> None:
    """Another importer in order, or another certificate of the same one."""
    if party != i.lane.licensee:
        for entry in list(i.registered(r.PartyRegistered, party=i.lane.licensee)):
            _also(i, entry, party=party)
    for entry in list(i.registered(r.CertificationChanged, party=i.lane.licensee)):
        _also(i, entry, party=party, issuer=body, number=f"JAS-{party}-{body}")


def _also(i: Island, entry: Entry, **changes: Any) -> None:
    key = (*entry.key, *map(str, changes.values()))
    i.entries.append(entry._replace(key=key, fields=entry.fields | changes))


def _out_of_force(i: Island, party: str, on_day: date, back: date) -> None:
    """A certification is suspended for a while."""
    for entry in list(i.registered(r.CertificationChanged, party=party)):
        _also(i, entry, status="SUSPENDED", from_=on_day)
        _also(i, entry, status="REINSTATED", from_=back)


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
    i.register(r.IssuerDesignated, {"issuer": i.lane.rcb}, until=_LAPSED)
    i.each_scan("M-10", "rcb")
    i.expect("M-10", i.shipment, f"rcb {i.mark}")


@slip("M-10", on.consigned)
def agent_not_designated(i: Island) -> None:
    """The exporter's agent lost its designation in summer, and certifies all the same."""
    i.register(r.IssuerDesignated, {"issuer": i.lane.agent}, until=_LAPSED)
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


def _early_wine(code: str) -> Any:
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


@slip("M-14", on.consigned)
def label_lapsed(i: Island) -> None:
    """The approval of the label ran out in summer."""
    i.register(r.LabelApproved, {}, until=_LAPSED)
    i.each_scan("M-14", "approval")


@slip("M-14", on.consigned_two)
def label_of_another_product(i: Island) -> None:
    """Raisins are packed under the label of sultanas."""
    other = i.lane.label(i.lane.goods[1])
    for scan in i.book.planned(s.SealsApplied):
        scan.fields["label"] = other
    i.each_scan("M-14", "product")


@slip("M-14", on.consigned)
def label_of_another_scheme(i: Island) -> None:
    """A JAS seal goes onto a label that claims another scheme."""
    i.register(r.LabelApproved, {}, scheme="NOP", claim="NOP_ORGANIC")
    i.each_scan("M-14", "scheme")


@slip("M-16", on.domestic)
def seal_count(i: Island) -> None:
    """Two units get a second seal."""
    scan = i.of(s.SealsApplied, 1)
    scan.fields["count"] += 2
    i.expect("M-16", scan.id)


@slip("M-31", on.domestic)
def rejected_lot_sealed(i: Island) -> None:
    """A lot that did not conform is sealed, and the seals stay on."""
    i.change(t.LotGraded, result="NON_CONFORMING")
    i.each_scan("M-31", "grade")
    i.expect("M-32", i.lot, i.mark)


@slip("M-31", on.domestic)
def graded_without_link(i: Island) -> None:
    """A lot is passed though its records belong to another one."""
    i.change(t.LotGraded, linked_to_lot=False)
    i.each_scan("M-31", "grade")


@slip("M-31", on.domestic)
def ungraded_lot_sealed(i: Island) -> None:
    """A lot is sealed that nobody graded."""
    i.omit(t.LotGraded)
    i.each_scan("M-31", "ungraded")


@slip("M-31", on.domestic)
def conventional_lot_sealed(i: Island) -> None:
    """A conventional lot is sealed."""
    i.change(t.LotRecorded, status="CONVENTIONAL")
    i.each_scan("M-31", "status")


@slip("M-31", on.domestic)
def held_lot_sealed(i: Island) -> None:
    """A lot is sealed while it is held."""
    graded = i.of(t.LotGraded)
    i.book.say(
        t.LotHeld, graded.at + 10 * MICROS_A_MINUTE, graded.desk, lot=i.lot,
        cause="residue found",
    )  # fmt: skip
    i.each_scan("M-31", "held")


@slip("M-33", on.domestic_numbered)
def sealed_twice(i: Island) -> None:
    """One number is on two packs."""
    first, second = i.of(s.SealsApplied), i.of(s.SealsApplied, 1)
    last = first.fields["last"]
    second.fields.update(first=last, last=last + second.fields["count"] - 1)
    third = i.of(s.SealsApplied, 2)
    third.fields.update(first=third.fields["first"] - 1, last=third.fields["last"] - 1)
    i.expect("M-33", second.id, first.id)


@slip("M-34", on.domestic)
def mark_unknown(i: Island) -> None:
    """Seals of a mark nobody registered turn up, and are destroyed."""
    ghost = f"GHOST-{i.lane.code}"
    for kind, index in ((s.SealsIssued, 0), (s.SealsSpoiled, -1), (s.SealsDestroyed, -1)):
        i.again(i.of(kind, index), MICROS_A_MINUTE, mark=ghost, count=5)
    i.expect("M-34", ghost)


@slip("M-34", on.domestic_numbered)
def number_never_issued(i: Island) -> None:
    """Numbers are attached that were never printed."""
    scan = i.of(s.SealsApplied, 1)
    first = scan.fields["first"] + 500_000
    scan.fields.update(first=first, last=first + scan.fields["count"] - 1)
    i.expect("M-34", scan.id, "numbers")


@slip("M-34", on.domestic_numbered)
def number_not_read(i: Island) -> None:
    """A scan of numbered seals tells no numbers."""
    scan = i.of(s.SealsApplied, 1)
    del scan.fields["first"], scan.fields["last"]
    i.expect("M-34", scan.id, "no-range")


@slip("M-35", on.domestic_numbered)
def spoiled_seal_used(i: Island) -> None:
    """Numbers that were thrown out come back on goods."""
    spoiled, last = i.of(s.SealsSpoiled), i.of(s.SealsApplied, -1)
    numbers = {"first": last.fields["first"], "last": last.fields["first"] + 1}
    spoiled.fields.update(numbers)
    i.book.drop(spoiled)
    again = i.again(spoiled, i.of(s.SealsApplied, 1).at - spoiled.at + MICROS_A_MINUTE // 6)
    i.expect("M-35", last.id, again.id)
