"""Who is named on what, and in whose word: parties and marks that a fact connects with subjects.

To be named opens nothing by itself: a party can name itself on anything. What opens a subject is
to be named by somebody else, or by the fact that founded it. Whose word a fact is rests on what was
known when it was recorded: who registers a source afterwards changes nothing about what it said.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts.documents import ExportCertificateIssued, SealReportFiled
from ledger.facts.herds import HerdRecorded
from ledger.facts.identity import Fact
from ledger.facts.lots import InputVerified, LotRecorded, LotSubdivided, ProcessRecorded
from ledger.facts.mentions import About, certificate_key, mentions
from ledger.facts.registry import (
    ConsignmentContractSigned,
    LabelApproved,
    ProductRegistered,
    SourceRegistered,
)
from ledger.facts.seals import SealsDispatched
from ledger.facts.shipments import ShipmentDeparted, ShipmentDocumentsSent
from ledger.facts.standing import BEFORE_DOORS, OPERATOR, OPERATORS_DOORS

ATTACHED: Final = -1
"""Kept as a subject: a mark and a lot, `mark lot`, of whoever attached seals of it there."""

PARTY_FIELDS: Final = (
    "party", "holder", "from_holder", "to_holder", "exporter", "importer", "rcb", "agent",
    "operator", "issuer", "contractor", "sent_to",
)  # fmt: skip
"""The fields of facts that name a party."""

_ANYBODY: Final = (InputVerified, ProcessRecorded)
"""Facts that anybody may report about a lot or a herd: being named on one opens nothing."""

_FOUNDING: Final[dict[About, type[Fact]]] = {
    About.SOURCE: SourceRegistered,
    About.CONTRACT: ConsignmentContractSigned,
    About.PRODUCT: ProductRegistered,
    About.LABEL: LabelApproved,
    About.DISPATCH: SealsDispatched,
    About.LOT: LotRecorded,
    About.CHILD: LotSubdivided,
    About.SHIPMENT: ShipmentDeparted,
    About.CERTIFICATE: ExportCertificateIssued,
    About.REPORT: SealReportFiled,
    About.HERD: HerdRecorded,
}
"""By mention: the fact that makes such a subject somebody's."""
_KEPT: Final = {about: about for about in _FOUNDING} | {
    About.CHILD: About.LOT,
    About.LINE: About.LOT,
    About.NAMES: About.CERTIFICATE,
}
"""Under which subject a mention is kept; a lot used as an input stays its maker's own."""
GUARDED: Final = frozenset(_KEPT[about] for about in _FOUNDING)
"""Subjects that only others' words open, or the word that founded them."""

ON_PLACES: Final = {
    Kind.TRANSIT: About.DISPATCH,
    Kind.LOT: About.LOT,
    Kind.SHIPPED: About.SHIPMENT,
}
"""Places whose key is a subject that seals are brought to."""


def parties_named(fact: Fact) -> list[str]:
    """The parties a fact names in fields of its own."""
    return [party for name in _fields(type(fact)) if (party := getattr(fact, name)) is not None]


@cache
def _fields(kind: type[Fact]) -> tuple[str, ...]:
    return tuple(name for name in PARTY_FIELDS if name in kind.__struct_fields__)


def subjects_of(fact: Fact) -> Iterator[tuple[int, str, bool]]:
    """The subjects on which the parties of a fact are named, and whether the fact founds them."""
    if isinstance(fact, _ANYBODY):
        return
    for about, key in mentions(fact):
        kept = _KEPT.get(about)
        if kept is not None:
            founding = _FOUNDING.get(about)
            yield int(kept), key, founding is not None and isinstance(fact, founding)


def marks_dealt_in(fact: Fact) -> Iterator[tuple[str, str]]:
    """Mark and holder of each account that a fact is about, and whom seals are sent to."""
    if isinstance(fact, SealsDispatched):
        yield fact.mark, fact.from_holder
        yield fact.mark, fact.to_holder
    elif (holder := getattr(fact, "holder", None)) is not None:
        yield fact.mark, holder  # type: ignore[attr-defined]  # who holds seals holds some mark's


def marks_on(fact: Fact) -> set[tuple[int, str, str]]:
    """The subjects that a fact brings seals to or takes them from, with the mark."""
    return {
        (int(about), place.key, move.mark)
        for move in moves(fact)
        for place in (move.source, move.target)
        if (about := ON_PLACES.get(place.kind)) is not None
    }


def accompanied(fact: Fact) -> tuple[str, str] | None:
    """The certificate that a fact gives to a shipment, and the shipment."""
    match fact:
        case ShipmentDeparted() | ShipmentDocumentsSent() if fact.certificate is not None:
            named = fact.certificate
            return certificate_key(named.issuer, named.number), fact.shipment
        case ExportCertificateIssued() if fact.shipment is not None:
            return certificate_key(fact.issuer, fact.number), fact.shipment
    return None


class Word(NamedTuple):
    """Who says something: a source, for whom it spoke, and the parties that the fact names.

    `party` is OPERATOR where no party is known, and nobody but the operator can have brought it.
    """

    source: str
    party: str | None
    named: tuple[str, ...]

    @property
    def known(self) -> str:
        """The party that spoke; "" where nobody knew."""
        return "" if self.party is None or self.party == OPERATOR else self.party

    @property
    def by(self) -> str:
        """Whose word it is, joined; where nobody knows that of anybody it names."""
        return self.party or " ".join(self.named)

    def same(self, founder: tuple[str, Sequence[str]]) -> bool:
        """Whether a word is that of the founder."""
        source, by = founder
        return self.source == source or (bool(by) and self.known == " ".join(by))


def told_by_operator(door: str | None) -> str | None:
    """OPERATOR, where what came in at a door and is no known party's word is the operator's."""
    return OPERATOR if from_operator(door, None) else None


def from_operator(door: str | None, speaker: str | None) -> bool:
    """Whether it is the operator who says an event, as no party is known to.

    What came in at its door, or before doors were kept, nobody else can have brought.
    """
    return speaker is None and (door in BEFORE_DOORS or door in OPERATORS_DOORS)
