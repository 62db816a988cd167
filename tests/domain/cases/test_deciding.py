"""What people may decide about a case: a row for every permission and every refusal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cases.canonical import TOPICS, decode_decision, encode_decision
from ledger.cases.deciding import (
    REASONS,
    Close,
    Escalate,
    Explain,
    decide,
)
from ledger.cases.decision import text_letters_max
from ledger.cases.discrepancy import LIVE, Case, Picture, State, Values, evolve
from ledger.cases.ground import Standing
from ledger.cases.judging import judge
from ledger.errors import Misuse
from ledger.rules.violation import Severity, SubjectKind, Violation

NOON = 1_775_000_000_000_000
STANDING = Standing(
    concerned=frozenset({"EXP-1", "IMP-1"}), certifiers=frozenset({"RCB-1", "AGENT-1"})
)
HIGH = Values("H", ("480",), ("460",))


def violation(values: Values = HIGH) -> Violation:
    """A report that differs."""
    return Violation(
        rule="M-06",
        subject_kind=SubjectKind.REPORT,
        subject="R-1",
        discriminator="L-1 JAS-A",
        severity=values.severity,
        family="D",
        expected=values.expected,
        found=values.found,
        evidence=("e1", "e2"),
        deadline=0,
        artefact=True,
    )


def opened() -> Case:
    """A case just opened."""
    event = judge(None, violation(), now=NOON, position=1)
    assert event is not None
    return evolve(None, event)


def explain(party: str = "EXP-1", person: str = "P-1", **given: Any) -> Explain:
    """Explain as an exporter concerned."""
    return Explain(party=party, person=person, **{"reason": "LATE_ENTRY", **given})


def escalate(party: str = "RCB-1", person: str = "P-9", text: str | None = "Why?") -> Escalate:
    """Escalate as the body."""
    return Escalate(party=party, person=person, text=text)


def close(party: str = "AGENT-1", person: str = "P-9", **given: Any) -> Close:
    """Close as the exporter's agent."""
    return Close(party=party, person=person, **{"reason": "DOCUMENT_CORRECTED", **given})


Command = Explain | Escalate | Close


def after(case: Case, command: Command, shown: Values = HIGH) -> Case:
    """Fold what the command makes of the case."""
    event = decide(command, case, standing=STANDING, shown=shown, now=NOON, position=3)
    assert decode_decision(encode_decision(event)) == event
    return evolve(case, event)


def reach(*steps: Command | Violation | None) -> Case:
    """Fold a case through commands and evaluations."""
    case = opened()
    for step in steps:
        if isinstance(step, Explain | Escalate | Close):
            case = after(case, step)
        else:
            event = judge(case, step, now=NOON, position=2)
            assert event is not None
            case = evolve(case, event)
    return case


ALLOWED: list[tuple[tuple[Command | Violation | None, ...], Command, State]] = [
    ((), explain(), State.EXPLAINED),
    ((), explain("IMP-1"), State.EXPLAINED),
    ((escalate(),), explain(), State.ESCALATED),
    ((escalate(), explain()), explain(), State.ESCALATED),
    ((), escalate(), State.ESCALATED),
    ((), escalate("AGENT-1"), State.ESCALATED),
    ((explain(),), escalate(), State.ESCALATED),
    ((), close(), State.CLOSED),
    ((), close("RCB-1"), State.CLOSED),
    ((explain(),), close(), State.CLOSED),
    ((escalate(),), close(), State.CLOSED),
    ((explain(person="P-9"), None, violation(), explain()), close(), State.CLOSED),
    ((None, violation()), explain(), State.EXPLAINED),
    ((), explain(reason="OTHER", text="a roll was short"), State.EXPLAINED),
]


@pytest.mark.parametrize(("steps", "command", "state"), ALLOWED)
def test_who_has_a_say_decides(
    steps: tuple[Command | Violation | None, ...], command: Command, state: State
) -> None:
    """Parties concerned explain, certifiers escalate and close, each from the states that let them.

    An escalated case stays so when it is explained.
    """
    before = reach(*steps)

    case = after(before, command)

    assert state == case.state
    assert before.version + 1 == case.version


CLOSED = (close(),)
WITHDRAWN = (None,)
REFUSED: list[tuple[tuple[Command | Violation | None, ...], Command, str]] = [
    (CLOSED, explain(), "is CLOSED: it cannot be explained"),
    (CLOSED, escalate(), "is CLOSED: it cannot be escalated"),
    (CLOSED, close(), "is CLOSED: it cannot be closed"),
    (WITHDRAWN, explain(), "is WITHDRAWN: it cannot be explained"),
    (WITHDRAWN, escalate(), "is WITHDRAWN: it cannot be escalated"),
    (WITHDRAWN, close(), "is WITHDRAWN: it cannot be closed"),
    ((explain(),), explain(), "is EXPLAINED: it cannot be explained"),
    ((escalate(),), escalate(), "is ESCALATED: it cannot be escalated"),
    ((), explain("EXP-2"), "EXP-2 is not concerned"),
    ((), explain("RCB-1"), "RCB-1 is not concerned"),
    ((), escalate("EXP-1"), "EXP-1 is no certifier"),
    ((), close("IMP-1"), "IMP-1 is no certifier"),
    ((), close("RCB-2"), "RCB-2 is no certifier"),
    ((explain(),), close(person="P-1"), "last explained by P-1: another person"),
    ((explain(),), close(person=" P-1 "), "last explained by P-1: another person"),
    ((explain(), escalate()), close(person="P-1"), "last explained by P-1"),
    ((explain(), None, violation()), close(person="P-1"), "last explained by P-1"),
    ((), explain(person=" "), "which person has the case explained"),
    ((), close(person=""), "which person has the case closed"),
    ((), explain(reason="BECAUSE"), "'BECAUSE' is no reason code: COUNT_ERROR, "),
    ((), close(reason="late_entry"), "is no reason code"),
    ((), explain(reason="OTHER"), "reason OTHER needs a text"),
    ((), explain(reason="UNEXPLAINED", text="  "), "reason UNEXPLAINED needs a text"),
    ((), close(reason="OTHER"), "reason OTHER needs a text"),
    ((), escalate(text=None), "An escalation needs a text"),
    ((), escalate(text=" "), "An escalation needs a text"),
    ((), explain(text="x" * (text_letters_max + 1)), "at most 2,000 letters, not 2,001"),
]


@pytest.mark.parametrize(("steps", "command", "sentence"), REFUSED)
def test_anything_else_is_refused_with_a_sentence(
    steps: tuple[Command | Violation | None, ...], command: Command, sentence: str
) -> None:
    """Who may not, from a state that does not let them, or without what is needed, hears why."""
    with pytest.raises(Misuse, match=sentence):
        after(reach(*steps), command)


@pytest.mark.parametrize("command", [explain(), close()])
def test_a_critical_case_needs_a_text(command: Command) -> None:
    """Whether it was critical when it opened does not matter, only whether it is now."""
    critical = Values("C", ("480",), ("400",))

    assert after(opened(), command).state in (State.EXPLAINED, State.CLOSED)
    with pytest.raises(Misuse, match="critical case needs a text"):
        after(opened(), command, critical)


def test_an_explanation_holds_for_the_values_shown() -> None:
    """What the latest evaluation showed is what was explained, not what the case opened with."""
    now = Values("H", ("480",), ("470",))

    case = after(opened(), explain(), now)

    assert now == case.settled
    assert judge(case, violation(now), now=NOON, position=4) is None
    reopened = judge(case, violation(), now=NOON, position=4)
    assert reopened is not None
    assert evolve(case, reopened).state == State.OPEN


def test_every_decision_has_a_topic_and_every_reason_a_code() -> None:
    """The closed sets that others read."""
    assert {
        "DiscrepancyOpened", "DiscrepancyWithdrawn", "DiscrepancyReopened",
        "DiscrepancyExplained", "DiscrepancyEscalated", "DiscrepancyClosed",
        "DiscrepancyAssigned", "DiscrepancyDueSet", "DiscrepancyCommented", "DiscrepancyRouted",
        "DiscrepancyOverdue", "DiscrepancyCorrectionAsked", "DiscrepancyCorrectionReported",
        "DiscrepancyCorrectionAccepted", "DiscrepancyCorrectionRefused",
        "PeriodPrepared", "PeriodClosed", "PeriodAcknowledged", "PeriodRestated",
        "DeadLetterMended", "DeadLetterReplayed", "DeadLetterDismissed",
    } == TOPICS  # fmt: skip
    assert len(REASONS) == 15


severities: st.SearchStrategy[Severity] = st.sampled_from(["C", "H", "M", "L"])
evaluations = st.none() | st.builds(
    lambda severity, found: violation(Values(severity, ("480",), (found,))),
    severities,
    st.sampled_from(["460", "470"]),
)
people = st.sampled_from(["P-1", "P-2"])
parties = st.sampled_from(["EXP-1", "EXP-2", "RCB-1", "AGENT-1"])
texts = st.none() | st.just("because")
reasons = st.sampled_from(["LATE_ENTRY", "OTHER"])
commands = st.one_of(
    st.builds(Explain, party=parties, person=people, text=texts, reason=reasons),
    st.builds(Escalate, party=parties, person=people, text=texts),
    st.builds(Close, party=parties, person=people, text=texts, reason=reasons),
)


@given(st.lists(st.tuples(evaluations, st.lists(commands, max_size=2)), max_size=12))
def test_whatever_people_do_the_audit_has_the_last_word(
    steps: list[tuple[Violation | None, list[Command]]],
) -> None:
    """After each evaluation what holds is in a case that asks for attention or is settled.

    And what does not hold is in none that asks for attention.
    """
    case: Case | None = None
    for shows, wanted in steps:
        event = judge(case, shows, now=NOON, position=5)
        case = case if event is None else evolve(case, event)
        if shows is None:
            assert case is None or case.state not in LIVE
        else:
            shown = Picture.of(shows).values
            assert case is not None
            assert case.state in LIVE or (case.state is State.CLOSED and case.settled == shown)
            assert case.state is not State.EXPLAINED or case.settled == shown
        for command in wanted:
            if case is not None:
                case = _tried(case, command, shows)


def _tried(case: Case, command: Command, shows: Violation | None) -> Case:
    shown = case.shows.values if shows is None else Picture.of(shows).values
    try:
        event = decide(command, case, standing=STANDING, shown=shown, now=NOON, position=5)
    except Misuse:
        return case
    assert case.state in LIVE
    if isinstance(command, Close):
        assert command.person != case.explainer
    after = evolve(case, event)
    assert (after.state is State.ESCALATED) == after.escalated
    return after
