"""Lists as commands print them: a table on a screen, JSON, CSV or a workbook, also into a file."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final, NamedTuple

import typer

from ledger.commands.output import Format, show
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.listing.columns import Table
    from ledger.listing.notes import Notes
    from ledger.log import Log
    from ledger.log.recorder import Rows


class ListFormat(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class Headings(StrEnum):
    """What columns are called."""

    CODE = "code"
    EN = "en"
    JA = "ja"


Row = Mapping[str, Any]
_BY_SUFFIX: Final = {f".{form}": form for form in ListFormat if form is not ListFormat.TABLE}


class Printing(NamedTuple):
    """How a list is printed, and where to."""

    given: Annotated[
        ListFormat | None,
        typer.Option("--format", help="How to print the data; else as --out is called, or table."),
    ] = None
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it there, whole or not at all; xlsx needs one."),
    ] = None
    headings: Annotated[
        Headings, typer.Option(help="What columns are called in CSV and workbooks.")
    ] = Headings.CODE
    bom: Annotated[
        bool, typer.Option("--bom", help="Mark a CSV as UTF-8 for Excel, with its line ends.")
    ] = False

    @property
    def form(self) -> ListFormat:
        """The form that is asked for, or that the file's name tells."""
        if self.given is not None:
            return self.given
        return ListFormat.TABLE if self.out is None else _BY_SUFFIX[self.out.suffix.lower()]

    @property
    def is_table(self) -> bool:
        """Whether people read it on a screen."""
        return self.form is ListFormat.TABLE

    @property
    def is_json(self) -> bool:
        """Whether it is one JSON document."""
        return self.form is ListFormat.JSON

    def check(self) -> None:
        """Raise Misuse for what does not go together, before anything is looked up."""
        if self.given is None and self.out and self.out.suffix.lower() not in _BY_SUFFIX:
            raise Misuse(f"--out {self.out}: expected .csv, .xlsx or .json, or give --format.")
        if self.out is None and self.form is ListFormat.XLSX:
            raise Misuse("--format xlsx: give the file as --out FILE.xlsx.")
        if self.out is not None and self.is_table:
            raise Misuse("--out: a table is for a screen; give --format csv, xlsx or json.")
        if self.bom and self.form is not ListFormat.CSV:
            raise Misuse("--bom goes with --format csv.")

    def notes(
        self,
        log: "Log | None" = None,
        rows: "Rows | None" = None,
        *,
        as_of: int | None = None,
        known_at: int | None = None,
        **filters: object,
    ) -> "Notes | None":
        """What a workbook says of itself; None where it is none. Times are µs UTC.

        `rows` is the snapshot that its rows are of, where it is at hand.
        """
        if self.form is not ListFormat.XLSX:
            return None
        from ledger.facts.scalars import time_text
        from ledger.facts.standing import OPERATOR
        from ledger.listing.notes import Notes
        from ledger.rules.moments import JAPAN

        def clock(at: int | None) -> str | None:
            return None if at is None else time_text(at, JAPAN)

        position, policy = 0, ""
        if rows is not None:
            position, policy = _standing(rows)
        elif log is not None:
            from ledger.views.reading import reading

            with reading(log) as views:
                position, policy = _standing(views)
        if log is not None and known_at is not None:
            position = min(position, log.known_at(known_at))
        last = [] if log is None else log.at([position])
        return Notes(
            filters={name: _said(value) for name, value in sorted(filters.items()) if value},
            role="operator",
            party=OPERATOR,
            as_of=clock(as_of),
            known_at=clock(known_at),
            position=position,
            recorded_at=clock(last[0].recorded_at) if last else None,
            policy=policy,
            simulation=log is not None and log.is_simulation(),
        )


def _said(value: object) -> str:
    many = isinstance(value, Iterable) and not isinstance(value, str)
    return ",".join(map(str, value)) if many else str(value)  # type: ignore[call-overload]  # as just looked up


def _standing(rows: "Rows") -> tuple[int, str]:
    """Which position the views are at, and the digest of the policy that cases are judged by."""
    from ledger.views import schema

    row = rows.execute("SELECT policy FROM audit").fetchone()
    return schema.position(rows), row[0].partition(" ")[0] if row else ""


def print_list(
    rows: Sequence[Row],
    printing: Printing,
    table: "str | Table | None" = None,
    *,
    columns: Sequence[str] | None = None,
    title: str | None = None,
    data: object = None,
    notes: "Notes | None" = None,
    flat: Callable[[Row], Row] = lambda row: row,
    without: Sequence[str] = (),
    empty: str = "Nothing to show.",
) -> None:
    """Print rows; `table` names the columns of CSV and workbooks, else those are the rows' keys.

    JSON prints `data` instead where it is given. `columns` are what a screen shows, `flat` makes of
    a row what its columns read; `without` = columns that these rows have not.
    """
    if printing.is_table:
        show(rows, Format.TABLE, columns=columns, title=title, empty=empty)
        return
    if printing.is_json:
        told = rows if data is None else data
        text = json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n"
        _put(printing, iter([text.encode()]))
        return
    from ledger.listing.columns import Table
    from ledger.listing.columns import table as known
    from ledger.listing.values import reader
    from ledger.sheets.csv_text import lines

    of = table if isinstance(table, Table) else known(table) if table else _plain(rows)
    of = of.without(*without)
    read = reader(of)
    values = (read(flat(row)) for row in rows)
    if printing.form is ListFormat.XLSX:
        _write_book(printing, of, values, notes)
    else:
        names = [column.called(printing.headings) for column in of]
        _put(printing, lines(names, values, bom=printing.bom))


def _plain(rows: Sequence[Row]) -> "Table":
    """Columns for rows of which no list is kept: their keys, with words where there are."""
    from ledger.listing.columns import Table, column_of

    names = dict.fromkeys(name for row in rows for name in row)
    return Table("rows", ("Rows", "行"), tuple(
        column_of(name, [row.get(name) for row in rows]) for name in names
    ))  # fmt: skip


def _put(printing: Printing, pieces: Iterator[bytes]) -> None:
    if printing.out is None:
        for piece in pieces:
            sys.stdout.write(piece.decode())
        return
    with _made(printing.out) as out:
        out.writelines(pieces)


def _write_book(printing: Printing, table: "Table", values: Any, notes: "Notes | None") -> None:
    from ledger.sheets.book import write_list
    from ledger.sheets.workbook import UNDATED

    assert printing.out is not None  # noqa: S101 -- checked before anything is asked
    notes = notes or Printing(ListFormat.XLSX).notes()
    assert notes is not None  # noqa: S101 -- of a workbook there are
    made = UNDATED
    if notes.recorded_at is not None:
        from ledger.facts.scalars import micros, time_text

        made = datetime.fromisoformat(time_text(micros(notes.recorded_at), 0)[:19])
    with _made(printing.out) as out:
        write_list(out, table, values, notes, headings=printing.headings, made=made)


@contextmanager
def _made(file: Path) -> Iterator[BinaryIO]:
    """A file that is there under its name once it is whole; Misuse where it cannot be written."""
    made = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with made.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        made.replace(file)
    except OSError as error:
        raise Misuse(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        made.unlink(missing_ok=True)
