"""Shipments and their seals: applied before they leave, and arriving as they left."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ledger.custody.places import Kind, Place
from ledger.facts.mentions import About
from ledger.facts.shipments import (
    DepartedLine,
    GoodsReturned,
    ReceivedLine,
    ReturnedLine,
    ShipmentDeparted,
    ShipmentReceived,
)
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.contracts import mark_of
from ledger.rules.figures import miscounted
from ledger.rules.moments import days, end_of_next_business_day, ids, wait
from ledger.rules.papers import Shipment, shipment_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of

UNMARKED: Final = "-"
"""Stands for the mark of a line that names none."""
_Pair = tuple[str, str]
"""Lot and mark, or `-` where a line names no mark."""


def _pair(line: DepartedLine | ReceivedLine | ReturnedLine) -> _Pair:
    return line.lot, line.mark or UNMARKED


def shipped_not_applied(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-36: a shipment left with seals that were not on its lots, or without any."""
    shipment = shipment_of(questions, key)
    if shipment is None:
        return
    sealed = shipment.header.sealing_mode in ("CONSIGNED", "DIRECT_JAS")
    for (lot, mark), carried in sorted(_carried(shipment).items()):
        carrying = [each.departure for each in carried]
        counts = _drawn((lot, mark), carried, questions)
        if counts is None and sealed:
            counts = _bare((lot, mark), carried, questions)
        if counts is not None:
            on_lot, on_line = counts
            yield Finding(
                discriminator=key_of(lot, mark),
                expected=(str(on_lot),),
                found=(str(on_line),),
                evidence=ids(carrying),
                deadline=wait(policy.grace_scan, min(map(questions.record.rec, carrying))),
                artefact=miscounted(on_lot, on_line) or _misread(lot, mark, questions),
            )


class _Carried(NamedTuple):
    """What one departure says of a lot and mark; `bare` = a line of it carries no seals."""

    departure: ShipmentDeparted
    seals: int
    bare: bool


def _carried(shipment: Shipment) -> dict[_Pair, list[_Carried]]:
    """By lot and mark the departures with it, in their order: each line is read once."""
    found: dict[_Pair, list[_Carried]] = {}
    for departure in shipment.departures:
        of: dict[_Pair, _Carried] = {}
        for line in departure.lines:
            pair = _pair(line)
            before = of.get(pair, _Carried(departure, 0, bare=False))
            bare = before.bare or line.mark is None or line.seals == 0
            of[pair] = _Carried(departure, before.seals + line.seals, bare)
        for pair, carried in of.items():
            found.setdefault(pair, []).append(carried)
    return found


def _drawn(
    pair: _Pair, carried: Sequence[_Carried], questions: Questions
) -> tuple[int, int] | None:
    """Seals on the lot and on the lines at the first departure that drew too many."""
    lot, mark = pair
    if mark == UNMARKED:
        return None
    for at in (each.departure.at for each in carried):
        balance = questions.balance(mark, Place(Kind.LOT, lot), at)
        if balance < 0:
            seals = sum(each.seals for each in carried if each.departure.at <= at)
            return balance + seals, seals
    return None


def _bare(pair: _Pair, carried: Sequence[_Carried], questions: Questions) -> tuple[int, int] | None:
    """Seals on the lot when a line left that should carry seals and carries none."""
    lot, mark = pair
    for departure, _, bare in carried:
        if bare:
            marks = {tally.mark for tally in questions.sealed(lot)} if mark == UNMARKED else {mark}
            place = Place(Kind.LOT, lot)
            return sum(questions.balance(name, place, departure.at) for name in marks), 0
    return None


def _misread(lot: str, mark: str, questions: Questions) -> bool:
    if not lot_facts.known(questions, lot) and questions.looks_alike(About.LOT, lot):
        return True
    return (
        mark != UNMARKED
        and mark_of(questions, mark) is None
        and questions.looks_alike(About.MARK, mark)
    )


class Goods(NamedTuple):
    """Units of goods and the seals on them."""

    units: int = 0
    seals: int = 0

    def plus(self, units: int, seals: int) -> "Goods":
        """So many more."""
        return Goods(self.units + units, self.seals + seals)


def importer_differs(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-59: what the importer took in is not what the exporter sent, or nothing arrived."""
    shipment = shipment_of(questions, key)
    received = questions.record.about(ShipmentReceived, About.SHIPMENT, key)
    returned = [
        event
        for event in questions.record.about(GoodsReturned, About.SHIPMENT, key)
        if event.returned_from == "SHIPPED"
    ]
    if received:
        yield from _differences(shipment, received, returned, questions, policy)
        yield from _wrong_importer(shipment, received, questions, policy)
    elif shipment is not None:
        yield from _not_arrived(shipment, returned, policy)


def _differences(
    shipment: Shipment | None,
    received: Sequence[ShipmentReceived],
    returned: Sequence[GoodsReturned],
    questions: Questions,
    policy: Policy,
) -> Iterator[Finding]:
    departures = () if shipment is None else shipment.departures
    sent = _sent(departures, returned)
    arrived: dict[_Pair, Goods] = {}
    for line in (line for event in received for line in event.lines):
        arrived[_pair(line)] = arrived.get(_pair(line), Goods()).plus(line.units, line.seals)
    for pair in sorted(sent.keys() | arrived.keys()):
        expected, found = sent.get(pair, Goods()), arrived.get(pair, Goods())
        if expected == found:
            continue
        deadlines: list[int] = []
        if found.units > expected.units or found.seals > expected.seals:
            recs = [_earliest(pair, side, questions) for side in (received, departures) if side]
            deadlines.append(wait(policy.grace_scan, *recs))
        if found.units < expected.units or found.seals < expected.seals:
            deadlines.append(end_of_next_business_day(received[0], policy.holidays))
        yield Finding(
            discriminator=key_of(*pair),
            expected=tuple(map(str, expected)),
            found=tuple(map(str, found)),
            evidence=ids((*departures, *received, *returned)),
            deadline=min(deadlines),
            artefact=miscounted(expected.units, found.units)
            or miscounted(expected.seals, found.seals),
        )


def _sent(
    departures: Sequence[ShipmentDeparted], returned: Sequence[GoodsReturned]
) -> dict[_Pair, Goods]:
    """What left by lot and mark, less what came back on the way."""
    sent: dict[_Pair, Goods] = {}
    for line in (line for event in departures for line in event.lines):
        sent[_pair(line)] = sent.get(_pair(line), Goods()).plus(line.units, line.seals)
    for back in (line for event in returned for line in event.lines):
        sent[_pair(back)] = sent.get(_pair(back), Goods()).plus(-back.units, -back.seals)
    return sent


def _earliest(
    pair: _Pair,
    events: Sequence[ShipmentDeparted] | Sequence[ShipmentReceived],
    questions: Questions,
) -> int:
    """When the first of the events with such a line became known; of all where none has one."""
    with_it = [e for e in events if any(_pair(line) == pair for line in e.lines)]
    return min(map(questions.record.rec, with_it or events))


def _wrong_importer(
    shipment: Shipment | None,
    received: Sequence[ShipmentReceived],
    questions: Questions,
    policy: Policy,
) -> Iterator[Finding]:
    if shipment is None:
        return
    importer, rec = shipment.header.importer, questions.record.rec
    wrong = [event for event in received if event.importer != importer]
    if wrong:
        sent, seen = min(map(rec, shipment.departures)), min(map(rec, wrong))
        yield Finding(
            discriminator="importer",
            expected=(importer,),
            found=tuple(sorted({event.importer for event in wrong})),
            evidence=ids((shipment.header, *wrong)),
            deadline=wait(policy.grace_scan, seen, sent),
        )


def _not_arrived(
    shipment: Shipment, returned: Sequence[GoodsReturned], policy: Policy
) -> Iterator[Finding]:
    outstanding = _sent(shipment.departures, returned).values()
    if returned and not any(units > 0 or seals > 0 for units, seals in outstanding):
        return
    yield Finding(
        discriminator="arrival",
        expected=(shipment.day.isoformat(),),
        found=("none",),
        evidence=ids((*shipment.departures, *returned)),
        deadline=shipment.header.at + days(policy.goods_transit_days),
        severity="M",
    )


_SHIPMENT: Final = SubjectKind.SHIPMENT

RULES: Final = (
    Rule(
        number="M-36",
        slug="shipped-not-applied",
        family="P",
        severity="H",
        subjects=(On(_SHIPMENT, shipped_not_applied),),
        says=(
            Says(
                SubjectKind.SHIPMENT,
                "lot mark?",
                "attached:seals",
                "carried:seals",
                impact="attached-carried",
            ),
        ),
    ),
    Rule(
        number="M-59",
        slug="importer-differs",
        family="N",
        severity="H",
        subjects=(On(_SHIPMENT, importer_differs),),
        says=(
            Says(SubjectKind.SHIPMENT, "=importer", "importer:party", "receivers:party+"),
            Says(SubjectKind.SHIPMENT, "=arrival", "day", "_"),
            Says(
                SubjectKind.SHIPMENT,
                "lot mark?",
                "units seals",
                "units2:units seals2:seals",
                impact="seals-seals2",
            ),
        ),
    ),
)
