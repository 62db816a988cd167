"""`ledger reconcile` and `statement`: where all seals are, and one stock day by day.

Issued is the sum of all places, and beside it stands what the parties claim.
"""

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.commands.home import opened
from ledger.commands.options import AsOfOption, KnownAtOption, day, moment, spread
from ledger.commands.output import Format, show
from ledger.commands.printing import ListFormat, Printing, print_list
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.log import Log
    from ledger.views.reconciliation import Question
    from ledger.web.status.rows import Answered

WHO = ("importer", "rcb", "exporter", "agent")
ZERO_LEFT_OUT = (
    "sampled", "lost", "stolen", "destroyed", "adjusted", "returned", "lost_in_transit",
    "reported_ahead", "volume_units", "exempt_units", "adjusted_for_counts",
)  # fmt: skip
"""Columns a table leaves out where every row has zero in them."""


class Split(StrEnum):
    """By whom the rows are split."""

    EXPORTER = "exporter"
    AGENT = "agent"


@spread(Printing)
def reconcile(
    importer: Annotated[str | None, typer.Option(help="Only this importer.")] = None,
    rcb: Annotated[str | None, typer.Option(help="Only this certifying body.")] = None,
    split: Annotated[Split | None, typer.Option(help="Split the rows.")] = None,
    exporter: Annotated[str | None, typer.Option(help="Only this exporter's split row.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent's split row.")] = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 where a case is open or a claim differs.")
    ] = False,
    *,
    printing: Printing,
) -> None:
    """Show a row for each importer and certifying body: where all its seals are, and who says what.

    Example: ledger reconcile --split exporter --as-of 2026-06-30 --format json
    """
    if exporter is not None and agent is not None:
        raise Misuse("Ask for one exporter or for one agent, not both.")
    from ledger.views.known import Named, check_known
    from ledger.views.reading import reading
    from ledger.views.reconciliation import Question

    question = Question(
        importer=importer,
        rcb=rcb,
        split=split.value if split else None,
        exporter=exporter,
        agent=agent,
        as_of=moment(as_of, "--as-of"),
        known_at=moment(known_at, "--known-at"),
    )
    with opened() as log:
        with reading(log) as views:
            asked = (importer, rcb, exporter, agent)
            check_known(views, log, *((Named.PARTY, party) for party in asked))
            notes = printing.notes(
                log, views, as_of=question.as_of, known_at=question.known_at, importer=importer,
                rcb=rcb, exporter=exporter, agent=agent, split=question.split,
            )  # fmt: skip
        found = answered(log, question)
    if not printing.is_table:
        steady = printing.form is ListFormat.XLSX and question.as_of is None
        print_list(
            [one.row for one in found],
            printing,
            "reconciliation",
            notes=notes,
            flat=lambda row: {**row, "as_of": None} if steady else row,
        )
    else:
        print_reconciliation(found)
    if check and any(open_cases(one.row) or apart(one) for one in found):
        raise typer.Exit(1)


def answer(log: "Log", question: "Question") -> list[dict[str, Any]]:
    """Give the rows, at one snapshot of the views."""
    return [each.row for each in answered(log, question)]


def answered(log: "Log", question: "Question") -> "list[Answered]":
    """Give the rows with what their columns say, at one snapshot of the views."""
    from ledger.views.reading import reading
    from ledger.web.status.rows import answered as status_of

    now = max(time.time_ns() // 1_000, log.recorded_last())
    with reading(log) as rows:
        return status_of(rows, log, question, now=now)


def print_reconciliation(found: "list[Answered]") -> None:
    """Print rows as a table in two parts that people can read, each with its word."""
    from ledger.views.reconciliation import CLAIMS, FIGURES, WEIGHTS
    from ledger.web.sentences import in_english
    from ledger.web.status.deciding import SHAPES, row_told

    rows = []
    for one in found:
        told = row_told(one.columns)
        rows.append({**one.row, "word": f"{SHAPES[told.tone]} {in_english(told.words)}"})
    who = [name for name in WHO if any(row.get(name) is not None for row in rows)]
    issued = "supplied" if any("supplied" in row for row in rows) else "issued"
    places = [issued, *(name for name in FIGURES[1:] if _worth(rows, name))]
    claims = [name for name in CLAIMS if _worth(rows, name)]
    claims += [name for name in WEIGHTS if any(float(row[name]) for row in rows)]
    empty = "No mark is registered yet, so there is nothing to reconcile: `ledger load` a season."
    columns = [*who, "word", *places]
    show(rows, Format.TABLE, columns=columns, title="Where the seals are", empty=empty)
    said = [row for row in rows if any(row[name] for name in CLAIMS) or open_cases(row)]
    if said:
        show(said, Format.TABLE, columns=[*who, *claims, "cases"], title="What the parties claim")


def open_cases(row: dict[str, Any]) -> int:
    """How many cases are open on a row; split rows have none of their own."""
    return sum(count or 0 for count in row["cases"].values())


def apart(one: "Answered") -> bool:
    """Whether the two sides of a column differ."""
    from ledger.web.status.columns import Column, difference

    return any(difference(column, one.row) for column in Column)


def _worth(rows: list[dict[str, Any]], name: str) -> bool:
    return name not in ZERO_LEFT_OUT or any(row.get(name) for row in rows)


@spread(Printing)
def statement(
    mark: Annotated[str, typer.Option(help="The mark.")],
    holder: Annotated[str, typer.Option(help="Who holds the stock.")],
    site: Annotated[str, typer.Option(help="Where.")],
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; default: the first.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day; default: the last.")
    ] = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    *,
    printing: Printing,
) -> None:
    """Show the seal ledger of one stock: received, used, discarded, other, remaining, day by day.

    Example: ledger statement --mark JAS-A --holder EXP-1 --site W1 --from 2026-04-01
    """
    from ledger.views import schema
    from ledger.views.known import check_stock
    from ledger.views.reading import reading
    from ledger.views.statements import statement as stated

    first, last = day(start, "--from"), day(end, "--to")
    if first and last and last < first:
        raise Misuse("--to lies before --from.")
    clocks = moment(as_of, "--as-of"), moment(known_at, "--known-at")
    with opened() as log, reading(log) as rows:
        schema.position(rows)
        check_stock(rows, log, mark, holder, site)
        found = stated(
            rows, log, (mark, holder, site),
            start=first, end=last, as_of=clocks[0], known_at=clocks[1],
        )  # fmt: skip
        of = {"mark": mark, "holder": holder, "site": site, "from": first, "to": last}
        notes = printing.notes(log, rows, as_of=clocks[0], known_at=clocks[1], **of)
    title = f"{mark} at {holder} {site}: opening {found['opening']:,}, closing {found['closing']:,}"
    print_list(
        found["days"], printing, "statement", data=found, notes=notes, title=title,
        without=("remarks", "checker"), empty=f"{title}. No seal moved.",
    )  # fmt: skip
