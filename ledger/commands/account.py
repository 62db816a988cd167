"""`ledger account`: the first person of a party, registered by whoever runs the ledger."""

import time
from datetime import date
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from ledger.commands.completing import of
from ledger.commands.home import deciding
from ledger.commands.options import day
from ledger.commands.output import Format, FormatOption, say, show
from ledger.commands.trail import ByOption, admin
from ledger.errors import Misuse
from ledger.facts.scalars import WorksAs

if TYPE_CHECKING:
    from ledger.facts.registry import PersonRegistered

app = typer.Typer(help="Who acts for a party: its first person.", no_args_is_help=True)
_FUNCTIONS = tuple(one for one in get_args(WorksAs) if one != "OTHER")


@app.callback()
def account() -> None:
    """What stands before the name of a command."""


@app.command()
def create(
    party: Annotated[str, typer.Option(help="The party that the person acts for.")],
    person: Annotated[str, typer.Option(metavar="ID", help="The person, by reference.")],
    works_as: Annotated[
        list[str] | None,
        typer.Option(
            "--works-as",
            metavar="FUNCTION",
            autocompletion=of(lambda: _FUNCTIONS),
            help=f"Besides ADMIN: {', '.join(_FUNCTIONS[:-1])}. Several with commas.",
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="From that day on; else today.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="To that day; else for good.")
    ] = None,
    by: ByOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Register the first ADMIN of a party, who registers its other persons.

    From then on only persons who are registered decide for the party: explain, escalate and close
    cases, sign periods.

    Example: ledger account create --party RCB-1 --person P-9 --works-as DECIDER,SIGNER
    """
    functions = _named(works_as or [])
    begins, ends = day(first, "--from"), day(last, "--until")
    fact = _register(party, person, functions, (begins, ends), by)
    row = {
        "person": fact.person, "party": fact.party, "works_as": list(fact.works_as),
        "from": fact.from_.isoformat(), "until": fact.until and fact.until.isoformat(),
        "event": fact.id,
    }  # fmt: skip
    show([row], form, data=row)
    say(f"{person} is registered for {party}. A token: ledger token create --person {person} …")


def _register(
    party: str,
    person: str,
    works_as: list[WorksAs],
    days: tuple[date | None, date | None],
    by: str | None,
) -> "PersonRegistered":
    from ledger.views.known import Named, check_known
    from ledger.views.reading import reading
    from ledger.views.registered import today
    from ledger.web.asking.persons import Registration, register_first

    now = time.time_ns() // 1_000
    first, last = days[0] or today(now), days[1]
    if last is not None and last < first:
        raise Misuse("--until lies before --from.")
    with deciding() as log:
        with reading(log) as rows:
            check_known(rows, log, (Named.PARTY, party))
        wanted = Registration(person, party, works_as, first, last)
        return register_first(log, wanted, admin=admin(by), now=now)


def _named(given: list[str]) -> list[WorksAs]:
    names = [part.strip().upper() for value in given for part in value.split(",") if part.strip()]
    found: list[WorksAs] = [one for one in _FUNCTIONS if one in names]
    if unknown := [name for name in names if name not in _FUNCTIONS]:
        raise Misuse(f"{unknown[0]!r} is no function: {', '.join(_FUNCTIONS)}.")
    return found
