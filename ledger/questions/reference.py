"""The reconciliation row straight from its definition, over all facts at hand.

Plain on purpose: what the views answer must equal this, whatever the order of arrival.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from ledger.custody.moves import Move, moves
from ledger.custody.places import Kind, Place
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import ConsignmentContractSigned, MarkRegistered
from ledger.facts.scalars import local_day, time_text
from ledger.facts.seals import (
    SealsApplied,
    SealsCounted,
    SealsDispatched,
    SealsLost,
    SealsReceived,
    SealsRemoved,
)
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived
from ledger.questions import QuestionsAtHand
from ledger.questions.reference_papers import Papers

_JAPAN_MINUTES = 540
Pair = tuple[str, str]
Row = dict[str, int | str | None]
Amount = tuple[str, str, int]
"""Name of the figure or claim, party (None stands as ""), seals, units or grams."""
_WEIGHTS = ("volume_drawn", "volume_certified")

_HELD = frozenset(
    {
        Kind.STOCK, Kind.SPOILED, Kind.DESTROYED, Kind.SAMPLED, Kind.LOST, Kind.STOLEN,
        Kind.ADJUSTED,
    }
)  # fmt: skip
_NAMES = {
    Kind.TRANSIT: "in_transit", Kind.LOT: "on_lots", Kind.SHIPPED: "shipped",
    Kind.DELIVERED: "delivered", Kind.SPOILED: "spoiled", Kind.DESTROYED: "destroyed",
    Kind.SAMPLED: "sampled", Kind.LOST: "lost", Kind.STOLEN: "stolen", Kind.ADJUSTED: "adjusted",
}  # fmt: skip
_HELD_FIGURES = ("stock_importer", "stock_exporters", *_NAMES.values())


def reconcile(
    facts: Iterable[tuple[Fact, int]],
    *,
    as_of: int,
    known_at: int,
    split: Literal["exporter", "agent"] | None = None,
) -> list[Row]:
    """The rows as of a time and as known at a recorded time, both in µs UTC.

    A row holds importer, rcb, exporter, agent, and every figure and claim that is not 0.
    """
    record = Record((fact, rec) for fact, rec in facts if rec <= known_at)
    registered = record.all(MarkRegistered)
    latest = {fact.mark: (fact.importer, fact.rcb) for fact in registered}
    rows: list[Row] = []
    for pair in sorted({(fact.importer, fact.rcb) for fact in registered}):
        amounts = [*_Pair(record, pair, latest, as_of).amounts()]
        rows += _rows(record, pair, amounts, as_of, split)
    return rows


def _rows(
    record: Record, pair: Pair, amounts: list[Amount], as_of: int, split: str | None
) -> list[Row]:
    """The row of the pair, or one for each party or agent that has anything to show."""
    head: Row = {"importer": pair[0], "rcb": pair[1], "exporter": None, "agent": None}
    if split is None:
        return [head | _told(_sums(amounts))]
    parties: dict[str, list[Amount]] = {pair[0]: []}
    for amount in amounts:
        if amount[0] != "issued":
            parties.setdefault(amount[1], []).append(amount)
    named: dict[str, list[Amount]] = {}
    for party, own in parties.items():
        if party == pair[0] or _sums(own):
            name = party if split == "exporter" else _agent(record, pair, party, as_of)
            named.setdefault(name, []).extend(own)
    rows: list[Row] = []
    for name, own in sorted(named.items()):
        sums = _sums(own)
        supplied = sum(sums.get(figure, 0) for figure in _HELD_FIGURES)
        told = _told(sums) | ({"supplied": supplied} if supplied else {})
        rows.append(head | {split: name} | told)
    return rows


def _sums(amounts: list[Amount]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, _, amount in amounts:
        found[name] = found.get(name, 0) + amount
    return {name: amount for name, amount in found.items() if amount}


def _told(sums: dict[str, int]) -> Row:
    return {name: _kilograms(sum_) if name in _WEIGHTS else sum_ for name, sum_ in sums.items()}


def _kilograms(grams: int) -> str:
    return f"{Decimal(grams) / 1_000:.3f}"


def _agent(record: Record, pair: Pair, party: str, as_of: int) -> str:
    day = local_day(time_text(as_of, _JAPAN_MINUTES))
    latest = {fact.contract: fact for fact in record.all(ConsignmentContractSigned)}
    begun = [
        (fact.from_, fact.contract, fact.agent)
        for fact in latest.values()
        if (fact.exporter, fact.importer, fact.rcb) == (party, *pair) and fact.from_ <= day
    ]
    return max(begun)[2] if begun else "-"


class _Pair:
    def __init__(self, record: Record, pair: Pair, latest: dict[str, Pair], as_of: int) -> None:
        self.record = record
        self.importer = pair[0]
        self.marks = {mark for mark, of in latest.items() if of == pair}
        self.licensees = {mark: importer for mark, (importer, _) in latest.items()}
        counting = [
            (known.fact, known.rec)
            for known in record
            if known.at <= as_of and record.counts(known.fact)
        ]
        self.facts = [fact for fact, _ in counting]
        self.questions = QuestionsAtHand(Record(counting))
        # What goods are is as of the registry: told by what is known, whatever its time.
        self.whole = QuestionsAtHand(record)

    def amounts(self) -> Iterator[Amount]:
        for fact in self.facts:
            for move, lot in zip(moves(fact), _lots(fact), strict=True):
                if move.mark in self.marks:
                    yield from self._end(move, move.source, lot, -move.seals)
                    yield from self._end(move, move.target, lot, move.seals)
            yield from self._claims(fact)
        yield from Papers(self.questions, self.whole, self.marks, self.licensees).amounts()
        yield from self._counted()

    def _end(self, move: Move, place: Place, lot: str, seals: int) -> Iterator[Amount]:
        if place.kind is Kind.ISSUER:
            yield "issued", "", -seals
        elif place.kind is Kind.STOCK:
            own = place.key == self.importer
            yield "stock_importer" if own else "stock_exporters", place.key, seals
        elif place.kind in _HELD:
            yield _NAMES[place.kind], place.key, seals
        elif place.kind is Kind.TRANSIT:
            yield "in_transit", self._sent_to(place.key), seals
        else:
            goods = place.key if place.kind is Kind.LOT else lot
            yield _NAMES[place.kind], self._sealer(goods, move.mark), seals

    def _sent_to(self, dispatch: str) -> str:
        sent = self.record.first(SealsDispatched, About.DISPATCH, dispatch)
        if sent is not None:
            return sent.from_holder if sent.to_holder == self.importer else sent.to_holder
        received = self.record.first(SealsReceived, About.DISPATCH, dispatch)
        return received.holder if received is not None else "-"

    def _sealer(self, lot: str, mark: str) -> str:
        for fact in self.record.about(SealsApplied, About.LOT, lot):
            if fact.mark == mark:
                return fact.holder
        return "-"

    def _claims(self, fact: Fact) -> Iterator[Amount]:
        match fact:
            case SealsDispatched() if fact.mark in self.marks:
                yield "dispatched", fact.to_holder, fact.count
            case SealsReceived() if fact.mark in self.marks:
                yield "received", fact.holder, fact.count
            case SealsLost() if fact.mark in self.marks and fact.dispatch is not None:
                yield "lost_in_transit", fact.holder, fact.count
            case ShipmentDeparted():
                for line in fact.lines:
                    if line.mark in self.marks:
                        yield "departed", self._exporter(fact.shipment), line.seals
                        yield "shipped_units", self._exporter(fact.shipment), line.units
            case ShipmentReceived() | GoodsReturned():
                name = "arrived" if isinstance(fact, ShipmentReceived) else "returned"
                for entry in fact.lines:
                    if entry.mark in self.marks:
                        yield name, self._exporter(fact.shipment), entry.seals

    def _exporter(self, shipment: str) -> str:
        first = self.record.first(ShipmentDeparted, About.SHIPMENT, shipment)
        return first.exporter if first is not None else "-"

    def _counted(self) -> Iterator[Amount]:
        counts = self.questions.record.all(SealsCounted)
        last = {(fact.mark, fact.holder, fact.site): fact for fact in counts}
        for count in last.values():
            if count.mark in self.marks:
                compared = self.questions.compared(count)
                yield "counted", count.holder, count.counted
                yield "book", count.holder, compared.book
                explained = count.counted - compared.book - compared.unexplained
                yield "adjusted_for_counts", count.holder, explained
                yield "unexplained", count.holder, abs(compared.unexplained)


def _lots(fact: Fact) -> list[str]:
    match fact:
        case ShipmentDeparted() | ShipmentReceived() | GoodsReturned():
            return [line.lot for line in fact.lines if line.mark is not None and line.seals]
        case SealsRemoved():
            return [fact.lot]
        case _:
            return [""] * len(moves(fact))
