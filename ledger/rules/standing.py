"""Standing: what is said by who may not say it, corrected without a count, issued after the end."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ledger.facts import documents as d
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.facts.saying import may_say
from ledger.facts.standing import BEFORE_DOORS, Parties, stands
from ledger.questions import Questions
from ledger.rules.certification import shown, states
from ledger.rules.contracts import mark_of
from ledger.rules.moments import JAPAN, ids, later, start_of, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, always, counting
from ledger.rules.violation import Finding, SubjectKind

CRITICAL: Final = (
    r.SourceRegistered, r.MarkRegistered, r.ConsignmentContractSigned, s.SealsIssued, s.SealsLost,
    s.SealsDestroyed, s.StockAdjusted, d.ExportCertificateIssued, d.ExportCertificateCancelled,
)  # fmt: skip
"""What gives powers, or makes seals appear or vanish: said without standing it is critical."""


def without_standing(known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-65 speaks: where the party that speaks is known, and is none that may say it."""
    speaker, parties = questions.record.speaker_of(known), _parties(known.fact, questions)
    if speaker is None or stands(known.by, known.door, speaker, parties):
        return None
    return always


def out_of_standing(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-65: the party that speaks in an event is known, and is none of those that may say it."""
    known = counting(key, questions)
    if known is None:
        return
    critical = isinstance(known.fact, CRITICAL)
    yield Finding(
        discriminator="",
        expected=tuple(sorted(_parties(known.fact, questions) or ())),
        found=(questions.record.speaker_of(known) or "",),
        evidence=(key,),
        deadline=0 if critical else wait(policy.grace_registry, known.rec),
        severity="C" if critical else "H",
    )


def _parties(fact: Fact, questions: Questions) -> Parties:
    if not isinstance(fact, s.SealsApplied):
        return may_say(fact, questions.record)
    memo = ("may say", fact.mark, fact.holder)
    return questions.memo(memo, lambda: may_say(fact, questions.record))


def adjusted_without_count(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-66: a stock is adjusted for a count that there is not, or that is of another stock."""
    known = counting(key, questions)
    if known is None or not isinstance(known.fact, s.StockAdjusted):
        return
    fact = known.fact
    count = counting(fact.count_event, questions)
    found: tuple[str, ...] = ("absent",)
    if count is not None:
        found = (type(count.fact).__name__,)
        if isinstance(count.fact, s.SealsCounted):
            of = count.fact.mark, count.fact.holder, count.fact.site
            if of == (fact.mark, fact.holder, fact.site):
                return
            found = (*found, " ".join(of))
    evidence = (key,) if count is None else (key, count.id)
    deadline = wait(policy.grace_count, known.rec)
    yield Finding("", (fact.count_event,), found, evidence, deadline)


def issued_after_end(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-67 on an issue of seals: its licensee had no valid certification on that day."""
    known = counting(key, questions)
    if known is None or not isinstance(known.fact, s.SealsIssued) or known.door in BEFORE_DOORS:
        return
    fact = known.fact
    mark = mark_of(questions, fact.mark)
    if mark is None:
        return
    # Seals for the licensee's own goods need a certification in whatever role.
    roles = () if fact.holder == mark.importer else ("IMPORTER",)
    found = states(
        questions, mark.importer, fact.day, scheme=mark.scheme, issuer=mark.rcb, roles=roles
    )
    if any(state.valid for state in found):
        return
    says, events = shown(found)
    yield Finding(
        discriminator="issued",
        expected=("valid",),
        found=says,
        evidence=(key, *ids(events)),
        deadline=wait(policy.grace_registry, known.rec),
        severity="C",
    )


def stock_after_end(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-67 on a mark: its licensee's certification has ended, and seals are still in stock."""
    mark = mark_of(questions, key)
    if mark is None:
        return
    ended = _end(mark, questions)
    if ended is None:
        return
    end, event = ended
    held = questions.held(key)
    if held > 0:
        yield Finding(
            discriminator="stock",
            expected=("0",),
            found=(str(held), end.isoformat()),
            evidence=(event.id,),
            deadline=start_of(later(end, policy.return_days + 1), JAPAN),
            severity="H",
        )


def _end(
    mark: r.MarkRegistered, questions: Questions
) -> tuple[date, r.CertificationChanged] | None:
    """The day from which the licensee is certified by the mark's body no more, and what says so.

    None where it goes on, or was never certified.
    """
    numbers: dict[tuple[str, str], list[r.CertificationChanged]] = {}
    for change in questions.record.about(r.CertificationChanged, About.PARTY, mark.importer):
        if (change.scheme, change.issuer) == (mark.scheme, mark.rcb):
            numbers.setdefault((change.role, change.number), []).append(change)
    ends = []
    for changes in numbers.values():
        changes.sort(key=lambda change: (change.from_, change.at, change.id))
        end = _end_of(changes)
        if end is None:
            return None
        ends.append((end, changes[-1]))
    return max(ends, key=lambda pair: (pair[0], pair[1].id), default=None)


_ENDED: Final = frozenset({"WITHDRAWN", "EXPIRED"})


def _end_of(changes: Sequence[r.CertificationChanged]) -> date | None:
    """From which day a certification has ended: by its last change, or because it ran out."""
    until = _until(changes)
    ran_out = None if until is None else later(until, 1)
    last = changes[-1]
    if last.status not in _ENDED:
        return ran_out
    return last.from_ if ran_out is None else min(last.from_, ran_out)


def _until(changes: Sequence[r.CertificationChanged]) -> date | None:
    """Until when it was granted last; a reinstatement without a date keeps the one before."""
    for change in reversed(changes):
        if change.status == "GRANTED" or (change.status == "REINSTATED" and change.until):
            return change.until
    return None


_EVENT: Final = SubjectKind.EVENT

RULES: Final = (
    Rule(
        number="M-65",
        slug="out-of-standing",
        family="D",
        severity="H",
        subjects=(On(_EVENT, out_of_standing, when=without_standing),),
        says=(Says(SubjectKind.EVENT, expected="parties:party*", found="speaker:party"),),
    ),
    Rule(
        number="M-66",
        slug="adjustment-without-count",
        family="P",
        severity="H",
        subjects=(On(_EVENT, adjusted_without_count, of=(s.StockAdjusted,)),),
        says=(Says(SubjectKind.EVENT, expected="_", found="event? account?"),),
    ),
    Rule(
        number="M-67",
        slug="seals-after-the-end",
        family="N",
        severity="H",
        subjects=(
            On(SubjectKind.MARK, stock_after_end),
            On(_EVENT, issued_after_end, of=(s.SealsIssued,)),
        ),
        says=(
            Says(SubjectKind.MARK, "=stock", "allowed:seals", "seals end:day"),
            Says(SubjectKind.EVENT, "=issued", "_", "status? since:day?"),
        ),
    ),
)
