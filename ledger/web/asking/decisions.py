"""What people decide and arrange about a case: who it concerns, who certifies it, the operator.

Everybody else finds no such case.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Final, Literal, NamedTuple, get_args
from uuid import UUID

from ledger.cases.arranging import Assign, Comment, Route, SetDue
from ledger.cases.correcting import (
    AcceptCorrection,
    AskCorrection,
    RefuseCorrection,
    ReportCorrection,
)
from ledger.cases.deciding import STATES, Close, Deciding, Escalate, Explain
from ledger.cases.discrepancy import Case, Event, State, evolve
from ledger.cases.ground import Standing as Say
from ledger.cases.period import Period, Row
from ledger.facts.identity import Document
from ledger.facts.scalars import WorksAs
from ledger.facts.standing import OPERATOR
from ledger.log.seeing import Viewer
from ledger.views import periods
from ledger.views.discrepancies import Listed, Wanted, listed, settle
from ledger.views.reading import reading
from ledger.views.registered import Acting, check_registered, registered, today
from ledger.web.access.viewers import CERTIFYING, EXPLAINING, OPERATING, person_of
from ledger.web.desk import Desk, Looking, Standing
from ledger.web.problems import Problem, forbidden, not_found, said

Command = Deciding
ActName = Literal[
    "explain", "escalate", "close", "ask-correction", "report-correction", "accept-correction",
    "refuse-correction", "route", "comment", "assign", "due",
]  # fmt: skip
NAMES: Final[tuple[ActName, ...]] = get_args(ActName)
_ANYBODY: Final[tuple[WorksAs, ...]] = ("REPORTER", "EXPLAINER", "DECIDER", "SIGNER", "ADMIN")
_BOTH: Final = EXPLAINING | CERTIFYING


class Act(NamedTuple):
    """A decision that people take: its command, the roles that take it.

    `functions` = one of these the person is registered as; none: nobody has to be.
    """

    command: type[Command]
    roles: frozenset[str]
    functions: tuple[WorksAs, ...]


ACTS: Final[Mapping[ActName, Act]] = {
    "explain": Act(Explain, EXPLAINING, ("EXPLAINER",)),
    "escalate": Act(Escalate, CERTIFYING, ("DECIDER",)),
    "close": Act(Close, CERTIFYING, ("DECIDER",)),
    "ask-correction": Act(AskCorrection, CERTIFYING, ("DECIDER",)),
    "report-correction": Act(ReportCorrection, EXPLAINING, ("EXPLAINER",)),
    "accept-correction": Act(AcceptCorrection, CERTIFYING, ("DECIDER",)),
    "refuse-correction": Act(RefuseCorrection, CERTIFYING, ("DECIDER",)),
    "route": Act(Route, OPERATING, ()),
    "comment": Act(Comment, _BOTH, _ANYBODY),
    "assign": Act(Assign, _BOTH, ("EXPLAINER", "DECIDER")),
    "due": Act(SetDue, CERTIFYING, ("DECIDER",)),
}


class Given(NamedTuple):
    """What somebody gives with a decision; each act asks for some of it."""

    text: str | None = None
    reason: str = ""
    documents: Sequence[Document] = ()
    waive: str | None = None
    owner: str | None = None
    due: date | None = None
    audience: str = "ALL"
    from_party: str = ""
    actions: Sequence[str] = ()
    cause: str = ""
    action: str = ""
    prevention: str = ""
    done_on: date | None = None
    to: str = ""


_TAKES: Final[Mapping[type[Command], tuple[str, ...]]] = {
    Explain: ("text", "reason", "documents"),
    Escalate: ("text", "documents"),
    Close: ("text", "reason", "documents", "waive"),
    AskCorrection: ("text", "from_party", "actions", "due"),
    ReportCorrection: ("cause", "action", "prevention", "done_on", "documents"),
    AcceptCorrection: ("text",),
    RefuseCorrection: ("text", "due"),
    Route: ("text", "to"),
    Comment: ("text", "audience", "documents"),
    Assign: ("owner",),
    SetDue: ("text", "due"),
}
_DAYS: Final = {"due": said("Give the day by which it is due."),
                "done_on": said("Give the day on which it was done.")}  # fmt: skip


def acting(desk: Desk, viewer: Viewer, *functions: WorksAs) -> str:
    """The person who decides for a viewer's party: its token's own, registered so today.

    As any of the functions. Raises the problem, or NotPermitted, that says why nobody does.
    """
    person = person_of(viewer)
    first, *others = (
        Acting(person, viewer.party, today(desk.now()), function) for function in functions
    )
    with reading(desk.log) as rows:
        if not any(registered(rows, desk.log, wanted) for wanted in others):
            check_registered(rows, desk.log, first)
    return person


def command_of(desk: Desk, act: ActName, viewer: Viewer, given: Given) -> Command:
    """The decision that a viewer takes, as the registered person that its token is bound to."""
    command, _, functions = ACTS[act]
    taken = {name: getattr(given, name) for name in _TAKES[command]}
    for name, missing in _DAYS.items():
        if name in taken and taken[name] is None:
            raise Problem(422, missing, fields=[(name, missing)])
    for name in ("documents", "actions"):
        if name in taken:
            taken[name] = tuple(taken[name])
    person = acting(desk, viewer, *functions) if functions else person_of(viewer)
    party = viewer.party if functions else OPERATOR
    return command(party=party, person=person, **taken)


class Settled(NamedTuple):
    """A decision that was recorded, and what was seen when it was taken."""

    standing: Standing
    entry: Listed
    event: Event

    @property
    def row(self) -> dict[str, object]:
        """The case as the decision left it, by what was seen then."""
        case = evolve(self.entry.case, self.event)
        return self.entry.row | {"state": str(case.state), "changed_at": self.event.time}


def one_case(looking: Looking, case_id: UUID) -> Listed:
    """The case of that id as the viewer sees it; 404 where there is none."""
    found = listed(looking.rows, looking.log, Wanted(states=tuple(State), ids=(case_id,)))
    if not found:
        raise not_found("such case")
    return found[0]


def settled(desk: Desk, viewer: Viewer, case_id: UUID, command: Command) -> Settled:
    """Decide about a case that the viewer sees; the problem says why it may not."""
    with desk.looking(viewer) as looking:
        entry = one_case(looking, case_id)
        seen = looking.standing
    if isinstance(command, Explain | Escalate | Close) and not _in_time(command, entry.case):
        raise Problem(409, f"The case is {entry.case.state}: that is not to be decided now.")
    event = settle(desk.log, case_id, command, desk.now(), follow=desk.follow, may=_may(command))
    return Settled(seen, entry, event)


def _in_time(command: Explain | Escalate | Close, case: Case) -> bool:
    return case.state in STATES[type(command)]


def _may(command: Command) -> Callable[[Say], None]:
    return lambda say: check_say(command, say)


def check_say(command: Command, say: Say) -> None:
    """Raise 403 where the party has no say in the case; the case itself knows who was asked."""
    match command:
        case Explain():
            whose = say.concerned
        case Escalate() | Close() | AskCorrection() | SetDue():
            whose = say.certifiers
        case _:
            return
    if command.party not in whose:
        raise forbidden(f"{command.party} has no say in this case.")


def offered(case: Case, viewer: Viewer, say: Say) -> list[ActName]:
    """What a viewer may do to a case as it stands, in the order in which it is offered."""
    return [
        name
        for name, act in ACTS.items()
        if viewer.role in act.roles and _OFFERED[name](case, viewer.party, say)
    ]


_LIVE_OR_GONE: Final = frozenset({State.OPEN, State.EXPLAINED, State.ESCALATED, State.WITHDRAWN})
_Offered = Callable[[Case, str, Say], bool]


def _reports(case: Case, party: str, _say: Say) -> bool:
    owes = case.owes
    return (
        owes is not None
        and owes.state == "ASKED"
        and owes.of == party
        and (case.state in _LIVE_OR_GONE)
    )


def _judges(case: Case, party: str, _say: Say) -> bool:
    owes = case.owes
    return (
        owes is not None
        and owes.state == "REPORTED"
        and owes.by == party
        and (case.state in _LIVE_OR_GONE)
    )


def _certifies(*states: State) -> _Offered:
    return lambda case, party, say: party in say.certifiers and case.state in states


_OFFERED: Final[Mapping[ActName, _Offered]] = {
    "explain": lambda case, party, say: party in say.concerned and case.state in STATES[Explain],
    "escalate": _certifies(*STATES[Escalate]),
    "close": _certifies(*STATES[Close]),
    "ask-correction": _certifies(*STATES[Close]),
    "report-correction": _reports,
    "accept-correction": _judges,
    "refuse-correction": _judges,
    "route": lambda case, _party, say: say.nobodys and case.state in STATES[Close],
    "comment": lambda _case, _party, _say: True,
    "assign": lambda _case, party, say: party in say.concerned | say.certifiers,
    "due": _certifies(*State),
}


def row_of(looking: Looking, period: Period) -> Row:
    """Figures and claims as of the end of a period; 404 where there is no such pair."""
    with _pair_or_404():
        return periods.period_row(looking.rows, looking.log, period)


@contextmanager
def _pair_or_404() -> Iterator[None]:
    try:
        yield
    except periods.NoSuchPair:
        raise not_found("such pair") from None
