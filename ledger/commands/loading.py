"""One run of `ledger load`: files read, recorded and counted, what is refused told.

A file whose beginning is refused is left there: most likely it is not meant for us. A batch is
recorded whole or not at all, and where the database goes away nobody is told which. Events may be
recorded again: their ids are met. Refusals have no ids, so whether the batch was recorded is found
out before it is.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_exponential,
)

from ledger.commands.output import progress, say
from ledger.errors import Unavailable
from ledger.facts.standing import OPERATOR
from ledger.intake.doors import Door
from ledger.intake.files import read_file
from ledger.intake.verdicts import Verdict
from ledger.log import Appended, Columns, Log, Refusal
from ledger.log.columns import receipts
from ledger.log.recorder import Rows
from ledger.web.asking.records import Offered

again_seconds_max: Final = 60.0
"""So long a batch is tried again while the database is away."""
_wait_seconds_min: Final = 0.25
_wait_seconds_max: Final = 5.0
_letters_read_max: Final = 5_000


class Offering(Protocol):
    """A batch of events at a door."""

    def columns(self) -> Columns:
        """What goes into the log, a list a column."""

    def refusals(self) -> list[Refusal]:
        """What goes to the dead letters, whatever the log answers."""

    def letters(self) -> Iterator[Refusal]:
        """Every dead letter that they may leave."""

    def conflict(self, number: int) -> Refusal:
        """What is kept of an event, by its number, whose id is taken."""


def record(
    log: Log, offered: Offering, *, inside: Callable[[Rows], None] | None = None
) -> Appended:
    """Record what is offered and say what became of it; wait for the database where it is away.

    `inside` is done in its transaction, and must be the same once or twice.
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
                    return _append(log, offered, inside)
                appended = _again(log, offered, before[1], inside)
                appended = appended.as_first_told(offered.columns().ids, before[0])
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


def _append(log: Log, offered: Offering, inside: Callable[[Rows], None] | None) -> Appended:
    return log.record(
        offered.columns(), offered.refusals(), on_conflict=offered.conflict, inside=inside
    )


def _again(
    log: Log, offered: Offering, letter: int, inside: Callable[[Rows], None] | None
) -> Appended:
    if _was_recorded(log, {(one.place, one.sha256) for one in offered.letters()}, letter):
        return log.record(offered.columns(), inside=inside)
    return _append(log, offered, inside)


def _was_recorded(log: Log, letters: set[tuple[str, bytes]], after: int) -> bool:
    """Whether any dead letter of these, by place and SHA-256, was written since."""
    while found := log.dead_letters(after, _letters_read_max):
        if any((each.refusal.place, each.refusal.sha256) in letters for each in found):
            return True
        after = found[-1].number
    return False


STDIN = "-"
DOOR = "file"
TAKEN = "", "the ledger holds other content under this id"
refusals_said_max = 10
refused_at_first_max = 1_000


class Loading:
    """One run of `load`: what became of its events."""

    def __init__(
        self,
        log: Log,
        receipts: TextIO | None,
        by: str = OPERATOR,
        *,
        keep_going: bool = False,
    ) -> None:
        """`by` is the party for which the events are taken."""
        self._log = log
        self._keep_going = keep_going
        self._receipts = receipts
        self._by = by
        self.recorded = 0
        self.duplicate = 0
        self._reasons: Counter[str] = Counter()

    @property
    def refused(self) -> int:
        """How many events were refused."""
        return self._reasons.total()

    def summary(self) -> dict[str, Any]:
        """The counts that `load` prints."""
        return {
            "recorded": self.recorded,
            "duplicate": self.duplicate,
            "refused": self.refused,
            "reasons": dict(sorted(self._reasons.items())),
        }

    def file(self, name: str, way: Door) -> None:
        """Load one file, batch by batch; a batch is recorded before the next one is read."""
        path = None if name == STDIN else Path(name)
        label = "stdin" if path is None else path.name
        total = path.stat().st_size if path is not None and path.is_file() else None
        source = sys.stdin.buffer if path is None else path
        with progress(label, total, size=True) as step:
            seen, refused_before = 0, self.refused
            for verdicts in _first_apart(read_file(source, way, progress=step)):
                all_refused = seen > 0 and self.refused - refused_before == seen
                if seen >= refused_at_first_max and all_refused and not self._keep_going:
                    say(
                        f"{label}: the first {seen:,} elements are all refused, and it is left"
                        " there. --keep-going reads on."
                    )
                    return
                self._settle(label, verdicts)
                seen += len(verdicts)

    def _settle(self, label: str, verdicts: Sequence[Verdict]) -> None:
        offered = Offered(verdicts, DOOR, self._by, None, place=partial(_place, label), taken=TAKEN)
        appended = record(self._log, offered)
        self.recorded += appended.recorded
        self.duplicate += appended.duplicates
        refused = len(verdicts) > len(offered.accepted) or appended.conflicts
        if self._receipts is None and not refused:
            return  # nobody asks for a line an event
        for told in offered.answers(receipts(offered.entries(), appended)):
            sentence = told.pop("detail")
            line = {"line": told.pop("index"), **told}
            if sentence is not None:
                line["sentence"] = sentence
            if line["outcome"] not in ("recorded", "duplicate"):
                self._refuse(label, line)
            if self._receipts is not None:
                self._receipts.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _refuse(self, label: str, line: dict[str, Any]) -> None:
        self._reasons[line["reason"]] += 1
        if self.refused <= refusals_said_max:
            at = f" at {line['path']}" if line["path"] else ""
            say(f"{label}:{line['line']}: {line['reason']}{at}: {line['sentence']}")
        elif self.refused == refusals_said_max + 1:
            say("Further refusals are counted below; --receipts FILE keeps them all.")


def _first_apart(batches: Iterator[Sequence[Verdict]]) -> Iterator[Sequence[Verdict]]:
    """The same verdicts, those on the first elements in batches of their own."""
    seen = 0
    for batch in batches:
        first = batch[: max(0, refused_at_first_max - seen)]
        seen += len(first)
        yield from (part for part in (first, batch[len(first) :]) if part)


def _place(label: str, verdict: Verdict) -> tuple[str, int]:
    # As it is kept: the name of a file may hold bytes that are no text.
    return f"{label}:{verdict.index}".encode("utf-8", "replace").decode(), 0
