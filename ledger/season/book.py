"""The book of one trade: what will be said, in order of time, and what each stock then holds.

A fact that states a balance is made only when its moment comes, so it is right however the
seasons of a trade overlap. Only facts that count enter the balances.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any, NamedTuple

from ledger.custody.moves import moves
from ledger.custody.places import Kind, Place
from ledger.facts.identity import Document, Fact
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.season.moments import event_id, fiscal_year, time_name

_KEPT = frozenset({Kind.STOCK, Kind.SPOILED})
_SUBMILLI = 1000


class Desk(NamedTuple):
    """Somebody or something that reports: a source, and the minutes east where it stands."""

    source: str
    offset: int
    actor: str | None = None


class Said(NamedTuple):
    """A fact, when it happened (microseconds UTC), and how late it is delivered, if that is set."""

    at: int
    fact: Fact
    delay: int | None


class Stocks:
    """How many seals of a mark stand in the stocks and among the spoiled, at this moment."""

    def __init__(self) -> None:
        self._seals: defaultdict[tuple[str, Place], int] = defaultdict(int)

    def usable(self, mark: str, holder: str, site: str) -> int:
        """Seals in hand."""
        return self._seals[mark, Place(Kind.STOCK, holder, site)]

    def spoiled(self, mark: str, holder: str, site: str) -> int:
        """Seals that await destruction."""
        return self._seals[mark, Place(Kind.SPOILED, holder, site)]

    def post(self, fact: Fact) -> None:
        """Let a fact move its seals."""
        for move in moves(fact):
            if move.source.kind in _KEPT:
                self._seals[move.mark, move.source] -= move.seals
            if move.target.kind in _KEPT:
                self._seals[move.mark, move.target] += move.seals


Fields = dict[str, Any]
Late = Callable[[Stocks], Fields]


@dataclass(slots=True)
class Planned:
    """A fact to be: its fields, those that depend on a stock, and what is changed at the end."""

    at: int
    kind: type[Fact]
    fields: Fields
    late: Late | None
    counts: bool
    delay: int | None
    desk: Desk
    after: Callable[[Fields], Fields] | None = None

    @property
    def id(self) -> str:
        """The id it will have."""
        return str(self.fields["id"])

    def made(self, stocks: Stocks) -> Fact:
        """The fact, as the stocks are now."""
        fields = self.fields
        if self.late is not None:
            fields.update(self.late(stocks))
        if self.after is not None:
            fields.update(self.after(fields))
        return self.kind(**fields)


class Book:
    """What a trade will say; `until` lets time pass."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.stocks = Stocks()
        self.grams: defaultdict[tuple[int, str], int] = defaultdict(int)
        """Grams sealed less grams unsealed, by fiscal year and product."""
        self.said = 0
        self._packs: dict[str, tuple[str, int]] = {}
        self._heap: list[tuple[int, int, Planned]] = []
        self._serial = 0

    def pack(self, lot: str, product: str, grams: int) -> None:
        """Note what a unit of a lot is, for the year's weights."""
        self._packs[lot] = (product, grams)

    def say(
        self,
        kind: type[Fact],
        at: int,
        desk: Desk,
        late: Late | None = None,
        /,
        *,
        counts: bool = True,
        documents: int = 0,
        delay: int | None = None,
        **fields: Any,
    ) -> Planned:
        """Plan a fact of `kind`, at a moment of its own within the trade.

        `late` gives the fields that depend on a stock. `documents` papers are attached.
        """
        self._serial += 1
        self.said += 1
        at = at // _SUBMILLI * _SUBMILLI + self._serial % _SUBMILLI
        name = event_id(at, self.rng)
        fields["id"] = name
        fields["time"] = time_name(at, desk.offset)
        fields["source"] = desk.source
        if desk.actor is not None:
            fields.setdefault("actor", desk.actor)
        if documents:
            fields["documents"] = tuple(self._paper(kind, index) for index in range(documents))
        planned = Planned(at, kind, fields, late, counts, delay, desk)
        heappush(self._heap, (at, self._serial, planned))
        return planned

    def _paper(self, kind: type[Fact], index: int) -> Document:
        digest = f"{self.rng.getrandbits(256):064x}"
        return Document(name=f"{kind.__name__}-{index + 1}.pdf", sha256=digest)

    def until(self, at: int | None) -> Iterator[Said]:
        """Every fact before a moment (all of them for None), in order of time."""
        heap = self._heap
        while heap and (at is None or heap[0][0] < at):
            when, _, planned = heappop(heap)
            fact = planned.made(self.stocks)
            if planned.counts:
                self.stocks.post(fact)
                if isinstance(fact, (SealsApplied, SealsRemoved)):
                    self._weigh(when, fact)
            yield Said(when, fact, planned.delay)

    def planned(self, kind: type[Fact] | None = None) -> list[Planned]:
        """What is planned of a kind, or at all, in order of time."""
        return [item for _, _, item in sorted(self._heap) if kind is None or item.kind is kind]

    def drop(self, gone: Planned) -> None:
        """Take a planned fact off."""
        self._heap = [item for item in self._heap if item[2] is not gone]
        heapify(self._heap)

    def _weigh(self, at: int, fact: SealsApplied | SealsRemoved) -> None:
        product, grams = self._packs.get(fact.lot, ("", 0))
        sign = 1 if isinstance(fact, SealsApplied) else -1
        self.grams[fiscal_year(at), product] += sign * fact.units * grams
