"""The subjects a fact is about, as far as the fact alone says."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.registry import MarkRegistered, SourceRegistered
from ledger.facts.seals import SealsApplied
from ledger.rules.marks import marks_of
from ledger.rules.violation import Subject, SubjectKind

_KINDS: Final[dict[About, SubjectKind]] = {
    About.ACCOUNT: SubjectKind.ACCOUNT,
    About.DISPATCH: SubjectKind.DISPATCH,
    About.LOT: SubjectKind.LOT,
    About.INPUT: SubjectKind.LOT,
    About.CHILD: SubjectKind.LOT,
    About.LINE: SubjectKind.LOT,
    About.SHIPMENT: SubjectKind.SHIPMENT,
    About.CERTIFICATE: SubjectKind.CERTIFICATE,
    About.NAMES: SubjectKind.CERTIFICATE,
    About.REPLACES: SubjectKind.CERTIFICATE,
    About.ISSUER: SubjectKind.ISSUER,
    About.REPORT: SubjectKind.REPORT,
    About.CONTRACT: SubjectKind.CONTRACT,
    About.SOURCE: SubjectKind.SOURCE,
    About.LABEL: SubjectKind.LABEL,
    About.PARTY_YEAR: SubjectKind.PARTY_YEAR,
    About.TARGET: SubjectKind.EVENT,
}
ABOUTS: Final[dict[SubjectKind, frozenset[About]]] = {
    kind: frozenset(about for about, of in _KINDS.items() if of is kind) for kind in SubjectKind
}
"""By kind of subject: whatever mentions its key so has it among its subjects."""


def subjects_of(fact: Fact) -> Iterator[Subject]:
    """Every subject a fact is about, each once."""
    seen: set[Subject] = set()
    for subject in _all(fact):
        if subject not in seen:
            seen.add(subject)
            yield subject


def _all(fact: Fact) -> Iterator[Subject]:
    yield Subject(SubjectKind.EVENT, fact.id)
    yield Subject(SubjectKind.SOURCE, fact.source)
    if fact.actor is not None:
        yield Subject(SubjectKind.PERSON, fact.actor)
    if isinstance(fact, SealsApplied):
        yield Subject(SubjectKind.APPLICATION, fact.id)
    if isinstance(fact, SourceRegistered):
        yield Subject(SubjectKind.SOURCE, fact.registers)
    if isinstance(fact, MarkRegistered):
        yield Subject(SubjectKind.MARK, fact.mark)
    for mark in marks_of(fact):
        yield Subject(SubjectKind.MARK, mark)
    for mention in mentions(fact):
        kind = _KINDS.get(mention.about)
        if kind is not None:
            yield Subject(kind, mention.key)
