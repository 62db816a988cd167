"""One trade season of a trade: how many events it may use, its lots, and how far it has come.

A trade season says exactly as many events as it was given: what is not needed by its steps becomes
scans.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final

from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_SECOND
from ledger.season.book import Book, Desk, Late
from ledger.season.goods import Good, weight
from ledger.season.herds import herd_events
from ledger.season.moments import day_of, local_day_number, moment
from ledger.season.trades import Mode, Trade, activities

TRADE_SEASON_EVENTS_MIN: Final = 46
"""Below this a trade season has no room for scans."""
EXTRAS_FROM_EVENTS: Final = 60
"""A trade season as long as this also has incidents."""
SCANS_A_SPOIL: Final = 50
_BREATH: Final = 600 * MICROS_A_SECOND
OPENS, SHUTS = 8 * 3600, 17 * 3600
"""Working hours, in seconds of the local day."""

_STEPS: Final = {
    Mode.CONSIGNED: (11, 3),
    Mode.IMPORTER_APPLIES: (8, 3),
    Mode.DIRECT_JAS: (5, 3),
    Mode.DOMESTIC: (3, 3),
    Mode.SUBDIVIDED: (7, 1),
}
"""Events of a trade season besides scans and spoils, and further ones of each lot."""
UNSEALED_EVENTS: Final = 2
"""A lot that bears no seal is recorded and sold."""
EXTRAS: Final = {
    "sampled": 1, "corrected": 1, "adjusted": 1, "held": 2, "doubled": 2, "removed": 1,
    "complaint": 1, "lost and found": 2, "second report": 1, "replaced": 2, "blank": 1,
    "returned": 2, "unsealed": 1,
}  # fmt: skip
"""Incidents that leave nothing wrong, and how many events each takes."""
LEAD_DAYS: Final = {
    Mode.CONSIGNED: 12, Mode.IMPORTER_APPLIES: 36, Mode.DIRECT_JAS: 4, Mode.DOMESTIC: 4,
    Mode.SUBDIVIDED: 5,
}  # fmt: skip
"""Days from the first event of a trade season to its first scan."""


def extras_of(trade: Trade) -> tuple[str, ...]:
    """The incidents that can happen in a trade."""
    consigned, certified = trade.mode is Mode.CONSIGNED, bool(trade.agent)
    carried = trade.mode in (Mode.CONSIGNED, Mode.DIRECT_JAS)
    may = {
        "second report": consigned, "adjusted": not trade.serialised,
        "lost and found": not trade.serialised, "returned": carried, "unsealed": carried,
        "replaced": certified and not trade.period_volume,
        "blank": certified and not trade.period_volume,
    }  # fmt: skip
    return tuple(name for name in EXTRAS if may.get(name, True))


@dataclass(slots=True)
class Batch:
    """A lot on its way: units by scan, and what has become of them."""

    lot: str
    good: Good
    plan: list[int]
    units: int
    sealed_last: int | None = None
    gone: int = 0
    """Units that the buyer does not get to sell."""
    removed: int = 0
    """Units unsealed before departure."""
    returned: int = 0

    @property
    def shipped(self) -> int:
        """Units that leave."""
        return self.units - self.removed

    def line(self, trade: Trade, units: int) -> dict[str, Any]:
        """What papers say of so many units of it."""
        net = weight(units * self.good.pack_grams)
        goods = {"lot": self.lot, "product": trade.product(self.good)}
        return {**goods, "units": units, "net_weight": net}


@dataclass(slots=True)
class TradeSeason:
    """A trade at work on one supply of seals and the lots it is for."""

    trade: Trade
    book: Book
    number: int
    start: int
    """Local day number."""
    budget: int
    lots: int = 1
    extras: frozenset[str] = frozenset()
    batches: list[Batch] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)
    """Ids of the seals attached so far, scan by scan."""
    spoils: list[int] = field(default_factory=list)
    leftover: int = 0
    sampled: int = 0
    short: int = 0
    """Seals that a count will not find."""
    serial: int | None = None
    """The next number on the roll."""
    certificate: int = 0
    """The serial number of its export certificate."""
    clock: int = 0
    """Where the work stands, in microseconds UTC."""

    @property
    def rng(self) -> Random:
        """The chance of this trade."""
        return self.book.rng

    @property
    def name(self) -> str:
        """What ids of this trade season end with."""
        return f"{self.trade.code}-{self.number:04d}"

    @property
    def shipment(self) -> str:
        """The shipment that carries the lots."""
        return f"SH-{self.name}"

    @property
    def used(self) -> int:
        """Seals attached to goods in this trade season."""
        return sum(batch.units * batch.good.seals_per_unit for batch in self.batches)

    @property
    def supply(self) -> int:
        """Seals this trade season needs."""
        return self.used + sum(self.spoils) + self.sampled + self.leftover

    def say(self, kind: type[Fact], desk: Desk, late: Late | None = None, /, **fields: Any) -> str:
        """Say a fact at the trade season's clock; its id."""
        return self.book.say(kind, self.clock, desk, late, **fields).id

    def pause(self, low: float, high: float) -> None:
        """Let some seconds pass."""
        self.clock += int(self.rng.uniform(low, high) * MICROS_A_SECOND)

    def office_day(self, days: int, desk: Desk) -> Desk:
        """Go on to some working hour at a desk, `days` local days later; the desk."""
        offset = desk.offset
        day = local_day_number(self.clock, offset) + days
        hour = moment(day, self.rng.uniform(OPENS, SHUTS), offset)
        self.clock = hour if hour > self.clock else self.clock + _BREATH
        self.shift(offset)
        return desk

    def today(self, offset: int) -> date:
        """The calendar date at the trade season's clock."""
        return day_of(local_day_number(self.clock, offset))

    def shift(self, offset: int) -> None:
        """Where it is outside working hours, go on to the next morning."""
        day = local_day_number(self.clock, offset)
        if self.clock >= moment(day, SHUTS, offset):
            self.clock = moment(day + 1, OPENS + self.rng.uniform(0, 900), offset)

    def numbers(self, count: int) -> dict[str, int]:
        """The next `count` numbers of the roll; nothing where seals bear none."""
        if self.serial is None:
            return {}
        first, self.serial = self.serial, self.serial + count
        return {"first": first, "last": first + count - 1}


def goods_of(trade: Trade, number: int, lots: int) -> list[Good]:
    """What the lots of a trade season are: goods of the trade in turn; children are all alike."""
    if trade.mode is Mode.SUBDIVIDED:
        return [trade.goods[0]] * lots
    return [trade.goods[(number + n) % len(trade.goods)] for n in range(lots)]


def _records(trade: Trade, good: Good) -> int:
    """How many events tell how a lot was made."""
    herd = trade.herd(good)
    return len(activities(good.class_)) if herd is None else herd_events(herd)


def planned(c: TradeSeason) -> TradeSeason:
    """Fix what the trade season makes: lots, units of each scan, spoils; `budget` events in all."""
    trade, rng = c.trade, c.rng
    base, each = _STEPS[trade.mode]
    goods, lots = goods_of(trade, c.number, c.lots), c.lots
    records = 0
    if trade.mode is Mode.SUBDIVIDED:
        records = len(activities(goods[0].class_))
    elif trade.jas_route:
        records = sum(_records(trade, good) for good in goods)
    base += UNSEALED_EVENTS if trade.unsealed else 0
    fixed = base + each * lots + records + sum(EXTRAS[name] for name in c.extras)
    room = c.budget - fixed - (1 if trade.serialised else 0)
    spoils = max(1, room // SCANS_A_SPOIL)
    scans = room - spoils
    c.spoils = [rng.randint(1, 3) for _ in range(spoils)]
    c.leftover = rng.randint(8, 40)
    c.sampled = 2 if "sampled" in c.extras else 0
    c.short = rng.randint(1, 4) if "adjusted" in c.extras else 0
    share = scans // lots
    for n, good in enumerate(goods):
        count = share if n else scans - share * (lots - 1)
        plan = [rng.randint(10, 40) for _ in range(count)]
        c.batches.append(Batch(f"L-{c.name}-{n + 1}", good, plan, sum(plan)))
    return c
