"""What is kept of a checked file while it waits: little in memory, its rows on disk."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from ledger.log import Log
from ledger.tables.columns import Template
from ledger.tables.messages import Message, messages_max
from ledger.web.asking.tables.effects import Effect
from ledger.web.asking.tables.judged import Checked
from ledger.web.asking.tables.questions import Question, questions
from ledger.web.asking.tables.receipts import ReceiptRow, receipt_rows, summary
from ledger.web.asking.tables.spool import Spool

first_rows_shown: Final = 50
effects_shown_max: Final = 500


class SheetShown(NamedTuple):
    """A sheet that was read: its headings as written, the code of each column that means one."""

    name: str
    titles: Sequence[str]
    codes: Sequence[str | None]


class Found(NamedTuple):
    """A file as it was found.

    `summary` is as `import-table` prints it, `good` how many events can be recorded, `refused` why
    none of it can be taken, `notes` what is noted on all of it. `effects` is None where they could
    not be told. `rows` holds every row, `shown` the first ones and those of which something is
    said, but for `left`: so many more are only in `rows`.
    """

    template: Template | None
    summary: dict[str, Any]
    good: int
    refused: Sequence[Message]
    notes: Sequence[Message]
    questions: Sequence[Question]
    sheets: Sequence[SheetShown]
    effects: Sequence[Effect] | None
    effects_more: int
    rows: Spool
    shown: Spool
    left: int

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.rows.size + self.shown.size


def found_of(
    checked: Checked,
    log: Log,
    effects: Sequence[Effect] | None,
    *,
    made: UUID | None = None,
    dry_run: bool = True,
) -> Found:
    """What is kept of a checked file; `made` is the import under which it was recorded."""
    rows, shown, aside = Spool(), Spool(), _ShownRows()
    rows.write_rows(aside.all_of(receipt_rows(checked, log)))
    shown.write_rows(aside.shown)
    good = {"would-record", "recorded", "not-recorded"}
    return Found(
        checked.table.template,
        summary(checked, made, dry_run=dry_run),
        sum(each.outcome in good for each in checked.events) + len(checked.gone),
        [*checked.refused],
        [*checked.notes][:messages_max],
        questions(checked.messages()),
        [_sheet(checked, at) for at in range(len(checked.table.layouts))],
        None if effects is None else [*effects[:effects_shown_max]],
        max(0, len(effects or ()) - effects_shown_max),
        rows,
        shown,
        aside.left,
    )


class _ShownRows:
    """Puts aside the rows that are shown, on the way of all of them."""

    def __init__(self) -> None:
        self.shown: list[ReceiptRow] = []
        self.left = 0

    def all_of(self, rows: Iterator[ReceiptRow]) -> Iterator[ReceiptRow]:
        """The same rows."""
        said = number = 0
        for row in rows:
            if row.line["row"] is not None and row.cells:
                number += 1
                if number <= first_rows_shown or (row.messages and said < messages_max):
                    self.shown.append(row)
                    said += row.messages
                elif row.messages:
                    self.left += 1
            yield row


def _sheet(checked: Checked, at: int) -> SheetShown:
    layout = checked.table.layouts[at]
    codes = {place: code for code, places in layout.columns.items() for place in places}
    return SheetShown(
        checked.table.sheets[at], layout.titles, [codes.get(n) for n in range(len(layout.titles))]
    )
