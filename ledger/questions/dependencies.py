"""What an evaluation has read, so that its subject is evaluated again when any of that changes.

Everything that can be read has a dependency key. One object says how a read is noted and which
facts change it; there is no other way to note a read. What is kept of reads are eight-byte hashes.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, TypeVarTuple

from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import shipments as g
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.seals import SealsApplied
from ledger.facts.standing import REGISTRY
from ledger.rules.subjects import effective_from
from ledger.views.places import hashed

T = TypeVar("T")
Of = TypeVarTuple("Of")
_hashes_kept_max: Final = 100_000


class DependencyKey(Generic[*Of]):
    """Something that can be read, of what `Of` says: a balance of a place, the seals of a lot.

    `changed_by` gives, for a fact that comes or ceases to count, of what the answer may be another
    one; it is asked about facts of `kinds` alone, of all where none is given. A key that is made
    is known to `Changes`. `name` tells keys apart in what is kept.
    """

    every: Final[list["DependencyKey[*tuple[Any, ...]]"]] = []

    def __init__(
        self, name: str, changed_by: Callable[[Any], Iterable[tuple[*Of]]], *kinds: type[Fact]
    ) -> None:
        self.name, self.changed_by = name, changed_by
        self.kinds: tuple[type[Fact], ...] = kinds or (Fact,)
        self.every.append(self)

    def hash_of(self, *of: *Of) -> int:
        """The hash under which a read is kept."""
        return hashed(self.name, *of)


class _About(DependencyKey[type[Any], About, str]):
    """Facts of a type about a subject; of a few types, about one subject, all together."""

    together: Final[dict[tuple[type[Fact], About], str]] = {
        (kind, about): whole
        for whole, about, kinds in (
            ("lot", About.LOT, (lots.LotRecorded, lots.LotGraded, lots.LotHeld, lots.LotReleased)),
            ("lot", About.CHILD, (lots.LotSubdivided,)),
            ("label", About.LABEL, (r.LabelApproved, r.LabelWithdrawn)),
            ("contract", About.CONTRACT, (r.ConsignmentContractSigned, r.ConsignmentContractEnded)),
            ("certificate", About.CERTIFICATE,
             (d.ExportCertificateIssued, d.ExportCertificateCancelled)),
            ("shipment", About.SHIPMENT,
             (g.ShipmentDeparted, g.ShipmentReceived, g.ShipmentDocumentsSent, g.GoodsReturned)),
            ("shipment", About.SHIPMENT,
             (d.SealReportFiled, d.ExportCertificateRequested, d.ExportCertificateIssued)),
        )
        for kind in kinds
    }  # fmt: skip
    """Few facts of each of these types are about one subject, and who reads one reads them all."""

    def hash_of(self, kind: type[Fact], about: About, key: str) -> int:
        """The hash under which a read is kept."""
        whole = self.together.get((kind, about))
        if whole is not None:
            return hashed("whole", whole, key)
        return hashed(self.name, kind.__name__, int(about), key)


def _mentioned(fact: Fact) -> Iterator[tuple[type[Fact], About, str]]:
    if not isinstance(fact, SealsApplied):  # the record is never asked for these
        for about, key in mentions(fact):
            yield type(fact), about, key


ABOUT: Final = _About("about", _mentioned)
EVENT: Final = DependencyKey[str]("event", lambda fact: ((fact.id,),))
"""The event of an id."""
TYPE: Final = DependencyKey[str]("type", lambda fact: ((type(fact).__name__,),), *REGISTRY)
"""All facts of a type of the registry."""


def speaker(source: str) -> tuple[DependencyKey[type[Any], About, str], type[Any], About, str]:
    """For whom a source speaks: its registrations say."""
    return ABOUT, r.SourceRegistered, About.SOURCE, source


Read = tuple[Hashable, ...]
"""What was read: its key, and of what."""


@lru_cache(maxsize=_hashes_kept_max)
def hash_of(key: DependencyKey[*Of], *of: *Of) -> int:
    """The hash under which a read is kept."""
    return key.hash_of(*of)


class Watch:
    """A block within which everything read is told; also to whoever watches around it."""

    def __init__(self, open_: list[set[Read]]) -> None:
        self._open = open_

    def __enter__(self) -> set[Read]:
        read: set[Read] = set()
        self._open.append(read)
        return read

    def __exit__(self, *_: object) -> None:
        read = self._open.pop()
        if self._open:
            self._open[-1] |= read


class Dependencies:
    """Notes what is read, and what was computed from what."""

    def __init__(self) -> None:
        self.open: list[set[Read]] = []
        """What those who want to know what is read have been told; empty: nobody does."""
        self._memo: dict[Hashable, tuple[Any, frozenset[Read] | None]] = {}

    def note(self, *what: *tuple[DependencyKey[*Of], *Of]) -> None:
        """Something was read: its key, and of what."""
        if self.open:
            self.open[-1].add(what)

    def watch(self) -> "Watch":
        """Give the set of everything read within a block."""
        return Watch(self.open)

    def memo(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once; whoever asks has read what it read."""
        known = self._memo.get(key)
        if not self.open:
            if known is None:
                # Nobody notes anything now; who does so later has it computed again.
                known = self._memo[key] = compute(), None
        else:
            if known is None or known[1] is None:
                read: set[Read] = set()
                self.open.append(read)
                try:
                    known = self._memo[key] = compute(), frozenset(read)
                finally:
                    self.open.pop()
            if known[1]:
                self.open[-1].update(known[1])
        value: T = known[0]
        return value


class Changes(dict[int, str | None]):
    """Hashes of what was read and is different now.

    With each the local day (`YYYY-MM-DD`) from which it matters to applications that nothing was
    wrong with; None where it matters to all.
    """

    def take(self, fact: Fact) -> None:
        """Everything that can be read and that a fact changes when it comes or ceases to count."""
        for key in _changed_by(type(fact)):
            for of in key.changed_by(fact):
                day = effective_from(fact, of[1]) if key is ABOUT else None
                if day is None:
                    self[hash_of(key, *of)] = None
                else:
                    self._since(hash_of(key, *of), day.isoformat())

    def note(self, *what: *tuple[DependencyKey[*Of], *Of]) -> None:
        """Something is different, to whomever it matters."""
        self[hash_of(*what)] = None

    def _since(self, what: int, day: str) -> None:
        """Something is different for applications of a day on; the earliest day holds."""
        known = self.get(what, day)
        self[what] = None if known is None else min(known, day)


@lru_cache
def _changed_by(kind: type[Fact]) -> tuple[DependencyKey[*tuple[Any, ...]], ...]:
    """The keys that facts of a type change."""
    return tuple(key for key in DependencyKey.every if issubclass(kind, key.kinds))
