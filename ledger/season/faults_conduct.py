"""Faults of conduct and time: clocks, duties on one person, corrections, evidence, silence."""

from datetime import date
from typing import Any

from ledger.facts import documents as d
from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY, Years
from ledger.facts.shipments import GoodsSold
from ledger.season import trades as on
from ledger.season.book import Desk, Planned
from ledger.season.enrolment import source_entry
from ledger.season.family import Family, Row
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
from ledger.season.scenario import Scenario

_REVERSALS = 20
"""As many retractions in a month as begin to look odd."""
_FACTORY_DAY = date(1980, 1, 1)
"""Where a clock begins that has lost its battery."""
conduct = Family()


@conduct.fault("M-47", on.domestic)
def clock_at_zero(i: Scenario) -> None:
    """An office's machine lost its clock, and dates a complaint before anything was registered."""
    scan = i.of(s.SealsApplied)
    dated = moment(day_number(_FACTORY_DAY), 300, 0)
    event = _complaint(
        i, dated, delay=scan.at + MICROS_AN_HOUR - dated, complaint=f"CP-{i.trade.code}",
        answered_on=day_of(day_number(_FACTORY_DAY) + 1),
    )  # fmt: skip
    i.expect("M-47", event.id, "ancient")


@conduct.fault("M-45", on.domestic)
def graded_before_made(i: Scenario) -> None:
    """A lot is graded on the day before it was made."""
    graded = i.of(t.LotGraded)
    made = day_of(local_day_number(graded.at, graded.desk.offset) + 1)
    i.change(t.LotRecorded, produced_on=made)
    i.expect("M-45", graded.id, "produced_on")


@conduct.fault("M-46", on.domestic)
def two_sites_at_once(i: Scenario) -> None:
    """A scanner counts at another site ten minutes after it counted here."""
    counted = i.of(s.SealsCounted)
    away = i.again(
        counted, 10 * MICROS_A_MINUTE, site=f"{i.trade.sealer}-W9", counted=0,
        counted_by=i.trade.person("visitor"), actor=i.trade.person("visitor"),
    )  # fmt: skip
    i.expect("M-46", counted.desk.source, away.id)


@conduct.fault("M-46", on.domestic)
def person_in_two_places(i: Scenario) -> None:
    """A person scans at two sites with two scanners within ten minutes."""
    counted = i.of(s.SealsCounted)
    scanner = Desk(f"SCN-{i.trade.code}-far", counted.desk.offset)
    away = i.book.say(
        s.SealsCounted, counted.at + 10 * MICROS_A_MINUTE, scanner, counted=0,
        counted_by=i.trade.person("counter"), actor=i.trade.person("counter"),
        **(i.trade.shelf | {"site": f"{i.trade.sealer}-W9"}),
    )  # fmt: skip
    i.entries.append(source_entry(scanner, "SCANNER", i.trade.sealer))
    i.expect("M-46", i.trade.person("counter"), away.id)


@conduct.fault("M-47", on.domestic)
def late_scan(i: Scenario) -> None:
    """A scanner sends a scan nine days late; the office has sent something a minute before."""
    scan = i.of(s.SealsApplied)
    day = local_day_number(scan.at, 0) + 9
    arrives = moment(day, 12 * 3600, 0)
    scan.delay = arrives - scan.at
    _complaint(
        i, arrives - MICROS_A_MINUTE, delay=0, complaint=f"CP-{i.trade.code}",
        kind="CHANGE_NOTICE", answered_on=day_of(day),
    )  # fmt: skip
    i.expect("M-47", scan.desk.source, day_of(day).isoformat())


@conduct.fault("M-48", on.domestic)
def lot_recorded_twice(i: Scenario) -> None:
    """A lot is recorded again under another number."""
    first = i.of(t.LotRecorded)
    second = i.again(first, MICROS_AN_HOUR, number="second thoughts")
    i.expect("M-48", second.id, first.id)


@conduct.fault("M-48", on.domestic)
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


def _complaint(i: Scenario, at: int, name: str = "", **changes: Any) -> Planned:
    """A complaint to the importer, answered on the same day."""
    fields: dict[str, Any] = {
        "complaint": f"CP-{i.trade.code}-{name}", "party": i.trade.importer, "kind": "COMPLAINT",
        "answered_on": day_of(at // MICROS_A_DAY),
    }  # fmt: skip
    office = i.trade.office(i.trade.importer)
    return i.book.say(d.ComplaintReceived, at, office, **(fields | changes))


def _retracted(i: Scenario, target: str, at: int, desk: Desk | None = None) -> str:
    return i.book.say(
        EventRetracted, at, desk or i.trade.office(i.trade.importer), target=target,
        reason="INCORRECT_DATA",
    ).id  # fmt: skip


def _taken_back(i: Scenario, name: str, after: int, desk: Desk | None = None) -> str:
    """A complaint is reported and taken back; the retraction."""
    at = i.of(s.SealsCounted).at
    return _retracted(i, _complaint(i, at, name).id, at + after, desk)


def _retraction_taken_back(i: Scenario) -> str:
    at = i.of(s.SealsCounted).at
    return _retracted(i, _taken_back(i, "twice", MICROS_AN_HOUR), at + 2 * MICROS_AN_HOUR)


def _nothing_taken_back(i: Scenario) -> str:
    at = i.of(s.SealsCounted).at
    gone = _complaint(i, at, "never")
    i.book.drop(gone)
    return _retracted(i, gone.id, at + MICROS_AN_HOUR)


conduct.rows(
    Row("old-event-retracted", "M-49", on.domestic, "Something is taken back after two weeks.",
        lambda i: _taken_back(i, "old", 14 * MICROS_A_DAY), "{event}", "age"),
    Row("foreign-event-retracted", "M-49", on.domestic,
        "A body takes back what another party reported.",
        lambda i: _taken_back(i, "foreign", MICROS_A_DAY, i.trade.office(i.trade.rcb)), "{event}",
        "party"),
    Row("retraction-retracted", "M-49", on.domestic, "A retraction is itself taken back.",
        _retraction_taken_back, "{event}", "retraction"),
    Row("nothing-to-retract", "M-49", on.domestic, "Something is taken back that nobody reported.",
        _nothing_taken_back, "{event}", "no-target"),
)  # fmt: skip


@conduct.fault("M-49", on.domestic)
def many_retractions(i: Scenario) -> None:
    """A source takes back twenty events of one month."""
    at = moment(day_number(REGISTRY_DAY) + 560, 9 * 3600, 0)
    for n in range(_REVERSALS):
        first = _complaint(i, at + n * MICROS_A_MINUTE, f"n{n}")
        _retracted(i, first.id, at + MICROS_AN_HOUR + n * MICROS_A_MINUTE)
    month = time_name(at, 0)[:7]
    i.expect("M-49", i.trade.office(i.trade.importer).source, month)


@conduct.fault("M-50", on.domestic)
def counter_approves(i: Scenario) -> None:
    """Who counted also approves the adjustment."""
    i.amend(s.SealsCounted, lambda fields: {"counted": fields["counted"] - 3})
    counted = i.of(s.SealsCounted)
    adjusted = i.book.say(
        s.StockAdjusted, counted.at + MICROS_AN_HOUR, i.trade.office(i.trade.sealer),
        actor=i.trade.person("clerk"), **i.trade.shelf, delta=-3, count_event=counted.id,
        reason="LOSS", approved_by=i.trade.person("counter"),
    )  # fmt: skip
    i.expect("M-50", adjusted.id, "approver")


conduct.rows(
    Row("counted-alone", "M-50", on.domestic, "The second person of a count is the first.",
        lambda i: i.change(s.SealsCounted, second_person=i.trade.person("counter")), "{event}",
        "second"),
    Row("grader-checks", "M-50", on.consigned,
        "The grader checks the report on the grader's own lots.",
        lambda i: i.change(d.SealReportFiled, checked_by=i.trade.person("grader")), "{event}",
        "checker"),
    Row("sealer-sells", "M-50", on.domestic, "Who attached the seals sells the goods.",
        lambda i: i.change(GoodsSold, actor=i.of(s.SealsApplied).fields["actor"]), "{event}",
        "sales"),
)  # fmt: skip


@conduct.fault("M-51", on.domestic, scans=(8000, 7900, 8100))
def beyond_capacity(i: Scenario) -> None:
    """A line attaches more seals in an hour than any line can."""
    first = i.of(s.SealsApplied)
    i.omit(s.SealsApplied)
    hour = moment(local_day_number(first.at, 0) + 1, 2 * 3600 + 600, 0)
    for n, units in enumerate((8000, 7900, 8100)):
        i.again(first, hour - first.at + n * 10 * MICROS_A_MINUTE, units=units, count=units)
    i.expect("M-51", first.desk.source, time_name(hour, 0)[:13])


@conduct.fault("M-54", on.consigned)
def no_evidence(i: Scenario) -> None:
    """No paper stands behind a certificate, a contract, a training or a label."""
    i.expect("M-54", i.change(d.ExportCertificateIssued, documents=()))
    at = moment(day_number(REGISTRY_DAY) + 30, 9 * 3600, 0)
    for kind in (r.CertificationChanged, r.ConsignmentContractSigned, r.SealTrainingCompleted,
                 r.LabelApproved):  # fmt: skip
        at += MICROS_A_MINUTE
        i.expect("M-54", i.tell(next(i.registered(kind)), at, documents=0))


@conduct.fault("M-60", on.domestic)
def silent_source(i: Scenario) -> None:
    """A scanner that should report every hour is never heard of."""
    source = f"SCN-{i.trade.code}-mute"
    at = i.of(s.SealsIssued).at
    i.book.say(
        r.SourceRegistered, at, Desk(source, i.trade.offset(i.trade.sealer)), registers=source,
        kind="SCANNER", party=i.trade.sealer, heartbeat_minutes=60,
    )  # fmt: skip
    i.expect("M-60", source)


def _unrecorded(i: Scenario) -> None:
    """Nothing tells of the equipment."""
    for entry in i.book.planned(t.ProcessRecorded):
        if entry.fields["activity"] == "EQUIPMENT":
            i.book.drop(entry)


def _unschooled(i: Scenario, function: str, years: str, act: type[Fact]) -> str:
    """Whose function that is went to no school for it; what that person does."""
    practice = {"schooling": "NONE", "practice_years": Years(years)}
    i.register(r.PersonQualified, {"function": function}, **practice)
    return i.of(act).id


conduct.rows(
    Row("complaint-unanswered", "M-61", on.domestic, "A buyer complains and hears nothing.",
        lambda i: _complaint(i, i.of(s.SealsCounted).at, "open", answered_on=None), "{event.id}"),
    Row("records-missing", "M-63", on.domestic,
        "A lot is graded on complete records, and none tells of the equipment.", _unrecorded,
        "{i.lot}", "EQUIPMENT"),
    Row("unqualified-grader", "M-64", on.domestic,
        "The grader has been in the trade for a year and went to no school for it.",
        lambda i: _unschooled(i, "GRADER", "1.0", t.LotGraded), "{event}", "GRADER"),
    Row("unqualified-divider", "M-64", on.subdivided,
        "Who divides the lot has been in the trade for half a year.",
        lambda i: _unschooled(i, "SUBDIVIDING_PERSON", "0.5", t.LotSubdivided), "{event}",
        "SUBDIVIDING_PERSON"),
)  # fmt: skip


@conduct.fault("M-64", on.subdivided)
def unqualified_labeller(i: Scenario) -> None:
    """One of those who attach seals is known as a grader only."""
    person = i.trade.person("line1")
    i.unregister(r.SealTrainingCompleted, person=person)
    i.register(r.PersonQualified, {"person": person}, function="GRADER")
    for scan in i.book.planned(s.SealsApplied):
        if scan.fields["actor"] == person:
            i.expect("M-64", scan.id, "LABELLER")
