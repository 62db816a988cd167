"""`ledger dead-letters mend`, `replay`, `dismiss`: what people do about what was refused.

The letter stays as it was refused; what is done about it is a decision with a person.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cases.letter import DISMISSALS
from ledger.commands.home import deciding
from ledger.commands.letters import (
    Filters,
    NumberArgument,
    check_sender,
    export,
    list_,
    show_,
)
from ledger.commands.options import spread
from ledger.commands.output import Format, FormatOption, say, show
from ledger.commands.viewing import viewing
from ledger.errors import Misuse
from ledger.facts.standing import OPERATOR

if TYPE_CHECKING:
    from ledger.intake.again import Intake
    from ledger.log import Log
    from ledger.views.letters import Asked
    from ledger.web.asking.letters_settled import Outcome

app = typer.Typer(help="What was refused, and what is done about it.", no_args_is_help=True)
app.command("list")(list_)
app.command("show")(show_)
app.command()(export)

NumbersArgument = Annotated[
    list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Numbers, or use the filters.")
]
PersonOption = Annotated[str, typer.Option(metavar="ID", help="The person, by reference.")]
TextOption = Annotated[str | None, typer.Option(help="In words.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would come of it, and do nothing.")
]


@app.command()
def mend(
    number: NumberArgument,
    file: Annotated[Path, typer.Argument(help="The mended event as JSON; - is stdin.")],
    person: PersonOption,
    text: TextOption = None,
    party: Annotated[
        str | None,
        typer.Option("--as", metavar="PARTY", help="For which party the event is taken."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Record what a letter should have said, as an event; its receipt names the letter.

    It keeps the letter's id while nothing is recorded under that, else it gets a new one.

    Example: ledger dead-letters mend 7 mended.json --person P-3 --text "12.5, not 12,5"
    """
    from ledger.commands.load import vouched
    from ledger.views.projection import Projector
    from ledger.web.asking.letters_settled import Who, mend_letter

    by = OPERATOR if party is None else vouched(party)
    body = _body(file)
    with deciding() as log:
        done = mend_letter(log, number, body, Who(OPERATOR, person, text), by=by, now=_now())
        Projector(log).catch_up()
    show([done.receipt or {}], form, data=done.receipt)
    say(f"Dead letter {number} is mended.")


@app.command()
@spread(Filters, without=("state",))
def replay(
    numbers: NumbersArgument = None,
    *,
    person: PersonOption,
    filters: Filters,
    dry_run: DryRunOption = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Send the same bytes through the intake again, at the door at which they were refused.

    For when a schema, a registry's map or a topic was mended. What is refused again stays as it
    is. At most 500 at once.

    Example: ledger dead-letters replay --reason unknown-schema --person P-3 --dry-run
    """
    from ledger.web.asking.letters_settled import Who, replay_letter

    intake = _intake()
    who = Who(OPERATOR, person)

    def act(log: "Log", number: int) -> "Outcome":
        return replay_letter(log, number, who, intake, now=_now(), dry_run=dry_run)

    _act(numbers, filters, act, form, dry_run=dry_run)


@app.command()
@spread(Filters, without=("reason", "state"))
def dismiss(
    numbers: NumbersArgument = None,
    *,
    reason: Annotated[
        str, typer.Option("--reason", metavar="CODE", help=f"One of {', '.join(DISMISSALS)}.")
    ],
    person: PersonOption,
    text: TextOption = None,
    filters: Filters,
    dry_run: DryRunOption = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say that nothing is to be recorded of letters, and why; they stay. At most 500 at once.

    Example: ledger dead-letters dismiss 7 8 --reason TEST --person P-3
    """
    from ledger.web.asking.letters_settled import Who, dismiss_letter

    who = Who(OPERATOR, person, text)

    def act(log: "Log", number: int) -> "Outcome":
        return dismiss_letter(log, number, reason, who, now=_now(), dry_run=dry_run)

    _act(numbers, filters, act, form, dry_run=dry_run)


def _act(
    numbers: Sequence[int] | None,
    filters: Filters,
    act: "Callable[[Log, int], Outcome]",
    form: Format,
    *,
    dry_run: bool,
) -> None:
    """Act upon every letter wanted; a single refusal is a misuse, of several each is told."""
    from ledger.views.projection import Projector
    from ledger.web.asking.letters_settled import Outcome, acts_max

    if bool(numbers) == filters.given:
        raise Misuse("Say which letters: by number, or by a filter such as --sender or --since.")
    found: list[Outcome] = []
    with deciding() as log:
        wanted = sorted(set(numbers or _numbers(log, filters.asked(), acts_max + 1)))
        if len(wanted) > acts_max:
            raise Misuse(f"{len(wanted):,} letters fit; at most {acts_max} may at once.")
        for number in wanted:
            try:
                found.append(act(log, number))
            except Misuse as error:
                if len(wanted) == 1:
                    raise
                found.append(Outcome(number, "not done", why=str(error)))
        Projector(log).catch_up()
    rows = [{name: getattr(one, name) for name in _OUTCOME} for one in found]
    show(rows, form, empty="There is no such dead letter.")
    done = sum(one.outcome not in _LEFT for one in found)
    say(f"{done} of {len(found)} dead letters {'would be' if dry_run else 'are'} settled.")
    if done < len(found) or not found:
        raise typer.Exit(1)


_STDIN: Final = "-"
_OUTCOME: Final = ("number", "outcome", "fact", "why")
_LEFT: Final = frozenset({"refused", "not done"})


def _numbers(log: "Log", asked: "Asked", most: int) -> list[int]:
    from ledger.views.letters import kept

    with viewing(log) as rows:
        found = [one.dead_letter.number for one in kept(rows, asked, most)]
        if not found:
            check_sender(rows, log, asked.sender)
    return found


def _intake() -> "Intake":
    """What the intake goes by here."""
    from ledger.intake.again import Intake
    from ledger.settings import load as settings

    given = settings()
    if given.kafka_schema_ids is None and given.kafka_parties is None:
        return Intake()
    # They load a client of Kafka, which nothing else here needs.
    from consumers.broker.parties import load
    from consumers.ingest.batches import schema_ids

    return Intake(schema_ids(given.kafka_schema_ids), load(given.kafka_parties).parties)


def _body(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == _STDIN else file.read_bytes()
    except OSError as error:
        raise Misuse(f"{file} cannot be read: {error.strerror}.") from None


def _now() -> int:
    return time.time_ns() // 1_000
