"""Serial numbers: a number is issued once, sealed once, and does not come back from the dead."""

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.custody.moves import moves
from ledger.facts.identity import Fact, Ranged
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.facts.seals import (
    SealsApplied,
    SealsDestroyed,
    SealsDispatched,
    SealsIssued,
    SealsLost,
    SealsRemoved,
    SealsSampled,
    SealsSpoiled,
)
from ledger.questions import Questions
from ledger.rules.applied import application_of
from ledger.rules.contracts import mark_of
from ledger.rules.figures import Span, outside, range_text, shared, span_of, spans
from ledger.rules.moments import wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, counting
from ledger.rules.violation import Finding, SubjectKind, told


def used_before(known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-33 speaks: where an earlier event applied, or issued, one of the numbers."""
    if not _serialised(known.fact, questions):
        return None
    return lambda fact, at, _rec: bool(_earlier_uses(fact, at, questions))


def sealed_twice(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-33: a number was applied, or issued, that an earlier event had applied, or issued."""
    known = counting(key, questions)
    if known is None:
        return
    before = _earlier_uses(known.fact, known.at, questions)
    twice = questions.double_shot(key, policy.double_shot)
    for (other_id, overlap), more in told(before, len(before)):
        yield Finding(
            discriminator=other_id,
            expected=("free",),
            found=(range_text(*overlap), *more),
            evidence=(key, other_id),
            deadline=0,
            artefact=twice or questions.double_shot(other_id, policy.double_shot),
        )


def _earlier_uses(fact: Fact, at: int, questions: Questions) -> list[tuple[str, Span]]:
    """The earlier events of the fact's type that share numbers with it, and which."""
    sharing = _sharing(fact, questions, type(fact))
    if len(sharing) == 1:
        return []  # that is the event itself
    return [
        (other.id, overlap)
        for span in spans([fact])
        for other in sharing
        if (other.at, other.id) < (at, fact.id)
        and (overlap := shared(span, span_of(other.fact) or span)) is not None
    ]


def unknown_mark(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-34 on a mark: events name it, and nobody registered it."""
    if mark_of(questions, key) is not None:
        return
    naming = questions.naming(key)
    if naming is not None:
        yield Finding(
            discriminator="",
            expected=("registered",),
            found=(str(naming.events),),
            evidence=naming.evidence,
            more=naming.events - len(naming.evidence),
            deadline=wait(policy.grace_registry, naming.first_rec),
            artefact=questions.looks_alike(About.MARK, key),
        )


def not_issued(known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-34 speaks of an event: where it has no numbers, or some that no issue holds."""
    if not _serialised(known.fact, questions):
        return None
    return lambda fact, _at, _rec: span_of(fact) is None or bool(_unissued(fact, questions))


def unknown_numbers(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-34 on an event: numbers that were not issued, or none where the mark has them."""
    known = counting(key, questions)
    if known is None:
        return
    deadline = wait(policy.grace_registry, known.rec)
    if span_of(known.fact) is None:
        yield Finding("no-range", ("issued",), (), (key,), deadline, severity="M")
    else:
        found = tuple(range_text(*part) for part in _unissued(known.fact, questions))
        yield Finding("numbers", ("issued",), found, (key,), deadline)


def _unissued(fact: Fact, questions: Questions) -> list[Span]:
    """The numbers of a fact that no issue of its mark holds."""
    issued = spans(other.fact for other in _sharing(fact, questions, SealsIssued))
    return outside(spans([fact]), issued)


_GONE: Final = (SealsSpoiled, SealsSampled, SealsDestroyed, SealsRemoved, SealsLost)
"""Events after which a number is never applied again."""


def put_elsewhere(_known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-35 may speak: where some event put a number of the application elsewhere."""
    return lambda fact, _at, _rec: (
        fact.first is not None
        and any(_elsewhere(other.fact, fact) for other in _sharing(fact, questions))
    )


def resurrected_seal(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-35: a number was applied that the last event before had put elsewhere."""
    app = application_of(key, questions)
    span = None if app is None else span_of(app.fact)
    if app is None or span is None:
        return
    fact = app.fact
    place = f"STOCK {fact.holder} {fact.site}"
    before = [
        known
        for known in questions.ranged(fact.mark, *span)
        if (known.at, known.id) < (app.at, fact.id)
    ]
    elsewhere = [last for last in _last_of_each(span, before) if _elsewhere(last, fact)]
    for last, more in told(reversed(elsewhere), len(elsewhere)):
        yield Finding(
            discriminator=last.id,
            expected=(place,),
            found=(*(move.target.name() for move in moves(last)), *more),
            evidence=(key, last.id),
            deadline=wait(policy.grace_scan, app.rec),
        )


def _last_of_each(span: Span, before: Sequence[Known]) -> list[Fact]:
    """The events that are the last before for some number of a range, newest first."""
    found: list[Fact] = []
    left = [span]
    for known in reversed(before):
        covered = span_of(known.fact)
        if covered is None or not left:
            continue
        rest = outside(left, [covered])
        if rest != left:
            found.append(known.fact)
            left = rest
    return found


def _elsewhere(last: Fact, applied: SealsApplied) -> bool:
    if isinstance(last, SealsDispatched):
        return (last.to_holder, last.to_site) != (applied.holder, applied.site)
    return isinstance(last, _GONE)


def _serialised(fact: Fact, questions: Questions) -> bool:
    mark = getattr(fact, "mark", None)
    registered = None if mark is None else mark_of(questions, mark)
    return registered is not None and registered.serialised


def _sharing(fact: Fact, questions: Questions, *kinds: type[Fact]) -> Sequence[Known]:
    """The events of a fact's mark that share numbers with it."""
    span = span_of(fact)
    return () if span is None else questions.ranged(getattr(fact, "mark", ""), *span, *kinds)


_EVENT = SubjectKind.EVENT

RULES: Final = (
    Rule(
        number="M-33",
        slug="sealed-twice",
        family="L",
        severity="C",
        subjects=(On(_EVENT, sealed_twice, of=(SealsApplied, SealsIssued), when=used_before),),
        says=(Says(SubjectKind.EVENT, "_", "_", "range beyond?", impact="range"),),
    ),
    Rule(
        number="M-34",
        slug="unknown-seal",
        family="P",
        severity="C",
        subjects=(
            On(SubjectKind.MARK, unknown_mark),
            On(_EVENT, unknown_numbers, of=(Ranged,), when=not_issued),
        ),
        says=(
            Says(SubjectKind.MARK, expected="_", found="count"),
            Says(SubjectKind.EVENT, "=numbers", "_", "ranges:range+", impact="ranges"),
            Says(SubjectKind.EVENT, "=no-range", "_"),
        ),
    ),
    Rule(
        number="M-35",
        slug="resurrected-seal",
        family="L",
        severity="C",
        subjects=(On(SubjectKind.APPLICATION, resurrected_seal, when=put_elsewhere),),
        says=(
            Says(SubjectKind.APPLICATION, "_", "from:place", "to:place+ beyond?", impact="subject"),
        ),
    ),
)
