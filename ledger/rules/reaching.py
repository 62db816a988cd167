"""Following a reach through every fact in memory: the reference for whoever keeps an index."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, Mention, mentions
from ledger.facts.record import Record
from ledger.rules.marks import marks_of
from ledger.rules.ranges import shared, span_of
from ledger.rules.subjects import subjects_of
from ledger.rules.touches import Reach, Spread, nearby, spreads
from ledger.rules.violation import Subject, SubjectKind, key_of, parts_of


def touched(fact: Fact, record: Record) -> set[Subject]:
    """Every subject whose verdict the fact can change, in a record that holds it."""
    return closure([fact], record)


def closure(facts: Iterable[Fact], record: Record) -> set[Subject]:
    """The subjects of some facts, and of all that their reaches find in the record."""
    found: set[Subject] = set()
    done: set[Spread] = set()
    for fact in facts:
        found.update(subjects_of(fact))
        _follow(spreads(fact), record, found, done)
    return found


def _follow(
    starts: Iterable[Spread], record: Record, found: set[Subject], done: set[Spread]
) -> None:
    left = list(starts)
    while left:
        spread = left.pop()
        if spread in done:
            continue
        done.add(spread)
        if spread.reach is Reach.YEAR:
            found.update(_years(spread.key, record))
            continue
        for fact in _FOLLOW[spread.reach](spread.key, record):
            found.update(subjects_of(fact))
            if spread.reach is Reach.FACT:
                left += spreads(fact)
            left += nearby(fact)
        left += _onwards(spread, record)


def _years(key: str, record: Record) -> Iterator[Subject]:
    mark, year = parts_of(key)
    # Retracted registrations too: their licensees may have lost a year's verdict.
    for registered, _ in record.recorded(r.MarkRegistered, About.MARK, mark):
        yield Subject(SubjectKind.PARTY_YEAR, key_of(registered.importer, year))


def _all(record: Record) -> Iterator[Fact]:
    return (known.fact for known in record)


def _mentioning(*abouts: About) -> "_Follow":
    def follow(key: str, record: Record) -> Iterator[Fact]:
        wanted = {Mention(about, key) for about in abouts}
        return (fact for fact in _all(record) if not wanted.isdisjoint(mentions(fact)))

    return follow


def _fact(key: str, record: Record) -> Iterator[Fact]:
    known = record.known(key)
    if known is not None:
        yield known.fact


def _twins(key: str, record: Record) -> Iterator[Fact]:
    kind, source, at = parts_of(key)
    return (
        fact
        for fact in _all(record)
        if type(fact).__name__ == kind and fact.source == source and fact.at == int(at)
    )


def _numbers(key: str, record: Record) -> Iterator[Fact]:
    mark, first, last = parts_of(key)
    for fact in _all(record):
        span = span_of(fact)
        if span is not None and mark in marks_of(fact) and shared(span, (int(first), int(last))):
            yield fact


def _on_mark(key: str, record: Record) -> Iterator[Fact]:
    importers: set[str] = set()
    for fact in _all(record):
        if isinstance(fact, r.MarkRegistered) and fact.mark == key:
            importers.add(fact.importer)
            yield fact
        elif key in marks_of(fact):
            yield fact
    for signed in record.all(r.ConsignmentContractSigned):
        if signed.importer in importers:
            yield signed


_PARTIES: Final = ("party", "holder", "exporter", "importer", "operator", "issuer", "agent", "rcb")


def _party(key: str, record: Record) -> Iterator[Fact]:
    return (
        fact for fact in _all(record) if key in {getattr(fact, name, None) for name in _PARTIES}
    )


def _person(key: str, record: Record) -> Iterator[Fact]:
    return (fact for fact in _all(record) if key in {fact.actor, getattr(fact, "grader", None)})


def _source(key: str, record: Record) -> Iterator[Fact]:
    own = {fact.id for fact in _all(record) if fact.source == key}
    for fact in _all(record):
        target = fact.target if isinstance(fact, EventRetracted) else None
        if fact.id in own or target in own or fact.corrects in own:
            yield fact


def _contract(key: str, record: Record) -> Iterator[Fact]:
    signed = [fact for fact, _ in record.recorded(r.ConsignmentContractSigned)]
    exporters = {fact.exporter for fact in signed if fact.contract == key}
    for fact in _all(record):
        if isinstance(fact, s.SealsApplied):
            if fact.holder in exporters or fact.contract == key:
                yield fact
        elif getattr(fact, "contract", None) == key or (
            isinstance(fact, r.ConsignmentContractSigned) and fact.exporter in exporters
        ):
            yield fact


def _exporter(key: str, record: Record) -> Iterator[Fact]:
    return (
        fact for fact, _ in record.recorded(r.ConsignmentContractSigned) if fact.exporter == key
    )


def _product(key: str, record: Record) -> Iterator[Fact]:
    for fact in _all(record):
        lines = getattr(fact, "lines", ())
        if getattr(fact, "product", None) == key or any(
            getattr(line, "product", None) == key for line in lines
        ):
            yield fact


def _mixed(_key: str, record: Record) -> Iterator[Fact]:
    products = {
        fact.product for fact in record.all(r.ProductRegistered) if fact.class_ == "PROCESSED_MIXED"
    }
    return (
        fact
        for kind in (r.LabelApproved, lots.LotRecorded)
        for fact in record.all(kind)
        if getattr(fact, "product", None) in products
    )


def _label(key: str, record: Record) -> Iterator[Fact]:
    label, version = parts_of(key)
    for fact in _all(record):
        if isinstance(fact, s.SealsApplied):
            if (fact.label, str(fact.label_version)) == (label, version):
                yield fact
        elif Mention(About.LABEL, key) in mentions(fact):
            yield fact


_LOTS: Final = (About.LOT, About.INPUT, About.CHILD, About.LINE)


def _goods(key: str, record: Record) -> Iterator[Fact]:
    return (
        fact for fact in _mentioning(*_LOTS)(key, record) if not isinstance(fact, s.SealsApplied)
    )


def _delivered(key: str, record: Record) -> Iterator[Fact]:
    importer, mark = parts_of(key)
    for fact in _all(record):
        removed = isinstance(fact, s.SealsRemoved) and fact.holder == importer
        returned = isinstance(fact, g.GoodsReturned) and fact.importer == importer
        if (removed or returned) and mark in marks_of(fact):
            yield fact


def _reports(key: str, record: Record) -> Iterator[Fact]:
    mark, exporter, at = parts_of(key)
    for filed, _ in record.recorded(d.SealReportFiled):
        if filed.exporter == exporter and filed.at >= int(at) and mark in marks_of(filed):
            yield filed


_Follow = Callable[[str, Record], Iterator[Fact]]

_FOLLOW: Final[dict[Reach, _Follow]] = {
    Reach.FACT: _fact,
    Reach.POINTING: _mentioning(About.TARGET),
    Reach.TWINS: _twins,
    Reach.NUMBERS: _numbers,
    Reach.MARK: _on_mark,
    Reach.PARTY: _party,
    Reach.PERSON: _person,
    Reach.SOURCE: _source,
    Reach.CONTRACT: _contract,
    Reach.EXPORTER: _exporter,
    Reach.PRODUCT: _product,
    Reach.MIXED: _mixed,
    Reach.LABEL: _label,
    Reach.LOT: _mentioning(*_LOTS),
    Reach.GOODS: _goods,
    Reach.SHIPMENT: _mentioning(About.SHIPMENT),
    Reach.CERTIFICATE: _mentioning(About.CERTIFICATE, About.NAMES, About.REPLACES),
    Reach.DISPATCH: _mentioning(About.DISPATCH),
    Reach.REPORT: _mentioning(About.REPORT),
    Reach.REQUEST: _mentioning(About.REQUEST),
    Reach.COMPLAINT: _mentioning(About.COMPLAINT),
    Reach.DELIVERED: _delivered,
    Reach.REPORTS: _reports,
}


def _onwards(spread: Spread, record: Record) -> Iterator[Spread]:
    """Reaches that start where another one arrives."""
    for fact in _FOLLOW[spread.reach](spread.key, record):
        match spread.reach, fact:
            case Reach.PARTY, r.MarkRegistered():
                yield Spread(Reach.MARK, fact.mark)
            case Reach.PARTY, r.ConsignmentContractSigned():
                yield Spread(Reach.CONTRACT, fact.contract)
            case (Reach.PARTY | Reach.PRODUCT, lots.LotRecorded()):
                yield Spread(Reach.LOT, fact.lot)
            case Reach.LOT, lots.LotSubdivided() if fact.lot == spread.key:
                yield from (Spread(Reach.LOT, child.lot) for child in fact.children)
            case Reach.LOT, lots.LotRecorded() if fact.lot != spread.key:
                yield Spread(Reach.GOODS, fact.lot)
            case Reach.CERTIFICATE, _:
                yield from _with_certificate(fact)
            case _:
                pass


def _with_certificate(fact: Fact) -> Iterator[Spread]:
    """A certificate's lots, and its shipments: another certificate may have to stand in there."""
    shipment = getattr(fact, "shipment", None)
    if shipment is not None:
        yield Spread(Reach.SHIPMENT, shipment)
    if isinstance(fact, d.ExportCertificateIssued):
        yield from (Spread(Reach.LOT, line.lot) for line in fact.lines if line.lot is not None)
