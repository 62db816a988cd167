"""What people arrange about a case at the command line: owner, due day, words, corrections.

Explaining, escalating and closing, of one case or of many, stand with `ledger discrepancies`.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cases.arranging import AUDIENCES
from ledger.cases.correction import ACTIONS
from ledger.commands.completing import of
from ledger.commands.given import AsOption, DocumentOption, PersonOption, documents_given
from ledger.commands.options import among, day
from ledger.commands.output import say
from ledger.commands.prefixes import case_of
from ledger.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.cases.deciding import Deciding
    from ledger.facts.scalars import WorksAs
    from ledger.log import Log

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="The case's id, or how that begins.")
]
SaidOption = Annotated[str, typer.Option("--text", help="In words.")]
DueOption = Annotated[str, typer.Option("--due", metavar="DATE", help="The last day, Japan's.")]


def assign(
    case: CaseArgument,
    party: AsOption,
    person: PersonOption,
    owner: Annotated[
        str | None, typer.Option(metavar="ID", help="The person who has it; left out: nobody.")
    ] = None,
) -> None:
    """Say which person of your party has a case.

    Example: ledger assign 1faa93 --as RCB-1 --person P-9 --owner P-10
    """
    from ledger.cases.arranging import Assign

    command = Assign(party=party, person=person, owner=owner)
    _act(case, command, ("EXPLAINER", "DECIDER"))
    say(f"Assigned to {owner} of {party}." if owner else "Assigned to nobody.")


def due(
    case: CaseArgument, party: AsOption, person: PersonOption, on: DueOption, text: SaidOption
) -> None:
    """Give a case another due day, as a certifier: at most 90 days behind the policy's.

    Example: ledger due 1faa93 --as RCB-1 --person P-9 --due 2026-12-24 --text "Count agreed"
    """
    from ledger.cases.arranging import SetDue

    _act(case, SetDue(party=party, person=person, due=_day(on, "--due"), text=text), ("DECIDER",))
    say(f"Due on {on}.")


def comment(
    case: CaseArgument,
    party: AsOption,
    person: PersonOption,
    text: SaidOption,
    audience: Annotated[
        str,
        typer.Option(
            autocompletion=of(lambda: AUDIENCES),
            help="ALL who see the case, or your OWN party alone.",
        ),
    ] = "ALL",
    document: DocumentOption = None,
) -> None:
    """Say something about a case.

    Example: ledger comment 1faa93 --as EXP-1 --person P-7 --text "The roll is at the printer's"
    """
    from ledger.cases.arranging import Comment

    (heard_by,) = among([audience.upper()], AUDIENCES, "audience") or ("ALL",)
    command = Comment(
        party=party, person=person, text=text, audience=heard_by,
        documents=documents_given(document),
    )  # fmt: skip
    _act(case, command, ANYBODY)
    say("Commented.")


def route(
    case: CaseArgument,
    person: PersonOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="The certifier that is to decide.")],
    text: SaidOption,
) -> None:
    """Give a case that nobody may decide to a certifier, as the operator.

    Example: ledger route 1faa93 --person P-1 --to RCB-1 --text "The source is theirs"
    """
    from ledger.cases.arranging import Route
    from ledger.facts.standing import OPERATOR

    _act(case, Route(party=OPERATOR, person=person, to=to, text=text), ())
    say(f"Given to {to}.")


def ask_correction(
    case: CaseArgument,
    party: AsOption,
    person: PersonOption,
    asked: Annotated[str, typer.Option("--of", metavar="PARTY", help="Who is to put it right.")],
    action: Annotated[
        list[str],
        typer.Option(
            autocompletion=of(lambda: ACTIONS),
            help=f"One of {', '.join(ACTIONS)}. Several with commas, or several times.",
        ),
    ],
    text: SaidOption,
    on: DueOption,
) -> None:
    """Ask a party for a correction, as a certifier; the case is escalated by it.

    Example: ledger ask-correction 1faa93 --as RCB-1 --person P-9 --of EXP-1
    --action CORRECT_RECORDS --due 2026-12-24 --text "Record what was lost"
    """
    from ledger.cases.correcting import AskCorrection

    actions = among([one.upper() for one in action], ACTIONS, "action")
    command = AskCorrection(
        party=party, person=person, from_party=asked, actions=actions,
        text=text, due=_day(on, "--due"),
    )  # fmt: skip
    _act(case, command, ("DECIDER",))
    say(f"A correction is asked of {asked}, due on {on}.")


def report_correction(
    case: CaseArgument,
    party: AsOption,
    person: PersonOption,
    cause: Annotated[str, typer.Option(help="What the cause was.")],
    action: Annotated[str, typer.Option(help="What was done.")],
    prevention: Annotated[str, typer.Option(help="What keeps it from coming again.")],
    done_on: Annotated[str, typer.Option(metavar="DATE", help="The day it was done.")],
    document: DocumentOption = None,
) -> None:
    """Report a correction that was asked of your party.

    Example: ledger report-correction 1faa93 --as EXP-1 --person P-7 --done-on 2026-12-20
    --cause "A box was left behind" --action "Recorded" --prevention "Boxes are counted twice"
    """
    from ledger.cases.correcting import ReportCorrection

    command = ReportCorrection(
        party=party, person=person, cause=cause, action=action, prevention=prevention,
        done_on=_day(done_on, "--done-on"), documents=documents_given(document),
    )  # fmt: skip
    _act(case, command, ("EXPLAINER",))
    say("The correction is reported.")


def accept_correction(
    case: CaseArgument,
    party: AsOption,
    person: PersonOption,
    text: Annotated[str | None, typer.Option(help="In words.")] = None,
) -> None:
    """Accept the correction that your body asked for.

    Example: ledger accept-correction 1faa93 --as RCB-1 --person P-9
    """
    from ledger.cases.correcting import AcceptCorrection

    _act(case, AcceptCorrection(party=party, person=person, text=text), ("DECIDER",))
    say("The correction is accepted.")


def refuse_correction(
    case: CaseArgument, party: AsOption, person: PersonOption, text: SaidOption, on: DueOption
) -> None:
    """Send back a correction that your body asked for, until another day.

    Example: ledger refuse-correction 1faa93 --as RCB-1 --person P-9 --due 2026-12-31
    --text "The cause is missing"
    """
    from ledger.cases.correcting import RefuseCorrection

    command = RefuseCorrection(party=party, person=person, text=text, due=_day(on, "--due"))
    _act(case, command, ("DECIDER",))
    say(f"The correction is sent back, due on {on}.")


ANYBODY: "tuple[WorksAs, ...]" = ("REPORTER", "EXPLAINER", "DECIDER", "SIGNER", "ADMIN")
"""Whoever is registered for a party may comment."""


def _act(typed: str, command: "Deciding", functions: "Sequence[WorksAs]") -> None:
    """Decide about the case that begins so; the person is registered as one of the functions."""
    from consumers.auditor.running import audit_clock
    from ledger.commands.home import deciding
    from ledger.views.discrepancies import settle
    from ledger.views.known import Named, check_known
    from ledger.views.projection import Projector
    from ledger.views.reading import reading

    with deciding() as log:
        now = audit_clock(log)()
        with reading(log) as rows:
            asked = case_of(rows, typed)
            named = [getattr(command, name, None) for name in ("from_party", "to")]
            if functions:
                named.append(command.party)
            check_known(rows, log, *((Named.PARTY, name) for name in named))
        if functions:
            _check_acting(log, command, functions, now)
        settle(log, asked, command, now, follow=Projector(log).catch_up)


def _check_acting(
    log: "Log", command: "Deciding", functions: "Sequence[WorksAs]", now: int
) -> None:
    """Raise NotPermitted unless the person is registered as one of the functions."""
    from ledger.commands.acting import check_acting
    from ledger.views.reading import reading
    from ledger.views.registered import Acting, registered, today

    with reading(log) as rows:
        for function in functions:
            acting = Acting(command.person, command.party, today(now), function)
            if registered(rows, log, acting):
                return
    check_acting(log, command.party, command.person, functions[0], now)


def _day(text: str, option: str) -> "date":
    given = day(text, option)
    if given is None:
        raise Misuse(f"{option}: give a date.")
    return given
