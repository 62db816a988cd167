"""What a fact is about and what it says, as far as the fact alone tells."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import msgspec

from ledger.facts.criteria import CriterionShown
from ledger.facts.documents import SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.lots import ProcessRecorded
from ledger.facts.mentions import About, mentions
from ledger.facts.registry import (
    CertificationChanged,
    ConsignmentContractEnded,
    ConsignmentContractSigned,
    IssuerDesignated,
    LabelWithdrawn,
    MarkRegistered,
    SourceRegistered,
)
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived
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
    if isinstance(fact, CriterionShown):
        yield Subject(SubjectKind.PARTY, fact.party)
    if isinstance(fact, ProcessRecorded) and fact.contractor not in (None, fact.operator):
        yield Subject(SubjectKind.PARTY, fact.operator)
    for mark in marks_of(fact):
        yield Subject(SubjectKind.MARK, mark)
    for mention in mentions(fact):
        kind = _KINDS.get(mention.about)
        if kind is not None:
            yield Subject(kind, mention.key)


def marks_of(fact: Fact) -> list[str]:
    """The marks a fact names, each once, sorted; a registration does not name, it makes known."""
    if isinstance(fact, MarkRegistered):
        return []
    if isinstance(fact, ShipmentDeparted | ShipmentReceived | GoodsReturned | SealReportFiled):
        return sorted({line.mark for line in fact.lines if line.mark is not None})
    mark = getattr(fact, "mark", None)
    return [mark] if isinstance(mark, str) else []


_OF_BODIES = frozenset({"RCB", "CERTIFYING_AGENT"})


def effective_from(fact: Fact, about: About) -> date | None:
    """The first day whose applications a fact about something can make wrong; None: any day's.

    Holds when the fact comes and when it ceases to count, for applications under which no rule
    found anything before. One that a rule found something on may show the fact whatever its day.
    """
    match fact:
        case ConsignmentContractEnded():
            # The last day is in force.
            return None if fact.on == date.max else fact.on + timedelta(days=1)
        case ConsignmentContractSigned() if about is About.PARTY:
            # Another contract of the exporter. What rests on this very one asks for it by name.
            return fact.from_
        case CertificationChanged() if fact.role not in _OF_BODIES:
            # A body is asked for a valid one on every day once it ever had one.
            return fact.from_
        case IssuerDesignated():
            return fact.from_
        case LabelWithdrawn():
            return fact.on
        case _:
            return None


_digest_bytes: Final = 16
_encode: Final = msgspec.json.Encoder(enc_hook=str).encode


@cache
def own_fields(kind: type[Fact]) -> tuple[str, ...]:
    """The names of the fields of a type that are not common to every event, in order."""
    return tuple(name for name in kind.__struct_fields__ if name not in Fact.__struct_fields__)


def own_values(fact: Fact) -> dict[str, Any]:
    """The values of a fact's own fields by name, in order."""
    return {name: getattr(fact, name) for name in own_fields(type(fact))}


def said_by(fact: Fact) -> UUID:
    """The digest of what a fact says: its type, source, actor, moment and own fields.

    Two facts with the same digest say the same thing twice; so many may be told apart one by one,
    and none is ever compared with all the others.
    """
    said = type(fact).__name__, fact.source, fact.actor, fact.at, own_values(fact)
    return UUID(bytes=blake2b(_encode(said), digest_size=_digest_bytes).digest())


def differing(one: Fact, other: Fact, fields: Iterable[str]) -> list[str]:
    """The fields, of those asked for, in which two facts of one type differ; sorted."""
    return sorted(name for name in fields if getattr(one, name) != getattr(other, name))
