"""`ledger load`: files through the same door as everything else, with a receipt for each event."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from ledger.commands.home import opened
from ledger.commands.output import Format, FormatOption, progress, say, show
from ledger.commands.recording import Batch, record
from ledger.errors import Misuse
from ledger.facts.checks import is_id
from ledger.facts.scalars import ID_CHARACTERS_MAX, time_text
from ledger.facts.standing import OPERATOR
from ledger.intake.doors import OPERATOR as EVERYTHING
from ledger.intake.doors import Door, door
from ledger.intake.files import check_beginning, read_file
from ledger.intake.verdicts import Accepted, Refused, Verdict
from ledger.log import Entry, Log, Receipt, Refusal

STDIN = "-"
DOOR = "file"
refusals_said_max = 10
refused_at_first_max = 1_000
"""A file that begins with so many refused elements is most likely not meant for us."""


class RecordedAt(StrEnum):
    """Which clock says when an event was recorded."""

    CLOCK = "clock"
    EVENT = "event"


class Channel(StrEnum):
    """On whose behalf a file is read."""

    SCANS = "S"
    OPERATORS = "O"
    CERTIFIERS = "C"


def load(
    files: Annotated[
        list[str], typer.Argument(help="NDJSON, JSON array or Avro container files; - is stdin.")
    ],
    receipts: Annotated[
        Path | None, typer.Option(help="Keep a line of JSON for each event here.")
    ] = None,
    recorded_at: Annotated[
        RecordedAt,
        typer.Option(help="event: recorded when it happened; only into an empty home."),
    ] = RecordedAt.CLOCK,
    channel: Annotated[
        Channel | None,
        typer.Option(help="Permit only what scanners, operators or certifiers may report."),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option("--as", metavar="PARTY", help="For which party the events are taken."),
    ] = None,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going", help="Go on with a file of which the first 1,000 are refused."
        ),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Record the events of files; each is recorded, a duplicate, or refused with one reason.

    Exit 1 when something was refused. Loading a file again changes nothing. What is no file of
    events by its first bytes is not loaded at all; one whose first 1,000 events are all refused
    is left there, unless told to keep going.

    Example: ledger season --events 2000 > s.ndjson; ledger load s.ndjson --receipts r.ndjson
    """
    way = EVERYTHING if channel is None else door(channel.value)
    by = OPERATOR if party is None else vouched(party)
    for name in files:
        _check(name)
    with ExitStack() as stack:
        log = stack.enter_context(opened(recorded_at=recorded_at.value))
        lines = stack.enter_context(_receipts_file(receipts) if receipts else nullcontext(None))
        tally = Loading(log, lines, by, keep_going=keep_going)
        try:
            for name in files:
                tally.file(name, way)
        except KeyboardInterrupt:
            say(f"Interrupted: {tally.recorded:,} events are recorded. Load again to go on.")
            raise
    summary = tally.summary()
    rows = [
        {key: value for key, value in summary.items() if key != "reasons"}
        | {f"refused: {reason}": count for reason, count in summary["reasons"].items()}
    ]
    show(rows, form, data=summary)
    if tally.refused:
        raise typer.Exit(1)


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

    def _settle(self, label: str, verdicts: Sequence[Accepted | Refused]) -> None:
        accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        letters = [
            self._refusal(label, verdict) for verdict in verdicts if isinstance(verdict, Refused)
        ]
        batch = Batch(
            [Entry(a.id, a.topic, a.state, 1, a.at, DOOR, self._by) for a in accepted],
            letters,
            on_conflict=lambda index: self._conflict(label, accepted[index]),
            letters=lambda: (
                {(letter.place, letter.sha256) for letter in letters}
                | {(_place(label, each), sha256(each.state).digest()) for each in accepted}
            ),
        )
        settled = iter(record(self._log, batch))
        for line in _lines(verdicts, settled):
            match line["outcome"]:
                case "recorded":
                    self.recorded += 1
                case "duplicate":
                    self.duplicate += 1
                case _:
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

    def _refusal(self, label: str, verdict: Refused) -> Refusal:
        return Refusal(
            door=DOOR,
            place=_place(label, verdict),
            index=0,
            reason=verdict.reason,
            path=verdict.path,
            payload=verdict.payload,
            sha256=verdict.sha256,
            id=verdict.id,
            size=verdict.size,
            by=self._by,
        )

    def _conflict(self, label: str, accepted: Accepted) -> Refusal:
        return Refusal(
            door=DOOR,
            place=_place(label, accepted),
            index=0,
            reason="conflict",
            path="",
            payload=accepted.state,
            sha256=sha256(accepted.state).digest(),
            id=accepted.id,
            size=len(accepted.state),
            by=self._by,
        )


def _first_apart(batches: Iterator[Sequence[Verdict]]) -> Iterator[Sequence[Verdict]]:
    """The same verdicts, those on the first elements in batches of their own."""
    seen = 0
    for batch in batches:
        first = batch[: max(0, refused_at_first_max - seen)]
        seen += len(first)
        yield from (part for part in (first, batch[len(first) :]) if part)


def _lines(
    verdicts: Sequence[Accepted | Refused], settled: Iterator[Receipt]
) -> Iterator[dict[str, Any]]:
    for verdict in verdicts:
        line: dict[str, Any] = {
            "line": verdict.index,
            "id": str(verdict.id) if verdict.id else None,
            "outcome": "refused",
            "position": None,
            "recorded_at": None,
            "sha256": None,
            "reason": None,
            "path": None,
            "door": None,
            "by": None,
            "person": None,
        }
        if isinstance(verdict, Refused):
            line |= {
                "reason": verdict.reason,
                "path": verdict.path,
                "sha256": verdict.sha256.hex(),
                "sentence": verdict.sentence,
            }
        else:
            receipt = next(settled)
            line["sha256"] = receipt.sha256.hex()
            if receipt.outcome == "conflict":
                line |= {
                    "reason": "conflict",
                    "path": "",
                    "sentence": "the ledger holds other content under this id",
                }
            else:
                line |= {
                    "outcome": receipt.outcome,
                    "position": receipt.position,
                    "recorded_at": time_text(receipt.recorded_at, 0),
                    "door": receipt.door,
                    "by": receipt.by,
                    "person": receipt.person,
                }
        yield line


def vouched(party: str) -> str:
    """A party for which events are taken; Misuse where the name is none, or the operator's own."""
    if party == OPERATOR:
        raise Misuse(f"--as {party}: that name is the operator's own; leave --as out.")
    if not (is_id(party) and 0 < len(party) <= ID_CHARACTERS_MAX):
        raise Misuse(f"--as {party!r}: 1 to {ID_CHARACTERS_MAX} visible ASCII characters.")
    return party


def _place(label: str, verdict: Accepted | Refused) -> str:
    # As it is kept: the name of a file may hold bytes that are no text.
    return f"{label}:{verdict.index}".encode("utf-8", "replace").decode()


def _check(name: str) -> None:
    if name == STDIN:
        return
    path = Path(name)
    if path.is_dir():
        raise Misuse(f"{name} is a folder; name the files in it.")
    if not path.exists():
        raise Misuse(f"There is no file {name}.")
    check_beginning(path)


def _receipts_file(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}.") from None
