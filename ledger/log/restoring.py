"""A whole log into an empty one: positions and recorded times stay as they were.

All of it in the caller's transaction, checked as it streams by.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from psycopg import DataError
from psycopg.errors import UniqueViolation

from ledger.errors import Malformed, Misuse
from ledger.log.appending import copy_dead_letters
from ledger.log.copying import COPY_EVENTS, front, stream
from ledger.log.recorder import CHANNEL, Head, Recorder, Rows
from ledger.log.rows import Archived, DeadLetter

_batch_rows = 5_000
_INDEX = range(-(2**31), 2**31)
_COPY_COMMITS = "COPY commits (position, recorded_at) FROM STDIN (FORMAT binary)"


def restore(
    rows: Rows,
    recorder: Recorder,
    events: Iterable[Archived],
    dead_letters: Iterable[DeadLetter],
) -> int:
    """Copy events with their commits, then dead letters; answer the number of events.

    Raises Misuse where the log is not empty, Malformed where the numbers are not dense from 1,
    recorded times do not rise, an event stands twice, a row is none that the log can keep, or no
    commit ended at the last event.
    """
    rows.execute("SET LOCAL statement_timeout = 0")
    head = recorder.lock(rows)
    if head.position or head.dead_letter:
        raise Misuse("A log can only be imported into an empty home.")
    committed = 0
    waiting = iter(events)
    while chunk := list(islice(waiting, _batch_rows)):
        head = _events(rows, head, chunk)
        committed = _commits(rows, chunk) or committed
    if committed != head.position:
        raise Malformed(f"No commit ended at the last position, {head.position:,}.")
    refused = iter(dead_letters)
    number = 0
    while part := list(islice(refused, _batch_rows)):
        number = _dead_letters(rows, number, part)
    rows.execute(f"NOTIFY {CHANNEL}")
    return head.position


def _events(rows: Rows, head: Head, chunk: Sequence[Archived]) -> Head:
    last = head.recorded_at
    for expected, (record, _) in enumerate(chunk, head.position + 1):
        if record.position != expected:
            raise Malformed(f"Position {record.position} stands where {expected} belongs.")
        if record.recorded_at <= last:
            raise Malformed(f"The recorded time of position {expected} is not after the last.")
        last = record.recorded_at
    until = head.position + len(chunk)
    with _kept(f"positions {head.position + 1:,} to {until:,}"):
        fronts = [front(*record[2:]) for record, _ in chunk]
        times = [record.recorded_at for record, _ in chunk]
        with rows.copy(COPY_EVENTS) as copy:
            copy.write(stream(fronts, head.position + 1, times))
    return head._replace(position=until, recorded_at=last)


def _commits(rows: Rows, chunk: Sequence[Archived]) -> int:
    """Write the commits among these events; the position of the last one, or 0."""
    ends = [(record.position, record.recorded_at) for record, commit in chunk if commit]
    with rows.copy(_COPY_COMMITS) as copy:
        copy.set_types(("int8", "int8"))
        for end in ends:
            copy.write_row(end)
    return ends[-1][0] if ends else 0


def _dead_letters(rows: Rows, number: int, part: Sequence[DeadLetter]) -> int:
    for expected, letter in enumerate(part, number + 1):
        if letter.number != expected:
            raise Malformed(f"Dead letter {letter.number} stands where {expected} belongs.")
        if letter.refusal.index not in _INDEX:  # psycopg would wrap it round
            raise Malformed(f"Dead letter {expected} has an index that the log cannot keep.")
    with _kept(f"dead letters {number + 1:,} to {number + len(part):,}"):
        copy_dead_letters(rows, part)
    return number + len(part)


@contextmanager
def _kept(what: str) -> Iterator[None]:
    """Tell of rows that the database does not take; which of them it was it does not say."""
    try:
        yield
    except UniqueViolation as error:
        raise Malformed("An event stands twice in what is imported.") from error
    except (DataError, OverflowError, struct.error, UnicodeError) as error:
        reason = " ".join(str(error).split())
        raise Malformed(f"Among {what} is a row that the log cannot keep: {reason}") from error
