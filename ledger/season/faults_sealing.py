"""Faults in attaching seals: whose mark, under which contract and label, on what, how many.

Faults of authority follow: who may attach, grade, divide and certify what, and on which day.
"""

from datetime import date

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.shipments import ShipmentDeparted
from ledger.season import trades as on
from ledger.season.family import EACH_SCAN, Family, Row, nothing
from ledger.season.goods import GOODS
from ledger.season.moments import MICROS_A_MINUTE, day_number
from ledger.season.scenario import Case, Scenario, Shape
from ledger.season.trades import Trade

LAPSED = date(2025, 6, 30)
"""Before any seal of the season is attached."""
application, authority = Family(), Family()


@application.fault("M-07", on.consigned)
def wrong_importer(i: Scenario) -> None:
    """The exporter attaches a mark that is licensed to another importer than its contract's."""
    other = f"IMP-{i.trade.code}-B"
    i.twin(i.trade.licensee, other)
    _also_certified(i, other, i.trade.rcb)
    i.register(r.MarkRegistered, {}, importer=other)
    i.year, i.files_as = {"party": other}, other
    i.each_scan("M-07")
    i.expect("M-07", i.shipment, f"{i.lot} {i.mark}")


@application.fault("M-08", on.consigned)
def wrong_body(i: Scenario) -> None:
    """The mark bears another body's name than the contract."""
    body = f"RCB-{i.trade.code}-B"
    i.twin(i.trade.rcb, body)
    for entry in i.registered(r.IssuerDesignated, issuer=i.trade.rcb):
        i.also(entry, issuer=body)
    _also_certified(i, i.trade.licensee, body)
    i.register(r.MarkRegistered, {}, rcb=body)
    i.reregister(r.MarkRegistered, f"SYS-{body}")
    i.said_by(i.of(s.SealsIssued), f"SYS-{body}")
    i.year = {"rcb": body}
    i.each_scan("M-08")
    i.expect("M-08", i.shipment, f"{i.lot} {i.mark}")


def _also_certified(i: Scenario, party: str, body: str) -> None:
    """What the licensee is certified for, a body also certifies a party for."""
    for entry in i.registered(r.CertificationChanged, party=i.trade.licensee):
        desk = entry.desk._replace(source=f"SYS-{body}")
        number = f"JAS-{party}-{body}"
        i.also(entry._replace(desk=desk), party=party, issuer=body, number=number)


def _two_products(code: str) -> Trade:
    raisin = GOODS["RAISIN"]
    return on.consigned(code, raisin, raisin.but(code="SULTANA", name="sultanas"))


def _other_label(i: Scenario) -> None:
    for scan in i.book.planned(s.SealsApplied):
        scan.fields["label"] = i.trade.label(i.trade.goods[1])


def _held(i: Scenario) -> None:
    graded = i.of(t.LotGraded)
    at = graded.at + 10 * MICROS_A_MINUTE
    i.book.say(t.LotHeld, at, graded.desk, lot=i.lot, cause="residue found")


application.rows(
    Row("no-contract", "M-09", on.consigned, "The contract ran out in summer.",
        lambda i: i.register(r.ConsignmentContractSigned, {}, until=LAPSED), EACH_SCAN),
    Row("label-lapsed", "M-14", on.consigned, "The approval of the label ran out in summer.",
        lambda i: i.register(r.LabelApproved, {}, until=LAPSED), EACH_SCAN, "approval"),
    Row("label-of-another-product", "M-14", _two_products,
        "Raisins are packed under the label of sultanas.", _other_label, EACH_SCAN, "product"),
    Row("label-of-another-scheme", "M-14", on.consigned,
        "A JAS seal goes onto a label that claims another scheme.",
        lambda i: i.register(r.LabelApproved, {}, scheme="NOP", claim="NOP_ORGANIC"), EACH_SCAN,
        "scheme"),
    Row("seal-count", "M-16", on.domestic, "Two units get a second seal.",
        lambda i: i.more(s.SealsApplied, 1, count=2), "{event}"),
    Row("rejected-lot-sealed", "M-31", on.domestic,
        "A lot that did not conform is sealed, and the seals stay on.",
        lambda i: i.change(t.LotGraded, result="NON_CONFORMING"), EACH_SCAN, "grade",
        (Case("M-32", "{i.lot}", "{i.mark}"),)),
    Row("graded-without-link", "M-31", on.domestic,
        "A lot is passed though its records belong to another one.",
        lambda i: i.change(t.LotGraded, linked_to_lot=False), EACH_SCAN, "grade"),
    Row("ungraded-lot-sealed", "M-31", on.domestic, "A lot is sealed that nobody graded.",
        lambda i: i.omit(t.LotGraded), EACH_SCAN, "ungraded"),
    Row("conventional-lot-sealed", "M-31", on.domestic, "A conventional lot is sealed.",
        lambda i: i.change(t.LotRecorded, status="CONVENTIONAL"), EACH_SCAN, "status"),
    Row("held-lot-sealed", "M-31", on.domestic, "A lot is sealed while it is held.", _held,
        EACH_SCAN, "held"),
)  # fmt: skip


@application.fault("M-33", on.domestic_numbered)
def sealed_twice(i: Scenario) -> None:
    """One number is on two packs."""
    first, second = i.of(s.SealsApplied), i.of(s.SealsApplied, 1)
    last = first.fields["last"]
    second.fields.update(first=last, last=last + second.fields["count"] - 1)
    i.more(s.SealsApplied, 2, first=-1, last=-1)
    i.expect("M-33", second.id, first.id)


@application.fault("M-34", on.domestic)
def mark_unknown(i: Scenario) -> None:
    """Seals of a mark nobody registered turn up, and are destroyed."""
    ghost = f"GHOST-{i.trade.code}"
    for kind, index in ((s.SealsIssued, 0), (s.SealsSpoiled, -1), (s.SealsDestroyed, -1)):
        i.again(i.of(kind, index), MICROS_A_MINUTE, mark=ghost, count=5)
    i.expect("M-34", ghost)


@application.fault("M-34", on.domestic_numbered)
def number_never_issued(i: Scenario) -> None:
    """Numbers are attached that were never printed."""
    scan = i.of(s.SealsApplied, 1)
    first = scan.fields["first"] + 500_000
    scan.fields.update(first=first, last=first + scan.fields["count"] - 1)
    i.expect("M-34", scan.id, "numbers")


@application.fault("M-34", on.domestic_numbered)
def number_not_read(i: Scenario) -> None:
    """A scan of numbered seals tells no numbers."""
    scan = i.of(s.SealsApplied, 1)
    del scan.fields["first"], scan.fields["last"]
    i.expect("M-34", scan.id, "no-range")


@application.fault("M-35", on.domestic_numbered)
def spoiled_seal_used(i: Scenario) -> None:
    """Numbers that were thrown out come back on goods."""
    spoiled, last = i.of(s.SealsSpoiled), i.of(s.SealsApplied, -1)
    numbers = {"first": last.fields["first"], "last": last.fields["first"] + 1}
    spoiled.fields.update(numbers)
    i.book.drop(spoiled)
    again = i.again(spoiled, i.of(s.SealsApplied, 1).at - spoiled.at + MICROS_A_MINUTE // 6)
    i.expect("M-35", last.id, again.id)


def _undesignated(i: Scenario, issuer: str) -> None:
    i.register(r.IssuerDesignated, {"issuer": issuer}, until=LAPSED)


def _unhired(i: Scenario) -> None:
    """The exporter is registered as a printer."""
    i.register(r.PartyRegistered, {"party": i.trade.operator}, roles=("PRINTER",))


authority.rows(
    Row("licensee-suspended", "M-10", on.consigned,
        "The importer's certification is suspended on the very day of sealing.",
        lambda i: i.suspended(i.trade.licensee, i.day(s.SealsApplied)), EACH_SCAN, "licensee"),
    Row("exporter-suspended", "M-10", on.consigned,
        "The exporter's certification is suspended on the very day of sealing.",
        lambda i: i.suspended(i.trade.operator, i.day(s.SealsApplied)), EACH_SCAN, "exporter"),
    Row("body-not-designated", "M-10", on.consigned,
        "The body whose name stands on the mark lost its designation in summer.",
        lambda i: _undesignated(i, i.trade.rcb), EACH_SCAN, "rcb",
        (Case("M-10", "{i.shipment}", "rcb {i.mark}"),)),
    Row("agent-not-designated", "M-10", on.consigned,
        "The exporter's agent lost its designation in summer, and certifies all the same.",
        lambda i: _undesignated(i, i.trade.agent), EACH_SCAN, "agent",
        (Case("M-10", "{i.shipment}", "agent"), Case("M-27", "{i.certificate}"))),
    Row("importer-suspended", "M-10", on.importer_applies,
        "The importer's certification is suspended on the day the goods leave.",
        lambda i: i.suspended(i.trade.licensee, i.day(ShipmentDeparted)), "{i.shipment}",
        "importer"),
    Row("site-not-authorised", "M-11", on.consigned,
        "Seals are attached at a site the contract does not name.",
        lambda i: i.register(r.ConsignmentContractSigned, {}, sites=(f"{i.trade.operator}-W8",)),
        EACH_SCAN, "site"),
    Row("product-not-authorised", "M-11", on.consigned,
        "Seals go onto a product the contract does not name.",
        lambda i: i.register(
            r.ConsignmentContractSigned, {}, products=(f"P-{i.trade.code}-OTHER",)),
        EACH_SCAN, "product"),
    Row("role-not-authorised", "M-11", on.consigned, "A printer attaches seals.", _unhired,
        EACH_SCAN, "role"),
)  # fmt: skip


@authority.fault("M-11", on.consigned)
def sealer_not_allowed(i: Scenario) -> None:
    """A printer goes on attaching seals after its contract has run out."""
    _unhired(i)
    i.register(r.ConsignmentContractSigned, {}, until=LAPSED)
    i.each_scan("M-11", "role")
    i.each_scan("M-09")


@authority.fault("M-11", on.subdivided)
def subdivider_not_authorised(i: Scenario) -> None:
    """One who is certified as importer only packs goods anew."""
    i.register(r.CertificationChanged, {"party": i.trade.operator}, role="IMPORTER")
    i.expect("M-11", i.of(t.LotSubdivided).id, "subdivider")


@authority.fault("M-11", on.domestic)
def grader_untrained(i: Scenario) -> None:
    """The grader never took the course."""
    person = i.trade.person("grader")
    i.unregister(r.SealTrainingCompleted, person=person)
    i.unregister(r.PersonQualified, person=person)
    i.expect("M-11", i.of(t.LotGraded).id, "grader")


def _early_wine(code: str) -> Trade:
    return on.consigned(code, GOODS["WINE"].but(label_from=date(2024, 5, 1)))


authority.rows(
    Row("out-of-scope", "M-12", _early_wine,
        "Wine from the United States is sealed and shipped weeks before it came into scope.",
        nothing, EACH_SCAN, "scope",
        (Case("M-12", "{i.shipment}", "{i.lot}"), Case("M-12", "{i.certificate}", "{i.lot}")),
        Shape(start=day_number(date(2025, 8, 18)))),
    Row("outside-licence", "M-12", on.consigned,
        "The importer is certified for fresh plants, not for what is sealed.",
        lambda i: i.register(r.CertificationChanged, {"party": i.trade.licensee},
            product_classes=("PLANT",)), EACH_SCAN, "classes"),
    Row("no-responsible-person", "M-13", on.consigned, "Nobody answers for the seals.",
        lambda i: i.unregister(r.ResponsiblePersonDesignated), "{i.trade.contract}", "person"),
    Row("responsible-untrained", "M-13", on.consigned,
        "Who answers for the seals was never trained.",
        lambda i: i.unregister(r.SealTrainingCompleted, course="SEAL_ATTACHMENT"),
        "{i.trade.contract}", "training"),
    Row("training-not-proved", "M-13", on.consigned, "The proof of training went to nobody.",
        lambda i: i.register(r.SealTrainingCompleted, {"course": "SEAL_ATTACHMENT"},
            proof_sent_to=()), "{i.trade.contract}", "proof"),
    Row("not-enrolled", "M-13", on.consigned, "The exporter is not in its agent's programme.",
        lambda i: i.unregister(r.ProgrammeEnrolled), "{i.trade.contract}", "programme"),
    Row("contract-not-copied", "M-13", on.consigned, "The agent never got a copy of the contract.",
        lambda i: i.register(r.ConsignmentContractSigned, {}, copy_sent_to_agent_on=None),
        "{i.trade.contract}", "copy"),
)  # fmt: skip
