"""Faults with seals in hand: counted wrong, sent and not received, spoiled, lost, left lying."""

from typing import Any

from ledger.facts import seals as s
from ledger.facts.registry import ConsignmentContractEnded, ConsignmentContractSigned
from ledger.facts.scalars import MICROS_A_DAY
from ledger.season import fault_trades as on
from ledger.season.moments import MICROS_A_MINUTE, REGISTRY_DAY, day_number, day_of
from ledger.season.scenario import Scenario, fault

_LONG_AGO = day_number(REGISTRY_DAY) + 60
"""So early that what is left lying has been too old and uncounted for months."""


@fault("M-01", on.domestic)
def negative_stock(i: Scenario) -> None:
    """The last roll is entered as issued only after it was used up."""
    issued = i.of(s.SealsIssued)
    late = 60
    issued.fields["count"] -= late
    last = i.of(s.SealsApplied, -1)
    i.again(issued, last.at - issued.at + 5 * MICROS_A_MINUTE, count=late)
    i.expect("M-01", i.account)


@fault("M-02", on.domestic)
def count_variance(i: Scenario) -> None:
    """Nine seals fewer on the shelf than in the book."""
    count = i.amend(s.SealsCounted, lambda fields: {"counted": fields["counted"] - 9})
    i.expect("M-02", i.account, count)


@fault("M-02", on.domestic)
def spoiled_variance(i: Scenario) -> None:
    """A spoiled seal more in the bin than in the book."""
    count = i.amend(
        s.SealsCounted, lambda fields: {"spoiled_counted": fields["spoiled_counted"] + 1}
    )
    i.expect("M-02", i.account, f"{count} spoiled")


@fault("M-03", on.consigned, leftover=40)
def receipt_difference(i: Scenario) -> None:
    """Twenty seals fewer arrive than were sent."""
    received = i.of(s.SealsReceived)
    received.fields["count"] -= 20
    i.expect("M-03", received.fields["dispatch"], i.mark)


@fault("M-03", on.consigned)
def receipt_surplus(i: Scenario) -> None:
    """Ten seals more arrive than were sent."""
    received = i.of(s.SealsReceived)
    received.fields["count"] += 10
    i.expect("M-03", received.fields["dispatch"], i.mark)


@fault("M-03", on.consigned)
def wrong_receiver(i: Scenario) -> None:
    """Seals addressed to another shed are taken in here."""
    dispatched = i.of(s.SealsDispatched)
    dispatched.fields["to_site"] = f"{i.trade.operator}-W7"
    i.expect("M-03", dispatched.fields["dispatch"], f"{i.mark} receiver")


@fault("M-03", on.consigned_numbered)
def foreign_numbers(i: Scenario) -> None:
    """The numbers taken in are one off from those sent, so the last was never printed."""
    sent, received = i.of(s.SealsDispatched), i.of(s.SealsReceived)
    received.fields.update(first=sent.fields["first"] + 1, last=sent.fields["last"] + 1)
    i.expect("M-03", sent.fields["dispatch"], f"{i.mark} numbers")
    i.expect("M-34", received.id, "numbers")


@fault("M-04", on.consigned)
def never_received(i: Scenario) -> None:
    """A second roll is sent and never heard of."""
    sent = i.of(s.SealsDispatched)
    i.again(sent, 30 * MICROS_A_MINUTE, dispatch=f"D-{i.trade.code}-gone", count=15)
    i.expect("M-04", f"D-{i.trade.code}-gone", i.mark)


@fault("M-05", on.consigned)
def receipt_without_dispatch(i: Scenario) -> None:
    """Seals come in under a dispatch nobody sent."""
    received = i.of(s.SealsReceived)
    i.again(received, 30 * MICROS_A_MINUTE, dispatch=f"D-{i.trade.code}-whence", count=15)
    i.expect("M-05", f"D-{i.trade.code}-whence", i.mark)


@fault("M-38", on.domestic, leftover=400)
def high_spoilage(i: Scenario) -> None:
    """A labelling machine eats a whole roll."""
    spoiled = i.of(s.SealsSpoiled)
    eaten = i.again(spoiled, MICROS_A_MINUTE, count=150, reason="MACHINE")
    i.expect("M-38", i.account, str(eaten.fields["time"])[:7])


@fault("M-39", on.domestic)
def no_witness(i: Scenario) -> None:
    """Seals are destroyed with nobody looking."""
    i.expect("M-39", i.change(s.SealsDestroyed, witness=None), "witness")


@fault("M-39", on.domestic)
def no_disposal_document(i: Scenario) -> None:
    """Seals are destroyed and no paper tells."""
    i.expect("M-39", i.change(s.SealsDestroyed, documents=()), "document")


@fault("M-39", on.domestic)
def no_spoil_reason(i: Scenario) -> None:
    """Seals are spoiled for a reason nobody wrote down."""
    i.expect("M-39", i.change(s.SealsSpoiled, reason="OTHER"), "reason")


@fault("M-40", on.consigned)
def destroyed_not_spoiled(i: Scenario) -> None:
    """More seals are shredded than were spoiled."""
    i.of(s.SealsDestroyed).fields["count"] += 4
    i.expect("M-40", i.account)


@fault("M-41", on.consigned, leftover=40)
def seals_stolen(i: Scenario) -> None:
    """A few seals are stolen from the shelf."""
    counted = i.of(s.SealsCounted)
    for day, cause in enumerate(("STOLEN", "LOST"), 1):
        lost = i.book.say(
            s.SealsLost, counted.at + day * MICROS_A_DAY, i.trade.office(i.trade.sealer),
            documents=1, mark=i.mark, holder=i.trade.sealer, site=i.trade.site, count=3 + day,
            cause=cause, discovered_on=day_of(counted.at // MICROS_A_DAY + day),
            police_reference="26-0415" if cause == "STOLEN" else None,
        )  # fmt: skip
        i.expect("M-41", lost.id)


@fault("M-42", on.consigned, start=_LONG_AGO, leftover=60)
def unreturned_stock(i: Scenario) -> None:
    """The contract is over for good, and the exporter still has seals, uncounted for a year."""
    for kind in (s.SealsCounted, ConsignmentContractEnded):
        i.omit(kind)
    _keep_stock(i, 1, s.SealsDispatched, s.SealsReceived, s.SealsSpoiled, s.SealsDestroyed)
    i.register(ConsignmentContractSigned, {}, until=day_of(_LONG_AGO + 90))
    i.change(s.SealsIssued, count=i.work.supply)
    i.expect("M-42", i.trade.contract, f"{i.mark} {i.trade.site}")
    i.expect("M-43", i.account)
    i.expect("M-44", i.account)


@fault("M-43", on.domestic, start=_LONG_AGO, leftover=60)
def aged_seals(i: Scenario) -> None:
    """A roll lies on the shelf for more than a year, and nobody counts it."""
    i.omit(s.SealsCounted)
    _keep_stock(i, 1, s.SealsSpoiled, s.SealsDestroyed)
    i.expect("M-43", i.account)
    i.expect("M-44", i.account)


@fault("M-44", on.domestic, start=_LONG_AGO, leftover=35)
def count_overdue(i: Scenario) -> None:
    """A roll was counted once, more than a year ago, and forgotten."""
    _keep_stock(i, 1, s.SealsCounted, s.SealsSpoiled, s.SealsDestroyed)
    i.expect("M-43", i.account)
    i.expect("M-44", i.account)


def _keep_stock(i: Scenario, first: int, *kinds: Any) -> None:
    """Leave out the clearing at the end of the season: what comes after the first of each kind."""
    for kind in kinds:
        while len(i.book.planned(kind)) > first:
            i.omit(kind, -1)
