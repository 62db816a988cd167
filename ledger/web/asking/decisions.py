"""What people decide: about a case, by whom it concerns or who certifies it; about a period.

Everybody else finds no such case, or no such pair.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from ledger.cases.deciding import Close, Escalate, Explain, Settlement
from ledger.cases.deciding import Standing as Say
from ledger.cases.discrepancy import LIVE, State, evolve
from ledger.cases.period import Period, Row
from ledger.facts.scalars import WorksAs
from ledger.log.seeing import Viewer
from ledger.views import periods
from ledger.views.discrepancies import Listed, Wanted, listed, settle
from ledger.views.reading import reading
from ledger.views.registered import Acting, check_registered, today
from ledger.web.access.viewers import CERTIFYING, EXPLAINING, person_of
from ledger.web.desk import Desk, Looking, Standing
from ledger.web.problems import Problem, forbidden, not_found

Command = Explain | Escalate | Close
ActName = Literal["explain", "escalate", "close"]


class Act(NamedTuple):
    """A decision that people take: its command, who takes it, and in which states of a case.

    `function` is what the person is registered as.
    """

    command: type[Command]
    roles: frozenset[str]
    states: frozenset[State]
    function: WorksAs


ACTS: Final[Mapping[ActName, Act]] = {
    "explain": Act(Explain, EXPLAINING, frozenset({State.OPEN, State.ESCALATED}), "EXPLAINER"),
    "escalate": Act(Escalate, CERTIFYING, frozenset({State.OPEN, State.EXPLAINED}), "DECIDER"),
    "close": Act(Close, CERTIFYING, LIVE, "DECIDER"),
}
_STATES: Final = {act.command: act.states for act in ACTS.values()}


def acting(desk: Desk, viewer: Viewer, function: WorksAs) -> str:
    """The person who decides for a viewer's party: its token's own, registered so today.

    Raises the problem, or NotPermitted, that says why nobody does.
    """
    person = person_of(viewer)
    with reading(desk.log) as rows:
        wanted = Acting(person, viewer.party, today(desk.now()), function)
        check_registered(rows, desk.log, wanted)
    return person


def command_of(desk: Desk, act: ActName, viewer: Viewer, text: str | None, reason: str) -> Command:
    """The decision that a viewer takes, as the registered person that its token is bound to."""
    said: dict[str, Any] = {
        "party": viewer.party, "person": acting(desk, viewer, ACTS[act].function), "text": text,
    }  # fmt: skip
    if act == "escalate":
        return Escalate(**said)
    return (Explain if act == "explain" else Close)(**said, reason=reason)


class Settled(NamedTuple):
    """A decision that was recorded, and what was seen when it was taken."""

    standing: Standing
    entry: Listed
    event: Settlement

    @property
    def row(self) -> dict[str, Any]:
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
    if entry.case.state not in _STATES[type(command)]:
        raise Problem(409, f"The case is {entry.case.state}: that is not to be decided now.")
    event = settle(desk.log, case_id, command, desk.now(), follow=desk.follow, may=_may(command))
    return Settled(seen, entry, event)


def _may(command: Command) -> Callable[[Say], None]:
    def check(say: Say) -> None:
        whose = say.concerned if isinstance(command, Explain) else say.certifiers
        if command.party not in whose:
            raise forbidden(f"{command.party} has no say in this case.")

    return check


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
