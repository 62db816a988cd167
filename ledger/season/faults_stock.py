"""Faults with seals in hand: counted wrong, sent and not received, spoiled, lost, left lying.

Faults of what is printed or put on paper twice follow.
"""

from typing import Any

from ledger.facts import seals as s
from ledger.facts.documents import ExportCertificateRequested
from ledger.facts.registry import ConsignmentContractEnded, ConsignmentContractSigned
from ledger.facts.scalars import MICROS_A_DAY, MICROS_A_SECOND
from ledger.season import trades as on
from ledger.season.family import Family, Row
from ledger.season.moments import MICROS_A_MINUTE, REGISTRY_DAY, day_number, day_of, moment
from ledger.season.scenario import Scenario, Shape

_LONG_AGO = day_number(REGISTRY_DAY) + 60
"""So early that what is left lying has been too old and uncounted for months."""
_DISPATCH = "D-{i.trade.code}"
stock, repeated = Family(), Family()


@stock.fault("M-01", on.domestic)
def negative_stock(i: Scenario) -> None:
    """The last roll is entered as issued only after it was used up."""
    issued = i.of(s.SealsIssued)
    late = 60
    issued.fields["count"] -= late
    last = i.of(s.SealsApplied, -1)
    i.again(issued, last.at - issued.at + 5 * MICROS_A_MINUTE, count=late)
    i.expect("M-01", i.account)


def _sent_on(i: Scenario, kind: Any, name: str) -> None:
    """A second roll is sent, or taken in, of which nothing else is heard."""
    i.again(i.of(kind), 30 * MICROS_A_MINUTE, dispatch=f"D-{i.trade.code}-{name}", count=15)


stock.rows(
    Row("count-variance", "M-02", on.domestic, "Nine seals fewer on the shelf than in the book.",
        lambda i: i.amend(s.SealsCounted, lambda told: {"counted": told["counted"] - 9}),
        "{i.account}", "{event}"),
    Row("spoiled-variance", "M-02", on.domestic, "A spoiled seal more in the bin than in the book.",
        lambda i: i.amend(s.SealsCounted,
            lambda told: {"spoiled_counted": told["spoiled_counted"] + 1}), "{i.account}",
        "{event} spoiled"),
    Row("receipt-difference", "M-03", on.consigned, "Twenty seals fewer arrive than were sent.",
        lambda i: i.more(s.SealsReceived, count=-20), "{i.dispatch}", "{i.mark}",
        shape=Shape(leftover=40)),
    Row("receipt-surplus", "M-03", on.consigned, "Ten seals more arrive than were sent.",
        lambda i: i.more(s.SealsReceived, count=10), "{i.dispatch}", "{i.mark}"),
    Row("wrong-receiver", "M-03", on.consigned,
        "Seals addressed to another shed are taken in here.",
        lambda i: i.change(s.SealsDispatched, to_site=f"{i.trade.operator}-W7"), "{i.dispatch}",
        "{i.mark} receiver"),
)  # fmt: skip


@stock.fault("M-03", lambda code: on.consigned(code).but(serialised=True))
def foreign_numbers(i: Scenario) -> None:
    """The numbers taken in are one off from those sent, so the last was never printed."""
    received = i.more(s.SealsReceived, first=1, last=1)
    i.expect("M-03", i.dispatch, f"{i.mark} numbers")
    i.expect("M-34", received, "numbers")


stock.rows(
    Row("never-received", "M-04", on.consigned, "A second roll is sent and never heard of.",
        lambda i: _sent_on(i, s.SealsDispatched, "gone"), f"{_DISPATCH}-gone", "{i.mark}"),
    Row("receipt-without-dispatch", "M-05", on.consigned,
        "Seals come in under a dispatch nobody sent.",
        lambda i: _sent_on(i, s.SealsReceived, "whence"), f"{_DISPATCH}-whence", "{i.mark}"),
)  # fmt: skip


@stock.fault("M-38", on.domestic, leftover=400)
def high_spoilage(i: Scenario) -> None:
    """A labelling machine eats a whole roll."""
    spoiled = i.of(s.SealsSpoiled)
    eaten = i.again(spoiled, MICROS_A_MINUTE, count=150, reason="MACHINE")
    i.expect("M-38", i.account, str(eaten.fields["time"])[:7])


stock.rows(
    Row("no-witness", "M-39", on.domestic, "Seals are destroyed with nobody looking.",
        lambda i: i.change(s.SealsDestroyed, witness=None), "{event}", "witness"),
    Row("no-disposal-document", "M-39", on.domestic, "Seals are destroyed and no paper tells.",
        lambda i: i.change(s.SealsDestroyed, documents=()), "{event}", "document"),
    Row("no-spoil-reason", "M-39", on.domestic, "Seals are spoiled for a reason nobody wrote down.",
        lambda i: i.change(s.SealsSpoiled, reason="OTHER"), "{event}", "reason"),
    Row("destroyed-not-spoiled", "M-40", on.consigned, "More seals are shredded than were spoiled.",
        lambda i: i.more(s.SealsDestroyed, count=4), "{i.account}"),
)  # fmt: skip


@stock.fault("M-41", on.consigned, leftover=40)
def seals_stolen(i: Scenario) -> None:
    """A few seals are stolen from the shelf."""
    counted = i.of(s.SealsCounted)
    for day, cause in enumerate(("STOLEN", "LOST"), 1):
        lost = i.book.say(
            s.SealsLost, counted.at + day * MICROS_A_DAY, i.trade.office(i.trade.sealer),
            documents=1, **i.trade.shelf, count=3 + day, cause=cause,
            discovered_on=day_of(counted.at // MICROS_A_DAY + day),
            police_reference="26-0415" if cause == "STOLEN" else None,
        )  # fmt: skip
        i.expect("M-41", lost.id)


@stock.fault("M-42", on.consigned, start=_LONG_AGO, leftover=60)
def unreturned_stock(i: Scenario) -> None:
    """The contract is over for good, and the exporter still has seals, uncounted for a year."""
    for kind in (s.SealsCounted, ConsignmentContractEnded):
        i.omit(kind)
    _keep_stock(i, s.SealsDispatched, s.SealsReceived, s.SealsSpoiled, s.SealsDestroyed)
    i.register(ConsignmentContractSigned, {}, until=day_of(_LONG_AGO + 90))
    i.change(s.SealsIssued, count=i.work.supply)
    i.expect("M-42", i.trade.contract, f"{i.mark} {i.trade.site}")
    _too_old(i)


@stock.fault("M-43", on.domestic, start=_LONG_AGO, leftover=60)
def aged_seals(i: Scenario) -> None:
    """A roll lies on the shelf for more than a year, and nobody counts it."""
    i.omit(s.SealsCounted)
    _keep_stock(i, s.SealsSpoiled, s.SealsDestroyed)
    _too_old(i)


@stock.fault("M-44", on.domestic, start=_LONG_AGO, leftover=35)
def count_overdue(i: Scenario) -> None:
    """A roll was counted once, more than a year ago, and forgotten."""
    _keep_stock(i, s.SealsCounted, s.SealsSpoiled, s.SealsDestroyed)
    _too_old(i)


def _too_old(i: Scenario) -> None:
    """The seals on the shelf are too old, and their count is overdue."""
    i.expect("M-43", i.account)
    i.expect("M-44", i.account)


def _keep_stock(i: Scenario, *kinds: Any) -> None:
    """Leave out the clearing at the end of the season: what comes after the first of each kind."""
    for kind in kinds:
        while len(i.book.planned(kind)) > 1:
            i.omit(kind, -1)


@repeated.fault("M-48", on.consigned)
def request_said_twice(i: Scenario) -> None:
    """One request for a certificate names two invoices."""
    first = i.of(ExportCertificateRequested)
    second = i.again(first, MICROS_A_MINUTE, invoice=f"INV-{i.trade.code}-B")
    i.expect("M-48", second.id, first.id)


@repeated.fault("M-48", on.consigned)
def contract_said_twice(i: Scenario) -> None:
    """A contract is reported again with another site beside the first."""
    entry = next(i.registered(ConsignmentContractSigned))
    at = moment(day_number(REGISTRY_DAY) + 30, 9 * 3600, 0)
    first = i.tell(entry, at)
    sites = (*entry.fields["sites"], f"{i.trade.operator}-W2")
    second = i.tell(entry, at + MICROS_A_MINUTE, sites=sites)
    i.expect("M-48", second, first)


@repeated.fault("M-33", on.domestic_numbered)
def printed_twice(i: Scenario) -> None:
    """A second print run repeats the last numbers of the first; both are given up."""
    first, given_up = i.of(s.SealsIssued), i.of(s.SealsSpoiled, -1)
    destroyed = i.of(s.SealsDestroyed, -1)
    last = first.fields["last"]
    numbers = {"first": last - 4, "last": last, "count": 5}
    second = i.again(first, MICROS_A_MINUTE, print_run="RUN-AGAIN", **numbers)
    i.again(given_up, MICROS_A_SECOND, **numbers)
    i.again(destroyed, MICROS_A_MINUTE, **numbers)
    i.expect("M-33", second.id, first.id)
