"""Faults of conduct and time: clocks, duties on one person, corrections, evidence, silence."""

from datetime import date

from ledger.facts import documents as d
from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.corrections import EventRetracted
from ledger.facts.scalars import MICROS_A_DAY, Years
from ledger.facts.shipments import GoodsSold
from ledger.season import fault_trades as on
from ledger.season.book import Desk, Planned
from ledger.season.enrolment import source_entry
from ledger.season.moments import (
    MICROS_A_MINUTE,
    MICROS_AN_HOUR,
    REGISTRY_DAY,
    day_number,
    day_of,
    local_day_number,
    moment,
    time_name,
)
from ledger.season.scenario import Scenario, fault

_REVERSALS = 20
"""As many retractions in a month as begin to look odd."""
_FACTORY_DAY = date(1980, 1, 1)
"""Where a clock begins that has lost its battery."""


@fault("M-47", on.domestic)
def clock_at_zero(i: Scenario) -> None:
    """An office's machine lost its clock, and dates a complaint before anything was registered."""
    scan = i.of(s.SealsApplied)
    dated = moment(day_number(_FACTORY_DAY), 300, 0)
    event = i.book.say(
        d.ComplaintReceived, dated, i.trade.office(i.trade.importer),
        delay=scan.at + MICROS_AN_HOUR - dated, complaint=f"CP-{i.trade.code}",
        party=i.trade.importer, kind="COMPLAINT", answered_on=day_of(day_number(_FACTORY_DAY) + 1),
    )  # fmt: skip
    i.expect("M-47", event.id, "ancient")


@fault("M-45", on.domestic)
def graded_before_made(i: Scenario) -> None:
    """A lot is graded on the day before it was made."""
    graded = i.of(t.LotGraded)
    made = day_of(local_day_number(graded.at, graded.desk.offset) + 1)
    i.change(t.LotRecorded, produced_on=made)
    i.expect("M-45", graded.id, "produced_on")


@fault("M-46", on.domestic)
def two_sites_at_once(i: Scenario) -> None:
    """A scanner counts at another site ten minutes after it counted here."""
    counted = i.of(s.SealsCounted)
    away = i.again(
        counted, 10 * MICROS_A_MINUTE, site=f"{i.trade.sealer}-W9", counted=0,
        counted_by=i.trade.person("visitor"), actor=i.trade.person("visitor"),
    )  # fmt: skip
    i.expect("M-46", counted.desk.source, away.id)


@fault("M-46", on.domestic)
def person_in_two_places(i: Scenario) -> None:
    """A person scans at two sites with two scanners within ten minutes."""
    counted = i.of(s.SealsCounted)
    scanner = Desk(f"SCN-{i.trade.code}-far", counted.desk.offset)
    away = i.book.say(
        s.SealsCounted, counted.at + 10 * MICROS_A_MINUTE, scanner, mark=i.mark,
        holder=i.trade.sealer, site=f"{i.trade.sealer}-W9", counted=0,
        counted_by=i.trade.person("counter"), actor=i.trade.person("counter"),
    )  # fmt: skip
    i.entries.append(source_entry(scanner, "SCANNER", i.trade.sealer))
    i.expect("M-46", i.trade.person("counter"), away.id)


@fault("M-47", on.domestic)
def late_scan(i: Scenario) -> None:
    """A scanner sends a scan nine days late; the office has sent something a minute before."""
    scan = i.of(s.SealsApplied)
    day = local_day_number(scan.at, 0) + 9
    arrives = moment(day, 12 * 3600, 0)
    scan.delay = arrives - scan.at
    i.book.say(
        d.ComplaintReceived, arrives - MICROS_A_MINUTE, i.trade.office(i.trade.importer),
        delay=0, complaint=f"CP-{i.trade.code}", party=i.trade.importer, kind="CHANGE_NOTICE",
        answered_on=day_of(day),
    )  # fmt: skip
    i.expect("M-47", scan.desk.source, day_of(day).isoformat())


@fault("M-48", on.domestic)
def lot_recorded_twice(i: Scenario) -> None:
    """A lot is recorded again under another number."""
    first = i.of(t.LotRecorded)
    second = i.again(first, MICROS_AN_HOUR, number="second thoughts")
    i.expect("M-48", second.id, first.id)


@fault("M-48", on.domestic)
def scan_said_twice(i: Scenario) -> None:
    """The same count is reported twice, at the same moment, under two ids."""
    first = i.of(s.SealsCounted)
    second = i.book.say(
        s.SealsCounted, first.at, first.desk, first.late,
        **{name: value for name, value in first.fields.items() if name not in ("id", "source")},
    )  # fmt: skip
    second.fields["time"] = time_name(first.at, first.desk.offset)
    second.at = first.at
    low, high = sorted((first.id, second.id))
    i.expect("M-48", high, low)


def _complaint(i: Scenario, at: int, name: str, *, counts: bool = True) -> Planned:
    return i.book.say(
        d.ComplaintReceived, at, i.trade.office(i.trade.importer), counts=counts,
        complaint=f"CP-{i.trade.code}-{name}", party=i.trade.importer, kind="COMPLAINT",
        answered_on=day_of(at // MICROS_A_DAY),
    )  # fmt: skip


def _retracted(i: Scenario, target: str, at: int, desk: Desk | None = None) -> str:
    return i.book.say(
        EventRetracted, at, desk or i.trade.office(i.trade.importer), target=target,
        reason="INCORRECT_DATA",
    ).id  # fmt: skip


@fault("M-49", on.domestic)
def old_event_retracted(i: Scenario) -> None:
    """Something is taken back after two weeks."""
    at = i.of(s.SealsCounted).at
    first = _complaint(i, at, "old")
    i.expect("M-49", _retracted(i, first.id, at + 14 * MICROS_A_DAY), "age")


@fault("M-49", on.domestic)
def foreign_event_retracted(i: Scenario) -> None:
    """A body takes back what another party reported."""
    at = i.of(s.SealsCounted).at
    first = _complaint(i, at, "foreign")
    body = i.trade.office(i.trade.rcb)
    i.expect("M-49", _retracted(i, first.id, at + MICROS_A_DAY, body), "party")


@fault("M-49", on.domestic)
def retraction_retracted(i: Scenario) -> None:
    """A retraction is itself taken back."""
    at = i.of(s.SealsCounted).at
    first = _complaint(i, at, "twice")
    second = _retracted(i, first.id, at + MICROS_AN_HOUR)
    i.expect("M-49", _retracted(i, second, at + 2 * MICROS_AN_HOUR), "retraction")


@fault("M-49", on.domestic)
def nothing_to_retract(i: Scenario) -> None:
    """Something is taken back that nobody reported."""
    at = i.of(s.SealsCounted).at
    gone = _complaint(i, at, "never")
    i.book.drop(gone)
    i.expect("M-49", _retracted(i, gone.id, at + MICROS_AN_HOUR), "no-target")


@fault("M-49", on.domestic)
def many_retractions(i: Scenario) -> None:
    """A source takes back twenty events of one month."""
    at = moment(day_number(REGISTRY_DAY) + 560, 9 * 3600, 0)
    for n in range(_REVERSALS):
        first = _complaint(i, at + n * MICROS_A_MINUTE, f"n{n}")
        _retracted(i, first.id, at + MICROS_AN_HOUR + n * MICROS_A_MINUTE)
    month = time_name(at, 0)[:7]
    i.expect("M-49", i.trade.office(i.trade.importer).source, month)


@fault("M-50", on.domestic)
def counter_approves(i: Scenario) -> None:
    """Who counted also approves the adjustment."""
    i.amend(s.SealsCounted, lambda fields: {"counted": fields["counted"] - 3})
    counted = i.of(s.SealsCounted)
    adjusted = i.book.say(
        s.StockAdjusted, counted.at + MICROS_AN_HOUR, i.trade.office(i.trade.sealer),
        actor=i.trade.person("clerk"), mark=i.mark, holder=i.trade.sealer, site=i.trade.site,
        delta=-3, count_event=counted.id, reason="LOSS", approved_by=i.trade.person("counter"),
    )  # fmt: skip
    i.expect("M-50", adjusted.id, "approver")


@fault("M-50", on.domestic)
def counted_alone(i: Scenario) -> None:
    """The second person of a count is the first."""
    i.expect("M-50", i.change(s.SealsCounted, second_person=i.trade.person("counter")), "second")


@fault("M-50", on.consigned)
def grader_checks(i: Scenario) -> None:
    """The grader checks the report on the grader's own lots."""
    event = i.change(d.SealReportFiled, checked_by=i.trade.person("grader"))
    i.expect("M-50", event, "checker")


@fault("M-50", on.domestic)
def sealer_sells(i: Scenario) -> None:
    """Who attached the seals sells the goods."""
    actor = i.of(s.SealsApplied).fields["actor"]
    i.expect("M-50", i.change(GoodsSold, actor=actor), "sales")


@fault("M-51", on.domestic, scans=(8000, 7900, 8100))
def beyond_capacity(i: Scenario) -> None:
    """A line attaches more seals in an hour than any line can."""
    first = i.of(s.SealsApplied)
    i.omit(s.SealsApplied)
    hour = moment(local_day_number(first.at, 0) + 1, 2 * 3600 + 600, 0)
    for n, units in enumerate((8000, 7900, 8100)):
        i.again(first, hour - first.at + n * 10 * MICROS_A_MINUTE, units=units, count=units)
    i.expect("M-51", first.desk.source, time_name(hour, 0)[:13])


@fault("M-54", on.consigned)
def no_evidence(i: Scenario) -> None:
    """No paper stands behind a certificate, a contract, a training or a label."""
    i.expect("M-54", i.change(d.ExportCertificateIssued, documents=()))
    at = moment(day_number(REGISTRY_DAY) + 30, 9 * 3600, 0)
    for kind in (r.CertificationChanged, r.ConsignmentContractSigned, r.SealTrainingCompleted,
                 r.LabelApproved):  # fmt: skip
        at += MICROS_A_MINUTE
        i.expect("M-54", i.tell(next(i.registered(kind)), at, documents=0))


@fault("M-60", on.domestic)
def silent_source(i: Scenario) -> None:
    """A scanner that should report every hour is never heard of."""
    source = f"SCN-{i.trade.code}-mute"
    at = i.of(s.SealsIssued).at
    i.book.say(
        r.SourceRegistered, at, Desk(source, i.trade.offset(i.trade.sealer)), registers=source,
        kind="SCANNER", party=i.trade.sealer, heartbeat_minutes=60,
    )  # fmt: skip
    i.expect("M-60", source)


@fault("M-61", on.domestic)
def complaint_unanswered(i: Scenario) -> None:
    """A buyer complains and hears nothing."""
    complaint = _complaint(i, i.of(s.SealsCounted).at, "open")
    complaint.fields["answered_on"] = None
    i.expect("M-61", complaint.id)


@fault("M-63", on.domestic)
def records_missing(i: Scenario) -> None:
    """A lot is graded on complete records, and none tells of the equipment."""
    for entry in i.book.planned(t.ProcessRecorded):
        if entry.fields["activity"] == "EQUIPMENT":
            i.book.drop(entry)
    i.expect("M-63", i.lot, "EQUIPMENT")


@fault("M-64", on.domestic)
def unqualified_grader(i: Scenario) -> None:
    """The grader has been in the trade for a year and went to no school for it."""
    i.register(
        r.PersonQualified, {"function": "GRADER"}, schooling="NONE", practice_years=Years("1.0")
    )
    i.expect("M-64", i.of(t.LotGraded).id, "GRADER")


@fault("M-64", on.subdivided)
def unqualified_divider(i: Scenario) -> None:
    """Who divides the lot has been in the trade for half a year."""
    i.register(
        r.PersonQualified, {"function": "SUBDIVIDING_PERSON"}, schooling="NONE",
        practice_years=Years("0.5"),
    )  # fmt: skip
    i.expect("M-64", i.of(t.LotSubdivided).id, "SUBDIVIDING_PERSON")


@fault("M-64", on.subdivided)
def unqualified_labeller(i: Scenario) -> None:
    """One of those who attach seals is known as a grader only."""
    person = i.trade.person("line1")
    i.unregister(r.SealTrainingCompleted, person=person)
    i.register(r.PersonQualified, {"person": person}, function="GRADER")
    for scan in i.book.planned(s.SealsApplied):
        if scan.fields["actor"] == person:
            i.expect("M-64", scan.id, "LABELLER")
