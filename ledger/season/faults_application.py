"""Faults in attaching seals: whose mark, under which contract and label, on what, how many."""

from datetime import date
from typing import Any

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.season import fault_trades as on
from ledger.season.enrolment import Entry, party_entries
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.scenario import Scenario, fault

LAPSED = date(2025, 6, 30)
"""Before any seal of the season is attached."""


@fault("M-07", on.consigned)
def wrong_importer(i: Scenario) -> None:
    """The exporter attaches a mark that is licensed to another importer than its contract's."""
    other = f"IMP-{i.trade.code}-B"
    twin(i, i.trade.licensee, other)
    _also_certified(i, other, i.trade.rcb)
    i.register(r.MarkRegistered, {}, importer=other)
    i.year, i.files_as = {"party": other}, other
    i.each_scan("M-07")
    i.expect("M-07", i.shipment, f"{i.lot} {i.mark}")


@fault("M-08", on.consigned)
def wrong_body(i: Scenario) -> None:
    """The mark bears another body's name than the contract."""
    body = f"RCB-{i.trade.code}-B"
    twin(i, i.trade.rcb, body)
    for entry in list(i.registered(r.IssuerDesignated, issuer=i.trade.rcb)):
        also(i, entry, issuer=body)
    _also_certified(i, i.trade.licensee, body)
    i.register(r.MarkRegistered, {}, rcb=body)
    i.reregister(r.MarkRegistered, f"SYS-{body}")
    i.said_by(i.of(s.SealsIssued), f"SYS-{body}")
    i.year = {"rcb": body}
    i.each_scan("M-08")
    i.expect("M-08", i.shipment, f"{i.lot} {i.mark}")


@fault("M-09", on.consigned)
def no_contract(i: Scenario) -> None:
    """The contract ran out in summer."""
    i.register(r.ConsignmentContractSigned, {}, until=LAPSED)
    i.each_scan("M-09")


def twin(i: Scenario, party: str, other: str, **changes: Any) -> None:
    """A second party like one of the scenario's, with a system of its own."""
    for entry in list(i.registered(r.PartyRegistered, party=party)):
        fields = entry.fields | changes
        desk = entry.desk._replace(source=f"SYS-{other}")
        i.entries += party_entries(other, fields["roles"], fields["country"], desk)


def _also_certified(i: Scenario, party: str, body: str) -> None:
    """What the licensee is certified for, a body also certifies a party for."""
    for entry in list(i.registered(r.CertificationChanged, party=i.trade.licensee)):
        desk = entry.desk._replace(source=f"SYS-{body}")
        also(
            i, entry._replace(desk=desk), party=party, issuer=body, number=f"JAS-{party}-{body}"
        )  # fmt: skip


def also(i: Scenario, entry: Entry, **changes: Any) -> None:
    """Register something a second time, with changes."""
    key = (*entry.key, *map(str, changes.values()))
    i.entries.append(entry._replace(key=key, fields=entry.fields | changes))


@fault("M-14", on.consigned)
def label_lapsed(i: Scenario) -> None:
    """The approval of the label ran out in summer."""
    i.register(r.LabelApproved, {}, until=LAPSED)
    i.each_scan("M-14", "approval")


@fault("M-14", on.consigned_two)
def label_of_another_product(i: Scenario) -> None:
    """Raisins are packed under the label of sultanas."""
    other = i.trade.label(i.trade.goods[1])
    for scan in i.book.planned(s.SealsApplied):
        scan.fields["label"] = other
    i.each_scan("M-14", "product")


@fault("M-14", on.consigned)
def label_of_another_scheme(i: Scenario) -> None:
    """A JAS seal goes onto a label that claims another scheme."""
    i.register(r.LabelApproved, {}, scheme="NOP", claim="NOP_ORGANIC")
    i.each_scan("M-14", "scheme")


@fault("M-16", on.domestic)
def seal_count(i: Scenario) -> None:
    """Two units get a second seal."""
    scan = i.of(s.SealsApplied, 1)
    scan.fields["count"] += 2
    i.expect("M-16", scan.id)


@fault("M-31", on.domestic)
def rejected_lot_sealed(i: Scenario) -> None:
    """A lot that did not conform is sealed, and the seals stay on."""
    i.change(t.LotGraded, result="NON_CONFORMING")
    i.each_scan("M-31", "grade")
    i.expect("M-32", i.lot, i.mark)


@fault("M-31", on.domestic)
def graded_without_link(i: Scenario) -> None:
    """A lot is passed though its records belong to another one."""
    i.change(t.LotGraded, linked_to_lot=False)
    i.each_scan("M-31", "grade")


@fault("M-31", on.domestic)
def ungraded_lot_sealed(i: Scenario) -> None:
    """A lot is sealed that nobody graded."""
    i.omit(t.LotGraded)
    i.each_scan("M-31", "ungraded")


@fault("M-31", on.domestic)
def conventional_lot_sealed(i: Scenario) -> None:
    """A conventional lot is sealed."""
    i.change(t.LotRecorded, status="CONVENTIONAL")
    i.each_scan("M-31", "status")


@fault("M-31", on.domestic)
def held_lot_sealed(i: Scenario) -> None:
    """A lot is sealed while it is held."""
    graded = i.of(t.LotGraded)
    i.book.say(
        t.LotHeld, graded.at + 10 * MICROS_A_MINUTE, graded.desk, lot=i.lot,
        cause="residue found",
    )  # fmt: skip
    i.each_scan("M-31", "held")


@fault("M-33", on.domestic_numbered)
def sealed_twice(i: Scenario) -> None:
    """One number is on two packs."""
    first, second = i.of(s.SealsApplied), i.of(s.SealsApplied, 1)
    last = first.fields["last"]
    second.fields.update(first=last, last=last + second.fields["count"] - 1)
    third = i.of(s.SealsApplied, 2)
    third.fields.update(first=third.fields["first"] - 1, last=third.fields["last"] - 1)
    i.expect("M-33", second.id, first.id)


@fault("M-34", on.domestic)
def mark_unknown(i: Scenario) -> None:
    """Seals of a mark nobody registered turn up, and are destroyed."""
    ghost = f"GHOST-{i.trade.code}"
    for kind, index in ((s.SealsIssued, 0), (s.SealsSpoiled, -1), (s.SealsDestroyed, -1)):
        i.again(i.of(kind, index), MICROS_A_MINUTE, mark=ghost, count=5)
    i.expect("M-34", ghost)


@fault("M-34", on.domestic_numbered)
def number_never_issued(i: Scenario) -> None:
    """Numbers are attached that were never printed."""
    scan = i.of(s.SealsApplied, 1)
    first = scan.fields["first"] + 500_000
    scan.fields.update(first=first, last=first + scan.fields["count"] - 1)
    i.expect("M-34", scan.id, "numbers")


@fault("M-34", on.domestic_numbered)
def number_not_read(i: Scenario) -> None:
    """A scan of numbered seals tells no numbers."""
    scan = i.of(s.SealsApplied, 1)
    del scan.fields["first"], scan.fields["last"]
    i.expect("M-34", scan.id, "no-range")


@fault("M-35", on.domestic_numbered)
def spoiled_seal_used(i: Scenario) -> None:
    """Numbers that were thrown out come back on goods."""
    spoiled, last = i.of(s.SealsSpoiled), i.of(s.SealsApplied, -1)
    numbers = {"first": last.fields["first"], "last": last.fields["first"] + 1}
    spoiled.fields.update(numbers)
    i.book.drop(spoiled)
    again = i.again(spoiled, i.of(s.SealsApplied, 1).at - spoiled.at + MICROS_A_MINUTE // 6)
    i.expect("M-35", last.id, again.id)
