"""`ledger trail`: who did what with tokens, and what people decided, in one list."""

import getpass
import os
from typing import Annotated

import typer

from ledger.commands.home import opened
from ledger.commands.options import LimitOption, limited, since_option, spread
from ledger.commands.printing import Printing, print_list
from ledger.commands.viewing import viewing
from ledger.errors import Misuse, no_such
from ledger.facts.checks import is_id
from ledger.facts.scalars import ID_CHARACTERS_MAX
from ledger.web.access.admin import COMMAND, Admin

_COLUMNS = ("at", "who", "party", "act", "about", "reason", "detail", "door")

ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="ID", help="Who does it, a person; else the machine's user."),
]


@spread(Printing)
def trail(
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="From then on: RFC 3339, or a date."),
    ] = None,
    who: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only this person or party, or user:NAME of a machine."),
    ] = None,
    limit: LimitOption = None,
    *,
    printing: Printing,
) -> None:
    """List who did what: tokens made, rotated, revoked; what people decided.

    Example: ledger trail --since 2026-04-01 --who P-3
    """
    from ledger.web.asking.trail import people
    from ledger.web.asking.trail import trail as listed

    begins = since_option(since) or 0
    with opened() as log, viewing(log) as rows:
        most = limited(limit, screen=printing.is_table)
        found = [one.row() for one in listed(rows, since=begins, who=who, limit=most)]
        notes = printing.notes(log, rows, since=since, who=who)
        if not found and who is not None and who not in (known := people(rows)):
            raise no_such("person or party in the trail", who, known)
    print_list(
        found, printing, "trail", columns=_COLUMNS, notes=notes,
        empty="Nothing of the kind was done.",
    )  # fmt: skip


def admin(by: str | None) -> Admin:
    """Who sits at the command line, as the trail keeps it; raises Misuse for what is no id."""
    if by is not None and not (is_id(by) and 0 < len(by) <= ID_CHARACTERS_MAX):
        raise Misuse(f"--by {by!r}: 1 to {ID_CHARACTERS_MAX} visible ASCII characters.")
    return Admin(f"user:{_user()}" if by is None else by, COMMAND)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return str(os.getuid())
