"""Who is certified and who is designated, on a day.

A suspension ends only by a reinstatement; a validity date is included.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import CertificationChanged, IssuerDesignated
from ledger.questions import Questions
from ledger.rules.moments import within

_VALID = frozenset({"GRANTED", "REINSTATED"})


class State(NamedTuple):
    """A certification on a day: the event that decides, whether it is valid, and what is shown.

    `word` = the status, EXPIRED where only its date ran out; `since` = the day from which.
    """

    event: CertificationChanged
    valid: bool
    word: str
    since: date


def states(
    questions: Questions,
    party: str,
    on: date,
    *,
    scheme: str | None = None,
    issuer: str | None = None,
    roles: Collection[str] = (),
) -> list[State]:
    """The state on a day of every certification of a party; None and empty ask for any.

    Certifications that begin after the day have no state on it and are left out.
    """
    numbers = questions.memo(("certifications", party), lambda: _numbers(questions, party))
    return [
        _state(changes, on)
        for (of_scheme, role, of_issuer, _), changes in numbers
        if (scheme is None or of_scheme == scheme)
        and (issuer is None or of_issuer == issuer)
        and (not roles or role in roles)
        and changes[0].from_ <= on
    ]


_Number = tuple[str, str, str, str]


def _numbers(questions: Questions, party: str) -> list[tuple[_Number, list[CertificationChanged]]]:
    by_number: dict[_Number, list[CertificationChanged]] = {}
    for event in questions.record.about(CertificationChanged, About.PARTY, party):
        key = event.scheme, event.role, event.issuer, event.number
        by_number.setdefault(key, []).append(event)
    # The record's order is (time, id); sorting by `from` keeps it among equals.
    return [(key, sorted(changes, key=_from)) for key, changes in sorted(by_number.items())]


def _from(event: CertificationChanged) -> date:
    return event.from_


def _state(changes: Sequence[CertificationChanged], on: date) -> State:
    past = [change for change in changes if change.from_ <= on]
    event = past[-1]
    if event.status not in _VALID:
        return State(event, valid=False, word=event.status, since=event.from_)
    until = event.until
    if until is None and event.status == "REINSTATED":
        until = next(
            (e.until for e in reversed(past[:-1]) if e.status in _VALID and e.until is not None),
            None,
        )
    if until is not None and on > until:
        return State(event, valid=False, word="EXPIRED", since=until)
    return State(event, valid=True, word=event.status, since=event.from_)


def latest(found: Iterable[State]) -> State | None:
    """The state that was reached last; None where there is none."""
    return max(found, key=lambda s: (s.event.from_, s.event.at, s.event.id), default=None)


def covers(classes: Collection[str], wanted: str) -> bool:
    """Whether a list of product classes holds one; an empty list restricts nothing."""
    return not classes or wanted in classes


def designations(
    questions: Questions, issuer: str, on: date, fits: Callable[[IssuerDesignated], bool]
) -> list[IssuerDesignated]:
    """The designations of a body that fit and are valid on a day."""
    return [
        event
        for event in questions.record.about(IssuerDesignated, About.ISSUER, issuer)
        if within(on, event.from_, event.until) and fits(event)
    ]


def shown(found: Iterable[State]) -> tuple[tuple[str, ...], tuple[Fact, ...]]:
    """State and since as a violation shows them, with the event; `none` without a record."""
    state = latest(found)
    if state is None:
        return ("none",), ()
    return (state.word, state.since.isoformat()), (state.event,)
