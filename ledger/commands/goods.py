"""`ledger statement` and `ledger trace`: one stock day by day, one lot back and forward."""

from typing import Annotated

import typer

from ledger.commands.home import opened
from ledger.commands.options import AsOfOption, KnownAtOption, day, moment
from ledger.commands.output import Format, FormatOption, print_json, show
from ledger.errors import Misuse
from ledger.views import schema
from ledger.views.projection import reading
from ledger.views.statements import statement as stated
from ledger.views.trace import trace as traced


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
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the seal ledger of one stock: received, used, discarded, other, remaining, day by day.

    Example: ledger statement --mark JAS-A --holder EXP-1 --site W1 --from 2026-04-01
    """
    first, last = day(start, "--from"), day(end, "--to")
    if first and last and last < first:
        raise Misuse("--to lies before --from.")
    clocks = moment(as_of, "--as-of"), moment(known_at, "--known-at")
    with opened() as log, reading(log) as rows:
        schema.position(rows)
        found = stated(
            rows, log, (mark, holder, site),
            start=first, end=last, as_of=clocks[0], known_at=clocks[1],
        )  # fmt: skip
    title = f"{mark} at {holder} {site}: opening {found['opening']:,}, closing {found['closing']:,}"
    show(found["days"], form, data=found, title=title, empty=f"{title}. No seal moved.")


def trace(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="The lot.")],
    back: Annotated[bool, typer.Option("--back", help="Only where it came from.")] = False,
    forward: Annotated[bool, typer.Option("--forward", help="Only where it went.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Follow a lot: inputs, seals, shipments and certificates, back and forward.

    Example: ledger trace L-17 --format json
    """
    both = back == forward
    with opened() as log, reading(log) as rows:
        schema.position(rows)
        found = traced(rows, log, lot, back=back or both, forward=forward or both)
    if form is Format.JSON:
        print_json(found)
        return
    if form is Format.CSV:
        show(
            [{"direction": way} | step for way in ("back", "forward") for step in found[way]], form
        )
        return
    for way, title in (("back", "came from"), ("forward", "went to")):
        if both or (way == "back") == back:
            show(
                found[way], form, title=f"{lot} {title}",
                empty=f"Nothing is known of where {lot} {title}.",
            )  # fmt: skip
