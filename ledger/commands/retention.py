"""`ledger retention`: until when records are kept, which rule decides, and which may go.

Nothing is ever removed by itself, and the date never removes a case that is still open.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final

import typer

from ledger.commands.labels import OnOption, today_or
from ledger.commands.looking_up import Asked, asking, live_cases
from ledger.commands.output import Format, FormatOption, say, show
from ledger.errors import Misuse
from ledger.labels.describe import retention_row
from ledger.labels.lots import lot_facts
from ledger.labels.retention import keep_lot_until, kept_at_least_until
from ledger.views.lazy_record import LazyRecord, registry_facts
from ledger.views.lots import names

_page_lots: Final = 100
"""Lots looked at together; what is held in memory is a page of lots and the registry."""


def retention(
    lot: Annotated[str | None, typer.Argument(metavar="LOT", help="The lot.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Every lot whose records may go.")] = False,
    on: OnOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say until when the records of a lot are kept, and which rule decides.

    Nothing is ever removed by itself, and a case still open keeps its records. Example:
    ledger retention --due --on 2031-04-01
    """
    if (lot is None) == (not due):
        raise Misuse("Name a lot, or ask for --due.")
    with asking() as asked:
        if lot is not None:
            rows = [kept(asked, lot)]
        else:
            past = [*_past(asked, today_or(on))]
            rows = [row for row in past if not row["cases"]]
            if waiting := len(past) - len(rows):
                say(f"Kept beyond their day for cases still open: {waiting:,} lots.")
    show(
        rows, form,
        columns=["lot", "keep_until", "rule", "cases"] if form is Format.TABLE else None,
        data=rows[0] if lot is not None else rows, empty="No records are due.",
    )  # fmt: skip


def kept(asked: Asked, lot: str) -> dict[str, Any]:
    """Until when a lot's records are kept, and the open cases that keep them; Misuse if unknown."""
    if lot_facts(asked.record, lot) is None:
        raise Misuse(f"There is no lot {lot!r}.")
    return _row(asked, asked.record, lot)


def _row(asked: Asked, record: LazyRecord, lot: str) -> dict[str, Any]:
    cases = [f"{case.rule} {case.discriminator}".strip() for case in live_cases(asked, lot)]
    return {**retention_row(lot, keep_lot_until(record, lot)), "cases": cases}


def _past(asked: Asked, on: date) -> Iterator[dict[str, Any]]:
    """Lots whose day has passed, page by page; of young ones only the lot itself is read."""
    registered = registry_facts(asked.rows, asked.log)
    last = ""
    while page := names(asked.rows, last, _page_lots):
        last = page[-1]
        record = LazyRecord(asked.rows, asked.log, registered)
        record.expect(page)
        for lot in page:
            least = kept_at_least_until(record, lot)
            if least is None or least >= on:
                continue
            row = _row(asked, record, lot)
            if row["keep_until"] and row["keep_until"] < on.isoformat():
                yield row
