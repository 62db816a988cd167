"""The page of the tables that analysts read: each view with its columns, each table of events."""

from pathlib import Path

from handbook.markdown import code, page, plain, table
from ledger.analysts.tables import Table, tables
from ledger.facts.catalogue import TYPES
from ledger.views.published.datasets import DATASETS


def analysts(_root: Path) -> str:
    """The views column by column, the tables of events with what they have of their own."""
    made = {one.name: one for one in tables()}
    views = [made.pop(dataset.name) for dataset in DATASETS]
    shared = next(iter(made.values())).columns[: _shared(made)]
    common = {column.name for column in shared}
    events = (
        (
            code(one.name),
            plain(one.meaning),
            ", ".join(code(column.name) for column in one.columns if column.name not in common),
        )
        for one in made.values()
    )
    return page(
        "Tables for analysts",
        "`ledger export --format parquet` and `--format duckdb` write all of them; the schema "
        "`seal_ledger` of the database has the views. See [data for analysts](../analysts.md).",
        "## Views",
        *(f"### {one.name}\n\n{plain(one.meaning)}\n\n{_columns(one)}" for one in views),
        "## Events",
        f"A table for each of the {len(TYPES)} types of event, and one for each list in them. "
        "Tables of events have these columns first, those of lists `position`, `id` and `line`:",
        table(
            ("column", "type", "what it means"),
            ((code(one.name), one.type, plain(one.meaning)) for one in shared),
        ),
        table(("table", "a row is", "its own columns"), events),
        wide=True,
    )


def _shared(made: dict[str, Table]) -> int:
    """How many columns the tables of all types have first."""
    first, *others = [one.columns for one in made.values() if not one.each]
    return next(
        place
        for place, column in enumerate(first)
        if any(len(other) <= place or other[place] != column for other in others)
    )


def _columns(one: Table) -> str:
    rows = ((code(column.name), column.type, plain(column.meaning)) for column in one.columns)
    return table(("column", "type", "what it means"), rows)
