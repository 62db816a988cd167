"""The log: what has been recorded, in the order in which it became known.

Nothing is ever changed or removed. A fact recorded twice is recorded once. On return of
`append`, `decide` and `restore` everything they were given is durable; where they raise,
nothing of it is. After Unavailable it is one or the other: repeat, it changes nothing twice.
"""

from collections.abc import Callable, Iterable, Sequence, Sized
from hashlib import sha256
from typing import Literal, Self, TypeVar
from uuid import UUID

from psycopg.errors import LockNotAvailable, UniqueViolation

from ledger.errors import Conflict, Misuse, Unavailable
from ledger.log.appending import Batch, advance, append_facts, write_refusals
from ledger.log.columns import NOTHING, Appended, Columns, of_entries, receipts
from ledger.log.connecting import connect, settle
from ledger.log.copying import front
from ledger.log.migrating import missing
from ledger.log.reading import Reader, told
from ledger.log.recorder import APPLICATION_NAME, Datastore, Head, Recorder, Rows
from ledger.log.restoring import restore
from ledger.log.rows import Archived, DeadLetter, Entry, Offset, Receipt, Refusal

batch_events_max = 20_000
_lock_attempts_max = 6
_lock_wait_seconds = 5.0  # as long as a writer may keep the others waiting without a word
_SIMULATION = "simulation"
ROW_NAMESPACE = "row_namespace"
"""Under this key of `meta`: what the ids of rows of tables are made with; told to nobody."""

T = TypeVar("T")

# A writer whose process was frozen with the lock in its hand waits for its client, for ever where
# it stands in the middle of a COPY: no timeout of the server's reaches it there. It is ended, and
# what it had not committed is rolled back.
_EVICT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()
  AND backend_xid IS NOT NULL AND wait_event = 'ClientRead'
  AND state_change < clock_timestamp() - make_interval(secs => %s)
"""
_CLAIM = """
INSERT INTO source_position AS p (topic, partition, epoch, next_offset)
VALUES (%s, %s, 1, 0)
ON CONFLICT (topic, partition) DO UPDATE SET epoch = p.epoch + 1
RETURNING epoch, next_offset
"""


class Log(Reader):
    """The log of one database. One object serves a process; threads may share it.

    `clock` answers µs UTC and stands in for the database's own clock.
    """

    def __init__(self, dsn: str, recorder: Recorder, lock_wait_seconds: float) -> None:
        super().__init__(dsn, recorder)
        self._lock_wait_seconds = lock_wait_seconds
        self._by_event = False
        self._repeats_seen = False

    @classmethod
    def open(
        cls,
        dsn: str,
        *,
        clock: Callable[[], int] | None = None,
        recorded_at: Literal["clock", "event"] = "clock",
        lock_wait_seconds: float = _lock_wait_seconds,
    ) -> Self:
        """Connect; raises Misuse where migrations are missing, Unavailable where nobody answers.

        `recorded_at="event"` records each event at its own time where that is later than the
        last one: only into an empty log or one that is a simulation already, and marks it so.
        Writers that keep the others waiting for `lock_wait_seconds` without a word are ended.
        """
        datastore = Datastore(dsn, lock_wait_seconds=lock_wait_seconds)
        try:
            with told():
                datastore.schema = _check_migrated(dsn)
                datastore.pool.open()
                log = cls(dsn, Recorder(datastore, clock), lock_wait_seconds)
            if recorded_at == "event":
                log.mark_simulation()
                log._by_event = True
        except BaseException:
            datastore.close()
            raise
        return log

    def append(
        self,
        entries: Sequence[Entry],
        refusals: Sequence[Refusal] = (),
        offset: Offset | None = None,
        *,
        on_conflict: Callable[[int], Refusal] | None = None,
        inside: Callable[[Rows], None] | None = None,
    ) -> list[Receipt]:
        """Record facts, dead letters and the source's next offset in one transaction.

        Answers one receipt an entry, in their order. `on_conflict` gives the dead letter for the
        entry at an index whose id is taken by other content. `inside` runs in the transaction,
        before the lock, and again where the lock had to be tried again. Raises Fenced where the
        offset is no longer ours to move, Misuse for a version other than 1 or a batch too large.
        """
        if any(entry.version != 1 for entry in entries):
            raise Misuse("A fact is a stream of one event, version 1; decisions are decided.")
        appended = self.record(
            of_entries(entries), refusals, offset, on_conflict=on_conflict, inside=inside
        )
        return receipts(entries, appended)

    def record(
        self,
        columns: Columns,
        refusals: Sequence[Refusal] = (),
        offset: Offset | None = None,
        *,
        on_conflict: Callable[[int], Refusal] | None = None,
        inside: Callable[[Rows], None] | None = None,
    ) -> Appended:
        """Record facts in columns as `append` does, and answer what became of them in bulk."""
        _bounded(columns)
        batch = Batch(columns)

        def work(rows: Rows) -> Appended:
            if offset is not None:
                advance(rows, offset)
            if inside is not None:
                inside(rows)
            if not batch.fronts and not refusals:
                return NOTHING
            head = self._recorder.lock(rows)
            appended = append_facts(
                rows,
                self._recorder,
                batch,
                head,
                times_of=self._times,
                look_first=self._repeats_seen,
            )
            dead_letters = [*refusals]
            if on_conflict is not None:
                dead_letters += map(on_conflict, appended.conflicts)
            if dead_letters:
                time = self._recorder.times(head, 1)[0] if not self._by_event else head.recorded_at
                last = appended.times[-1] if appended.times else 0
                write_refusals(rows, dead_letters, head.dead_letter, max(time, last))
            # Repeats come in runs (a file loaded again, a scanner's backlog): look first next time.
            self._repeats_seen = bool(appended.known)
            return appended

        return self._locked(work)

    def decide(
        self,
        entries: Sequence[Entry],
        *,
        inside: Callable[[Rows], None] | None = None,
    ) -> list[Receipt]:
        """Record decisions, each the next version of its stream, in one transaction.

        A fact that a decision makes may be among them, as version 1 of its id. Raises Conflict,
        with nothing written, where any of the versions is taken.
        """
        _bounded(entries)
        fronts = [
            front(one.id, one.version, one.topic, one.state, one.door, one.by, one.person)
            for one in entries
        ]

        def work(rows: Rows) -> list[Receipt]:
            if inside is not None:
                inside(rows)
            if not entries:
                return []
            head = self._recorder.lock(rows)
            times = self._times(head, [entry.time for entry in entries])
            try:
                self._recorder.copy(rows, head, fronts, times)
            except UniqueViolation as error:
                raise Conflict("Another decision was recorded first: decide again.") from error
            return [
                Receipt(
                    entry.id, "recorded", position, time, sha256(entry.state).digest(), *entry[5:]
                )
                for position, (entry, time) in enumerate(
                    zip(entries, times, strict=True), head.position + 1
                )
            ]

        return self._locked(work)

    def claim(self, topic: str, partition: int) -> tuple[int, int]:
        """Take a partition over: its next epoch, which fences everybody before, and next offset."""

        def work(rows: Rows) -> tuple[int, int]:
            row = rows.execute(_CLAIM, (topic, partition)).fetchone()
            if row is None:
                raise Unavailable("The claim answered nothing.")
            return int(row[0]), int(row[1])

        return self._locked(work)

    def set_meta(self, key: str, value: str, rows: Rows | None = None) -> None:
        """Keep a value beside the log; with `rows` in that transaction."""
        statement = (
            "INSERT INTO meta (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )
        if rows is not None:
            rows.execute(statement, (key, value))
        else:
            self._locked(lambda own: own.execute(statement, (key, value)))

    def is_simulation(self) -> bool:
        """Tell whether recorded times here are made up, as every answer must then say."""
        return self.meta(_SIMULATION) is not None

    def mark_simulation(self) -> None:
        """Mark an empty log as a simulation; raises Misuse where it holds real records."""

        def work(rows: Rows) -> None:
            head = self._recorder.lock(rows)
            if self._is_marked(rows):
                return
            if head.position or head.dead_letter:
                raise Misuse("Only an empty home can become a simulation; this one holds records.")
            self.set_meta(_SIMULATION, "true", rows)

        self._locked(work)

    def restore(
        self,
        events: Iterable[Archived],
        dead_letters: Iterable[DeadLetter] = (),
        *,
        simulation: bool = False,
        namespace: UUID | None = None,
    ) -> int:
        """Import a whole log into an empty one: positions, recorded times and commits are kept.

        One transaction, in which this home also becomes a simulation where that one was, and gives
        rows of tables the ids that that one gave. Answers the number of events.
        Raises Misuse where this log is not empty, or a simulation and that one was none; Malformed
        where positions are not dense from 1, recorded times do not rise, a row cannot be
        kept, or no commit ended at the last event.
        """
        with self.transaction() as rows:
            count = restore(rows, self._recorder, events, dead_letters)
            if simulation:
                self.set_meta(_SIMULATION, "true", rows)
            elif self._is_marked(rows):
                raise Misuse("This home is a simulation, and what is imported is none.")
            if namespace is not None:
                self.set_meta(ROW_NAMESPACE, str(namespace), rows)
            return count

    @staticmethod
    def _is_marked(rows: Rows) -> bool:
        marked = rows.execute("SELECT 1 FROM meta WHERE key = %s", (_SIMULATION,))
        return marked.fetchone() is not None

    def _times(self, head: Head, own: Sequence[int]) -> Sequence[int]:
        if not self._by_event:
            return self._recorder.times(head, len(own))
        times = []
        last = head.recorded_at
        for each in own:
            last = max(last + 1, each)
            times.append(last)
        return times

    def _locked(self, work: Callable[[Rows], T]) -> T:
        for _ in range(_lock_attempts_max):
            try:
                with self.transaction() as rows:
                    return work(rows)
            except Unavailable as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                with self._rows() as rows:
                    rows.execute(_EVICT, (APPLICATION_NAME, self._lock_wait_seconds))
        raise Unavailable("Another writer has held the log for too long.")


def _check_migrated(dsn: str) -> str:
    with connect(dsn) as connection:
        if lacking := missing(connection):
            raise Misuse(f"The database lacks {', '.join(sorted(lacking))}: migrate it first.")
        return settle(connection)


def _bounded(events: Sized) -> None:
    if len(events) > batch_events_max:
        raise Misuse(f"A batch has at most {batch_events_max} events, not {len(events)}.")
