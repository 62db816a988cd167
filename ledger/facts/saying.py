"""The parties that may say an event: a row for each type.

A party may say what is its own: of its stock, its lots, its herds, its people, its papers.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from ledger.facts import corrections as c
from ledger.facts import criteria as k
from ledger.facts import documents as d
from ledger.facts import herds as h
from ledger.facts import lots as l
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.standing import OPERATOR, Asked, Parties, may_found, own, subject_of


def may_say(fact: Fact, asked: Asked) -> Parties:
    """The parties that may say an event, `OPERATOR` for the operator's door."""
    row = _TABLE.get(type(fact))
    parties = None if row is None else row.find(fact, asked)
    return None if parties is None else frozenset(parties)


def said_by(kind: type[Fact]) -> str:
    """Who may say an event of a type, in words."""
    row = _TABLE.get(kind)
    return _OTHERS[kind] if row is None else row.words


_Find = Callable[..., Iterable[str] | None]


class _Row(NamedTuple):
    """Who may say an event of a type: in words, and how the parties are found."""

    words: str
    find: _Find


def _named(*names: str) -> str:
    """Fields in words, as `holder`."""
    return " or ".join(f"`{name}`" for name in names)


def _fields(*names: str) -> _Row:
    """The parties that the event itself names so."""
    return _Row(
        f"its {_named(*names)}", lambda fact, _asked: [getattr(fact, name) for name in names]
    )


def _founded(kind: type[Fact], *names: str) -> _Row:
    """Who founded the event's subject in its own words; of the founder itself `own`."""

    def find(fact: Fact, asked: Asked) -> Iterable[str] | None:
        subject = subject_of(fact)
        founder = None if subject is None else asked.founder(kind, *subject)
        if founder is None or founder.id == fact.id:
            return own(fact)
        return [getattr(founder, name) for name in names]

    return _Row(f"the {_named(*names)} of the first {kind.__name__} of it", find)


def _mark(fact: r.MarkRegistered, asked: Asked) -> Iterable[str] | None:
    founder = asked.founder(r.MarkRegistered, About.MARK, fact.mark)
    if founder is None or founder.id == fact.id:
        return own(fact)
    return _not_of_others(fact, {founder.rcb, founder.importer}, {fact.rcb}, founder.rcb, asked)


def _contract(fact: r.ConsignmentContractSigned, asked: Asked) -> Iterable[str] | None:
    founder = asked.founder(r.ConsignmentContractSigned, About.CONTRACT, fact.contract)
    if founder is None or founder.id == fact.id:
        return own(fact)
    theirs = {fact.exporter, fact.importer, fact.rcb}
    return _not_of_others(
        fact, {founder.exporter, founder.importer, founder.rcb}, theirs, None, asked
    )


def _not_of_others(
    fact: Fact, parties: set[str], named: set[str], kept: str | None, asked: Asked
) -> Iterable[str]:
    """Those who founded it, but to make it a thing of others (`named`, none `kept`): these."""
    speaker = asked.speaker(fact)
    others = speaker in parties and speaker not in named and kept not in named
    return named if others else parties


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

    return _Row(f"the {_named(*names)} of the contract", find)


def _withdrawn(fact: r.LabelWithdrawn, asked: Asked) -> Iterable[str] | None:
    key = f"{fact.label} {fact.version}"
    founder = asked.founder(r.LabelApproved, About.LABEL, key)
    return None if founder is None else [founder.agent]


def _of_person(
    fact: r.SealTrainingCompleted | r.PersonQualified, asked: Asked
) -> Iterable[str] | None:
    return [fact.party, *asked.connected(fact.party)]


def _registered(fact: r.PersonRegistered, asked: Asked) -> Iterable[str] | None:
    founder = asked.founder(r.PersonRegistered, About.PARTY, fact.party)
    first = may_found(fact) and (founder is None or founder.id == fact.id)
    return own(fact) if first else [fact.party]


def _of_mark(*names: str) -> _Row:
    """The holders that the event names, and body and licensee of its mark."""

    def find(fact: Fact, asked: Asked) -> Iterable[str] | None:
        mark: str = getattr(fact, "mark")  # noqa: B009 -- of several types
        registered = asked.latest(r.MarkRegistered, About.MARK, mark)
        if registered is None:
            return [getattr(fact, name) for name in names] or None
        return [*(getattr(fact, name) for name in names), registered.rcb, registered.importer]

    theirs = "the certifying body or importer of the mark"
    return _Row(f"its {_named(*names)}, or {theirs}" if names else theirs, find)


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


def _keepers(herd: str, asked: Asked) -> Iterator[str]:
    """The operator of a herd, of what founded it."""
    founder = asked.founder(h.HerdRecorded, About.ANIMALS, herd)
    if founder is not None:
        yield founder.operator


def _of_herd(fact: h.AnimalsLeft | h.FeedingRecorded, asked: Asked) -> Iterable[str] | None:
    return list(_keepers(fact.herd, asked)) or [fact.operator]


def _of_entry(fact: l.ProcessRecorded, asked: Asked) -> Iterable[str] | None:
    # Who names a lot and a herd says something of both: both are its own.
    found = [
        parties
        for parties in (
            set() if fact.lot is None else set(operators(fact.lot, asked)),
            set() if fact.herd is None else set(_keepers(fact.herd, asked)),
        )
        if parties
    ]
    return set.intersection(*found) if found else None


def _shown(fact: k.CriterionShown, asked: Asked) -> Iterable[str] | None:
    changes = asked.about(r.CertificationChanged, About.PARTY, fact.party)
    return [fact.party, *(change.issuer for change in changes)]


def _held(fact: l.LotHeld | l.LotReleased, asked: Asked) -> Iterable[str] | None:
    found = list(operators(fact.lot, asked))
    if not found:
        return None
    return [*found, *(body for operator in found for body in asked.certifiers(operator))]


def _shipper(fact: g.ShipmentDocumentsSent, asked: Asked) -> Iterable[str] | None:
    departed = asked.about(g.ShipmentDeparted, About.SHIPMENT, fact.shipment)
    return [departed[0].exporter] if departed else None


_OF_PERSON: Final = _Row("its `party`, or importer, body or agent of its contracts", _of_person)
_AT_LOT: Final = _Row("its `operator`, or that of the lot", _at_lot)
_HELD: Final = _Row("the operator of the lot, or who certifies it", _held)
_OF_HERD: Final = _Row("the operator of the herd", _of_herd)

_TABLE: Final[dict[type[Fact], _Row]] = {
    r.PartyRegistered: _Row("of a new party anybody, later itself or who registered it", _party),
    r.SourceRegistered: _founded(r.SourceRegistered, "party"),
    r.MarkRegistered: _Row("its `rcb`; later the `rcb` or `importer` of the first", _mark),
    r.ConsignmentContractSigned: _Row(
        "its `exporter`, `importer` or `rcb`; later those of the first", _contract
    ),
    r.ConsignmentContractEnded: _of_contract("exporter", "importer", "rcb"),
    r.CertificationChanged: _fields("issuer"),
    r.IssuerDesignated: _Row("the operator, by its own door", lambda _fact, _asked: [OPERATOR]),
    r.ProgrammeEnrolled: _fields("agent"),
    r.LabelApproved: _founded(r.LabelApproved, "agent"),
    r.LabelWithdrawn: _Row("the `agent` of the first LabelApproved of it", _withdrawn),
    r.ProductRegistered: _founded(r.ProductRegistered, "operator"),
    r.ResponsiblePersonDesignated: _of_contract("exporter"),
    r.SealTrainingCompleted: _OF_PERSON,
    r.PersonQualified: _OF_PERSON,
    r.PersonRegistered: _Row(
        "its `party`; of the first ADMIN also the operator, by its own door", _registered
    ),
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
    l.LotGraded: _Row("the operator of the lot", _of_lot),
    l.LotSubdivided: _AT_LOT,
    l.InputVerified: _AT_LOT,
    l.ProcessRecorded: _Row("the operator of the lot and of the herd that it names", _of_entry),
    l.LotHeld: _HELD,
    l.LotReleased: _HELD,
    h.HerdRecorded: _founded(h.HerdRecorded, "operator"),
    h.AnimalsLeft: _OF_HERD,
    h.FeedingRecorded: _OF_HERD,
    g.ShipmentDeparted: _fields("exporter"),
    g.ShipmentDocumentsSent: _Row("the `exporter` of the departure", _shipper),
    d.SealReportFiled: _fields("exporter"),
    d.ExportCertificateRequested: _fields("exporter"),
    g.ShipmentReceived: _fields("importer"),
    g.GoodsReturned: _fields("importer"),
    g.GoodsSold: _fields("importer"),
    d.ExportCertificateIssued: _fields("issuer"),
    d.ExportCertificateCancelled: _fields("issuer"),
    d.AnnualReportFiled: _fields("party"),
    k.CriterionShown: _Row("its `party`, or an issuer of its certifications", _shown),
}
"""Who may say an event."""
_OTHERS: Final[dict[type[Fact], str]] = {
    r.SourceHeartbeat: "anybody",
    d.ComplaintReceived: "anybody",
    c.EventRetracted: "who may say what it retracts",
}
"""A retraction is judged by what it retracts."""
