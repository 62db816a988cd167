"""Receipt and disposal: what was sent arrived, what is gone is proved, what is over came back."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ledger.facts.mentions import About
from ledger.facts.seals import (
    SealsDestroyed,
    SealsDispatched,
    SealsLost,
    SealsReceived,
    SealsSpoiled,
)
from ledger.questions import Questions
from ledger.rules.contracts import contract_of, contracts_of, mark_of, marks_licensed
from ledger.rules.figures import miscounted, outside, range_text, spans
from ledger.rules.moments import (
    JAPAN,
    days,
    end_of_next_business_day,
    ids,
    later,
    start_of,
    wait,
)
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, counting
from ledger.rules.violation import Finding, SubjectKind, key_of


class _Sides(NamedTuple):
    """What was sent, received and lost of one mark under one dispatch."""

    sent: Sequence[SealsDispatched]
    received: Sequence[SealsReceived]
    lost: Sequence[SealsLost]

    def counts(self) -> tuple[int, int, int]:
        """Seals sent, received, lost."""
        sent, received, lost = (sum(fact.count for fact in side) for side in self)
        return sent, received, lost

    def evidence(self) -> tuple[str, ...]:
        return ids((*self.sent, *self.received, *self.lost))


def _by_mark(dispatch: str, questions: Questions) -> list[tuple[str, _Sides]]:
    record = questions.record
    sent = record.about(SealsDispatched, About.DISPATCH, dispatch)
    received = record.about(SealsReceived, About.DISPATCH, dispatch)
    lost = record.about(SealsLost, About.DISPATCH, dispatch)
    return [
        (
            mark,
            _Sides(
                [fact for fact in sent if fact.mark == mark],
                [fact for fact in received if fact.mark == mark],
                [fact for fact in lost if fact.mark == mark],
            ),
        )
        for mark in sorted({fact.mark for fact in sent} | {fact.mark for fact in received})
    ]


def receipt_difference(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-03: what arrived of a dispatch is not what was sent, or not to whom, or other numbers."""
    for mark, sides in _by_mark(key, questions):
        if sides.sent and sides.received:
            yield from _difference(mark, sides, questions, policy)
            yield from _wrong_receiver(mark, sides, questions, policy)
            yield from _foreign_numbers(mark, sides, questions, policy)


def _difference(
    mark: str, sides: _Sides, questions: Questions, policy: Policy
) -> Iterator[Finding]:
    sent, received, lost = sides.counts()
    if sent == received + lost:
        return
    if received + lost < sent:
        deadline = end_of_next_business_day(sides.received[0], policy.holidays)
    else:
        excess = sides.received if received > sent else sides.lost
        deadline = _waiting(sides.sent, excess, questions, policy)
    yield Finding(
        discriminator=mark,
        expected=(str(sent),),
        found=(str(received + lost),),
        evidence=sides.evidence(),
        deadline=deadline,
        artefact=miscounted(sent, received + lost),
    )


def _wrong_receiver(
    mark: str, sides: _Sides, questions: Questions, policy: Policy
) -> Iterator[Finding]:
    first = sides.sent[0]
    addressed = first.to_holder, first.to_site
    wrong = [fact for fact in sides.received if (fact.holder, fact.site) != addressed]
    if wrong:
        yield Finding(
            discriminator=key_of(mark, "receiver"),
            expected=(key_of(*addressed),),
            found=tuple(sorted({key_of(fact.holder, fact.site) for fact in wrong})),
            evidence=ids((first, *wrong)),
            deadline=_waiting(sides.sent, wrong, questions, policy),
        )


def _foreign_numbers(
    mark: str, sides: _Sides, questions: Questions, policy: Policy
) -> Iterator[Finding]:
    registered = mark_of(questions, mark)
    if registered is None or not registered.serialised:
        return
    sent, received = spans(sides.sent), spans(sides.received)
    if len(sent) < len(sides.sent) or len(received) < len(sides.received):
        return
    foreign = outside(received, sent)
    if foreign:
        yield Finding(
            discriminator=key_of(mark, "numbers"),
            expected=tuple(range_text(*span) for span in sorted(sent)),
            found=tuple(range_text(*span) for span in foreign),
            evidence=sides.evidence(),
            deadline=_waiting(sides.sent, sides.received, questions, policy),
        )


def _waiting(
    sent: Sequence[SealsDispatched],
    other: Sequence[SealsReceived] | Sequence[SealsLost],
    questions: Questions,
    policy: Policy,
) -> int:
    rec = questions.record.rec
    return wait(policy.grace_scan, min(map(rec, sent)), min(map(rec, other)))


def never_received(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-04: seals were sent and never arrived."""
    for mark, sides in _by_mark(key, questions):
        sent, _, lost = sides.counts()
        if sides.sent and not sides.received and lost < sent:
            yield Finding(
                discriminator=mark,
                expected=(str(sent),),
                found=(str(lost),),
                evidence=sides.evidence(),
                deadline=sides.sent[0].at + days(policy.seal_transit_days),
            )


def receipt_without_dispatch(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-05: seals arrived that nobody sent."""
    unknown = questions.record.first(SealsDispatched, About.DISPATCH, key) is None
    for mark, sides in _by_mark(key, questions):
        if sides.received and not sides.sent:
            first = min(map(questions.record.rec, sides.received))
            yield Finding(
                discriminator=mark,
                expected=("0",),
                found=(str(sides.counts()[1]),),
                evidence=ids(sides.received),
                deadline=wait(policy.grace_dispatch, first),
                artefact=unknown and questions.looks_alike(About.DISPATCH, key),
            )


def unproved_disposal(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-39: seals were destroyed without witness or document, or spoiled without a reason."""
    known = counting(key, questions)
    if known is None:
        return
    absent: list[str] = []
    if isinstance(known.fact, SealsDestroyed):
        absent += ["witness"] if known.fact.witness is None else []
        absent += [] if known.fact.documents else ["document"]
    elif isinstance(known.fact, SealsSpoiled):
        absent += ["reason"] if known.fact.reason == "OTHER" and known.fact.note is None else []
    for part in absent:
        deadline = wait(days(policy.evidence_days), known.rec)
        yield Finding(part, ("present",), ("absent",), (key,), deadline)


def loss_or_theft(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-41: seals were lost or stolen; every such report is looked at, at once."""
    known = counting(key, questions)
    if known is None:
        return
    if isinstance(known.fact, SealsLost):
        found = str(known.fact.count), known.fact.cause
        yield Finding("", ("0",), found, (key,), deadline=0)


def unreturned_stock(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-42: a contract ended, nothing renews it, and the exporter still holds seals."""
    contract = contract_of(questions, key)
    if contract is None or contract.end is None:
        return
    signed = contract.signed
    due = later(contract.end, policy.return_days)
    parties = signed.exporter, signed.importer, signed.rcb
    if any(
        (other.signed.exporter, other.signed.importer, other.signed.rcb) == parties
        and other.signed.contract != key
        and other.in_force(due)
        for other in contracts_of(questions, signed.exporter)
    ):
        return
    for mark in marks_licensed(questions, signed.importer, signed.rcb):
        for site, held in sorted(questions.stocks(mark.mark, signed.exporter).items()):
            if held > 0:
                yield Finding(
                    discriminator=key_of(mark.mark, site),
                    expected=("0",),
                    found=(str(held),),
                    evidence=ids((signed, *contract.ended, mark)),
                    deadline=start_of(later(due, 1), JAPAN),
                )


_DISPATCH, _EVENT = SubjectKind.DISPATCH, SubjectKind.EVENT

RULES: Final = (
    Rule(
        number="M-03",
        slug="receipt-difference",
        family="N",
        severity="H",
        subjects=(On(_DISPATCH, receipt_difference),),
        says=(
            Says(SubjectKind.DISPATCH, "mark =receiver", "addressee:holding", "receivers:holding+"),
            Says(SubjectKind.DISPATCH, "mark =numbers", "sent:range+", "got:range+"),
            Says(SubjectKind.DISPATCH, "mark", "sent:seals", "got:seals", impact="sent-got"),
        ),
    ),
    Rule(
        number="M-04",
        slug="never-received",
        family="N",
        severity="H",
        subjects=(On(_DISPATCH, never_received),),
        says=(Says(SubjectKind.DISPATCH, "mark", "sent:seals", "lost:seals", impact="sent-lost"),),
    ),
    Rule(
        number="M-05",
        slug="receipt-without-dispatch",
        family="P",
        severity="C",
        subjects=(On(_DISPATCH, receipt_without_dispatch),),
        says=(
            Says(
                SubjectKind.DISPATCH, "mark", "allowed:seals", "received:seals", impact="received"
            ),
        ),
    ),
    Rule(
        number="M-39",
        slug="unproved-disposal",
        family="P",
        severity="M",
        subjects=(On(_EVENT, unproved_disposal, of=(SealsDestroyed, SealsSpoiled)),),
        says=(
            Says(SubjectKind.EVENT, "=witness", "_", "_"),
            Says(SubjectKind.EVENT, "=document", "_", "_"),
            Says(SubjectKind.EVENT, "=reason", "_", "_"),
        ),
    ),
    Rule(
        number="M-41",
        slug="loss-or-theft",
        family="N",
        severity="C",
        subjects=(On(_EVENT, loss_or_theft, of=(SealsLost,)),),
        says=(
            Says(SubjectKind.EVENT, expected="allowed:seals", found="seals cause", impact="seals"),
        ),
    ),
    Rule(
        number="M-42",
        slug="unreturned-stock",
        family="N",
        severity="H",
        subjects=(On(SubjectKind.CONTRACT, unreturned_stock),),
        says=(
            Says(SubjectKind.CONTRACT, "mark site", "allowed:seals", "held:seals", impact="held"),
        ),
    ),
)
