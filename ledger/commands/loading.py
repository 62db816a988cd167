"""One run of `ledger load`: files read, recorded and counted, what is refused told.

A file whose beginning is refused is left there: most likely it is not meant for us.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from ledger.commands.output import progress, say
from ledger.commands.recording import Batch, record
from ledger.facts.scalars import time_text
from ledger.facts.standing import OPERATOR
from ledger.intake.doors import Door
from ledger.intake.files import read_file
from ledger.intake.plausible import warning
from ledger.intake.verdicts import Accepted, Refused, Verdict
from ledger.log import Columns, Entry, Log, Receipt, Refusal
from ledger.log.columns import receipts
from ledger.log.copying import named

STDIN = "-"
DOOR = "file"
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

    def _settle(self, label: str, verdicts: Sequence[Accepted | Refused]) -> None:
        accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        letters = [
            self._refusal(label, verdict) for verdict in verdicts if isinstance(verdict, Refused)
        ]
        columns = Columns()
        for each in accepted:
            number = each.id.int.to_bytes(16, "big")
            columns.add(number, named(each.topic, DOOR, self._by), each.state, each.at)
        batch = Batch(
            columns,
            letters,
            on_conflict=lambda index: self._conflict(label, accepted[index]),
            letters=lambda: (
                {(letter.place, letter.sha256) for letter in letters}
                | {(_place(label, each), sha256(each.state).digest()) for each in accepted}
            ),
        )
        appended = record(self._log, batch)
        self.recorded += appended.recorded
        self.duplicate += appended.duplicates
        if self._receipts is None and len(accepted) == len(verdicts) and not appended.conflicts:
            return
        entries = [Entry(a.id, a.topic, a.state, 1, a.at, DOOR, self._by) for a in accepted]
        for line in _lines(verdicts, iter(receipts(entries, appended))):
            if line["reason"]:
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
    now = time.time_ns() // 1_000
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
            "warning": None,
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
            line["warning"] = warning(verdict.at, now)
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


def _place(label: str, verdict: Accepted | Refused) -> str:
    # As it is kept: the name of a file may hold bytes that are no text.
    return f"{label}:{verdict.index}".encode("utf-8", "replace").decode()
