"""A whole log into an empty one: positions and recorded times stay as they were.

All of it in the caller's transaction, checked as it streams by.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from psycopg.errors import UniqueViolation

from ledger.errors import Malformed, Misuse
from ledger.log.appending import copy_dead_letters
from ledger.log.copying import front
from ledger.log.recorder import Head, Recorder, Rows
from ledger.log.rows import DeadLetter, Recorded

_batch_rows = 5_000


def restore(
    rows: Rows,
    recorder: Recorder,
    records: Iterable[Recorded],
    dead_letters: Iterable[DeadLetter],
) -> int:
    """Copy events, then dead letters; answer the number of events.

    Raises Misuse where the log is not empty, Malformed where the numbers are not dense from 1,
    recorded times do not rise, or an event stands twice.
    """
    rows.execute("SET LOCAL statement_timeout = 0")
    head = recorder.lock(rows)
    if head.position or head.dead_letter:
        raise Misuse("A log can only be imported into an empty home.")
    events = iter(records)
    while chunk := list(islice(events, _batch_rows)):
        head = _events(rows, recorder, head, chunk)
    letters = iter(dead_letters)
    number = 0
    while part := list(islice(letters, _batch_rows)):
        number = _letters(rows, number, part)
    return head.position


def _events(rows: Rows, recorder: Recorder, head: Head, chunk: Sequence[Recorded]) -> Head:
    last = head.recorded_at
    for expected, record in enumerate(chunk, head.position + 1):
        if record.position != expected:
            raise Malformed(f"Position {record.position} stands where {expected} belongs.")
        if record.recorded_at <= last:
            raise Malformed(f"The recorded time of position {expected} is not after the last.")
        last = record.recorded_at
    fronts = [front(*record[2:]) for record in chunk]
    try:
        recorder.copy(rows, head, fronts, [record.recorded_at for record in chunk])
    except UniqueViolation as error:
        raise Malformed("An event stands twice in what is imported.") from error
    return head._replace(position=head.position + len(chunk), recorded_at=last)


def _letters(rows: Rows, number: int, part: Sequence[DeadLetter]) -> int:
    for expected, letter in enumerate(part, number + 1):
        if letter.number != expected:
            raise Malformed(f"Dead letter {letter.number} stands where {expected} belongs.")
    copy_dead_letters(rows, part)
    return number + len(part)
