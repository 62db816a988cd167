"""Recording a file's batches also where the database goes away and its answer to a commit is lost.

A batch is recorded whole or not at all, and nobody is told which where the answer is lost. Events
may be recorded again: their ids are met. Refusals have no ids, so whether the batch was recorded is
found out before it is.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_exponential,
)

from ledger.commands.output import say
from ledger.errors import Unavailable
from ledger.log import Appended, Columns, Log, Refusal

again_seconds_max: Final = 60.0
"""So long a batch is tried again while the database is away."""
_wait_seconds_min: Final = 0.25
_wait_seconds_max: Final = 5.0
_letters_read_max: Final = 5_000
LetterKey = tuple[str, bytes]
"""Place and SHA-256 of what was refused."""


class Batch(NamedTuple):
    """What is recorded at once; `letters` tells every dead letter that it may leave."""

    columns: Columns
    refusals: Sequence[Refusal]
    on_conflict: Callable[[int], Refusal]
    letters: Callable[[], Collection[LetterKey]]


def record(log: Log, batch: Batch) -> Appended:
    """Record a batch and say what became of its events; wait for the database where it is away.

    Raises Unavailable, saying what to do, where that takes too long.
    """
    before: tuple[int, int] | None = None
    again = Retrying(
        retry=retry_if_exception_type(Unavailable),
        wait=wait_exponential(_wait_seconds_min, max=_wait_seconds_max),
        stop=stop_after_delay(again_seconds_max),
        before_sleep=_say_so,
        reraise=True,
    )
    try:
        for attempt in again:
            with attempt:
                if before is None:
                    before = log.position(), log.dead_letters_last()
                    return log.record(batch.columns, batch.refusals, on_conflict=batch.on_conflict)
                appended = _again(log, batch, before[1])
                appended = appended.as_first_told(batch.columns.ids, before[0])
    except Unavailable as error:
        raise Unavailable(
            f"{error} Load the same files again once it is back: what is recorded already stays"
            " recorded once."
        ) from error
    say("The database is back: nothing is lost, and nothing is recorded twice.")
    return appended


def _say_so(state: RetryCallState) -> None:
    if state.attempt_number == 1 and state.outcome is not None:
        error = str(state.outcome.exception())
        say(f"{error} The batch in hand is tried again for {again_seconds_max:.0f} s.")


def _again(log: Log, batch: Batch, letter: int) -> Appended:
    if _was_recorded(log, batch.letters(), letter):
        return log.record(batch.columns)
    return log.record(batch.columns, batch.refusals, on_conflict=batch.on_conflict)


def _was_recorded(log: Log, letters: Collection[LetterKey], after: int) -> bool:
    """Whether any of these dead letters was written since."""
    while found := log.dead_letters(after, _letters_read_max):
        if any((each.refusal.place, each.refusal.sha256) in letters for each in found):
            return True
        after = found[-1].number
    return False
