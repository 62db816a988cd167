"""A record: facts that are known, which of them count, and the latest of each kind.

An event counts as long as nothing known retracts or corrects it; that is the whole rule. Of the
registry, what is asked for is what binds (`ledger.facts.standing`). What a record answers depends
on the set of facts alone, with when each was recorded and who vouched for it, never on the order in
which they were added.
"""

from bisect import insort
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from ledger.facts.binding import Bindings, Said, concerns
from ledger.facts.certifying import certifiers_of, connected_by
from ledger.facts.corrections import targets_of
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.registry import (
    CertificationChanged,
    ConsignmentContractSigned,
    ProductRegistered,
)
from ledger.facts.standing import (
    OPERATOR,
    REGISTRY,
    may_found,
    own,
    stands,
    vouched,
)

F = TypeVar("F", bound=Fact)
T = TypeVar("T")


class Known(NamedTuple):
    """A fact and when the ledger first recorded it; ordered by the fact's (time, id).

    `at` and `rec` are microseconds UTC. `by` is the party that the door vouched for, `door` where
    it came in; None where neither was kept.
    """

    at: int
    id: str
    rec: int
    fact: Fact
    by: str | None = OPERATOR
    door: str | None = "file"


class Record:
    """Facts indexed by type and subject."""

    def __init__(self, facts: Iterable[tuple[Fact, int]] = ()) -> None:
        """Take facts with the microsecond at which each was first recorded."""
        self._known: dict[str, Known] = {}
        self._about: dict[tuple[type[Fact], About, str], list[Known]] = {}
        self._of: dict[type[Fact], list[Known]] = {}
        self._retracted: dict[str, int] = {}
        self._bindings: Bindings | None = None
        self._answers: dict[Hashable, Any] = {}
        self._told: tuple[Collection[str], Mapping[str, str]] | None = None
        for fact, rec in facts:
            self.add(fact, rec)

    def add(
        self, fact: Fact, rec: int, by: str | None = OPERATOR, door: str | None = "file"
    ) -> None:
        """Take one more fact; a second time the same id changes nothing."""
        if fact.id in self._known:
            return
        self._bindings = None
        self._answers.clear()
        known = Known(fact.at, fact.id, rec, fact, by, door)
        self._known[fact.id] = known
        insort(self._of.setdefault(type(fact), []), known, key=_order)
        for about, key in mentions(fact):
            insort(self._about.setdefault((type(fact), about, key), []), known, key=_order)
        for target in targets_of(fact):
            self.retract(target, rec)

    def retract(self, event_id: str, rec: int) -> None:
        """Take note that something recorded at `rec` retracts or corrects an event.

        `add` does it for the corrections it is given. A retracted retraction still retracts.
        """
        earlier = self._retracted.get(event_id)
        if earlier is None or rec < earlier:
            self._retracted[event_id] = rec

    def counts(self, fact: Fact) -> bool:
        """Whether nothing known retracts or corrects the fact; of the registry nothing that may."""
        return fact.id not in self._retracted or self._goes_on(fact)

    def taken_back(self, fact: Fact) -> bool:
        """Whether anything retracts or corrects the fact, whoever says it: what sums go by."""
        return self.retracted_at(fact.id) is not None

    def _goes_on(self, fact: Fact) -> bool:
        """Whether it was taken back only by who may not."""
        return type(fact) in REGISTRY and fact.id not in self.told[0]

    def tell(self, unbound: Collection[str], parties: Mapping[str, str]) -> None:
        """Take what of the registry does not bind, by id, and for whom sources speak.

        From whoever knows all of it; a record that is not told works it out of the facts it has.
        """
        self._told = unbound, parties
        self._answers.clear()

    @property
    def told(self) -> tuple[Collection[str], Mapping[str, str]]:
        """What of the registry does not bind, by id, and for whom sources speak."""
        if self._told is None:
            return self._binding.unbound, self._binding.parties
        return self._told

    @property
    def _binding(self) -> Bindings:
        if self._bindings is None:
            wanted = [known for known in self._known.values() if concerns(known.fact)]
            wanted.sort(key=attrgetter("rec", "id"))
            self._bindings = Bindings(
                Said(known.rec, known.id, known.fact, known.by, known.door) for known in wanted
            )
        return self._bindings

    def binds(self, fact: Fact) -> bool:
        """Whether a registry fact binds: its speaker may say it, and nobody who may took it back.

        Any other fact binds while it counts.
        """
        return fact.id not in self._passed_over(type(fact))

    def _passed_over(self, kind: type[Fact]) -> Collection[str]:
        return self.told[0] if kind in REGISTRY else self._retracted

    def party_of(self, source: str) -> str | None:
        """For whom a source speaks: the party of the registration that founded it."""
        return self.told[1].get(source)

    def speaker(self, fact: Fact) -> str | None:
        """The party that speaks in a fact of this record; None where nobody knows."""
        known = self._find(fact.id)
        return self.party_of(fact.source) if known is None else self.speaker_of(known)

    def _find(self, event_id: str) -> Known | None:
        return self._known.get(event_id)

    def speaker_of(self, known: Known) -> str | None:
        """The party that speaks in a fact as recorded; None where nobody knows."""
        return vouched(known.by) or self.party_of(known.fact.source)

    def founder(self, kind: type[F], about: About, key: str) -> F | None:
        """The registration that founded a subject.

        Of the binding ones the first recorded that was said by who may found it, or by nobody who
        is known.
        """

        def find() -> F | None:
            passed_over = self._passed_over(kind)
            for entry in sorted(self._entries(kind, about, key), key=attrgetter("rec", "id")):
                if entry.id in passed_over or not isinstance(entry.fact, kind):
                    continue
                if not may_found(entry.fact):
                    continue
                if stands(entry.by, entry.door, self.speaker_of(entry), own(entry.fact)):
                    return entry.fact
            return None

        return self._once(("founder", kind, about, key), find)

    def connected(self, party: str) -> Collection[str]:
        """Importers, bodies and agents of the binding contracts of an exporter."""
        return self._once(
            ("connected", party),
            lambda: frozenset(
                other
                for contract in self.about(ConsignmentContractSigned, About.PARTY, party)
                if contract.exporter == party
                for other in connected_by(contract, self.speaker(contract))
            ),
        )

    def certifiers(self, party: str) -> Collection[str]:
        """Who certifies a party: by a certification, or as body or agent of its contracts."""
        return self._once(
            ("certifiers", party),
            lambda: certifiers_of(
                party,
                self.about(CertificationChanged, About.PARTY, party),
                self.about(ConsignmentContractSigned, About.PARTY, party),
            ),
        )

    def products(self, operator: str) -> Collection[ProductRegistered]:
        """What binds of the products of an operator, every version, in order of (time, id)."""
        return self._once(("products",), self._products).get(operator, ())

    def _products(self) -> Mapping[str, list[ProductRegistered]]:
        found: dict[str, list[ProductRegistered]] = {}
        for product in self.all(ProductRegistered):
            found.setdefault(product.operator, []).append(product)
        return found

    def _once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for these facts."""
        if key not in self._answers:
            self._answers[key] = compute()
        value: T = self._answers[key]
        return value

    def retracted_at(self, event_id: str) -> int | None:
        """When the first correction of an event was recorded, if one was."""
        return self._retracted.get(event_id)

    @property
    def retracted(self) -> Mapping[str, int]:
        """By id, when the first correction of an event was recorded."""
        return self._retracted

    def retracted_among(self, keys: Iterable[str]) -> list[tuple[str, int]]:
        """Those of these events that something corrects, and when the first of it was recorded."""
        retracted = self._retracted
        return [(key, retracted[key]) for key in keys if key in retracted]

    def known(self, event_id: str) -> Known | None:
        """The event of that id, whether it counts or not."""
        return self._known.get(event_id)

    def rec(self, fact: Fact) -> int:
        """When the fact was first recorded, microseconds UTC."""
        return self._known[fact.id].rec

    def recorded(
        self, kind: type[F], about: About | None = None, key: str = ""
    ) -> Iterator[tuple[F, int]]:
        """Facts of a kind about a subject, those that do not count too, with their `rec`."""
        for entry in self._entries(kind, about, key):
            if isinstance(entry.fact, kind):
                yield entry.fact, entry.rec

    def about(self, kind: type[F], about: About, key: str) -> list[F]:
        """Counting facts of a kind about a subject, of the registry those that bind.

        In order of (time, id).
        """
        passed_over = self._passed_over(kind)
        return [
            entry.fact
            for entry in self._about.get((kind, about, key), ())
            if entry.id not in passed_over and isinstance(entry.fact, kind)
        ]

    def all(self, kind: type[F]) -> list[F]:
        """Counting facts of a kind, of the registry those that bind, in order of (time, id)."""
        passed_over = self._passed_over(kind)
        return [
            entry.fact
            for entry in self._of.get(kind, ())
            if entry.id not in passed_over and isinstance(entry.fact, kind)
        ]

    def latest(self, kind: type[F], about: About, key: str) -> F | None:
        """The one of `about` with the greatest (time, id)."""
        passed_over = self._passed_over(kind)
        for entry in reversed(self._about.get((kind, about, key), ())):
            if entry.id not in passed_over and isinstance(entry.fact, kind):
                return entry.fact
        return None

    def first(self, kind: type[F], about: About, key: str) -> F | None:
        """The one of `about` with the smallest (time, id)."""
        passed_over = self._passed_over(kind)
        for entry in self._about.get((kind, about, key), ()):
            if entry.id not in passed_over and isinstance(entry.fact, kind):
                return entry.fact
        return None

    def __iter__(self) -> Iterator[Known]:
        return iter(self._known.values())

    def entries(self, kind: type[Fact], about: About, key: str) -> list[Known]:
        """Facts of a kind about a subject as recorded, those that do not count too."""
        return self._entries(kind, about, key)

    def _entries(self, kind: type[Fact], about: About | None, key: str) -> list[Known]:
        if about is None:
            return self._of.get(kind, [])
        return self._about.get((kind, about, key), [])


def _order(entry: Known) -> tuple[int, str]:
    return entry.at, entry.id
