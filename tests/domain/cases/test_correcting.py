"""Corrections, owner, due day, thread and routing: a row for every permission and every refusal."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cases.arranging import Assign, Comment, Route, SetDue
from ledger.cases.canonical import decode_decision, encode_decision
from ledger.cases.correcting import (
    AcceptCorrection,
    AskCorrection,
    RefuseCorrection,
    ReportCorrection,
)
from ledger.cases.deciding import Close, Deciding, Escalate, Explain, decide
from ledger.cases.discrepancy import LIVE, Case, Picture, State, Values, evolve
from ledger.cases.due import Sayers, next_overdue, overdue, policy_due, turn_of, waits_for
from ledger.cases.ground import Standing
from ledger.cases.judging import judge
from ledger.errors import Misuse, Sentence
from ledger.facts.identity import Document
from ledger.facts.scalars import MICROS_A_DAY, time_text
from ledger.rules.moments import JAPAN, start_of
from ledger.rules.policy import default_policy, read_policy
from ledger.rules.violation import Severity, SubjectKind, Violation

POLICY = default_policy()
TODAY = date(2026, 12, 1)
NOON = start_of(TODAY, JAPAN) + MICROS_A_DAY // 2
STANDING = Standing(concerned=frozenset({"EXP-1", "IMP-1"}), certifiers=frozenset({"RCB-1"}))
NOBODYS = Standing(concerned=frozenset(), certifiers=frozenset(), nobodys=True)
HIGH = Values("H", ("342",), ("322",))
FILE = Document(name="count.pdf", sha256="0" * 64)
LATE = date(2026, 12, 9)


def violation(values: Values = HIGH) -> Violation:
    """A dispatch of which seals are missing."""
    return Violation(
        rule="M-03", subject_kind=SubjectKind.DISPATCH, subject="D-1", discriminator="JAS-A",
        severity=values.severity, family="N", expected=values.expected, found=values.found,
        evidence=("e1",), deadline=0, artefact=False,
    )  # fmt: skip


Step = Deciding | Violation | None
EXPLAINED = Explain(party="EXP-1", person="P-1", reason="LATE_ENTRY")
ESCALATED = Escalate(party="RCB-1", person="P-8", text="Where are they?")
CLOSED = Close(party="RCB-1", person="P-9", reason="LOSS", text="Seen")


def ask(**given: Any) -> AskCorrection:
    """Ask the exporter to put its records right."""
    said = {"from_party": "EXP-1", "actions": ("CORRECT_RECORDS",), "text": "Mend it", "due": LATE}
    return AskCorrection(party=given.pop("party", "RCB-1"), person="P-8", **{**said, **given})


def report(**given: Any) -> ReportCorrection:
    """Report it as the exporter."""
    said = {"cause": "c", "action": "a", "prevention": "p", "done_on": TODAY, "documents": (FILE,)}
    who = {"party": "EXP-1", "person": "P-2"} | given
    return ReportCorrection(**{**said, **who})


def accept(party: str = "RCB-1", person: str = "P-8") -> AcceptCorrection:
    """Accept it as the body that asked."""
    return AcceptCorrection(party=party, person=person)


def refuse(text: str | None = "What about the box?", due: date = LATE) -> RefuseCorrection:
    """Send it back."""
    return RefuseCorrection(party="RCB-1", person="P-8", text=text, due=due)


def close(person: str = "P-9", waive: str | None = None) -> Close:
    """Close it as the body."""
    return Close(party="RCB-1", person=person, reason="LOSS", waive=waive)


def due(day: date = LATE, party: str = "RCB-1", text: str | None = "Agreed") -> SetDue:
    """Set another due day."""
    return SetDue(party=party, person="P-8", due=day, text=text)


def comment(text: str | None = "Seen", audience: str = "ALL", **given: Any) -> Comment:
    """Say something."""
    return Comment(party="EXP-1", person="P-1", text=text, audience=audience, **given)


def assign(owner: str | None = "P-1", party: str = "EXP-1", **given: Any) -> Assign:
    """Give it to a person of the exporter."""
    return Assign(party=party, person="P-7", owner=owner, **given)


def route(to: str = "RCB-7", party: str = "OPERATOR", text: str | None = "Theirs") -> Route:
    """Give it to a certifier."""
    return Route(party=party, person="P-0", to=to, text=text)


def taken(case: Case, command: Deciding, standing: Standing = STANDING, now: int = NOON) -> Case:
    """The case after a command; what is stored reads back as it was taken."""
    event = decide(
        command, case, standing=standing, shown=HIGH, now=now, position=3,
        policy_due=policy_due(case.since, "H", POLICY),
    )  # fmt: skip
    assert decode_decision(encode_decision(event)) == event
    return evolve(case, event)


def reach(*steps: Step) -> Case:
    """A case through commands and evaluations, opened first."""
    opened = judge(None, violation(), now=NOON, position=1)
    assert opened is not None
    case = evolve(None, opened)
    for step in steps:
        if step is None or isinstance(step, Violation):
            event = judge(case, step, now=NOON, position=2)
            assert event is not None
            case = evolve(case, event)
        else:
            case = taken(case, step)
    return case


ALLOWED: list[tuple[tuple[Step, ...], Deciding, State, str | None]] = [
    # steps                             command           state            the correction
    ((), ask(), State.ESCALATED, "ASKED"),
    ((EXPLAINED,), ask(), State.ESCALATED, "ASKED"),
    ((ESCALATED,), ask(), State.ESCALATED, "ASKED"),
    ((ask(),), ask(due=date(2026, 12, 20)), State.ESCALATED, "ASKED"),
    ((ask(),), report(), State.ESCALATED, "REPORTED"),
    ((ask(), EXPLAINED), report(), State.ESCALATED, "REPORTED"),
    ((ask(), None), report(), State.WITHDRAWN, "REPORTED"),
    ((ask(), report()), accept(), State.ESCALATED, None),
    ((ask(), report(), None), accept(), State.WITHDRAWN, None),
    ((ask(), report()), refuse(), State.ESCALATED, "ASKED"),
    ((ask(), report(), None), refuse(), State.WITHDRAWN, "ASKED"),
    ((ask(), report(), refuse()), report(), State.ESCALATED, "REPORTED"),
    ((ask(), report(), accept()), close(), State.CLOSED, None),
    ((ask(),), close(waive="The contract has ended"), State.CLOSED, None),
    ((ask(), report()), close(waive="Sold"), State.CLOSED, None),
    ((ask(), None, violation()), report(), State.ESCALATED, "REPORTED"),
    ((), due(), State.OPEN, None),
    ((), due(date(2027, 3, 8)), State.OPEN, None),
    ((CLOSED,), due(), State.CLOSED, None),
    ((None,), due(), State.WITHDRAWN, None),
    ((), comment(), State.OPEN, None),
    ((CLOSED,), comment(audience="OWN", documents=(FILE,) * 20), State.CLOSED, None),
    ((None,), comment("x" * 2_000), State.WITHDRAWN, None),
    ((), assign(), State.OPEN, None),
    ((assign(),), assign(None), State.OPEN, None),
    ((CLOSED,), assign("P-8", "RCB-1", owner_party="RCB-1"), State.CLOSED, None),
]


@pytest.mark.parametrize(("steps", "command", "state", "correction"), ALLOWED)
def test_who_may_does(
    steps: tuple[Step, ...], command: Deciding, state: State, correction: str | None
) -> None:
    """Asking escalates, nothing else moves a case; a correction is owed until it is accepted."""
    before = reach(*steps)

    case = taken(before, command)

    assert (case.state, case.version) == (state, before.version + 1)
    assert (None if case.owes is None else case.owes.state) == correction


REFUSED: list[tuple[tuple[Step, ...], Deciding, str]] = [
    ((CLOSED,), ask(), "is CLOSED: no correction can be asked for"),
    ((None,), ask(), "is WITHDRAWN: no correction can be asked for"),
    ((), ask(party="EXP-1"), "EXP-1 is no certifier"),
    ((), ask(from_party="EXP-2"), "EXP-2 is not concerned"),
    ((), ask(actions=()), "at least one"),
    ((), ask(actions=("PUNISH",)), "'PUNISH' is no action: CORRECT_RECORDS, "),
    ((), ask(text=" "), "needs a text that says what is asked for"),
    ((), ask(due=date(2026, 11, 30)), "30 Nov 2026 is over"),
    ((), report(), "No correction is asked"),
    ((ask(),), report(party="IMP-1"), "asked of EXP-1, not of IMP-1"),
    ((ask(),), report(cause=""), "what the cause was"),
    ((ask(),), report(action=" "), "what was done"),
    ((ask(),), report(prevention="x" * 2_001), "at most 2,000 letters, not 2,001"),
    ((ask(),), report(done_on=date(2026, 12, 2)), "2 Dec 2026 is still to come"),
    ((ask(), report()), report(), "is reported: the body that asked judges it now"),
    ((ask(), report(), accept()), report(), "No correction is asked"),
    ((ask(), close(waive="Sold")), report(), "is CLOSED: no correction can be reported"),
    ((ask(),), accept(), "is not reported yet"),
    ((ask(), report()), accept("RCB-2"), "was asked by RCB-1, not by RCB-2"),
    ((ask(), report()), refuse(None), "Say what is missing"),
    ((ask(), report()), refuse(due=date(2026, 11, 1)), "is over"),
    ((ask(),), close(), "asked of EXP-1 and not accepted"),
    ((ask(), report()), close(), "asked of EXP-1 and not accepted"),
    ((ask(), report(), refuse()), close(), "asked of EXP-1 and not accepted"),
    ((), close(waive="Sold"), "there is nothing to waive"),
    ((ask(), report(), accept()), close("P-2"), "last reported by P-2: another person"),
    ((EXPLAINED, ask(), report(), accept()), close("P-1"), "last explained by P-1"),
    ((), due(party="EXP-1"), "EXP-1 is no certifier"),
    ((), due(date(2026, 11, 30)), "is over"),
    ((), due(date(2027, 3, 9)), "at most 90 days behind the day that the policy gives, 8 Mar 2027"),
    ((), due(text=""), "needs a text that says why"),
    ((), comment(None), "A comment needs a text"),
    ((), comment("x" * 2_001), "at most 2,000 letters"),
    ((), comment(audience="CERTIFIERS"), "no audience: ALL, OWN"),
    ((), comment(documents=(FILE,) * 21), "At most 20 documents"),
    ((), comment(documents=(Document(name="", sha256="0" * 64),)), "1 to 200 letters"),
    ((), comment(documents=(Document(name="x", sha256="A" * 64),)), "no 64 hex digits"),
    ((), assign(party="EXP-2"), "EXP-2 has no say"),
    ((), assign(owner_party="IMP-1"), "not to those of IMP-1"),
    ((), assign("P 1"), "visible ASCII characters"),
    ((), route(), "has certifiers of its own: RCB-1"),
]


@pytest.mark.parametrize(("steps", "command", "words"), REFUSED)
def test_anything_else_is_refused_in_words(
    steps: tuple[Step, ...], command: Deciding, words: str
) -> None:
    """With a sentence that can be said in any language."""
    case = reach(*steps)

    with pytest.raises(Misuse, match=words) as refusal:
        taken(case, command)
    assert isinstance(refusal.value.sentence, Sentence)


def test_a_case_of_nobody_is_given_to_a_certifier() -> None:
    """By the operator alone, with a reason; whom it is given to decides from then on."""
    case = reach()
    with pytest.raises(Misuse, match="Only the operator"):
        taken(case, route(party="RCB-1"), NOBODYS)
    with pytest.raises(Misuse, match="needs a text"):
        taken(case, route(text=None), NOBODYS)

    case = taken(case, route(), NOBODYS)

    assert case.routed == ("RCB-7",)
    assert waits_for(case, Sayers((), case.routed), late=False) == ["RCB-7"]
    assert waits_for(case, Sayers((), ()), late=False) == ["OPERATOR"]


DUES: list[tuple[Severity, str, str]] = [
    # severity  opened (Japan)         due
    ("C", "2026-12-01T23:59:59+09:00", "2026-12-04"),
    ("C", "2026-12-02T00:00:00+09:00", "2026-12-07"),
    ("C", "2026-12-04T12:00:00+09:00", "2026-12-10"),  # a holiday on the 9th
    ("C", "2026-12-05T12:00:00+09:00", "2026-12-10"),
    ("H", "2026-12-01T12:00:00+09:00", "2026-12-08"),
    ("M", "2026-12-01T12:00:00+09:00", "2026-12-31"),
    ("L", "2026-12-01T12:00:00+09:00", "2027-03-01"),
]


@pytest.mark.parametrize(("severity", "opened", "due_day"), DUES)
def test_due_by_the_policy(severity: Severity, opened: str, due_day: str) -> None:
    """Business days for critical cases, calendar days for all others, from the day in Japan."""
    policy = read_policy("holidays = [2026-12-09]", POLICY)

    assert policy_due(opened[:19] + ".000000+09:00", severity, policy).isoformat() == due_day


def test_overdue_is_said_once_a_due_day_and_three_times_more() -> None:
    """From midnight in Japan on, a week apart; another due day begins anew."""
    case, whom = reach(), Sayers({"EXP-1", "IMP-1"}, {"RCB-1"})
    day = policy_due(case.since, "H", POLICY)
    said = []
    while (at := next_overdue(case, day, POLICY)) is not None:
        event = overdue(case, day, whom, now=at, position=9)
        said.append((time_text(at, JAPAN)[:16], event.waits_for))
        case = evolve(case, event)

    assert said == [
        ("2026-12-09T00:00", "RCB-1"), ("2026-12-16T00:00", "RCB-1"),
        ("2026-12-23T00:00", "RCB-1"), ("2026-12-30T00:00", "RCB-1"),
    ]  # fmt: skip
    assert next_overdue(case, date(2027, 1, 31), POLICY) == start_of(date(2027, 2, 1), JAPAN)
    gone = evolve(case, judge(case, None, now=NOON, position=9))  # type: ignore[arg-type]  # it was live
    assert next_overdue(gone, day, POLICY) is None


TURNS: list[tuple[tuple[Step, ...], bool, str | None, list[str]]] = [
    ((), False, "explain", ["EXP-1", "IMP-1"]),
    ((), True, "decide", ["RCB-1"]),
    ((EXPLAINED,), False, "decide", ["RCB-1"]),
    ((ESCALATED,), True, "explain", ["EXP-1", "IMP-1"]),
    ((ESCALATED, EXPLAINED), False, "decide", ["RCB-1"]),
    ((ask(),), True, "correct", ["EXP-1"]),
    ((ask(), report()), False, "judge", ["RCB-1"]),
    ((ask(), None), False, "correct", ["EXP-1"]),
    ((ask(), report(), accept()), False, "explain", ["EXP-1", "IMP-1"]),
    ((CLOSED,), True, None, []),
    ((None,), True, None, []),
]


@pytest.mark.parametrize(("steps", "late", "turn", "parties"), TURNS)
def test_whom_a_case_waits_for(
    steps: tuple[Step, ...], *, late: bool, turn: str | None, parties: list[str]
) -> None:
    """Parties explain, certifiers decide what is explained or late; what is owed goes first."""
    case, whom = reach(*steps), Sayers({"EXP-1", "IMP-1"}, {"RCB-1"})

    assert turn_of(case, late=late) == turn
    assert waits_for(case, whom, late=late) == parties


def test_thread_and_owner_outlive_a_reopening_and_the_due_day_starts_anew() -> None:
    """A due day was set for what the case showed then."""
    other = violation(Values("H", ("342",), ("300",)))
    case = reach(assign(), due(), CLOSED, other)

    assert (case.state, case.owner, case.due) == (State.OPEN, "P-1", None)


def test_what_was_stored_before_reads_as_before() -> None:
    """Decisions without the fields of today are decisions with none of them."""
    old = (
        b'{"type":"DiscrepancyClosed","case":"c","time":"2026-04-02T00:30:00.000000+00:00",'
        b'"position":7,"party":"RCB-1","person":"P-1","reason":"LOSS","text":null,'
        b'"values":{"severity":"H","expected":["1"],"found":["2"]}}'
    )

    event = decode_decision(old)

    assert (getattr(event, "documents", None), getattr(event, "waive", "x")) == ((), None)


commands: st.SearchStrategy[Deciding] = st.one_of(
    st.builds(lambda party: ask(party=party), st.sampled_from(["RCB-1", "EXP-1"])),
    st.builds(lambda party, person: report(party=party, person=person),
              st.sampled_from(["EXP-1", "IMP-1"]), st.sampled_from(["P-1", "P-9"])),
    st.sampled_from([accept(), refuse(), due(), comment(), assign(), assign(None)]),
    st.builds(close, st.sampled_from(["P-1", "P-9"]), st.sampled_from([None, "Sold"])),
    st.sampled_from([EXPLAINED, ESCALATED]),
)  # fmt: skip
shows = st.sampled_from([None, violation(), violation(Values("C", ("342",), ("300",)))])


@given(st.lists(st.tuples(shows, st.lists(commands, max_size=3)), max_size=10))
def test_whatever_people_do_a_correction_is_owed_until_it_is_settled(
    steps: list[tuple[Violation | None, list[Deciding]]],
) -> None:
    """No sequence closes a case while one is owed, lets its own reporter close it, or loses it.

    What is arranged moves no state, and every live case waits for somebody.
    """
    case = reach()
    for shown, wanted in steps:
        event = judge(case, shown, now=NOON, position=5)
        case = case if event is None else evolve(case, event)
        for command in wanted:
            before = case
            try:
                case = taken(case, command)
            except Misuse:
                continue
            if isinstance(command, Close):
                assert before.owes is None or command.waive
                assert command.person not in (before.explainer, before.reporter)
            elif isinstance(command, SetDue | Comment | Assign):
                assert (case.state, case.owes) == (before.state, before.owes)
            if before.owes is not None and not isinstance(command, Close | AcceptCorrection):
                assert case.owes is not None
        turn = turn_of(case, late=False)
        assert (turn is not None) == (
            case.state in LIVE or (case.owes is not None and case.state is State.WITHDRAWN)
        )
        assert Picture.of(violation()).values == HIGH
