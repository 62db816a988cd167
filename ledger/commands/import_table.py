"""`ledger import-table`, `ledger table-imports`: tables through the ledger's door."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from ledger.commands.home import opened
from ledger.commands.load import ChannelOption, PartyOption
from ledger.commands.options import limited, spread
from ledger.commands.output import Format, FormatOption
from ledger.commands.printing import Printing, print_list
from ledger.commands.table_templates import Lang, LangOption
from ledger.errors import Misuse


class Hidden(StrEnum):
    """What becomes of hidden rows and columns."""

    READ = "read"
    SKIP = "skip"


class TableOptions(NamedTuple):
    """How a table is read and taken."""

    mapping: Annotated[
        Path | None, typer.Option(help="A mapping, TOML or JSON: which column is what.")
    ] = None
    sheet: Annotated[list[str] | None, typer.Option(help="A sheet to read; once for each.")] = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Record nothing; say what would be.")
    ] = False
    partial: Annotated[
        bool, typer.Option("--partial", help="Record the good events though others are refused.")
    ] = False
    corrections: Annotated[
        bool,
        typer.Option("--corrections", help="Rows that differ under a recorded number correct it."),
    ] = False
    replaces: Annotated[
        str | None,
        typer.Option(metavar="IMPORT", help="The import of which this file is the new truth."),
    ] = None
    source: Annotated[
        str | None, typer.Option(help="The source that reports, where no column says it.")
    ] = None
    actor: Annotated[
        str | None, typer.Option(help="The person that reports, where no column says it.")
    ] = None
    hidden: Annotated[Hidden | None, typer.Option(help="Read or skip hidden rows and columns.")] = (
        None
    )


class Given(NamedTuple):
    """What `load` takes as well: the type of event, for whom, where receipts go, how to print."""

    template: str | None
    channel: str | None
    party: str | None
    receipts: Path | None
    form: Format
    lang: Lang = Lang.EN


@spread(TableOptions)
def import_table(
    files: Annotated[list[Path], typer.Argument(help="Tables: CSV, TSV, XLSX or XLSM.")],
    options: TableOptions,
    template: Annotated[
        str | None, typer.Option(help="The type of event; else the one whose columns fit.")
    ] = None,
    channel: ChannelOption = None,
    party: PartyOption = None,
    receipts: Annotated[
        Path | None, typer.Option(help="Keep a line of JSON for each row here.")
    ] = None,
    lang: LangOption = Lang.EN,
    form: FormatOption = Format.TABLE,
) -> None:
    """Record the rows of tables: each an event, or several an event with its lines.

    A file is recorded whole or not at all, unless --partial is given. Exit 1 when something was
    refused, or would be in a dry run. The same file again changes nothing.

    Example: ledger import-table seals.xlsx --template SealsIssued --source SRC-1 --dry-run
    """
    from ledger.commands.importing import import_files

    way = channel and channel.value
    import_files(files, options, Given(template, way, party, receipts, form, lang))


@spread(Printing)
def table_imports(
    of: Annotated[
        str | None, typer.Argument(metavar="[IMPORT]", help="One import, with its rows.")
    ] = None,
    *,
    printing: Printing,
) -> None:
    """List the imports of tables, the latest first; of one also which rows became which events.

    Example: ledger table-imports
    """
    from ledger.commands.importing import import_id
    from ledger.web.asking.tables.imports import latest, listed_max, one, rows_of, shown

    with opened() as log, log.transaction() as rows:
        notes = printing.notes(log, import_=of)
        most = listed_max if printing.is_table else limited(None, screen=False)
        if of is None:
            found = [shown(each) for each in latest(rows, most)]
            print_list(
                found, printing, "imports", columns=_SHOWN, notes=notes,
                empty="Nothing was imported yet.",
            )  # fmt: skip
            return
        made = one(rows, import_id(of))
        if made is None:
            raise Misuse(f"There is no import {of}.")
        became = [
            {"sheet": each.sheet or None, "row": each.row, "event": str(each.event)}
            for each in rows_of(rows, made.id, most)
        ]
    told = shown(made) | {"mapping": json.loads(made.mapping)}
    whole, title = told | {"events": became}, f"{made.file}, {told['made_at']}"
    print_list(became, printing, "import_rows", data=whole, notes=notes, title=title)


_SHOWN: Final = (
    "import", "made_at", "by", "person", "file", "sha256", "template", "rows", "events", "refused",
    "replaces", "replaced_by",
)  # fmt: skip
