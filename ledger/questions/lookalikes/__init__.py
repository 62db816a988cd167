"""Look-alikes: ids taken for one another, shots taken twice, marks that nobody registered.

What is asked, and the answer from all facts at hand.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from ledger.custody.places import Kind, Place
from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, certificate_key
from ledger.facts.record import Known, Record
from ledger.questions.at_hand import EVIDENCE_IDS_MAX, AtHand
from ledger.rules.figures import fold
from ledger.rules.subjects import marks_of


class Naming(NamedTuple):
    """The counting events that name a mark, themselves or on a line.

    `first_rec` = when the first of them was recorded; `evidence` = their ids, at most 100.
    """

    events: int
    first_rec: int
    evidence: tuple[str, ...]


class LookAlikes(Protocol):
    """What is asked about look-alikes."""

    def looks_alike(self, about: About, key: str) -> bool:
        """S3: whether a known id of a kind, other than this one, has the same fold.

        MARK, CONTRACT, LABEL (the label's id, any version), LOT, DISPATCH, SHIPMENT, CERTIFICATE
        (`issuer number`; only numbers of that issuer). One probe into an index of folds.
        """
        ...

    def double_shot(self, event_id: str, within: int) -> bool:
        """S4: whether a duplicate of the event lies within so many microseconds of it.

        A duplicate = another counting event of the same type, source, mark, holder, site, lot and
        count. One index probe; false for types without a count.
        """
        ...

    def naming(self, mark: str) -> Naming | None:
        """The counting events that name a mark; one sum per mark. None where there are none."""
        ...


class Shot(NamedTuple):
    """What makes two shots of one scanner look like one shot taken twice."""

    kind: type[Fact]
    source: str
    mark: str
    place: Place
    lot: str | None
    seals: int


_Shot = (
    s.SealsIssued
    | s.SealsReceived
    | s.SealsApplied
    | s.SealsSpoiled
    | s.SealsSampled
    | s.SealsDestroyed
    | s.SealsRemoved
    | s.SealsLost
)


def shot_of(fact: Fact) -> Shot | None:
    """What a duplicate of the event shares with it; None for types without a count."""
    if isinstance(fact, s.SealsDispatched):
        place = Place(Kind.STOCK, fact.from_holder, fact.from_site)
        return Shot(type(fact), fact.source, fact.mark, place, None, fact.count)
    if isinstance(fact, _Shot):
        spoiled = isinstance(fact, s.SealsDestroyed | s.SealsRemoved)
        place = Place(Kind.SPOILED if spoiled else Kind.STOCK, fact.holder, fact.site)
        lot = getattr(fact, "lot", None)
        return Shot(type(fact), fact.source, fact.mark, place, lot, fact.count)
    return None


_MAKES_KNOWN: Final[dict[type[Fact], tuple[About, str]]] = {
    r.MarkRegistered: (About.MARK, "mark"),
    r.ConsignmentContractSigned: (About.CONTRACT, "contract"),
    r.LabelApproved: (About.LABEL, "label"),
    lots.LotRecorded: (About.LOT, "lot"),
    s.SealsDispatched: (About.DISPATCH, "dispatch"),
    g.ShipmentDeparted: (About.SHIPMENT, "shipment"),
}
MAKE_KNOWN: Final[tuple[type[Fact], ...]] = (
    *_MAKES_KNOWN,
    lots.LotSubdivided,
    d.ExportCertificateIssued,
)
"""The types of fact that make an id known."""


def known_ids(fact: Fact) -> Iterator[tuple[About, str]]:
    """The ids a fact makes known."""
    if isinstance(fact, lots.LotSubdivided):
        for lot in sorted({child.lot for child in fact.children}):
            yield About.LOT, lot
    elif isinstance(fact, d.ExportCertificateIssued):
        yield About.CERTIFICATE, certificate_key(fact.issuer, fact.number)
    else:
        known = _MAKES_KNOWN.get(type(fact))
        if known is not None:
            yield known[0], getattr(fact, known[1])


def folded(about: About, key: str) -> str:
    """What an id looks like; a certificate's number only among those of its issuer."""
    if about is not About.CERTIFICATE:
        return fold(key)
    issuer, _, number = key.partition(" ")
    return f"{issuer} {fold(number.replace('%20', ' '))}"


class LookAlikesAtHand(AtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._shots: dict[Shot, list[int]] = defaultdict(list)
        self._folds: dict[tuple[About, str], set[str]] = defaultdict(set)
        self._naming: dict[str, list[Known]] = defaultdict(list)
        for known in self.counting:
            shot = shot_of(known.fact)
            if shot is not None:
                self._shots[shot].append(known.at)
            for mark in marks_of(known.fact):
                self._naming[mark].append(known)
            for about, key in known_ids(known.fact):
                self._folds[about, folded(about, key)].add(key)

    def looks_alike(self, about: About, key: str) -> bool:
        return bool(self._folds.get((about, folded(about, key)), set()) - {key})

    def double_shot(self, event_id: str, within: int) -> bool:
        known = self.whole.known(event_id)
        return known is not None and self.shot_twice(known, within)

    def shot_twice(self, known: Known, within: int) -> bool:
        """Whether another shot like this event's was taken within so many microseconds."""
        shot = shot_of(known.fact)
        if shot is None:
            return False
        times = self._shots.get(shot, [])
        near = bisect_right(times, known.at + within) - bisect_left(times, known.at - within)
        return near > (1 if self.whole.counts(known.fact) else 0)

    def naming(self, mark: str) -> Naming | None:
        naming = self._naming.get(mark)
        if not naming:
            return None
        return Naming(
            len(naming),
            min(known.rec for known in naming),
            tuple(known.id for known in naming[:EVIDENCE_IDS_MAX]),
        )
