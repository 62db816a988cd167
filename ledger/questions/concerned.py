"""Whom a case concerns: the marks its subject touches and the parties that its events name.

Of a subject that nothing was reported about, what the case rests on tells whom it concerns.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from ledger.cases.discrepancy import evidence_max
from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.questions import Questions
from ledger.rules.contracts import marks_licensed
from ledger.rules.papers import shipments_for
from ledger.rules.subjects import marks_of
from ledger.rules.violation import SubjectKind, Violation, parts_of

_NAMING: Final = (
    "holder", "from_holder", "to_holder", "exporter", "importer", "operator", "party",
)  # fmt: skip
_OF_LOT: Final = (
    lots.LotRecorded, lots.LotSubdivided, lots.LotGraded, lots.InputVerified, lots.ProcessRecorded,
    lots.LotHeld, lots.LotReleased, g.GoodsSold, s.SealsRemoved,
)  # fmt: skip
_OF_SHIPMENT: Final = (
    g.ShipmentDeparted, g.ShipmentReceived, g.GoodsReturned, g.ShipmentDocumentsSent,
    d.SealReportFiled, d.ExportCertificateRequested, d.ExportCertificateIssued,
)  # fmt: skip

_NOBODYS: Final = frozenset({SubjectKind.ISSUER, SubjectKind.LABEL})
"""Subjects that concern nobody by what others say of them."""


class Concerned(NamedTuple):
    """Marks that the subject touches and parties that its events name, sorted.

    Of a person or a source the marks are those that what shows the violation touches.
    """

    marks: list[str]
    parties: list[str]


Found = tuple[Iterable[str], Iterable[str]]
"""Marks and parties."""


def concerned(violation: Violation, questions: Questions) -> Concerned:
    """Whom a violation concerns."""
    find = _BY_KIND.get(violation.subject_kind)
    if violation.subject_kind is SubjectKind.PARTY_YEAR:
        party, rcb = violation.subject.split(" ")[0], parts_of(violation.discriminator)[-1]
        return Concerned(_licensed(questions, party, rcb), [party])
    kind, key = violation.subject_kind, violation.subject
    if kind is SubjectKind.PARTY:
        return Concerned(sorted(mark.mark for mark in marks_licensed(questions, key)), [key])
    if kind in (SubjectKind.PERSON, SubjectKind.SOURCE):
        return _of_doer(violation, questions)
    marks, parties = ([], []) if find is None else _found(questions, kind, key, find)
    named = set(parties)
    if violation.subject_kind is SubjectKind.MARK or not (
        named or violation.subject_kind in _NOBODYS
    ):
        named |= _named_by_all(_evidence(violation, questions))
    return Concerned(sorted(set(marks)), sorted(named))


def _found(
    questions: Questions, kind: SubjectKind, key: str, find: Callable[[str, Questions], Found]
) -> tuple[set[str], set[str]]:
    """What a subject's facts name, read once however many cases it has or others ask for it."""

    def read() -> tuple[set[str], set[str]]:
        marks, parties = find(key, questions)
        return set(marks), set(parties)

    return questions.memo(("concerned", kind, key), read)


def _of_doer(violation: Violation, questions: Questions) -> Concerned:
    """Whom a case of a person or a source concerns: those for whom they did what shows it.

    Whoever registers a person or a source of others as its own is not one of them.
    """
    if violation.subject_kind is SubjectKind.PERSON:
        record, person = questions.record, violation.subject
        theirs = {
            event.party for event in record.about(r.PersonRegistered, About.PERSON, person)
        } or {event.party for event in record.about(r.PersonQualified, About.PERSON, person)}
    else:
        party = questions.record.party_of(violation.subject)
        theirs = set() if party is None else {party}
    shown = _evidence(violation, questions)
    everybody = {party for fact in shown for party in parties_of(fact)}
    whom = theirs & everybody if everybody else theirs
    marks = {mark for fact in shown for mark in marks_on(fact, questions)}
    return Concerned(sorted(marks), sorted(whom or _named_by_all(shown)))


def _evidence(violation: Violation, questions: Questions) -> list[Fact]:
    """The events that show a violation."""
    known = (questions.record.known(key) for key in violation.evidence[:evidence_max])
    return [event.fact for event in known if event is not None]


def _named_by_all(facts: Iterable[Fact]) -> set[str]:
    """The parties that each of these events names that names any.

    So nobody learns by a case of an event that does not name it.
    """
    named = [set(parties_of(fact)) for fact in facts]
    return set.intersection(*filter(None, named)) if any(named) else set()


def parties_of(fact: Fact) -> Iterator[str]:
    """The parties that a fact names as holder, exporter, importer, operator or party."""
    for name in _NAMING:
        party = getattr(fact, name, None)
        if isinstance(party, str):
            yield party


def _account(key: str, _questions: Questions) -> Found:
    mark, holder, _ = parts_of(key)
    return [mark], [holder]


def _dispatch(key: str, questions: Questions) -> Found:
    kinds = (s.SealsDispatched, s.SealsReceived, s.SealsLost)
    return _named(questions, kinds, About.DISPATCH, key)


def _named(
    questions: Questions, kinds: Iterable[type[Fact]], about: About, key: str
) -> tuple[list[str], list[str]]:
    facts = _facts(questions, kinds, about, key)
    marks = [mark for fact in facts for mark in marks_of(fact)]
    return marks, _parties(facts)


def _facts(questions: Questions, kinds: Iterable[type[Fact]], about: About, key: str) -> list[Fact]:
    return [fact for kind in kinds for fact in questions.record.about(kind, about, key)]


def _parties(facts: Iterable[Fact]) -> list[str]:
    return [party for fact in facts for party in parties_of(fact)]


def _lot(key: str, questions: Questions) -> Found:
    sums = questions.sealed(key)
    # Papers may have a thousand lines: whose marks these name is not asked lot by lot.
    facts = _facts(questions, _OF_LOT, About.LOT, key)
    facts += _facts(questions, (lots.LotSubdivided,), About.CHILD, key)
    facts += _facts(questions, _OF_SHIPMENT, About.LINE, key)
    parties = _parties(facts)
    return [each.mark for each in sums], [*parties, *(each.holder for each in sums)]


def _event(key: str, questions: Questions) -> Found:
    known = questions.record.known(key)
    if known is not None and isinstance(known.fact, EventRetracted):
        known = questions.record.known(known.fact.target)
    if known is None:
        return [], []
    named = list(parties_of(known.fact))
    if not named:
        # It is the affair of whoever said it.
        speaker = questions.record.speaker_of(known)
        named = [] if speaker is None else [speaker]
    return marks_on(known.fact, questions), named


def marks_on(fact: Fact, questions: Questions) -> list[str]:
    """The marks an event names, or without any those applied to the lots it names."""
    found = marks_of(fact)
    if isinstance(fact, r.MarkRegistered):
        return [fact.mark]
    if found:
        return found
    named = (key for about, key in mentions(fact) if about in _LOTS)
    return [each.mark for lot in dict.fromkeys(named) for each in questions.sealed(lot)]


_LOTS: Final = frozenset({About.LOT, About.LINE, About.CHILD, About.INPUT})


def _shipment(key: str, questions: Questions) -> Found:
    marks, parties = _named(questions, _OF_SHIPMENT, About.SHIPMENT, key)
    if not marks:
        departed = questions.record.about(g.ShipmentDeparted, About.SHIPMENT, key)
        for importer in sorted({event.importer for event in departed}):
            marks += [mark.mark for mark in marks_licensed(questions, importer)]
    return marks, parties


def _certificate(key: str, questions: Questions) -> Found:
    kinds = (d.ExportCertificateIssued,)
    marks, parties = _named(questions, kinds, About.CERTIFICATE, key)
    for shipment in shipments_for(questions, key):
        marks += _found(questions, SubjectKind.SHIPMENT, shipment, _shipment)[0]
    return marks, parties


def _report(key: str, questions: Questions) -> Found:
    return _named(questions, (d.SealReportFiled,), About.REPORT, key)


def _contract(key: str, questions: Questions) -> Found:
    kinds = (r.ConsignmentContractSigned,)
    signed = questions.record.latest(kinds[0], About.CONTRACT, key)
    if signed is None:
        return [], []
    marks = _licensed(questions, signed.importer, signed.rcb)
    return marks, _named(questions, kinds, About.CONTRACT, key)[1]


def _licensed(questions: Questions, importer: str, rcb: str) -> list[str]:
    return [mark.mark for mark in marks_licensed(questions, importer, rcb)]


def _mark(key: str, questions: Questions) -> Found:
    return [key], _named(questions, (r.MarkRegistered,), About.MARK, key)[1]


def _label(key: str, questions: Questions) -> Found:
    label, version = parts_of(key)
    approved = questions.record.latest(r.LabelApproved, About.LABEL, key)
    product = None
    if approved is not None:
        product = questions.record.latest(r.ProductRegistered, About.PRODUCT, approved.product)
    return questions.labelled(label, int(version)), [] if product is None else [product.operator]


_BY_KIND: Final[dict[SubjectKind, Callable[[str, Questions], Found]]] = {
    SubjectKind.ACCOUNT: _account,
    SubjectKind.DISPATCH: _dispatch,
    SubjectKind.LOT: _lot,
    SubjectKind.APPLICATION: _event,
    SubjectKind.EVENT: _event,
    SubjectKind.SHIPMENT: _shipment,
    SubjectKind.CERTIFICATE: _certificate,
    SubjectKind.REPORT: _report,
    SubjectKind.CONTRACT: _contract,
    SubjectKind.LABEL: _label,
    SubjectKind.MARK: _mark,
}
