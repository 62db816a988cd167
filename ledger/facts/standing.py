"""Standing: the party that speaks in an event, and whether it is one that may say it.

Anybody may report anything and all of it is recorded. What is said by a party without standing is
flagged; of the registry it does not bind: nothing rests on it.
"""

from collections.abc import Collection
from typing import Final, Protocol, TypeVar

from ledger.facts import criteria as k
from ledger.facts import herds as h
from ledger.facts import lots as l
from ledger.facts import registry as r
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions

F = TypeVar("F", bound=Fact)

OPERATOR: Final = "OPERATOR"
"""Stands for whoever runs the ledger, where a door vouches for a party; no party may be called so.

Its door speaks for everybody: who says what is said there is told by the source."""
OPERATORS_DOORS: Final = frozenset({"file", "table", "form"})
"""Where OPERATOR may come from."""
BEFORE_DOORS: Final = frozenset({None, "import"})
"""The doors of what was recorded before doors were kept: none, or that of an export without them.

It keeps its force, and is not judged by who said it."""

REGISTRY: Final[frozenset[type[Fact]]] = frozenset(
    kind
    for kind in vars(r).values()
    if isinstance(kind, type) and issubclass(kind, Fact) and kind not in (Fact, r.SourceHeartbeat)
) | {k.CriterionShown}
"""The types that say who may do what, and what they have shown for it."""

FOUNDING: Final[dict[type[Fact], About]] = {
    r.PartyRegistered: About.PARTY,
    r.SourceRegistered: About.SOURCE,
    r.MarkRegistered: About.MARK,
    r.ConsignmentContractSigned: About.CONTRACT,
    r.ProductRegistered: About.PRODUCT,
    r.LabelApproved: About.LABEL,
    l.LotRecorded: About.LOT,
    h.HerdRecorded: About.ANIMALS,
    r.PersonRegistered: About.PARTY,
}
"""What a registration founds: of its counting ones the first that was rightly said, or by nobody
who is known. First is what was recorded first, ties by id. The people of a party are founded by the
registration of its first ADMIN."""


class Asked(Protocol):
    """What is known of the registry, and of lots and shipments."""

    def founder(self, kind: type[F], about: About, key: str) -> F | None:
        """The registration that founded a subject, of a kind in `FOUNDING`."""
        ...

    def latest(self, kind: type[F], about: About, key: str) -> F | None:
        """The binding fact of a kind about a subject with the greatest (time, id)."""
        ...

    def about(self, kind: type[F], about: About, key: str) -> list[F]:
        """Binding facts of a kind about a subject, in order of (time, id)."""
        ...

    def speaker(self, fact: Fact) -> str | None:
        """The party that speaks in a fact; None where nobody knows."""
        ...

    def connected(self, party: str) -> Collection[str]:
        """Importers, bodies and agents of the binding contracts of an exporter."""
        ...

    def certifiers(self, party: str) -> Collection[str]:
        """Who certifies a party: by a certification, or as body or agent of its contracts."""
        ...


Parties = frozenset[str] | None
"""The parties that may say an event; None where anybody may, or where what tells is missing."""


def vouched(by: str | None) -> str | None:
    """The party a door vouches for; None where it vouches for nobody, or is the operator's."""
    return None if by == OPERATOR else by


def may_found(fact: Fact) -> bool:
    """Whether a registration, of a kind in `FOUNDING`, may be the first of its subject."""
    return not isinstance(fact, r.PersonRegistered) or "ADMIN" in fact.works_as


def subject_of(fact: Fact) -> tuple[About, str] | None:
    """What a registration may found."""
    about = FOUNDING.get(type(fact))
    if about is None or not may_found(fact):
        return None
    return next((about, m.key) for m in mentions(fact) if m.about is about)


def own(fact: Fact) -> Parties:
    """Who may found what a registration founds."""
    match fact:
        case r.SourceRegistered() | r.PersonRegistered():
            door = {OPERATOR} if isinstance(fact, r.PersonRegistered) else set()
            return frozenset({fact.party, *door})
        case r.MarkRegistered():
            return frozenset({fact.rcb})
        case r.ConsignmentContractSigned():
            return frozenset({fact.exporter, fact.importer, fact.rcb})
        case r.ProductRegistered() | l.LotRecorded() | h.HerdRecorded():
            return frozenset({fact.operator})
        case r.LabelApproved():
            return frozenset({fact.agent})
        case _:
            return None


def stands(by: str | None, door: str | None, speaker: str | None, parties: Parties) -> bool:
    """Whether an event may be said by who says it; nothing is denied where that is unknown.

    What was recorded before doors were kept may.
    """
    if door in BEFORE_DOORS or parties is None or speaker in parties:
        return True
    if OPERATOR in parties and by == OPERATOR and door in OPERATORS_DOORS:
        return True
    return speaker is None and by in (None, OPERATOR)
