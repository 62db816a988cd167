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
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.moments import wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, always, counting
from ledger.rules.subjects import differing, own_fields
from ledger.rules.violation import Finding, SubjectKind, key_of


def taken_too_early(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-45: something leaves a place before it got there."""
    known = counting(key, questions)
    if known is None:
        return
    for mark, place, balance in _emptied(known, questions):
        yield Finding(
            discriminator=key_of(place.kind.name, place.key, mark),
            expected=("held",),
            found=(str(balance),),
            evidence=(key,),
            deadline=wait(policy.grace_scan, known.rec),
        )


def made_later(known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-45 speaks: on days before the lot was made."""
    made = _made(known.fact, questions)
    return None if made is None or known.fact.day >= made.produced_on else always


def used_before_made(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-45: a lot is sealed or graded before it was made."""
    known = counting(key, questions)
    made = None if known is None else _made(known.fact, questions)
    if known is not None and made is not None:
        yield Finding(
            discriminator="produced_on",
            expected=(made.produced_on.isoformat(),),
            found=(known.fact.day.isoformat(),),
            evidence=(key, made.id),
            deadline=wait(policy.grace_scan, known.rec),
        )


def _made(fact: Fact, questions: Questions) -> LotRecorded | None:
    if not isinstance(fact, SealsApplied | LotGraded):
        return None
    lot = fact.lot
    return questions.memo(("lot recorded", lot), lambda: lot_facts.recorded(questions, lot))


def _emptied(known: Known, questions: Questions) -> Iterator[tuple[str, Place, int]]:
    """The places an event takes from that held too little then, with their balance."""
    fact = known.fact
    # A receipt from a place that is still short differs from the other side: other rules say so.
    only_then = isinstance(fact, SealsReceived | ShipmentReceived)
    for mark, place in sorted({(move.mark, move.source) for move in moves(fact)}):
        balance = questions.balance(mark, place, known.at)
        if balance < 0 and not (only_then and questions.balance(mark, place) < 0):
            yield mark, place, balance


def said_before(_known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-48 speaks of a repetition: where another event says the same."""
    return lambda fact, _at, _rec: questions.repeat_of(fact.id) is not None


def repeated_fact(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-48: two events say the same thing."""
    known = counting(key, questions)
    first = None if known is None else questions.repeat_of(key)
    if first is not None:
        yield Finding(first, (first,), (key,), (first, key), deadline=0, artefact=True)


def conflicting_facts(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-48: two events say different things under one key."""
    known = counting(key, questions)
    if known is None:
        return
    fact = known.fact
    first = _first(fact, questions)
    if first is None or first.id == fact.id:
        return
    differ = differing(first, fact, _CONFLICT.get(type(fact), own_fields(type(fact))))
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


def _first(fact: Fact, questions: Questions) -> Fact | None:
    """The first event under the fact's key."""
    about, field, second = _KEYS[type(fact)]
    key = getattr(fact, field)

    def firsts() -> dict[object, Fact]:
        first: dict[object, Fact] = {}
        for event in questions.record.about(type(fact), about, key):
            first.setdefault(second and getattr(event, second), event)
        return first

    # However often a key is used, its firsts are looked for once.
    found = questions.memo(("first under", type(fact).__name__, key), firsts)
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


_EVENT: Final = SubjectKind.EVENT
_TAKING: Final = (SealsReceived, ShipmentReceived, SealsRemoved, GoodsReturned)

RULES: Final = (
    Rule(
        number="M-45",
        slug="impossible-order",
        family="D",
        severity="H",
        subjects=(
            On(_EVENT, taken_too_early, of=_TAKING),
            On(_EVENT, used_before_made, of=(SealsApplied, LotGraded), when=made_later),
        ),
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
        subjects=(
            On(_EVENT, repeated_fact, when=said_before),
            On(_EVENT, conflicting_facts, of=tuple(_KEYS)),
        ),
        says=(
            Says(SubjectKind.EVENT, "_", "first:stated+", "second:stated+", kind="differ"),
            Says(SubjectKind.EVENT, "_", "_", "_", kind="repeat"),
        ),
    ),
)
