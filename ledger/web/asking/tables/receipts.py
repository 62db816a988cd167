"""What whoever sent a table is told: a summary, and a line for each of its rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from ledger.log import Log
from ledger.rules.reading import Tongue
from ledger.tables.cells import text_of
from ledger.tables.columns import Template
from ledger.tables.messages import Message, sentence
from ledger.tables.rows import ReadRow, Skipped
from ledger.web.asking.records import receipt
from ledger.web.asking.tables.judged import Checked, Judged

_UNTOLD: Final = dict.fromkeys(
    ("position", "recorded_at", "sha256", "reason", "path", "warning", "door", "by", "person")
)


def counts(checked: Checked) -> dict[str, Any]:
    """How many of what there are, as an import keeps it and a summary begins."""
    outcomes = Counter(each.outcome for each in checked.events)
    corrected = sum(
        each.outcome in ("would-record", "recorded") and _corrects(each) for each in checked.events
    )
    new = outcomes["would-record"] + outcomes["recorded"] - corrected
    notes = sum(len(row.notes) for each in checked.events for row in each.event.rows)
    skipped = checked.table.skipped
    return {
        "rows": checked.table.rows + len(skipped),
        "events": len(checked.events),
        "recorded": new,
        "duplicate": outcomes["duplicate"],
        "corrected": corrected,
        "retracted": len(checked.gone),
        "refused": outcomes["refused"],
        "not_recorded": outcomes["not-recorded"],
        "skipped": len(skipped),
        "notes": notes + len(checked.notes) + len(skipped),
    }


def _corrects(of: Judged) -> bool:
    return of.fact is not None and of.fact.corrects is not None


def summary(checked: Checked, made: UUID | None, *, dry_run: bool) -> dict[str, Any]:
    """What `import-table` prints; in a dry run `recorded` is what would be."""
    found = counts(checked)
    if not checked.good and made is None:
        found |= {"retracted": 0}
    reasons = Counter(
        each.reason or "invalid" for each in checked.events if each.outcome == "refused"
    )
    for message in checked.refused:
        reasons[_reason(message)] += 1
    template = checked.table.template
    return {
        "import": str(made) if made is not None else None,
        "file": checked.name,
        "sha256": checked.digest.hex(),
        "template": template.name if template is not None else checked.mapping.template,
        "dry_run": dry_run,
        **found,
        "reasons": dict(sorted(reasons.items())),
        "codes": checked.codes(),
    }


def _reason(of: Message) -> str:
    """Why a file is refused, in the words of all refusals."""
    return of.code if of.code in ("too-large", "undecodable") else "invalid"


rows_a_look_max: Final = 5_000


class ReceiptRow(Struct, array_like=True, gc=False):
    """A row's receipt before it is said in a language: what is against it, first its own; notes.

    `cells` are its texts in the order of the columns.
    """

    line: dict[str, Any]
    refused: list[Message]
    notes: list[Message]
    cells: list[str] = []

    @property
    def messages(self) -> int:
        """How much is said of it."""
        return len(self.refused) + len(self.notes)


def lines(checked: Checked, tongue: Tongue, log: Log) -> Iterator[dict[str, Any]]:
    """A line for each row, in the order of the file; one for each refusal of all of it."""
    for row in receipt_rows(checked, log):
        yield told(row, tongue, checked.table.template)


def told(row: ReceiptRow, tongue: Tongue, template: Template | None) -> dict[str, Any]:
    """A row's receipt in a language."""
    line = dict(row.line)
    if row.refused:
        first, *more = (_said(each, tongue, template) for each in row.refused)
        line |= first | {"more": more}
    line["notes"] = [_said(each, tongue, template) for each in row.notes]
    return line


def receipt_rows(checked: Checked, log: Log) -> Iterator[ReceiptRow]:
    """The receipts of all rows in the order of the file, after what is against all of it."""
    for message in checked.refused:
        more = {"outcome": "refused", "reason": _reason(message)}
        line = _line(checked, message.sheet or None, message.row, more)
        yield ReceiptRow(line, [message], [])
    order = {name: at for at, name in enumerate(checked.table.sheets)}
    found: list[tuple[int, int, Judged | Skipped, ReadRow | None]] = [
        (order[row.sheet], row.number, each, row)
        for each in checked.events
        for row in each.event.rows
    ]
    found += [
        (order[skipped.message.sheet], skipped.message.row or 0, skipped, None)
        for skipped in checked.table.skipped
    ]
    found.sort(key=lambda each: each[:2])
    for start in range(0, len(found), rows_a_look_max):
        part = found[start : start + rows_a_look_max]
        known = _known(log, (each for _, _, each, _ in part if isinstance(each, Judged)))
        for _, _, each, row in part:
            if isinstance(each, Judged) and row is not None:
                yield _of_row(checked, each, row, known)
            elif isinstance(each, Skipped):
                message = each.message
                line = _line(checked, message.sheet, message.row, {"outcome": "skipped"})
                yield ReceiptRow(line, [], [message], [*map(text_of, each.cells)])


def _line(
    checked: Checked, sheet: str | None, row: int | None, more: dict[str, Any]
) -> dict[str, Any]:
    return {
        "line": row, "id": None, "outcome": None, **_UNTOLD, "file": checked.name,
        "sheet": sheet or None, "row": row, "cell": None, "code": None, "words": None, "notes": [],
        **more,
    }  # fmt: skip


def _known(log: Log, events: Iterable[Judged]) -> dict[UUID, dict[str, Any]]:
    """The receipts of what is recorded, now or before, by the events' ids."""
    ids = {each.id for each in events if each.outcome in ("recorded", "duplicate") and each.id}
    return {number: receipt(stream[0]) for number, stream in log.get([*ids]).items()}


def _of_row(
    checked: Checked, of: Judged, row: ReadRow, known: dict[UUID, dict[str, Any]]
) -> ReceiptRow:
    line = _line(checked, row.sheet, row.number, known.get(of.id, {}) if of.id else {})
    line |= {"outcome": of.outcome, "reason": of.reason, "path": of.path}
    line["id"] = str(of.id) if of.id is not None else None
    own = [each for each in of.messages if (each.sheet, each.row) == (row.sheet, row.number)]
    refused = own or of.messages[:1]
    return ReceiptRow(line, refused, [*row.notes], [*map(text_of, row.cells)])


def _said(message: Message, tongue: Tongue, template: Template | None) -> dict[str, Any]:
    return {
        "cell": message.cell, "code": message.code, "words": sentence(message, tongue, template),
    }  # fmt: skip


def refusals(checked: Checked, tongue: Tongue) -> Iterator[str]:
    """Every refusal in words, in the order of the file."""
    found: Sequence[Message] = [
        *checked.refused, *(message for each in checked.events for message in each.messages)
    ]  # fmt: skip
    for message in found:
        yield sentence(message, tongue, checked.table.template)


def notes(checked: Checked, tongue: Tongue) -> Iterator[str]:
    """Every note on all of the file in words."""
    for message in checked.notes:
        yield sentence(message, tongue, checked.table.template)
