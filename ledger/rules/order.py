"""Order and agreement: nothing leaves a place before it got there, one key says one thing."""

from collections.abc import Iterator
from typing import Final

from ledger.custody.moves import moves
from ledger.custody.places import Place
from ledger.facts.documents import ExportCertificateRequested, SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, LotRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.facts.registry import ConsignmentContractSigned, MarkRegistered, ProductRegistered
from ledger.facts.seals import SealsApplied, SealsDispatched, SealsReceived, SealsRemoved
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived
from ledger.rules import lot_facts
from ledger.rules.applied import Application
from ledger.rules.books import Books
from ledger.rules.moments import wait
from ledger.rules.own_fields import differing, own_fields
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, Suspects, everything
from ledger.rules.violation import Finding, SubjectKind, key_of


def counting(key: str, books: Books) -> Known | None:
    """The event of that id; None where it does not count."""
    known = books.record.known(key)
    return known if known is not None and books.record.counts(known.fact) else None


def impossible_order(key: str, books: Books, policy: Policy) -> Iterator[Finding]:
    """M-45: something leaves a place before it got there, or is sealed before it was made."""
    known = counting(key, books)
    if known is None:
        return
    deadline = wait(policy.grace_scan, known.rec)
    for mark, place, balance in _emptied(known, books):
        yield Finding(
            discriminator=key_of(place.kind.name, place.key, mark),
            expected=("held",),
            found=(str(balance),),
            evidence=(key,),
            deadline=deadline,
        )
    fact = known.fact
    if isinstance(fact, SealsApplied | LotGraded):
        made = _made(fact.lot, books)
        if made is not None and fact.day < made.produced_on:
            yield Finding(
                discriminator="produced_on",
                expected=(made.produced_on.isoformat(),),
                found=(fact.day.isoformat(),),
                evidence=(key, made.id),
                deadline=deadline,
            )


def _made(lot: str, books: Books) -> LotRecorded | None:
    return books.memo(("lot recorded", lot), lambda: lot_facts.recorded(books, lot))


def _emptied(known: Known, books: Books) -> Iterator[tuple[str, Place, int]]:
    """The places an event takes from that held too little then, with their balance."""
    fact = known.fact
    if not isinstance(fact, SealsReceived | ShipmentReceived | SealsRemoved | GoodsReturned):
        return
    # A receipt from a place that is still short differs from the other side: other rules say so.
    only_then = isinstance(fact, SealsReceived | ShipmentReceived)
    for mark, place in sorted({(move.mark, move.source) for move in moves(fact)}):
        balance = books.balance(mark, place, known.at)
        if balance < 0 and not (only_then and books.balance(mark, place) < 0):
            yield mark, place, balance


def conflicting_facts(key: str, books: Books, _policy: Policy) -> Iterator[Finding]:
    """M-48: two events say different things under one key, or the same thing twice."""
    known = counting(key, books)
    if known is None:
        return
    fact = known.fact
    repeated = books.repeat_of(key)
    if repeated is not None:
        yield Finding(repeated, (repeated,), (key,), (repeated, key), deadline=0, artefact=True)
    first = _first(fact, books)
    fields = _CONFLICT.get(type(fact), own_fields(type(fact)))
    if first is None or first.id == fact.id:
        return
    differ = differing(first, fact, fields)
    if differ:
        yield Finding(
            discriminator=first.id,
            expected=tuple(f"{name} {_text(first, name)}" for name in differ),
            found=tuple(f"{name} {_text(fact, name)}" for name in differ),
            evidence=(first.id, key),
            deadline=0,
        )


_CONFLICT: Final[dict[type[Fact], tuple[str, ...]]] = {
    SealsDispatched: ("from_holder", "from_site", "to_holder", "to_site"),
    ShipmentDeparted: ("exporter", "importer", "sealing_mode", "origin", "destination"),
}
"""The fields that make a conflict, where not all of a type's own do."""


_KEYS: Final[dict[type[Fact], tuple[About, str, str | None]]] = {
    MarkRegistered: (About.MARK, "mark", None),
    ConsignmentContractSigned: (About.CONTRACT, "contract", None),
    ProductRegistered: (About.PRODUCT, "product", "recipe_version"),
    LotRecorded: (About.LOT, "lot", None),
    SealsDispatched: (About.DISPATCH, "dispatch", None),
    ShipmentDeparted: (About.SHIPMENT, "shipment", None),
    SealReportFiled: (About.REPORT, "report", "version"),
    ExportCertificateRequested: (About.REQUEST, "request", None),
}
"""Types whose events say one thing per key: what they are about, its field, and a second field."""


COMPARED_FIELDS: Final = tuple(
    dict.fromkeys(name for kind in _KEYS for name in _CONFLICT.get(kind, own_fields(kind)))
)
"""Every field in which two events under one key may differ."""


def _first(fact: Fact, books: Books) -> Fact | None:
    """The first event under the fact's key; None for types that have none."""
    if type(fact) not in _KEYS:
        return None
    about, field, second = _KEYS[type(fact)]
    key = getattr(fact, field)

    def firsts() -> dict[object, Fact]:
        first: dict[object, Fact] = {}
        for event in books.record.about(type(fact), about, key):
            first.setdefault(second and getattr(event, second), event)
        return first

    # However often a key is used, its firsts are looked for once.
    found = books.memo(("first under", type(fact).__name__, key), firsts)
    return found.get(second and getattr(fact, second))


def _text(fact: Fact, name: str) -> str:
    """A field as a violation shows it: ids of a list joined, entries of other lists counted."""
    value = getattr(fact, name)
    if value is None:
        return "none"
    if not isinstance(value, tuple):
        return str(value)
    named = [entry for entry in value if isinstance(entry, str)]
    return ",".join(named) if len(named) == len(value) else f"of {len(value)}"


def made_later_among(app: Application, books: Books, _policy: Policy) -> Suspects | None:
    """Who M-45 suspects: all of a day before their lot was made."""
    made = _made(app.fact.lot, books)
    return None if made is None or made.produced_on <= app.day else everything


def repeats_among(_app: Application, books: Books, _policy: Policy) -> Suspects | None:
    """Who M-48 suspects: what was said before."""
    return lambda fact, _at, _rec: books.repeat_of(fact.id) is not None


_EVENT: Final = SubjectKind.EVENT
_ORDERED: Final = (
    SealsApplied, LotGraded, SealsReceived, ShipmentReceived, SealsRemoved, GoodsReturned,
)  # fmt: skip

RULES: Final = (
    Rule(
        number="M-45",
        slug="impossible-order",
        family="D",
        severity="H",
        subjects=(On(_EVENT, impossible_order, of=_ORDERED, when=made_later_among),),
        says=(
            Says(SubjectKind.EVENT, "=produced_on", "made:day", "day"),
            Says(SubjectKind.EVENT, "place/2 mark", "_", "low:seals"),
        ),
    ),
    Rule(
        number="M-48",
        slug="conflicting-facts",
        family="D",
        severity="H",
        subjects=(On(_EVENT, conflicting_facts, when=repeats_among),),
        says=(
            Says(SubjectKind.EVENT, "_", "first:stated+", "second:stated+", kind="differ"),
            Says(SubjectKind.EVENT, "_", "_", "_", kind="repeat"),
        ),
    ),
)
