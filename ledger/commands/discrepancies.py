"""`ledger discrepancies`, and what people decide about them: explain, escalate, close."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, NamedTuple
from uuid import UUID

import typer

from ledger.cases.discrepancy import State
from ledger.commands.completing import of, rules
from ledger.commands.given import (
    AsOption,
    DocumentOption,
    PersonOption,
    ReasonOption,
    TextOption,
    documents_given,
)
from ledger.commands.home import deciding, opened
from ledger.commands.options import spread
from ledger.commands.output import SEVERITIES as SEVERITY_WORDS
from ledger.commands.output import say
from ledger.commands.prefixes import case_of
from ledger.commands.printing import Printing, print_list
from ledger.errors import Misuse, no_such
from ledger.rules.violation import SubjectKind

if TYPE_CHECKING:
    from ledger.cases.deciding import Close, Escalate, Explain
    from ledger.facts.scalars import WorksAs
    from ledger.log import Log
    from ledger.views.discrepancies import Listed, Wanted

_COLUMNS = ("rule", "severity", "state", "sentence", "subject", "impact", "due", "waits_for", "id")
_MANY = "Several with commas, or the option several times."


class Filters(NamedTuple):
    """Which cases a command is about: each field is an option, or the argument `CASE`."""

    cases: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CASE]...", help="Ids of cases, or how they begin; or use the filters."
        ),
    ] = None
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule", metavar="M-NN", autocompletion=of(rules), help=f"Only this rule. {_MANY}"
        ),
    ] = None
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            autocompletion=of(lambda: [*State, "ALL"]),
            help=f"One of {', '.join(State)}, or all; else those not settled. {_MANY}",
        ),
    ] = None
    severity: Annotated[
        list[str] | None,
        typer.Option(
            "--severity",
            autocompletion=of(lambda: [*SEVERITY_WORDS.values()]),
            help=f"Only C, H, M or L, or their words. {_MANY}",
        ),
    ] = None
    subject_kind: Annotated[
        str | None,
        typer.Option(
            "--subject-kind",
            autocompletion=of(lambda: SubjectKind),
            help=f"One of {', '.join(SubjectKind)}.",
        ),
    ] = None
    subject: Annotated[str | None, typer.Option("--subject", help="Only this subject's key.")] = (
        None
    )
    importer: Annotated[str | None, typer.Option(help="Of pairs with this importer.")] = None
    rcb: Annotated[str | None, typer.Option(help="Of pairs with this certifying body.")] = None
    exporter: Annotated[
        str | None, typer.Option("--exporter", "--party", help="Whose events name this party.")
    ] = None
    mark: Annotated[str | None, typer.Option(help="That touch this mark.")] = None
    lot: Annotated[str | None, typer.Option(help="About this lot or an event on it.")] = None

    def wanted(self) -> "Wanted":
        """The same as the view is asked, but for the lot; raises Misuse for what there is not."""
        from ledger.rules.audit import RULES
        from ledger.views.discrepancies import Wanted

        kind = _named([self.subject_kind or ""], [*SubjectKind], "subject")
        return Wanted(
            rules=_named(_upper(self.rule), RULES, "rule"), states=_states(self.state),
            severities=_severities(self.severity),
            subject_kind=kind[0] if kind else None,
            subject=self.subject, importer=self.importer, rcb=self.rcb, party=self.exporter,
            mark=self.mark,
        )  # fmt: skip


@spread(Filters, without=("cases",))
@spread(Printing)
def discrepancies(
    filters: Filters,
    group: Annotated[
        str | None,
        typer.Option(metavar="BY", help="One row a cause, by rule, lot, party, day …"),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 where a case asks for attention.")
    ] = False,
    *,
    printing: Printing,
) -> None:
    """List what does not fit: rule, subject, severity, state, expected, found, evidence.

    Example: ledger discrepancies --severity C --group rule,lot
    """
    from ledger.cases.discrepancy import LIVE
    from ledger.views.discrepancies import GROUPS, grouped

    filters.wanted()  # what is none is told before anything is opened
    by = _named([group or ""], GROUPS, "way to group")
    with opened() as log:
        found = _found(log, filters)
        rows = grouped(found, log, by) if by else [entry.row for entry in found]
        notes = printing.notes(log, group=by, **filters._asdict())
    print_list(
        rows, printing, "case_groups" if by else "cases", notes=notes,
        columns=None if by else _COLUMNS, empty="No case asks for attention.",
        without=[name for name in GROUPS if name not in by] if by else (),
    )  # fmt: skip
    if check and any(entry.case.state in LIVE for entry in found):
        raise typer.Exit(1)


@spread(Filters, without=("state",))
def explain(
    party: AsOption,
    person: PersonOption,
    reason: ReasonOption,
    text: TextOption = None,
    document: DocumentOption = None,
    *,
    filters: Filters,
) -> None:
    """Explain cases as a party that they concern.

    Example: ledger explain --as EXP-1 --person P-7 --reason LATE_ENTRY --rule M-06 --lot L-7
    """
    from ledger.cases.deciding import Explain

    documents = documents_given(document)
    command = Explain(party=party, person=person, reason=reason, text=text, documents=documents)
    _decide(command, filters, "explained")


@spread(Filters, without=("state",))
def escalate(
    party: AsOption,
    person: PersonOption,
    text: Annotated[str, typer.Option(help="What is asked for.")],
    document: DocumentOption = None,
    *,
    filters: Filters,
) -> None:
    """Escalate cases as a certifier: an explanation alone will not do.

    Example: ledger escalate --as RCB-1 --person P-9 --text "Where did they go?" --rule M-01
    """
    from ledger.cases.deciding import Escalate

    documents = documents_given(document)
    command = Escalate(party=party, person=person, text=text, documents=documents)
    _decide(command, filters, "escalated")


@spread(Filters, without=("state",))
def close(
    party: AsOption,
    person: PersonOption,
    reason: ReasonOption,
    text: TextOption = None,
    waive: Annotated[
        str | None, typer.Option(help="Why a correction that was asked is not owed any more.")
    ] = None,
    document: DocumentOption = None,
    *,
    filters: Filters,
) -> None:
    """Close cases as a certifier; somebody else than who explained them last.

    Example: ledger close --as RCB-1 --person P-9 --reason DOCUMENT_CORRECTED --rule M-06
    """
    from ledger.cases.deciding import Close

    documents = documents_given(document)
    command = Close(
        party=party, person=person, reason=reason, text=text, waive=waive, documents=documents
    )
    _decide(command, filters, "closed")


def _decide(command: "Explain | Escalate | Close", filters: Filters, done: str) -> None:
    """Decide about every case wanted; a single refusal is a misuse, of several each is told."""
    from consumers.auditor.running import audit_clock
    from ledger.cases.deciding import Escalate, Explain, reason_of
    from ledger.commands.acting import check_acting
    from ledger.views.discrepancies import Wanted, settle
    from ledger.views.projection import Projector

    wanted = filters.wanted()
    if wanted == Wanted() and not filters.cases and filters.lot is None:
        raise Misuse("Say which cases: by id, or by a filter such as --rule or --lot.")
    if not isinstance(command, Escalate):
        reason_of(command.reason)  # before anything is opened
    refused = []
    with deciding() as log:
        follow, now = Projector(log).catch_up, audit_clock(log)()
        found = _found(log, filters, by=command.party)
        function: WorksAs = "EXPLAINER" if isinstance(command, Explain) else "DECIDER"
        check_acting(log, command.party, command.person, function, now)
        for entry in found:
            try:
                settle(log, UUID(entry.case.id), command, now, follow=follow)
            except Misuse as refusal:
                if len(found) == 1:
                    raise
                refused.append(f"{entry.case.id}: {refusal}")
    for sentence in refused:
        say(sentence)
    say(f"{len(found) - len(refused)} of {len(found)} cases {done}.")
    if refused or not found:
        raise typer.Exit(1)


def _found(log: "Log", filters: Filters, by: str | None = None) -> "list[Listed]":
    """The cases wanted; Misuse for a name or an id that there is not."""
    from ledger.views.cases import known_cases
    from ledger.views.discrepancies import grouped, listed
    from ledger.views.known import Named, check_known, check_subject
    from ledger.views.reading import reading

    wanted, lot = filters.wanted(), filters.lot
    with reading(log) as rows:
        check_known(
            rows, log, (Named.PARTY, by), (Named.PARTY, wanted.importer), (Named.PARTY, wanted.rcb),
            (Named.PARTY, wanted.party), (Named.MARK, wanted.mark), (Named.LOT, lot),
        )  # fmt: skip
        if wanted.subject is not None:
            check_subject(rows, log, wanted.subject)
        if filters.cases:
            ids = [case_of(rows, typed) for typed in filters.cases]
            # A list is of what asks for attention unless states are named; a case named is meant.
            states = wanted.states or tuple(State)
            wanted = wanted._replace(ids=ids, states=states)
            there = known_cases(rows, ids)
            if missing := [each for each in ids if each not in there]:
                raise Misuse(f"There is no case {missing[0]}.")
        found = listed(rows, log, wanted)
    if lot is None:
        return found
    groups = grouped(found, log, ["lot", "subject"])
    subjects = {row["subject"] for row in groups if row["lot"] == lot}
    return [entry for entry in found if entry.case.subject in subjects]


def _named(values: list[str] | None, known: Collection[str], what: str) -> tuple[str, ...]:
    """Names given in one option or several; Misuse for one that there is not."""
    given = (part.strip() for value in values or () for part in value.split(","))
    found = tuple(filter(None, given))
    for value in found:
        if value not in known:
            raise no_such(what, value, known, every=len(known) <= listed_max)
    return found


def _states(values: list[str] | None) -> tuple[State, ...]:
    given = _named(_upper(values), [*State, "ALL"], "state")
    return tuple(State) if given == ("ALL",) else tuple(map(State, given))


listed_max = 20
"""So many names are listed whole where one is none of them."""


def _severities(values: list[str] | None) -> tuple[str, ...]:
    """Severities by their letter or their word."""
    from ledger.views.discrepancies import SEVERITIES

    letters = {word.upper(): letter for letter, word in SEVERITY_WORDS.items()}
    known = [*SEVERITIES, *letters]
    return tuple(letters.get(one, one) for one in _named(_upper(values), known, "severity"))


def _upper(values: list[str] | None) -> list[str]:
    return [value.upper() for value in values or []]
