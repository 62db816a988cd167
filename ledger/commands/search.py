"""`ledger search`: find anything by an id, part of one, a word of a name, a number."""

from typing import Annotated

import typer

from ledger.commands.home import opened
from ledger.commands.options import among, spread
from ledger.commands.output import say
from ledger.commands.printing import Printing, print_list
from ledger.commands.viewing import viewing
from ledger.errors import Misuse

_COLUMNS = ("kind", "id", "name", "line")


@spread(Printing)
def search(
    typed: Annotated[str, typer.Argument(metavar="WHAT", help="An id, a name, a number.")],
    kind: Annotated[str, typer.Option(help="Only this kind of thing, as lot or party.")] = "",
    *,
    printing: Printing,
) -> None:
    """Find a lot, shipment, party, certificate or seal number, however it is written.

    Case, width, hyphens and O/0 do not matter. Example: ledger search "sh a5 0000"
    """
    from ledger.web.asking.search import letters_max
    from ledger.web.asking.search import search as looked_for
    from ledger.web.pages.hits import hit_rows
    from ledger.web.pages.words import KINDS

    if not typed.strip() or len(typed) > letters_max:
        raise Misuse(f"WHAT: 1 to {letters_max} letters.")
    among([kind] if kind else (), sorted(KINDS), "kind")
    with opened() as log, viewing(log) as rows:
        answer = looked_for(rows, typed, kind)
        notes = printing.notes(log, rows, q=typed, kind=kind)
    print_list(
        hit_rows(answer), printing, "hits", columns=_COLUMNS, notes=notes,
        empty=f"Nothing is called {answer.typed}.",
    )  # fmt: skip
    if printing.is_table and answer.alike:
        say("Nearly so: " + ", ".join(f"{of} {key}" for of, key in answer.alike) + ".")
