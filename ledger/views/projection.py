"""The projection: the log folded into every view, a transaction a batch.

Killed at any moment it starts again from its position; two at once take turns. What it writes is
a function of the log up to its position.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from uuid import UUID

from ledger.cases.canonical import decode_decision
from ledger.facts.canonical import decode
from ledger.facts.corrections import targets_of
from ledger.facts.identity import Fact
from ledger.facts.scalars import micros
from ledger.log import Log, Recorded
from ledger.questions.accounts.tables import Booked, Inflows
from ledger.questions.applications.tables import AppliedSums
from ledger.questions.conduct.source_activity import SourceActivity
from ledger.questions.herds.tables import Herds
from ledger.questions.husbandry.tables import HerdDays
from ledger.questions.lookalikes.tables import Names
from ledger.questions.outside_work.answers import OutsideEntries
from ledger.questions.papers.answers import Numbers
from ledger.views import SCHEMA, VIEW_VERSION, schema
from ledger.views.access.dealings import Dealings
from ledger.views.access.named import Named
from ledger.views.access.policies import NAMELESS, policies
from ledger.views.applications import Applications, Applied, read_fact
from ledger.views.auditing import Auditing
from ledger.views.bindings import Corrections, Standings, changes_standing
from ledger.views.cases import Cases
from ledger.views.decided import Decided
from ledger.views.figures import Claims
from ledger.views.folding import Fold, Rows
from ledger.views.letters import Letters
from ledger.views.loading import Mentions
from ledger.views.lots import Lots
from ledger.views.lowest_balances import LowestBalances
from ledger.views.months_moved import MonthsMoved
from ledger.views.moves import Moves
from ledger.views.names import Nouns
from ledger.views.particulars import Particulars
from ledger.views.places import PlaceIds
from ledger.views.published import forget_before, publish
from ledger.views.ranges import Ranges
from ledger.views.reading import reading
from ledger.views.reported import Reported
from ledger.views.sealed import Sealed
from ledger.views.source_totals import Sources
from ledger.views.statements import Days

__all__ = ["Projector", "batch_events_max", "measured_events_min", "reading", "rebuild"]

batch_events_max = 5_000
measured_events_min = 50_000
"""After so many events at once the planner is told what the tables hold now."""
_Read = tuple[Recorded, Fact | Applied | None]


class Projector:
    """Follows a log from the views' own position."""

    def __init__(self, log: Log, target: str = SCHEMA) -> None:
        self._log = log
        self._schema = target
        self._places = PlaceIds()
        self._corrections = Corrections()
        self._activity = SourceActivity()
        self._particulars, self._nouns = Particulars(), Nouns()
        # Every view by itself; the order matters only where a fold says so.
        self._recording: tuple[Fold, ...] = (
            Sources(), Reported(self._places), Mentions(), Lots(), self._particulars,
            self._activity, self._nouns,
        )  # fmt: skip
        self._scanning: tuple[Fold, ...] = (
            Moves(self._places), Days(self._places), LowestBalances(self._places), Sealed(log),
            Ranges(self._places), Inflows(self._places), AppliedSums(), Names(),
            Booked(self._places), Numbers(), Claims(), Herds(), HerdDays(), OutsideEntries(),
            MonthsMoved(), self._nouns,
        )  # fmt: skip
        self._deciding = (Cases(), Letters(), Decided(), self._particulars)
        self._standings = Standings(log)
        self._dealings = Dealings()
        self._named = Named(self._standings.speaker)
        self._folds = tuple(dict.fromkeys((
            self._corrections, *self._recording, *self._scanning, *self._deciding, Auditing(),
            self._standings, self._dealings, self._named,
        )))  # fmt: skip
        self._applications = Applications(self._folds, self._places)
        self._position, self._unmeasured = -1, 0

    @property
    def seen(self) -> dict[str, Sequence[str]]:
        """By table: what shows a row of it to whoever asks over the web, as `Fold.SEEN`."""
        of_folds = (fold.SEEN.items() for fold in self._folds)
        return {"progress": NAMELESS, **dict(chain.from_iterable(of_folds))}

    def make(self) -> None:
        """Create the tables, unless they are there."""
        with self._log.transaction() as rows:
            tables = "".join(fold.TABLES for fold in self._folds)
            schema.make(rows, tables + policies(self.seen), self._schema)

    def run_batch(self, limit: int = batch_events_max, until: int | None = None) -> int:
        """Fold at most `limit` more events, up to position `until`; answer how many. 0: caught up.

        All of them are visible in every view on return. Raises Unavailable where the database is
        away; nothing of the batch is written then, and the same call may be repeated.
        """
        try:
            with self._log.transaction() as rows:
                schema.hold(rows, self._schema)
                position = schema.position(rows)
                if position != self._position:
                    self._start_from(rows, position)
                events = self._log.read(position, limit, until, rows)
                if not events:
                    self._measure(rows)
                    return 0
                self._fold(rows, events)
                for fold in self._folds:
                    fold.flush(rows)
                schema.advance(rows, events[-1].position)
        except BaseException:
            self._position = -1
            raise
        self._position = events[-1].position
        self._unmeasured += len(events)
        self._places.trim()
        return len(events)

    @property
    def position(self) -> int:
        """The position of the last batch; -1 before the first and after one that failed."""
        return self._position

    def catch_up(self, until: int | None = None) -> int:
        """Fold until nothing is behind, or up to position `until`; answer the position."""
        while self.run_batch(until=until):
            pass
        return self._position

    def _measure(self, rows: Rows) -> None:
        """At the end of a long way: sums over moves and papers are planned by what is there."""
        if self._unmeasured >= measured_events_min:
            schema.measure(rows)
        self._unmeasured = 0

    def retire_older(self) -> None:
        """Let these views be what others read by SQL, and drop older ones; once caught up."""
        with self._log.transaction() as rows:
            publish(rows, self._schema)
            for name in schema.older(rows, VIEW_VERSION):
                schema.drop(rows, name)
        _forget_published(self._log)

    def _start_from(self, rows: Rows, position: int) -> None:
        for fold in self._folds:
            fold.forget()
        self._applications.forget()
        self._places.forget()
        self._corrections.load(rows)
        self._position = position

    def _fold(self, rows: Rows, events: Sequence[Recorded]) -> None:
        read = [(event, read_fact(event)) for event in events]
        corrected = self._first_corrections(rows, read)
        early = self._corrections.early
        self._standings.prepare(rows, read, early)
        take = self._applications.take
        for event, fact in read:
            if fact is None:
                self._decide(event)  # nothing else stands in the log
                continue
            position = event.position
            if type(fact) is Applied:
                at = micros(fact.time)
                if fact.corrects is not None:
                    self._stand(decode(event.state), event)
                if corrected and position in corrected:
                    self._correct(event, corrected[position])
                counts = not early or fact.id not in early
                take(fact, event, at, counts=counts)
                if not counts:
                    self._activity.undone(fact.source, fact.actor, at, event.id)
                continue
            assert isinstance(fact, Fact)  # noqa: S101 -- narrows: the only other type read
            at = fact.at
            for fold in self._recording:
                fold.record(fact, at, position, event.recorded_at)
            self._dealings.take(fact, event)
            self._named.name(fact, event)
            self._stand(fact, event)
            if position in corrected:
                self._correct(event, corrected[position])
            if fact.id not in early:
                self._post(fact, at, position, 1)
            else:
                self._activity.undone(fact.source, fact.actor, at, event.id)
        self._applications.tell()

    def _decide(self, event: Recorded) -> None:
        decision = decode_decision(event.state)
        for fold in self._deciding:
            fold.decided(event, decision)

    def _stand(self, fact: Fact, event: Recorded) -> None:
        """Take what of the registry binds from here on, or no longer does."""
        if not changes_standing(fact):
            return
        if self._standings.moves_speakers(fact):
            # Applications so far are the word of those for whom their sources spoke by then.
            self._applications.tell()
        for changed, binds in self._standings.take(fact, event):
            self._activity.bind(changed, 1 if binds else -1)

    def _first_corrections(
        self, rows: Rows, read: Sequence[_Read]
    ) -> dict[int, list[tuple[str, Recorded | None]]]:
        """By position: each target corrected there first, with its event where that came before."""
        targets: dict[str, int] = {}
        for event, fact in read:
            if type(fact) is not Applied or fact.corrects is not None:
                for target in _targets(fact):
                    targets.setdefault(target, event.position)
        if not targets:
            return {}
        ids = [UUID(target) for target in targets]
        known = self._corrections.known(rows, ids)
        streams = self._log.get(ids, rows)
        found: dict[int, list[tuple[str, Recorded | None]]] = {}
        for target, position in targets.items():
            if target not in known:
                stream = streams.get(UUID(target))
                there = stream[0] if stream and stream[0].position < position else None
                found.setdefault(position, []).append((target, there))
        return found

    def _correct(self, event: Recorded, targets: list[tuple[str, Recorded | None]]) -> None:
        for target, there in targets:
            self._corrections.add(target, event.position, event.recorded_at, early=there is None)
            fact = read_fact(there) if there is not None else None
            if there is not None and type(fact) is Applied:
                self._applications.undo(fact, there, event.position)
            elif isinstance(fact, Fact):
                self._post(fact, fact.at, event.position, -1)

    def _post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        for fold in self._scanning:
            fold.post(fact, at, position, sign)
        self._activity.post(fact, at, position, sign)


def _targets(fact: Fact | Applied | None) -> Iterator[str]:
    if type(fact) is Applied:
        if fact.corrects is not None:
            yield fact.corrects
    elif isinstance(fact, Fact):
        yield from targets_of(fact)


def rebuild(log: Log, target: str = SCHEMA) -> int:
    """Build the views anew beside the live ones, then put them in their place.

    Answers the position. Until then the live views answer as before, and they are never away.
    """
    beside, before = f"{target}_anew", f"{target}_before"
    _drop(log, beside)
    _drop(log, before)
    anew = Projector(log, beside)
    anew.make()
    anew.catch_up()
    Projector(log, target).make()
    with log.transaction() as rows:
        # Whoever projects into the live views waits here, and then goes on in the new ones.
        schema.hold(rows, target)
        schema.use(rows, beside)
        reached = schema.position(rows)
        schema.rename(rows, target, before)
        schema.rename(rows, beside, target)
        if target == SCHEMA:
            publish(rows, target)
    _drop(log, before)
    _forget_published(log)
    return reached


def _forget_published(log: Log) -> None:
    with log.transaction() as rows:
        forget_before(rows)


def _drop(log: Log, name: str) -> None:
    with log.transaction() as rows:
        schema.drop(rows, name)
