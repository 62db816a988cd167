"""Fitness: only a lot that was fit at that moment is sealed."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.lots import LotHeld, LotReleased
from ledger.facts.mentions import About
from ledger.rules import lot_facts
from ledger.rules.applied import Application, application_of
from ledger.rules.books import Books
from ledger.rules.moments import wait
from ledger.rules.papers import certificates_naming
from ledger.rules.policy import Policy
from ledger.rules.rule import Rule
from ledger.rules.violation import Finding, SubjectKind

CHECKS: Final = ("records_complete", "linked_to_lot", "method_conforms", "label_conforms")
"""What a grader attests besides the result."""


def unfit_lot_sealed(key: str, books: Books, policy: Policy) -> Iterator[Finding]:
    """M-31: the lot did not conform, was not graded, is conventional, or was on hold."""
    app = application_of(key, books)
    if app is None:
        return
    for part, found, evidence in (
        *_grading(app, books),
        *_status(app, books),
        *_hold(app, books),
    ):
        yield Finding(
            discriminator=part,
            expected=("conforming",),
            found=found,
            evidence=(key, *evidence),
            deadline=wait(policy.grace_registry, app.rec),
        )


_Part = tuple[str, tuple[str, ...], tuple[str, ...]]


def _grading(app: Application, books: Books) -> Iterator[_Part]:
    graded = lot_facts.graded(books, app.fact.lot, app.fact.at)
    if graded is not None:
        failed = sorted(check for check in CHECKS if not getattr(graded, check))
        if graded.result == "NON_CONFORMING" or failed:
            yield "grade", (graded.result, *failed), (graded.id,)
    elif app.standing is not None and app.standing.own and not _certified(app, books):
        yield "ungraded", ("none",), ()


def _certified(app: Application, books: Books) -> bool:
    """Whether a live certificate of that day or before names the lot or a source of it."""
    return any(
        issued.issued_on <= app.day
        for lot in lot_facts.ancestry(books, app.fact.lot)
        for _, issued in certificates_naming(books, lot)
    )


def _status(app: Application, books: Books) -> Iterator[_Part]:
    record = lot_facts.origin_record(books, app.fact.lot)
    if record is not None and record.status == "CONVENTIONAL":
        yield "status", (record.status,), (record.id,)


def _hold(app: Application, books: Books) -> Iterator[_Part]:
    record, lot, at = books.record, app.fact.lot, app.fact.at
    held = [event for event in record.about(LotHeld, About.LOT, lot) if event.at <= at]
    if not held:
        return
    last = held[-1]
    released = [event for event in record.about(LotReleased, About.LOT, lot) if event.at <= at]
    if not any((event.at, event.id) > (last.at, last.id) for event in released):
        yield "held", ("held",), (last.id,)


RULES: Final = (
    Rule("M-31", "unfit-lot-sealed", "H", "C", ((SubjectKind.APPLICATION, unfit_lot_sealed),)),
)
