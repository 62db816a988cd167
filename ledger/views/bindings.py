"""Which events are corrected, which registry facts bind, for whom sources speak: at any position.

The first correction of an event decides; a correction may come before its target. What binds is
worked out in the order of the log, so that it is a function of it. The registry itself is read into
memory with the first batch that changes it, and kept.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, ClassVar, Final
from uuid import UUID

from ledger.facts.binding import Bindings, Said
from ledger.facts.canonical import decode
from ledger.facts.corrections import EventRetracted, targets_of
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import MarkRegistered, SourceRegistered
from ledger.facts.standing import REGISTRY, vouched
from ledger.log import Log, Recorded
from ledger.views.access.policies import NAMELESS, OPERATORS_ALONE
from ledger.views.folding import Fold, Rows, Seen, columns
from ledger.views.loading import batches_at
from ledger.views.places import TOPIC, subject_id


class Corrections(Fold):
    """Keeps the ids of events that do not count; those whose event is yet to come in memory."""

    TABLES: ClassVar[str] = """
-- position, recorded_at: of the first event that retracts or corrects the target.
-- early: it came before its target, if that ever came.
CREATE TABLE retracted (
    target uuid PRIMARY KEY, position int8 NOT NULL, recorded_at int8 NOT NULL,
    early boolean NOT NULL
);
CREATE INDEX retracted_by_position ON retracted (position);
CREATE INDEX retracted_early ON retracted (target) WHERE early;
"""
    SEEN: ClassVar[Seen] = {
        "retracted": NAMELESS,
    }
    BATCH = ("_fresh",)

    def __init__(self) -> None:
        self.early: set[str] = set()
        """Ids that do not count from the start, should they be recorded."""
        self._fresh: list[tuple[UUID, int, int, bool]] = []

    def load(self, rows: Rows) -> None:
        """Read the early ones anew."""
        rows.execute("SELECT target FROM retracted WHERE early")
        self.early = {str(target) for (target,) in rows.fetchall()}

    @staticmethod
    def known(rows: Rows, targets: list[UUID]) -> set[str]:
        """Which of these events are retracted already."""
        rows.execute("SELECT target FROM retracted WHERE target = ANY(%s)", (targets,))
        return {str(target) for (target,) in rows.fetchall()}

    def add(self, target: str, position: int, recorded_at: int, *, early: bool) -> None:
        """Take the first correction of an event."""
        self._fresh.append((UUID(target), position, recorded_at, early))
        if early:
            self.early.add(target)

    def flush(self, rows: Rows) -> None:
        """Write the corrections of the batch."""
        self.copy(rows, "retracted", self._fresh)
        self.forget()


sources_kept_max: Final = 100_000

_REGISTERED: Final = """
SELECT DISTINCT m.position FROM unnest(%b::int8[]) AS wanted (key) JOIN mentions AS m
ON m.about = %b AND m.key = wanted.key ORDER BY 1
"""
_CORRECTING: Final = "SELECT DISTINCT position FROM corrections WHERE target = ANY(%b::uuid[])"
_SPEAK: Final = """
INSERT INTO speakers (source, party, position)
SELECT * FROM unnest(%b::text[], %b::text[], %b::int8[])
ON CONFLICT (source) DO UPDATE SET party = excluded.party, position = excluded.position
"""
_FOUND: Final = """
INSERT INTO founded_marks (mark, rcb, position)
SELECT * FROM unnest(%b::text[], %b::text[], %b::int8[])
ON CONFLICT (mark) DO UPDATE SET rcb = excluded.rcb, position = excluded.position
"""
_SPEAKERS: Final = "SELECT source, party FROM speakers WHERE source = ANY(%b) AND party IS NOT NULL"
_END: Final = """
UPDATE unbound AS u SET until = ended.position
FROM unnest(%b::uuid[], %b::int8[]) AS ended (id, position)
WHERE u.id = ended.id AND u.until IS NULL
"""
_CHANGING: Final = REGISTRY | {EventRetracted}


def changes_standing(fact: Any) -> bool:
    """Whether what binds, or for whom a source speaks, may be another once a fact is there."""
    return fact is not None and (fact.corrects is not None or type(fact) in _CHANGING)


class Standings(Fold):
    """Keeps what does not bind, and who speaks for whom, from position to position."""

    TABLES: ClassVar[str] = """
-- Registry facts that do not bind, from a position on and until before another; null: still.
CREATE TABLE unbound (
    id uuid NOT NULL, position int8 NOT NULL, until int8, PRIMARY KEY (id, position)
);
CREATE INDEX unbound_by_position ON unbound (position);
CREATE INDEX unbound_until ON unbound (until);
-- For whom a source speaks, and the position at which that changed last; null: nobody knows.
CREATE TABLE speakers (source text PRIMARY KEY, party text, position int8 NOT NULL);
CREATE INDEX speakers_by_position ON speakers (position);
-- The body of whoever founded a mark, and the position since which that is so; null: nobody.
CREATE TABLE founded_marks (mark text PRIMARY KEY, rcb text, position int8 NOT NULL);
-- Whatever retracts or corrects an event, whether that ever came or not.
CREATE TABLE corrections (target uuid NOT NULL, position int8 NOT NULL);
CREATE INDEX corrections_by_target ON corrections (target);
"""
    SEEN: ClassVar[Seen] = {
        "unbound": NAMELESS,
        "corrections": NAMELESS,
        "speakers": OPERATORS_ALONE,
    }

    def __init__(self, log: Log) -> None:
        self._log = log
        self._whole: Bindings | None = None
        self._parties: dict[str, str | None] = {}
        self._void: set[str] = set()
        self._began: dict[str, int] = {}
        self._ended: dict[str, int] = {}
        self._closed: list[tuple[UUID, int, int]] = []
        self._moved: dict[str, tuple[str | None, int]] = {}
        self._founded: dict[str, tuple[str | None, int]] = {}
        self._corrections: list[tuple[UUID, int]] = []
        self._correcting: dict[str, list[Said]] = {}
        self._awaited: dict[str, list[Said]] = {}

    def prepare(self, rows: Rows, read: Sequence[tuple[Recorded, Any]], early: set[str]) -> None:
        """Get ready for a batch: whom its sources speak for, and the registry if it changes.

        `early` are the ids that were corrected before they came.
        """
        sources = {fact.source for _, fact in read if fact is not None}
        changing = [each for each in read if changes_standing(each[1])]
        if changing:
            registered = [str(event.id) for event, fact in changing if type(fact) in REGISTRY]
            self._load(rows)
            self._await(rows, [UUID(key) for key in registered if key in early])
        if self._whole is None:
            unknown = sorted(source for source in sources if source not in self._parties)
            if len(self._parties) + len(unknown) > sources_kept_max:
                self._parties.clear()
                unknown = sorted(sources)
            if unknown:
                self._parties.update(dict.fromkeys(unknown))
                self._parties.update(rows.execute(_SPEAKERS, (unknown,), prepare=True).fetchall())

    def _await(self, rows: Rows, ids: list[UUID]) -> None:
        """Read what corrected registry facts of the batch before they came."""
        for said in self._said(rows, _CORRECTING, (ids,)) if ids else ():
            for target in targets_of(said.fact):
                self._awaited.setdefault(target, []).append(said)

    def speaker(self, by: str | None, source: str) -> str | None:
        """The party that speaks for a source, as far as is known at the event being folded."""
        whole = self._whole
        return vouched(by) or (
            self._parties.get(source) if whole is None else whole.parties.get(source)
        )

    def moves_speakers(self, fact: Fact) -> bool:
        """Whether taking a fact may change for whom sources speak."""
        if self._whole is None:
            return False
        return isinstance(fact, SourceRegistered) or any(
            target in self._whole for target in targets_of(fact)
        )

    def take(self, fact: Fact, event: Recorded) -> list[tuple[Fact, bool]]:
        """Take a fact in the order of the log; answers what of the registry binds now, or not."""
        targets = list(targets_of(fact))
        registers = type(fact) in REGISTRY
        if not targets and not registers:
            return []
        whole = self._whole
        assert whole is not None  # noqa: S101 -- `prepare` has seen this event
        said = Said(event.recorded_at, fact.id, fact, event.by, event.door)
        for target in targets:
            self._corrections.append((UUID(target), event.position))
            self._correcting.setdefault(target, []).append(said)
        if registers:
            for earlier in (
                *self._awaited.get(fact.id, ()), *self._correcting.get(fact.id, ()),
            ):  # fmt: skip
                whole.expect(earlier)
        elif not any(target in whole for target in targets):
            return []
        whole.add(said)
        for source in whole.moved:
            self._moved[source] = whole.parties.get(source), event.position
        whole.moved.clear()
        for mark in whole.refounded:
            founder = whole.founder(MarkRegistered, About.MARK, mark)
            self._founded[mark] = None if founder is None else founder.rcb, event.position
        whole.refounded.clear()
        changed = self._changed(whole, event.position)
        if not registers:
            return changed
        # The new one itself begins to bind, or never did.
        others = [(other, binds) for other, binds in changed if other.id != fact.id]
        return [*others, (fact, True)] if fact.id not in whole.unbound else others

    def _changed(self, whole: Bindings, position: int) -> list[tuple[Fact, bool]]:
        found = []
        for key, binds in whole.changed.items():
            if binds == (key not in self._void):
                continue
            found.append((whole.fact(key), binds))
            if binds:
                self._void.discard(key)
                began = self._began.pop(key, None)
                if began is None:
                    self._ended[key] = position
                else:
                    self._closed.append((UUID(key), began, position))
            else:
                self._void.add(key)
                self._began[key] = position
        whole.changed.clear()
        return found

    def _load(self, rows: Rows) -> None:
        """Read the registry as of the views' position."""
        if self._whole is not None:
            return
        keys = sorted(subject_id(TOPIC, kind.__name__) for kind in REGISTRY)
        said = self._said(rows, _REGISTERED, (keys, TOPIC))
        ids = [UUID(each.id) for each in said]
        there = {each.id for each in said}
        said += [
            each for each in self._said(rows, _CORRECTING, (ids,)) if each.id not in there
        ]  # fmt: skip
        self._whole = Bindings(sorted(said, key=lambda each: each[:2]))
        self._whole.changed.clear()
        self._whole.moved.clear()
        self._whole.refounded.clear()
        self._void = set(self._whole.unbound)

    def _said(self, rows: Rows, statement: str, values: Sequence[Any]) -> list[Said]:
        positions = sorted(at for (at,) in rows.execute(statement, values).fetchall())
        found = []
        for event in chain.from_iterable(batches_at(self._log, positions)):
            fact = decode(event.state)
            found.append(Said(event.recorded_at, fact.id, fact, event.by, event.door))
        return found

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        if self._ended:
            ended = ((UUID(key), at) for key, at in sorted(self._ended.items()))
            rows.execute(_END, columns(ended))
        begun = [(UUID(key), at, None) for key, at in self._began.items()]
        self.copy(rows, "unbound", [*self._closed, *begun])
        self.copy(rows, "corrections", self._corrections)
        if self._moved:
            moved = ((source, *to) for source, to in sorted(self._moved.items()))
            rows.execute(_SPEAK, columns(moved))
            self._parties.update({source: party for source, (party, _) in self._moved.items()})
        if self._founded:
            founded = ((mark, *by) for mark, by in sorted(self._founded.items()))
            rows.execute(_FOUND, columns(founded))
        self._clear()

    def _clear(self) -> None:
        for taken in (
            self._began, self._ended, self._closed, self._moved, self._founded, self._corrections,
            self._correcting, self._awaited,
        ):  # fmt: skip
            taken.clear()

    def forget(self) -> None:
        """Drop the batch, and what is known: the tables then tell what is true."""
        self._clear()
        self._whole = None
        self._parties.clear()
        self._void.clear()
