"""Who may say what: the party that speaks in an event, and the parties that may say it.

Anybody may report anything and all of it is recorded. What is said by a party without standing is
flagged; of the registry it does not bind: nothing rests on it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, Protocol, TypeVar

from ledger.facts import documents as d
from ledger.facts import lots as l
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
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
)
"""The types that say who may do what."""

FOUNDING: Final[dict[type[Fact], About]] = {
    r.PartyRegistered: About.PARTY,
    r.SourceRegistered: About.SOURCE,
    r.MarkRegistered: About.MARK,
    r.ConsignmentContractSigned: About.CONTRACT,
    r.ProductRegistered: About.PRODUCT,
    r.LabelApproved: About.LABEL,
    l.LotRecorded: About.LOT,
}
"""What a registration founds: of its counting ones the first that was rightly said, or by nobody
who is known. First is what was recorded first, ties by id."""


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


def from_operator(door: str | None, speaker: str | None) -> bool:
    """Whether it is the operator who says an event, as no party is known to.

    What came in at its door, or before doors were kept, nobody else can have brought.
    """
    return speaker is None and (door in BEFORE_DOORS or door in OPERATORS_DOORS)


Parties = frozenset[str] | None
"""The parties that may say an event; None where anybody may, or where what tells is missing."""


def vouched(by: str | None) -> str | None:
    """The party a door vouches for; None where it vouches for nobody, or is the operator's."""
    return None if by == OPERATOR else by


def subject_of(fact: Fact) -> tuple[About, str] | None:
    """What a registration may found."""
    about = FOUNDING.get(type(fact))
    if about is None:
        return None
    return next((about, m.key) for m in mentions(fact) if m.about is about)


def own(fact: Fact) -> Parties:
    """Who may found what a registration founds."""
    match fact:
        case r.SourceRegistered():
            return frozenset({fact.party})
        case r.MarkRegistered():
            return frozenset({fact.rcb})
        case r.ConsignmentContractSigned():
            return frozenset({fact.exporter, fact.importer, fact.rcb})
        case r.ProductRegistered() | l.LotRecorded():
            return frozenset({fact.operator})
        case r.LabelApproved():
            return frozenset({fact.agent})
        case _:
            return None


def may_say(fact: Fact, asked: Asked) -> Parties:
    """The parties that may say an event, `OPERATOR` for the operator's door."""
    found = _TABLE.get(type(fact))
    parties = None if found is None else found(fact, asked)
    return None if parties is None else frozenset(parties)


def stands(by: str | None, door: str | None, speaker: str | None, parties: Parties) -> bool:
    """Whether an event may be said by who says it; nothing is denied where that is unknown.

    What was recorded before doors were kept may.
    """
    if door in BEFORE_DOORS or parties is None or speaker in parties:
        return True
    if OPERATOR in parties and by == OPERATOR and door in OPERATORS_DOORS:
        return True
    return speaker is None and by in (None, OPERATOR)


_Row = Callable[..., Iterable[str] | None]


def _fields(*names: str) -> _Row:
    """The parties that the event itself names so."""
    return lambda fact, _asked: [getattr(fact, name) for name in names]


def _founded(kind: type[Fact], *names: str) -> _Row:
    """Who founded the event's subject in its own words; of the founder itself `own`."""

    def find(fact: Fact, asked: Asked) -> Iterable[str] | None:
        subject = subject_of(fact)
        founder = None if subject is None else asked.founder(kind, *subject)
        if founder is None or founder.id == fact.id:
            return own(fact)
        return [getattr(founder, name) for name in names]

    return find


def _mark(fact: r.MarkRegistered, asked: Asked) -> Iterable[str] | None:
    founder = asked.founder(r.MarkRegistered, About.MARK, fact.mark)
    if founder is None or founder.id == fact.id:
        return own(fact)
    # In the name of another body nobody says it: that body would have to.
    return [founder.rcb, founder.importer] if fact.rcb == founder.rcb else []


def _contract(fact: r.ConsignmentContractSigned, asked: Asked) -> Iterable[str] | None:
    founder = asked.founder(r.ConsignmentContractSigned, About.CONTRACT, fact.contract)
    if founder is None or founder.id == fact.id:
        return own(fact)
    # Nobody who founded a contract makes it one of others.
    return {founder.exporter, founder.importer, founder.rcb} & {
        fact.exporter, fact.importer, fact.rcb
    }  # fmt: skip


def _party(fact: r.PartyRegistered, asked: Asked) -> Iterable[str] | None:
    founder = asked.founder(r.PartyRegistered, About.PARTY, fact.party)
    if founder is None or founder.id == fact.id:
        return None
    speaker = asked.speaker(founder)
    return [fact.party] if speaker is None else [fact.party, speaker]


def _of_contract(*names: str) -> _Row:
    def find(fact: Fact, asked: Asked) -> Iterable[str] | None:
        key: str = getattr(fact, "contract")  # noqa: B009 -- of several types
        founder = asked.founder(r.ConsignmentContractSigned, About.CONTRACT, key)
        return None if founder is None else [getattr(founder, name) for name in names]

    return find


def _withdrawn(fact: r.LabelWithdrawn, asked: Asked) -> Iterable[str] | None:
    key = f"{fact.label} {fact.version}"
    founder = asked.founder(r.LabelApproved, About.LABEL, key)
    return None if founder is None else [founder.agent]


def _of_person(
    fact: r.SealTrainingCompleted | r.PersonQualified, asked: Asked
) -> Iterable[str] | None:
    return [fact.party, *asked.connected(fact.party)]


def _of_mark(*names: str) -> _Row:
    """The holders that the event names, and body and licensee of its mark."""

    def find(fact: Fact, asked: Asked) -> Iterable[str] | None:
        mark: str = getattr(fact, "mark")  # noqa: B009 -- of several types
        registered = asked.latest(r.MarkRegistered, About.MARK, mark)
        if registered is None:
            return [getattr(fact, name) for name in names] or None
        return [*(getattr(fact, name) for name in names), registered.rcb, registered.importer]

    return find


def operators(lot: str, asked: Asked) -> Iterator[str]:
    """The operator of a lot: of what founded it, else of the subdivision it came from."""
    founder = asked.founder(l.LotRecorded, About.LOT, lot)
    if founder is not None:
        yield founder.operator
        return
    divided = asked.latest(l.LotSubdivided, About.CHILD, lot)
    if divided is not None:
        yield divided.operator


def _of_lot(fact: Fact, asked: Asked) -> Iterable[str] | None:
    lot: str = getattr(fact, "lot")  # noqa: B009 -- of several types
    return list(operators(lot, asked)) or None


def _at_lot(fact: l.InputVerified | l.LotSubdivided, asked: Asked) -> Iterable[str] | None:
    # Goods are checked and divided by whoever has come to hold them, too: it names itself.
    return [fact.operator, *operators(fact.lot, asked)]


def _held(fact: l.LotHeld | l.LotReleased, asked: Asked) -> Iterable[str] | None:
    found = list(operators(fact.lot, asked))
    if not found:
        return None
    return [*found, *(body for operator in found for body in asked.certifiers(operator))]


def _shipper(fact: g.ShipmentDocumentsSent, asked: Asked) -> Iterable[str] | None:
    departed = asked.about(g.ShipmentDeparted, About.SHIPMENT, fact.shipment)
    return [departed[0].exporter] if departed else None


_TABLE: Final[dict[type[Fact], _Row]] = {
    r.PartyRegistered: _party,
    r.SourceRegistered: _founded(r.SourceRegistered, "party"),
    r.MarkRegistered: _mark,
    r.ConsignmentContractSigned: _contract,
    r.ConsignmentContractEnded: _of_contract("exporter", "importer", "rcb"),
    r.CertificationChanged: _fields("issuer"),
    r.IssuerDesignated: lambda _fact, _asked: [OPERATOR],
    r.ProgrammeEnrolled: _fields("agent"),
    r.LabelApproved: _founded(r.LabelApproved, "agent"),
    r.LabelWithdrawn: _withdrawn,
    r.ProductRegistered: _founded(r.ProductRegistered, "operator"),
    r.ResponsiblePersonDesignated: _of_contract("exporter"),
    r.SealTrainingCompleted: _of_person,
    r.PersonQualified: _of_person,
    s.SealsIssued: _of_mark(),
    s.SealsDispatched: _of_mark("from_holder"),
    s.SealsReceived: _fields("holder"),
    s.SealsApplied: _of_mark("holder"),
    s.SealsSpoiled: _of_mark("holder"),
    s.SealsSampled: _of_mark("holder"),
    s.SealsDestroyed: _of_mark("holder"),
    s.SealsRemoved: _of_mark("holder"),
    s.SealsLost: _of_mark("holder"),
    s.SealsCounted: _of_mark("holder"),
    s.StockAdjusted: _of_mark("holder"),
    l.LotRecorded: _founded(l.LotRecorded, "operator"),
    l.LotGraded: _of_lot,
    l.LotSubdivided: _at_lot,
    l.InputVerified: _at_lot,
    l.ProcessRecorded: _of_lot,
    l.LotHeld: _held,
    l.LotReleased: _held,
    g.ShipmentDeparted: _fields("exporter"),
    g.ShipmentDocumentsSent: _shipper,
    d.SealReportFiled: _fields("exporter"),
    d.ExportCertificateRequested: _fields("exporter"),
    g.ShipmentReceived: _fields("importer"),
    g.GoodsReturned: _fields("importer"),
    g.GoodsSold: _fields("importer"),
    d.ExportCertificateIssued: _fields("issuer"),
    d.ExportCertificateCancelled: _fields("issuer"),
    d.AnnualReportFiled: _fields("party"),
}
"""Who may say an event. A heartbeat and a complaint anybody may; a retraction is judged by what
it retracts."""
