"""A case on a running ledger: cured, explained, reopened, closed, by facts and by people."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from consumers.auditor.auditor import Auditor
from consumers.auditor.proof import unsettled
from consumers.auditor.running import catch_up
from ledger.cases.arranging import SetDue
from ledger.cases.canonical import TOPICS, decode_decision
from ledger.cases.correcting import AcceptCorrection, AskCorrection, ReportCorrection
from ledger.cases.deciding import Close, Deciding, Escalate, Explain
from ledger.cases.discrepancy import State
from ledger.cases.period import PeriodState, period_of
from ledger.cases.thread import DiscrepancyOverdue
from ledger.errors import Misuse, Unavailable
from ledger.facts.scalars import MICROS_A_DAY, local_day, time_text
from ledger.log import Log
from ledger.rules.moments import JAPAN, start_of
from ledger.rules.policy import read_policy
from ledger.views.cases import signed_periods
from ledger.views.discrepancies import Listed, Wanted, case_counts, grouped, listed, settle
from ledger.views.periods import Signing, restate_periods, seen, sign_period
from ledger.views.projection import Projector, reading
from tests.auditing import FAR, POLICY, RECORDED, caught_up, entry, from_nothing
from tests.domain.rules.world import World

LINE = {
    "lot": "L1", "product": "P1", "units": 480, "pack_weight": "0.500", "net_weight": "240.000",
    "mark": "JAS-A", "seals": 480,
}  # fmt: skip


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """A log whose clock stands still."""
    with Log.open(database, clock=lambda: RECORDED) as opened:
        yield opened


class Trade(World):
    """A lot with 520 seals for 500 units, of which 480 left; whoever reports says 460."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
        self._told = 0
        account = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}
        self.add("MarkRegistered", "2026-03-01", mark="JAS-A", scheme="JAS", rcb="RCB-1",
                 importer="IMP-1", design="leaf", carrier="STICKER", serialised=False)  # fmt: skip
        self.add("ConsignmentContractSigned", "2026-03-01", contract="C1", exporter="EXP-1",
                 importer="IMP-1", rcb="RCB-1", agent="AG-1", from_="2026-03-01")  # fmt: skip
        self.add("SealsIssued", "2026-03-02", **account, count=1000)
        self.add("LotRecorded", "2026-03-02", lot="L1", operator="EXP-1", number="1", product="P1",
                 quantity="250.000", units=500, status="ORGANIC",
                 produced_on="2026-03-02")  # fmt: skip
        for hour in range(4):
            self.add("SealsApplied", f"2026-03-03T1{hour}:00", **account, lot="L1", label="LB",
                     label_version=1, units=130, count=130, name=f"a{hour}")  # fmt: skip
        self.add("ShipmentDeparted", "2026-03-04", shipment="S1", exporter="EXP-1",
                 importer="IMP-1", site="W1", sealing_mode="CONSIGNED", origin="US",
                 destination="JP", transport="SEA", departed=[LINE])  # fmt: skip
        self.report(1, 460)
        self.tell()

    def report(self, version: int, used: int) -> None:
        """A version of the report."""
        line = {
            "product": "P1", "label": "LB", "lot": "L1", "graded_on": "2026-03-02",
            "pack_weight": "0.500", "units": 480, "net_weight": "240.000", "mark": "JAS-A",
            "used": used, "received": 1000, "discarded": 0, "remaining": 480,
        }  # fmt: skip
        self.add("SealReportFiled", "2026-03-05", report="R1", version=version, contract="C1",
                 shipment="S1", exporter="EXP-1", importer="IMP-1", rcb="RCB-1", agent="AG-1",
                 grader="P-2", reported=[line])  # fmt: skip

    def tell(self) -> None:
        """Record what is new and audit it; what is standing is what the facts show."""
        new = self.facts[self._told :]
        self._told = len(self.facts)
        self._log.append([entry(fact) for fact, _ in new])
        caught_up(self._log)

    def case(self, rule: str, discriminator: str) -> Listed:
        """The one case of a rule, in whatever state."""
        with reading(self._log) as rows:
            found = listed(rows, self._log, Wanted(rules=(rule,), states=tuple(State)))
        (case,) = [each for each in found if each.case.discriminator == discriminator]
        return case

    def decide(self, command: Deciding, case: Listed) -> None:
        """Let somebody decide."""
        follow = Projector(self._log).catch_up
        settle(self._log, UUID(case.case.id), command, RECORDED, follow=follow)


def report_case(trade: Trade) -> Listed:
    """The case of the report that differs."""
    return trade.case("M-06", "L1 JAS-A")


EXPLAIN = Explain(party="EXP-1", person="P-1", reason="LATE_ENTRY", text="the last pallet")
CLOSE = Close(party="AG-1", person="P-9", reason="DOCUMENT_CORRECTED", text="seen")


def test_what_cures_a_case_withdraws_it_and_no_other(log: Log) -> None:
    """Seals taken off cure the lot that carried too many; the report still differs."""
    trade = Trade(log)
    lot = trade.case("M-18", "JAS")
    assert (lot.row["expected"], lot.row["found"]) == (["500"], ["520"])
    before = {row[:4] for row in from_nothing(log)}

    trade.add("SealsRemoved", "2026-03-06", mark="JAS-A", lot="L1", found_at="LOT", holder="EXP-1",
              site="W1", units=20, count=20, method="REMOVED", cause="too many")  # fmt: skip
    trade.tell()

    assert trade.case("M-18", "JAS").case.state is State.WITHDRAWN
    assert report_case(trade).case.state is State.OPEN
    after = {row[:4] for row in from_nothing(log)}
    assert {rule for rule, *_ in before - after} == {"M-18"}


def test_an_explained_case_whose_values_change_is_open_again(log: Log) -> None:
    """The explanation was for 460; a version that says 470 asks again, one that agrees does not."""
    trade = Trade(log)
    trade.decide(EXPLAIN, report_case(trade))
    trade.tell()
    assert report_case(trade).case.state is State.EXPLAINED

    trade.report(2, 470)
    trade.tell()

    reopened = report_case(trade)
    assert (reopened.case.state, reopened.row["found"]) == (State.OPEN, ["470"])
    trade.report(3, 480)
    trade.tell()
    assert report_case(trade).case.state is State.WITHDRAWN


def test_a_closed_case_stays_closed_at_its_values(log: Log) -> None:
    """Closed at 460: silence and 460 again leave it closed, 475 opens it anew."""
    trade = Trade(log)
    trade.decide(CLOSE, report_case(trade))
    for version, used, state in (
        (2, 480, State.CLOSED),
        (3, 460, State.CLOSED),
        (4, 475, State.OPEN),
    ):
        trade.report(version, used)
        trade.tell()

        assert report_case(trade).case.state is state, used


def test_a_decision_is_for_those_who_have_a_say(log: Log) -> None:
    """The exporter named explains, its agent and the pair's body close, nobody else does."""
    trade = Trade(log)
    case = report_case(trade)
    strangers = (
        Explain(party="EXP-2", person="P-1", reason="LATE_ENTRY"),
        Close(party="AG-2", person="P-1", reason="LATE_ENTRY"),
        Escalate(party="EXP-1", person="P-1", text="why"),
    )
    for command in strangers:
        with pytest.raises(Misuse):
            trade.decide(command, case)

    trade.decide(Escalate(party="RCB-1", person="P-9", text="why"), case)
    trade.decide(Explain(party="IMP-1", person="P-1", reason="LATE_ENTRY"), report_case(trade))

    assert report_case(trade).case.state is State.ESCALATED
    with pytest.raises(Misuse, match="There is no case"):
        settle(log, UUID(int=1), EXPLAIN, RECORDED, follow=lambda: None)


def test_a_look_begun_before_a_decision_starts_again(log: Log) -> None:
    """Explained while an auditor looks: the look is thrown away, and the next one sees it."""
    trade = Trade(log)
    trade.report(2, 470)
    log.append([entry(fact) for fact, _ in trade.facts[-1:]])
    Projector(log).catch_up()
    auditor = Auditor(log, POLICY, lambda: FAR)
    with reading(log) as rows:
        position = Projector(log).catch_up()
        look = auditor._evaluate(rows, position)  # noqa: SLF001 -- a look stopped in the middle
    trade.decide(EXPLAIN, report_case(trade))

    with pytest.raises(Exception, match="look again"):
        auditor._record(look)  # noqa: SLF001 -- the same look, too late

    caught_up(log)
    assert report_case(trade).row["state"] == "OPEN"
    assert report_case(trade).row["found"] == ["470"]


def test_counts_belong_to_the_pair_as_known_then(log: Log) -> None:
    """The reconciliation's cases are those of the pair's marks, now or as recorded by a time."""
    trade = Trade(log)
    trade.add("LotHeld", "2026-03-06", lot="L9", cause="none of a pair")
    trade.tell()

    with reading(log) as rows:
        now = case_counts(rows, log)
        earlier = case_counts(rows, log, RECORDED - 1)
        latest = case_counts(rows, log, FAR)
        found = listed(rows, log, Wanted(importer="IMP-1"))

    assert set(now) == {("IMP-1", "RCB-1")}
    assert sum(now["IMP-1", "RCB-1"].values()) == len(found)
    assert earlier == {}
    assert latest == now


def test_cases_with_one_cause_are_one_line(log: Log) -> None:
    """Four scans of one lot under one lapsed thing are one row of a group."""
    Trade(log)
    with reading(log) as rows:
        found = listed(rows, log, Wanted(rules=("M-14",)))

    rows_ = grouped(found, log, ["rule", "lot"])

    assert [(row["rule"], row["lot"], row["cases"]) for row in rows_] == [("M-14", "L1", 4)]


def test_a_signed_period_is_restated_by_later_facts(log: Log) -> None:
    """March is signed at its row; a late application restates it, the next one again."""
    trade = Trade(log)
    march = period_of("IMP-1", "RCB-1", "2026-03")
    with reading(log) as rows:
        found = seen(rows, log, march, FAR)
        text = "All months until now."
        with pytest.raises(Misuse, match="RCB-1 signs this pair"):
            sign_period(rows, log, march, Signing("AG-1", "P-9", found.sheet.digest, text, FAR))
        signing = Signing("RCB-1", "P-9", found.sheet.digest, text, FAR, seconds="never")
        decided = sign_period(rows, log, march, signing)
    log.decide([decided.entry])
    Projector(log).catch_up()
    assert restate_periods(log, FAR) == 0

    trade.add("SealsApplied", "2026-03-30", mark="JAS-A", holder="EXP-1", site="W1", lot="L1",
              label="LB", label_version=1, units=10, count=10)  # fmt: skip
    trade.tell()

    with reading(log) as rows:
        (known,) = signed_periods(rows)
    assert known.state is PeriodState.RESTATED
    assert known.stated["on_lots"] - known.signed["on_lots"] == 10


def test_a_case_nobody_looked_at_is_not_decided_about(log: Log) -> None:
    """After a rebuild, what a case shows comes with the next look; until then: not now."""
    trade = Trade(log)
    case = report_case(trade)
    with log.transaction() as rows:
        rows.execute("DELETE FROM views_4.case_shown")

    with pytest.raises(Unavailable, match="catch-up"):
        trade.decide(EXPLAIN, case)


def test_the_proof_tells_what_is_unlike(log: Log) -> None:
    """A case that was lost and one that nothing shows are named; an audit behind says nothing."""
    trade = Trade(log)
    assert unsettled(log, POLICY) == []
    with log.transaction() as rows:
        rows.execute("DELETE FROM views_4.cases WHERE rule = 'M-06'")
        rows.execute("UPDATE views_4.cases SET subject = 'L2' WHERE rule = 'M-18'")
        rows.execute(
            "UPDATE views_4.cases SET folded = replace(encode(folded, 'escape'), %s, %s)::bytea"
            " WHERE rule = 'M-18'",
            (trade.case("M-18", "JAS").row["id"], "00000000-0000-8000-8000-000000000001"),
        )

    said = unsettled(log, POLICY)

    assert said is not None
    assert "M-06 holds of report R1 L1 JAS-A and has no case that says so." in said
    assert any("is OPEN, and nothing shows it any more" in sentence for sentence in said)
    trade.report(2, 470)
    log.append([entry(fact) for fact, _ in trade.facts[-1:]])
    assert unsettled(log, POLICY) is None


def test_a_case_says_how_many_events_it_rests_on(log: Log) -> None:
    """It names a hundred of them, the same ones however it was found, and counts them all."""
    world = World()
    world.add("SourceRegistered", "2026-03-01", registers="SC-1", kind="SCANNER", party="EXP-1")
    world.add("LotRecorded", "2026-03-02", lot="L1", operator="EXP-1", number="1", product="P1",
              quantity="25.000", units=50, status="ORGANIC", produced_on="2026-03-02")  # fmt: skip
    for mark in ("JAS-A", "JAS-B"):
        if mark == "JAS-A":
            world.add("MarkRegistered", "2026-03-01", mark=mark, scheme="JAS", rcb="RCB-1",
                      importer="IMP-1", design="leaf", carrier="STICKER",
                      serialised=False)  # fmt: skip
        for minute in range(130):
            world.add(
                "SealsApplied", f"2026-03-03T{10 + minute // 60}:{minute % 60:02d}", mark=mark,
                holder="EXP-1", site="W1", lot="L1", label="LB", label_version=1, units=1,
                count=1000, source="SC-1",
            )  # fmt: skip
    log.append([entry(fact) for fact, _ in world.facts])
    found = caught_up(log)
    totals = {(rule, key): total for rule, _, key, *_, total in found}
    assert found == from_nothing(log)
    assert totals["M-18", "L1"] == 130
    assert totals["M-34", "JAS-B"] == 130
    assert totals["M-47", "SC-1"] == 260
    assert totals["M-51", "SC-1"] in range(1, 121)
    assert all(len(each[-2]) <= 100 for each in found)


def test_a_case_is_overdue_once_its_day_has_passed(log: Log) -> None:
    """Said by the auditor at the stroke, again a week later, and no more once it is settled."""
    trade = Trade(log)
    opened = local_day(time_text(FAR, JAPAN))
    case = report_case(trade)
    assert case.row["due"] == (opened + timedelta(days=7)).isoformat()
    assert (case.row["late"], case.row["waits_for"]) == (False, ["EXP-1", "IMP-1"])
    stroke = start_of(opened + timedelta(days=8), JAPAN)

    caught_up(log, stroke - 1)
    assert [each for each in overdue(log) if each.case == case.case.id] == []
    caught_up(log, stroke)
    caught_up(log, stroke + 1)
    trade.decide(EXPLAIN, report_case(trade))
    caught_up(log, stroke + 7 * MICROS_A_DAY)
    trade.decide(CLOSE, report_case(trade))
    caught_up(log, stroke + 60 * MICROS_A_DAY)

    of_report = [each for each in overdue(log) if each.case == case.case.id]
    assert [each.waits_for for each in of_report] == ["AG-1", "AG-1"]
    assert {each.due.isoformat() for each in of_report} == {case.row["due"]}
    assert unsettled(log, POLICY) == []


def test_another_policy_moves_the_dues_that_nobody_set(log: Log) -> None:
    """Of all live cases, with everything else as it was; what a certifier set stays."""
    trade = Trade(log)
    opened = local_day(time_text(FAR, JAPAN))
    agreed = opened + timedelta(days=20)
    command = SetDue(party="RCB-1", person="P-9", due=agreed, text="Agreed")
    follow = Projector(log).catch_up
    settle(log, UUID(report_case(trade).case.id), command, FAR, follow=follow)
    lot = trade.case("M-18", "JAS")

    policy = read_policy("due_critical = 1\ndue_high = 1", POLICY)
    catch_up(log, policy, lambda: FAR)

    moved, kept = trade.case("M-18", "JAS"), report_case(trade)
    assert moved.row["due"] < lot.row["due"]
    assert kept.row["due"] == agreed.isoformat()
    assert (moved.row["state"], moved.row["changed_at"]) == ("OPEN", lot.row["changed_at"])


def test_what_was_asked_is_owed_when_the_facts_withdraw_the_case(log: Log) -> None:
    """Reported and accepted all the same; it waits for whom it was asked of, then for the body."""
    trade = Trade(log)
    ask = AskCorrection(
        party="RCB-1", person="P-9", from_party="EXP-1", text="File it again",
        actions=("CORRECT_RECORDS",), due=local_day(time_text(FAR, JAPAN)),
    )  # fmt: skip
    trade.decide(ask, report_case(trade))
    trade.report(2, 480)
    trade.tell()

    gone = report_case(trade)
    assert (gone.case.state, gone.row["waits_for"]) == (State.WITHDRAWN, ["EXP-1"])
    report = ReportCorrection(
        party="EXP-1", person="P-1", cause="c", action="a", prevention="p",
        done_on=date(2026, 3, 6),
    )  # fmt: skip
    trade.decide(report, gone)
    assert report_case(trade).row["waits_for"] == ["RCB-1"]
    trade.decide(AcceptCorrection(party="RCB-1", person="P-9"), report_case(trade))
    assert report_case(trade).row["waits_for"] == []


def overdue(log: Log) -> list[DiscrepancyOverdue]:
    """What the log says of cases that are overdue, in its order."""
    told = (decode_decision(each.state) for each in log.read(0, 10_000) if each.topic in TOPICS)
    return [each for each in told if isinstance(each, DiscrepancyOverdue)]
