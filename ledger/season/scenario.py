"""A scenario: a small trade of its own with one fault in it, so that what follows is known.

It begins as a clean trade. A fault changes what is planned or registered, and says which cases
follow: at the key's time, and at any later one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from random import Random
from typing import Any, Final, NamedTuple

import msgspec

from ledger.facts.identity import Fact
from ledger.facts.registry import CertificationChanged, PartyRegistered
from ledger.season.book import Book, Fields, Planned, Said
from ledger.season.enrolment import Entry, enrolment, party_entries
from ledger.season.herds import herd_name
from ledger.season.moments import (
    FILING_DAY,
    FIRST_DAY,
    day_number,
    day_of,
    local_day_number,
    moment,
)
from ledger.season.paperwork import number as certificate_number
from ledger.season.trade_season import Batch, TradeSeason
from ledger.season.trades import Trade
from ledger.season.working import closed, trade_season_worked, year_reported

SCANS: Final = (120, 100, 80)
"""Units of each scan of a scenario's lot."""
_SPREAD_DAYS: Final = 28
_SEVEN_O_CLOCK: Final = 7 * 3600


class Case(NamedTuple):
    """A row of the answer key; `discriminator` is empty where there is one case a subject."""

    rule: str
    subject: str
    discriminator: str = ""


class Scenario:
    """A trade's clean trade of one trade season, open to change until it is `settled`."""

    def __init__(self, trade: Trade, rng: Random, number: int, shape: "Shape") -> None:
        self.trade = trade
        self.book = Book(rng)
        self.cases: list[Case] = []
        self.said: list[Said] = []
        self.files_year = True
        self.files_as = trade.licensee
        """Who files the report of the year."""
        self.year: Fields = {}
        """What is changed in the report of the year."""
        self.entries: list[Entry] = list(enrolment(trade))
        start = shape.start or day_number(FIRST_DAY) + number % _SPREAD_DAYS
        self.work = TradeSeason(trade, self.book, 0, start, 0, shape.lots)
        self.work.clock = moment(start, _SEVEN_O_CLOCK, trade.offset(trade.rcb))
        self.work.spoils, self.work.leftover = [2], shape.leftover
        for n in range(shape.lots):
            good = trade.goods[n % len(trade.goods)]
            plan = list(shape.scans)
            self.work.batches.append(Batch(f"L-{self.work.name}-{n + 1}", good, plan, sum(plan)))
        self.mark, self.shipment = trade.mark, self.work.shipment
        """The scenario's kind of seal, and what carries its goods."""
        self.lot, self.label = self.work.batches[0].lot, f"{trade.label(trade.goods[0])} 1"
        """Its first lot, and the first version of the label on it."""
        self.herd = herd_name(self.lot)
        """The animals that its first lot is made of, on a farm."""
        self.account = f"{trade.mark} {trade.sealer} {trade.site}"
        """Where its seals are attached from."""
        self.dispatch = f"D-{self.work.name}"
        """What its roll is sent under."""
        self.certificate = f"{trade.agent} {certificate_number(trade, 1)}"
        """Its first export certificate."""
        if shape.trades:
            trade_season_worked(self.work, 1)
            closed(trade, self.book)

    @property
    def grams(self) -> int:
        """What the goods of the first lot weigh."""
        return self.work.batches[0].units * self.trade.goods[0].pack_grams

    def expect(self, rule: str, subject: str, discriminator: str = "") -> None:
        """A case follows from the fault."""
        self.cases.append(Case(rule, subject, discriminator))

    def each_scan(self, rule: str, discriminator: str = "") -> None:
        """The same case follows for every application."""
        for scan in self.work.scans:
            self.expect(rule, scan, discriminator)

    def of(self, kind: type[Fact], index: int = 0) -> Planned:
        """The planned fact of a kind: the first, or by index in order of time."""
        return self.book.planned(kind)[index]

    def day(self, kind: type[Fact]) -> date:
        """The local day on which the first planned fact of a kind happens."""
        planned = self.of(kind)
        return day_of(local_day_number(planned.at, planned.desk.offset))

    def change(self, kind: type[Fact], index: int = 0, **fields: Any) -> str:
        """Let a planned fact say something else; its id."""
        planned = self.of(kind, index)
        planned.fields.update(fields)
        return planned.id

    def more(self, kind: type[Fact], index: int = 0, **by: int) -> str:
        """Let numbers of a planned fact be higher by so much, or lower; its id."""
        planned = self.of(kind, index)
        return self.change(kind, index, **{name: planned.fields[name] + by[name] for name in by})

    def reline(self, kind: type[Fact], index: int = 0, /, **changes: Any) -> str:
        """Change a line of a planned paper; the event's id."""

        def changed(fields: Fields) -> Fields:
            return {"lines": relined(fields["lines"], index, **changes)}

        planned = self.of(kind)
        if planned.late is None:
            return self.change(kind, **changed(planned.fields))
        return self.amend(kind, changed)

    def amend(self, kind: type[Fact], change: Callable[[Fields], Fields]) -> str:
        """Change a planned fact when its moment has come and all its fields are known; its id."""
        planned = self.of(kind)
        planned.after = change
        return planned.id

    def omit(self, kind: type[Fact], index: int | None = None) -> None:
        """Leave a planned fact out, or all of a kind."""
        planned = self.book.planned(kind)
        for gone in planned if index is None else [planned[index]]:
            self.book.drop(gone)

    def said_by(self, planned: Planned, source: str) -> None:
        """Let another source report a planned fact, where and when the first one would have."""
        planned.desk = planned.desk._replace(source=source)
        planned.fields["source"] = source

    def again(self, first: Planned, after: int, /, **changes: Any) -> Planned:
        """Say a planned fact once more, microseconds later, under an id of its own.

        What depended on a stock is not said again: give it among the `changes`.
        """
        fields = {name: value for name, value in first.fields.items() if name not in OWN}
        papers = len(first.fields.get("documents", ()))
        desk = first.desk._replace(actor=first.fields.get("actor"))
        return self.book.say(
            first.kind, first.at + after, desk, documents=papers, **(fields | changes)
        )

    def registered(self, kind: type[Fact], **having: Any) -> Iterator[Entry]:
        """What the scenario has registered of a kind, with these fields."""
        for entry in list(self.entries):
            wanted = all(entry.fields.get(name) == value for name, value in having.items())
            if entry.kind is kind and wanted:
                yield entry

    def register(self, kind: type[Fact], having: Fields, **changes: Any) -> None:
        """Change what is registered; something must be there to change."""
        for entry in self._there(kind, having):
            entry.fields.update(changes)

    def also(self, entry: Entry, **changes: Any) -> None:
        """Register something a second time, with changes."""
        key = (*entry.key, *map(str, changes.values()))
        self.entries.append(entry._replace(key=key, fields=entry.fields | changes))

    def suspended(self, party: str, day: date) -> None:
        """Have the certifications of a party suspended on a day, and only then."""
        for entry in self.registered(CertificationChanged, party=party):
            self.also(entry, status="SUSPENDED", from_=day)
            self.also(entry, status="REINSTATED", from_=day + timedelta(days=1))

    def twin(self, party: str, other: str, **changes: Any) -> None:
        """Have a second party like one of the scenario's, with a system of its own."""
        for entry in self.registered(PartyRegistered, party=party):
            fields = entry.fields | changes
            desk = entry.desk._replace(source=f"SYS-{other}")
            self.entries += party_entries(other, fields["roles"], fields["country"], desk)

    def reregister(self, kind: type[Fact], source: str) -> None:
        """Let another source report what is registered of a kind."""
        self.entries = [
            entry._replace(desk=entry.desk._replace(source=source)) if entry.kind is kind else entry
            for entry in self.entries
        ]

    def unregister(self, kind: type[Fact], **having: Any) -> None:
        """Leave something out of the registry; something must be there to leave out."""
        gone = self._there(kind, having)
        self.entries = [entry for entry in self.entries if entry not in gone]

    def _there(self, kind: type[Fact], having: Fields) -> list[Entry]:
        entries = list(self.registered(kind, **having))
        if not entries:
            raise LookupError(f"nothing registered of {kind.__name__} with {having}")
        return entries

    def tell(self, entry: Entry, at: int, *, documents: int | None = None, **changes: Any) -> str:
        """Have a registry fact reported at a moment of its own, where its id is needed."""
        self.entries = [other for other in self.entries if other is not entry]
        papers = entry.documents if documents is None else documents
        return self.book.say(
            entry.kind, at, entry.desk, documents=papers, **(entry.fields | changes)
        ).id

    def settled(self) -> None:
        """Let time pass: everything is said, the year is reported."""
        self.said = list(self.book.until(moment(day_number(FILING_DAY), 0, 0)))
        if self.files_year:
            filer = self.trade.office(self.files_as)
            year_reported(self.trade, self.book, filer, **self.year)
        self.said += self.book.until(None)
        self.said.sort(key=attrgetter("at"))


OWN = frozenset({"id", "time", "source", "actor", "documents"})
"""What each saying of a fact has of its own."""


def relined(lines: tuple[Any, ...], index: int = 0, /, **changes: Any) -> tuple[Any, ...]:
    """The same lines with one of them changed."""
    changed = msgspec.structs.replace(lines[index], **changes)
    return (*lines[:index], changed, *lines[index + 1 :])


@dataclass(frozen=True, slots=True)
class Shape:
    """How a scenario trades before anything is changed."""

    scans: tuple[int, ...] = SCANS
    lots: int = 1
    leftover: int = 10
    start: int | None = None
    trades: bool = True
