"""Fitness: only a lot that was fit at that moment is sealed."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger.facts.lots import LotGraded, LotHeld, LotRecorded, LotReleased
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.applied import Application, application_of
from ledger.rules.moments import wait
from ledger.rules.papers import certificates_naming
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, always
from ledger.rules.violation import Finding, SubjectKind

CHECKS: Final = ("records_complete", "linked_to_lot", "method_conforms", "label_conforms")
"""What a grader attests besides the result."""


_Part = tuple[str, tuple[str, ...], tuple[str, ...]]
"""What is wrong, what was found, and the events that show it."""


def lot_unfit(known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-31 speaks: in a stretch of time in which the lot was not fit."""
    app = application_of(known.id, questions)
    if app is None:
        return None
    lot = app.fact.lot
    history = _history(lot, questions)
    levels = lot_facts.gradings(questions, lot)
    turns = sorted({at for at, _ in history.held} | {at for level in levels for at, _ in level})
    starts = [turns[0] - 1 if turns else 0, *turns]
    unfit = [bool([*_unfit(app._replace(at=start), history, questions)]) for start in starts]
    if all(unfit):
        return always
    return (lambda _fact, at, _rec: unfit[bisect_right(turns, at)]) if any(unfit) else None


def unfit_lot_sealed(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-31: the lot did not conform, was not graded, is conventional, or was on hold."""
    app = application_of(key, questions)
    if app is None:
        return
    history = _history(app.fact.lot, questions)
    for part, found, evidence in _unfit(app, history, questions):
        yield Finding(
            discriminator=part,
            expected=("conforming",),
            found=found,
            evidence=(key, *evidence),
            deadline=wait(policy.grace_registry, app.rec),
        )


class _History(NamedTuple):
    """What a lot is, and when it was held and released, by (time, id)."""

    status: LotRecorded | None
    held: tuple[tuple[int, LotHeld | LotReleased], ...]


def _history(lot: str, questions: Questions) -> _History:
    def read() -> _History:
        record = questions.record
        held: list[LotHeld | LotReleased] = [
            *record.about(LotHeld, About.LOT, lot),
            *record.about(LotReleased, About.LOT, lot),
        ]
        return _History(
            status=lot_facts.origin_record(questions, lot),
            held=tuple((e.at, e) for e in sorted(held, key=lambda e: (e.at, e.id))),
        )

    return questions.memo(("fitness", lot), read)


def _unfit(app: Application, history: _History, questions: Questions) -> Iterator[_Part]:
    yield from _grading(app, questions)
    yield from _status(history)
    yield from _hold(app, history)


def _grading(app: Application, questions: Questions) -> Iterator[_Part]:
    graded = lot_facts.graded(questions, app.fact.lot, app.at)
    if graded is not None:
        failed = _failed(graded)
        if failed:
            yield "grade", failed, (graded.id,)
    elif app.standing is not None and app.standing.own and not _certified(app, questions):
        yield "ungraded", ("none",), ()


def _failed(graded: LotGraded) -> tuple[str, ...]:
    """The result of a grading that a lot does not pass, and which of its checks failed."""
    failed = sorted(check for check in CHECKS if not getattr(graded, check))
    return (graded.result, *failed) if graded.result == "NON_CONFORMING" or failed else ()


def _certified(app: Application, questions: Questions) -> bool:
    """Whether a live certificate of that day or before names the lot or a source of it."""

    def read() -> list[date]:
        return [
            issued.issued_on
            for lot in lot_facts.ancestry(questions, app.fact.lot)
            for _, issued in certificates_naming(questions, lot)
        ]

    issued_on = questions.memo(("certificates for grading", app.fact.lot), read)
    return any(day <= app.day for day in issued_on)


def _status(history: _History) -> Iterator[_Part]:
    if history.status is not None and history.status.status == "CONVENTIONAL":
        yield "status", (history.status.status,), (history.status.id,)


def _hold(app: Application, history: _History) -> Iterator[_Part]:
    last = next((event for at, event in reversed(history.held) if at <= app.at), None)
    if isinstance(last, LotHeld):
        yield "held", ("held",), (last.id,)


RULES: Final = (
    Rule(
        number="M-31",
        slug="unfit-lot-sealed",
        family="H",
        severity="C",
        subjects=(On(SubjectKind.APPLICATION, unfit_lot_sealed, when=lot_unfit),),
        says=(
            Says(SubjectKind.APPLICATION, "=grade", "_", "grade checks:check*", impact="subject"),
            Says(SubjectKind.APPLICATION, "=ungraded", "_", "_", impact="subject"),
            Says(SubjectKind.APPLICATION, "=status", "_", "_", impact="subject"),
            Says(SubjectKind.APPLICATION, "=held", "_", "_", impact="subject"),
        ),
    ),
)
