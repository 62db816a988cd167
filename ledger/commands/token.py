"""`ledger token`: who may use the API and the pages, and as whom."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.commands.home import opened
from ledger.commands.options import moment, spread
from ledger.commands.output import Format, FormatOption, say, show
from ledger.commands.prefixes import named_max, one_of
from ledger.commands.printing import Printing, print_list
from ledger.commands.trail import ByOption, admin
from ledger.errors import Misuse, Unavailable
from ledger.facts.scalars import time_text
from ledger.web.access import tokens

if TYPE_CHECKING:
    from ledger.log import Log

app = typer.Typer(help="Access to the API and the pages.", no_args_is_help=True)

TokenArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, as T-0123456789, or how that begins.")
]
ExpiresOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Valid to the end of that day in Japan.")
]


@app.command()
def create(
    role: Annotated[tokens.Role, typer.Option(help="What its holder may see and do.")],
    party: Annotated[
        str | None, typer.Option(help="As whom; an operator's may be left out.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The only source it may report from; a scanner needs one.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="The only person who decides with it.")] = None,
    expires: ExpiresOption = None,
    unregistered: Annotated[
        bool,
        typer.Option("--unregistered", help="Also where no fact names the party or source yet."),
    ] = False,
    by: ByOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make a token and show its secret, this once.

    Example: ledger token create --role exporter --party EXP-1 --expires 2027-03-31
    """
    now = time.time_ns() // 1_000
    until = moment(expires, "--expires")
    tokens.drawn(role.value, party, source=source, person=person, expires_at=until, now=now)
    with opened() as log:
        if not unregistered:
            _check_known(log, party, source)
            _warn_of_stranger(log, party, person, now)
        token, secret = tokens.create(
            log, role.value, party, source=source, person=person, expires_at=until, now=now,
            admin=admin(by),
        )  # fmt: skip
    said = f"{token.id}: {token.role} {token.party}. It is not shown again; keep it safe."
    _show_secret(token, secret, now, form, said)


@app.command()
def rotate(
    token: TokenArgument,
    grace: Annotated[
        int,
        typer.Option(
            metavar="HOURS", help="How long the secret before goes on; 0 ends it at once."
        ),
    ] = 24,
    expires: ExpiresOption = None,
    by: ByOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Give a token another secret and show it, this once; the one before goes on for a while.

    Example: ledger token rotate T-0123456789 --grace 24 --expires 2028-03-31
    """
    now = time.time_ns() // 1_000
    until = moment(expires, "--expires")
    with opened() as log:
        changed, secret = tokens.rotate(
            log, _one(log, token), grace_hours=grace, expires_at=until, now=now, admin=admin(by)
        )
    ends = changed.former_until
    before = "opens nothing any more" if ends is None else f"goes on until {time_text(ends, 0)}"
    said = f"{changed.id}: the secret before {before}. This one is not shown again; keep it safe."
    _show_secret(changed, secret, now, form, said)


@app.command("list")
@spread(Printing)
def list_(printing: Printing) -> None:
    """Show every token, without its secret: who made it, when it was last used, when it ends.

    Example: ledger token list --format json
    """
    now = time.time_ns() // 1_000
    with opened() as log:
        rows = [_row(token, now) for token in tokens.listed(log)]
        notes = printing.notes(log)
    empty = "No token has been made yet: `ledger token create`."
    print_list(rows, printing, "tokens", notes=notes, empty=empty)


@app.command()
def revoke(token: TokenArgument, by: ByOption = None) -> None:
    """Let a token open nothing any more, from this moment on.

    Example: ledger token revoke T-0123456789
    """
    now = time.time_ns() // 1_000
    with opened() as log:
        revoked = tokens.revoke(log, _one(log, token), now=now, admin=admin(by))
    say(f"{revoked.id} ({revoked.role} {revoked.party}) is revoked.")


def _one(log: "Log", token: str) -> str:
    """The id of the one token that begins so."""
    return one_of("token", token, tokens.beginning(log, token, named_max + 1))


def _check_known(log: "Log", party: str | None, source: str | None) -> None:
    """Misuse where no fact names the party or the source; it says what to do about it."""
    if party is None and source is None:
        return
    from ledger.views.known import Named, check_known
    from ledger.views.reading import reading

    try:
        with reading(log) as rows:
            check_known(rows, log, (Named.PARTY, party), (Named.SOURCE, source))
    except (Misuse, Unavailable) as error:
        raise Misuse(f"{error} --unregistered makes a token all the same.") from None


def _warn_of_stranger(log: "Log", party: str | None, person: str | None, now: int) -> None:
    """Say where a token is for a person who may decide nothing with it yet."""
    if party is None or person is None:
        return
    from ledger.facts.mentions import About
    from ledger.facts.persons import works_as
    from ledger.views.loading import facts_about
    from ledger.views.reading import reading
    from ledger.views.registered import today

    try:
        with reading(log) as rows:
            record = facts_about(rows, log, [(About.PERSON, person)])
    except Unavailable:
        return
    if works_as(record, person, party, today(now)) is None:
        say(f"{person} is not registered for {party}: nobody decides with this token until then.")


def _row(token: tokens.Token, now: int) -> dict[str, str | None]:
    return {
        "id": token.id,
        "role": token.role,
        "party": token.party,
        "source": token.source,
        "person": token.person,
        "created_at": time_text(token.created_at, 0),
        "created_by": token.created_by,
        "last_used_at": _time(token.last_used_at),
        "expires_at": _time(token.expires_at),
        "former_until": _time(token.former_until),
        "state": token.state(now),
    }


def _time(at: int | None) -> str | None:
    return None if at is None else time_text(at, 0)


def _show_secret(token: tokens.Token, secret: str, now: int, form: Format, said: str) -> None:
    if form is Format.TABLE:
        typer.echo(secret)
        say(said)
        return
    row = {**_row(token, now), "token": secret}
    show([row], form, data=row)
