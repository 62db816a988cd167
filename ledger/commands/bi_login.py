"""`ledger bi-login`: who reads the views by SQL, with a login of the database's own."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.commands.home import opened
from ledger.commands.options import Reader, spread
from ledger.commands.output import Format, FormatOption, say, show
from ledger.commands.printing import Printing, print_list
from ledger.commands.trail import ByOption, admin
from ledger.errors import Misuse, Unavailable
from ledger.facts.scalars import time_text

if TYPE_CHECKING:
    from ledger.log import Log
    from ledger.web.access.bi_logins import Login

app = typer.Typer(help="Logins for BI tools and SQL.", no_args_is_help=True)


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The login's name.")]


@app.callback()
def bi_login() -> None:
    """Logins for BI tools and SQL."""


@app.command()
def create(
    name: NameArgument,
    role: Annotated[Reader, typer.Option(help="As what it reads.")],
    party: Annotated[
        str | None, typer.Option(help="As whom; an operator's may be left out.")
    ] = None,
    unregistered: Annotated[
        bool, typer.Option("--unregistered", help="Also where no fact names the party yet.")
    ] = False,
    by: ByOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make a login that reads the schema seal_ledger as one party; its password is shown this once.

    It reads nothing else, writes nothing, and sees what a token of the role and party would.

    Example: ledger bi-login create tsubaki --role importer --party IMP-TSUBAKI
    """
    from ledger.web.access import bi_logins

    bi_logins.drawn(name, role.value, party)
    with opened() as log:
        if not unregistered and party is not None:
            _check_known(log, party)
        login, password = bi_logins.create(
            log, name, role.value, party, now=time.time_ns() // 1_000, admin=admin(by)
        )
    if form is not Format.TABLE:
        row = {**_row(login), "password": password}
        show([row], form, data=row)
        return
    said = f"{login.login} reads seal_ledger as {login.role} {login.party}."
    if password is None:
        say(f"{said} Its password is the administrator's to set.")
        return
    typer.echo(password)
    say(f"{said} Its password is not shown again; keep it safe.")


@app.command("list")
@spread(Printing)
def list_(printing: Printing) -> None:
    """Show every login, without its password: as whom it reads, who made it and when.

    Example: ledger bi-login list --format json
    """
    from ledger.web.access import bi_logins

    with opened() as log:
        rows = [_row(login) for login in bi_logins.listed(log)]
        notes = printing.notes(log)
    empty = "No login has been made yet: `ledger bi-login create`."
    print_list(rows, printing, "bi_logins", notes=notes, empty=empty)


@app.command()
def drop(name: NameArgument, by: ByOption = None) -> None:
    """Let a login read nothing any more, from this moment on.

    Example: ledger bi-login drop tsubaki
    """
    from ledger.web.access import bi_logins

    with opened() as log:
        login, gone = bi_logins.drop(log, name, now=time.time_ns() // 1_000, admin=admin(by))
    say(f"{login.login} ({login.role} {login.party}) reads nothing any more.")
    if not gone:
        say(f"Its role is left to an administrator: DROP ROLE {login.login}.")


def _check_known(log: "Log", party: str) -> None:
    """Misuse where no fact names the party; it says what to do about it."""
    from ledger.views.known import Named, check_known
    from ledger.views.reading import reading

    try:
        with reading(log) as rows:
            check_known(rows, log, (Named.PARTY, party))
    except (Misuse, Unavailable) as error:
        raise Misuse(f"{error} --unregistered makes a login all the same.") from None


def _row(login: "Login") -> dict[str, str]:
    return {
        "login": login.login,
        "role": login.role,
        "party": login.party,
        "created_at": time_text(login.at, 0),
        "created_by": login.by,
    }
