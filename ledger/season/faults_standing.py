"""Faults of standing: what a stranger says of others, adjustments without a count, seals kept on.

A stranger is a registered party with a system of its own that has nothing to do with the trade.
What it registers of others binds nobody, so nothing but its saying so is wrong.
"""

from datetime import date
from typing import Any, Final

from ledger.facts import documents as d
from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY
from ledger.season import trades as on
from ledger.season.book import Desk, Planned
from ledger.season.enrolment import party_entries
from ledger.season.family import Family
from ledger.season.faults_sealing import LAPSED
from ledger.season.goods import weight
from ledger.season.moments import (
    FILING_DAY,
    JAPAN,
    MICROS_A_MINUTE,
    MICROS_AN_HOUR,
    REGISTRY_DAY,
    day_number,
    day_of,
    moment,
)
from ledger.season.paperwork import number
from ledger.season.scenario import OWN, Scenario

_TOLD: Final = day_number(REGISTRY_DAY) + 20
"""The day on which what a stranger contradicts is told."""
_LAST_ROLL: Final = day_number(date(2026, 11, 3))
"""A last roll is printed on the day before a licence ends; it is not yet too old for its shelf."""
_LAST_SEALS: Final = 900
_TEN_O_CLOCK: Final = 10 * 3600
standing = Family()


class Stranger:
    """A party that says what is not its to say."""

    def __init__(self, i: Scenario) -> None:
        self._scenario = i
        self.party = f"EXP-{i.trade.code}-S"
        self.desk = Desk(f"SYS-{self.party}", JAPAN)
        i.entries += party_entries(self.party, ("EXPORTER",), "JP", self.desk)

    def takes(self, planned: Planned) -> None:
        """Report a planned fact in place of whose it is."""
        self._scenario.said_by(planned, self.desk.source)
        self._scenario.expect("M-65", planned.id)

    def says(self, kind: type[Fact], at: int, /, **fields: Any) -> Planned:
        """Report something of others."""
        planned = self._scenario.book.say(kind, at, self.desk, documents=1, **fields)
        self._scenario.expect("M-65", planned.id)
        return planned


@standing.fault("M-65", on.consigned)
def registered_by_a_stranger(i: Scenario) -> None:
    """A stranger registers everything of a trade anew, to its own gain; nothing of it binds."""
    trade, stranger = i.trade, Stranger(i)
    at = moment(_TOLD, _TEN_O_CLOCK, JAPAN)
    own: dict[type[Fact], dict[str, Any]] = {
        r.MarkRegistered: {"importer": stranger.party},
        r.ConsignmentContractSigned: {"importer": stranger.party, "sites": ()},
        r.ProductRegistered: {"class_": "ALCOHOL"},
    }
    for kind, changes in own.items():
        entry = next(i.registered(kind))
        first = i.tell(entry, at)
        said = stranger.says(kind, at + MICROS_A_DAY, **(entry.fields | changes))
        i.expect("M-48", said.id, first)
    others: tuple[tuple[type[Fact], dict[str, Any], dict[str, Any]], ...] = (
        (r.PartyRegistered, {"party": trade.operator}, {"roles": ("PRINTER",)}),
        (r.CertificationChanged, {"party": trade.licensee},
         {"status": "WITHDRAWN", "from_": LAPSED}),
        (r.LabelApproved, {}, {"until": LAPSED}),
        (r.ProgrammeEnrolled, {"party": trade.operator}, {"until": LAPSED}),
        (r.ResponsiblePersonDesignated, {},
         {"person": trade.person("nobody"), "from_": LAPSED}),
        (r.SealTrainingCompleted, {"party": trade.operator}, {"proof_sent_to": ()}),
        (r.PersonQualified, {"party": trade.operator}, {"function": "LABELLER"}),
    )  # fmt: skip
    for kind, having, changes in others:
        entry = next(i.registered(kind, **having))
        stranger.says(kind, at + MICROS_A_DAY, **(entry.fields | changes))
    ended = {"on": LAPSED, "reason": "taken over"}
    stranger.says(r.ConsignmentContractEnded, at + MICROS_A_DAY, contract=trade.contract, **ended)
    label = {"label": trade.label(trade.goods[0]), "version": 1}
    stranger.says(r.LabelWithdrawn, at + MICROS_A_DAY, **label, **ended)
    stranger.says(
        r.SourceRegistered, at + MICROS_A_DAY, registers=trade.scanner(1).source, kind="SCANNER",
        party=stranger.party,
    )  # fmt: skip


@standing.fault("M-49", on.consigned)
def taken_back_by_a_stranger(i: Scenario) -> None:
    """A stranger takes back the approval of a label and the mark; both go on binding."""
    stranger = Stranger(i)
    at = moment(_TOLD, _TEN_O_CLOCK, JAPAN)
    for kind in (r.LabelApproved, r.MarkRegistered):
        first = i.tell(next(i.registered(kind)), at)
        back = i.book.say(
            EventRetracted, at + MICROS_A_DAY, stranger.desk, target=first,
            reason="DID_NOT_HAPPEN",
        )  # fmt: skip
        i.expect("M-49", back.id, "party")


@standing.fault("M-65", on.consigned, leftover=40)
def seals_moved_by_a_stranger(i: Scenario) -> None:
    """A stranger reports where the seals of others are; its reports count, and are flagged."""
    trade, stranger = i.trade, Stranger(i)
    for kind in (s.SealsIssued, s.SealsDispatched, s.SealsReceived, s.SealsApplied,
                 s.SealsSpoiled, s.SealsCounted, s.SealsDestroyed):  # fmt: skip
        stranger.takes(i.of(kind))
    count = i.of(s.SealsCounted)
    i.amend(s.SealsCounted, lambda fields: {"counted": fields["counted"] - 3})
    stranger.says(
        s.StockAdjusted, count.at + MICROS_AN_HOUR, delta=-3, count_event=count.id, reason="LOSS",
        approved_by=trade.person("head"), **trade.shelf,
    )  # fmt: skip
    stranger.says(
        s.SealsSampled, count.at + MICROS_AN_HOUR, count=1, purpose="taken away", **trade.shelf
    )
    lost = stranger.says(
        s.SealsLost, count.at + 2 * MICROS_AN_HOUR, count=2, cause="LOST",
        discovered_on=day_of(count.at // MICROS_A_DAY), **trade.shelf,
    )  # fmt: skip
    i.expect("M-41", lost.id)
    stranger.says(
        s.SealsRemoved, i.of(g.ShipmentReceived).at + MICROS_AN_HOUR, mark=i.mark, lot=i.lot,
        label=trade.label(trade.goods[0]), found_at="DELIVERED", holder=trade.importer,
        site=trade.store, units=1, count=1, method="REMOVED", cause="pack torn",
    )  # fmt: skip
    i.more(g.GoodsSold, units=-1)


@standing.fault("M-65", on.consigned)
def papers_of_a_stranger(i: Scenario) -> None:
    """A stranger grades, certifies, reports, ships, takes in and sells what others made."""
    trade, stranger = i.trade, Stranger(i)
    for kind in (t.LotGraded, d.ExportCertificateRequested, d.ExportCertificateIssued,
                 d.SealReportFiled, g.ShipmentDeparted, g.ShipmentDocumentsSent,
                 g.ShipmentReceived, g.GoodsSold):  # fmt: skip
        stranger.takes(i.of(kind))
    recorded = i.of(t.LotRecorded)
    after = i.of(s.SealsApplied, -1).at
    again = {name: value for name, value in recorded.fields.items() if name not in OWN}
    stranger.says(t.LotRecorded, recorded.at + MICROS_AN_HOUR, **again)
    stranger.says(t.LotHeld, after + MICROS_A_MINUTE, lot=i.lot, cause="price not agreed")
    stranger.says(t.LotReleased, after + 2 * MICROS_A_MINUTE, lot=i.lot, reason="price agreed")
    stranger.says(
        t.InputVerified, after + MICROS_A_MINUTE, lot=i.lot, operator=trade.operator,
        mark_seen="NOP", evidence="PACK",
    )  # fmt: skip
    stranger.says(
        t.ProcessRecorded, after + MICROS_A_MINUTE, lot=i.lot, operator=trade.operator,
        activity="CLEANING", on=recorded.fields["produced_on"],
    )  # fmt: skip
    stranger.says(
        d.ExportCertificateCancelled, after + MICROS_A_MINUTE, issuer=trade.agent,
        number=number(trade, 2), kind="DESTROYED", reason="form spoiled in the printer",
    )  # fmt: skip
    i.files_year = False
    stranger.says(
        d.AnnualReportFiled, moment(day_number(FILING_DAY), _TEN_O_CLOCK, JAPAN),
        party=trade.licensee, fiscal_year=2025, role="IMPORTER", filed_on=FILING_DAY, rcb=trade.rcb,
        product=trade.product(trade.goods[0]),
        quantity=weight(i.grams),
    )  # fmt: skip


def _adjusted(i: Scenario, at: int, count: str) -> None:
    """Two seals are written off for a count, with everything in order but the count."""
    adjusted = i.book.say(
        s.StockAdjusted, at, i.trade.office(i.trade.sealer), actor=i.trade.person("clerk"),
        **i.trade.shelf, delta=-2, count_event=count, reason="LOSS",
        approved_by=i.trade.person("head"),
    )  # fmt: skip
    i.expect("M-66", adjusted.id)


@standing.fault("M-66", on.domestic)
def adjusted_without_a_count(i: Scenario) -> None:
    """Seals are written off for a count that nobody ever reported, and for what is no count."""
    counted = i.of(s.SealsCounted)
    never = i.again(counted, 2 * MICROS_AN_HOUR, counted=0)
    i.book.drop(never)
    _adjusted(i, counted.at + 3 * MICROS_AN_HOUR, never.id)
    _adjusted(i, counted.at + 4 * MICROS_AN_HOUR, i.of(s.SealsIssued).id)


@standing.fault("M-66", on.domestic)
def adjusted_for_another_shelf(i: Scenario) -> None:
    """Seals are written off here for counts of empty shelves at another site, of another holder."""
    counted = i.of(s.SealsCounted)
    for hours, others in (
        (2, {"site": f"{i.trade.sealer}-W9"}),
        (4, {"holder": i.trade.rcb}),
    ):
        at = hours * MICROS_AN_HOUR
        away = i.again(counted, at, counted=0, spoiled_counted=0, **others)
        _adjusted(i, counted.at + at + MICROS_AN_HOUR, away.id)


@standing.fault("M-66", on.domestic)
def adjusted_for_a_count_taken_back(i: Scenario) -> None:
    """Two seals are missed, found again, and written off all the same."""
    counted = i.of(s.SealsCounted)
    wrong = i.book.say(
        s.SealsCounted, counted.at + MICROS_AN_HOUR, counted.desk, counts=False, **i.trade.shelf,
        counted=7, counted_by=i.trade.person("counter"),
    )  # fmt: skip
    i.book.say(
        EventRetracted, counted.at + 2 * MICROS_AN_HOUR, counted.desk, target=wrong.id,
        reason="INCORRECT_DATA",
    )  # fmt: skip
    _adjusted(i, counted.at + 3 * MICROS_AN_HOUR, wrong.id)


@standing.fault("M-67", on.consigned)
def issued_while_suspended(i: Scenario) -> None:
    """Seals are printed on the one day on which their importer was suspended."""
    i.suspended(i.trade.licensee, i.day(s.SealsIssued))
    i.expect("M-67", i.of(s.SealsIssued).id, "issued")


def _last_roll(i: Scenario, site: str) -> int:
    """A roll is printed for the licensee and not used up; when that was."""
    at = moment(_LAST_ROLL, _TEN_O_CLOCK, JAPAN)
    i.book.say(
        s.SealsIssued, at, i.trade.office(i.trade.rcb), mark=i.mark, holder=i.trade.licensee,
        site=site, count=_LAST_SEALS, print_run=f"RUN-{i.trade.code}-last",
    )  # fmt: skip
    i.expect("M-67", i.mark, "stock")
    return at


@standing.fault("M-67", on.domestic)
def kept_after_withdrawal(i: Scenario) -> None:
    """A maker's certificate is withdrawn, and a roll stays on its shelf."""
    at = _last_roll(i, i.trade.site)
    for entry in i.registered(r.CertificationChanged, party=i.trade.licensee):
        i.book.say(
            entry.kind, at + MICROS_A_DAY, entry.desk, documents=1,
            **(entry.fields | {"status": "WITHDRAWN", "from_": day_of(_LAST_ROLL + 1)}),
        )  # fmt: skip


@standing.fault("M-67", on.consigned)
def kept_by_the_exporter(i: Scenario) -> None:
    """An importer's certificate runs out, and a roll it has sent on stays with its exporter."""
    trade = i.trade
    at = _last_roll(i, trade.store)
    roll: dict[str, Any] = {"dispatch": f"D-{trade.code}-last", "count": _LAST_SEALS}
    i.book.say(s.SealsDispatched, at + MICROS_AN_HOUR, trade.dock, **trade.sent_on, **roll)
    received = roll | {"condition": "GOOD"} | trade.shelf
    i.book.say(s.SealsReceived, at + 5 * MICROS_A_DAY, trade.scanner(1), **received)
    i.omit(r.ConsignmentContractEnded)
    i.register(r.CertificationChanged, {"party": trade.licensee}, until=day_of(_LAST_ROLL))
