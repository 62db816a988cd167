"""What a decision about a case is taken on: the case, what it shows, who has a say, the moment."""

from datetime import date
from typing import Any, Final, NamedTuple

from msgspec import Struct

from ledger.cases.decision import Refusal
from ledger.cases.discrepancy import LIVE, Case, State, Values
from ledger.errors import template
from ledger.facts.scalars import time_text
from ledger.rules.moments import JAPAN, day_at


class Command(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody wants to decide: for which party, as which person, in what words."""

    party: str
    person: str
    text: str | None = None


class Standing(Struct, frozen=True, kw_only=True, gc=False):
    """Who has a say in a case.

    `concerned` = parties that the events of its subject name as holder, exporter, importer,
    operator or party; `certifiers` = bodies of its pairs, agents of the exporters, and to whom the
    operator gave it. `nobodys` = without the operator's word it had no certifier.
    """

    concerned: frozenset[str]
    certifiers: frozenset[str]
    nobodys: bool = False


class Ground(NamedTuple):
    """What a decision is taken on.

    `shown` are the values of the latest evaluation: what the person saw and decides about; `now`
    is µs UTC, `position` the last position of the log that was read for it, `policy_due` the day
    on which the policy has the case due.
    """

    case: Case
    standing: Standing
    shown: Values
    now: int
    position: int
    policy_due: date | None = None

    @property
    def today(self) -> date:
        """The day in Japan."""
        return day_at(self.now, JAPAN)

    def head(self, command: Command, done: str) -> dict[str, Any]:
        """What every decision of a person begins with; refuses where nobody says who takes it."""
        person = command.person.strip()
        if not person:
            raise Refusal(_NOBODY[done], field="person")
        return {
            "case": self.case.id, "time": time_text(self.now, 0), "position": self.position,
            "party": command.party, "person": person,
        }  # fmt: skip

    def check_state(self, states: frozenset[State], done: str) -> None:
        """Refuse in a state in which it cannot be done."""
        if self.case.state not in states:
            raise Refusal(_NOT_NOW[done], state=self.case.state)

    def check_certifier(self, command: Command, done: str) -> None:
        """Refuse who does not certify."""
        if command.party not in self.standing.certifiers:
            raise Refusal(_NO_CERTIFIER[done], party=command.party)

    def check_day(self, day: date, field: str = "due") -> date:
        """A day by which something is to be done; refuses one that is over."""
        if day < self.today:
            raise Refusal("%(day)s is over: give a day to come.", field=field, day=day)
        return day


LIVE_OR_WITHDRAWN: Final = LIVE | {State.WITHDRAWN}
"""What facts withdrew leaves a correction owed."""

_NOBODY: Final = {
    "explained": template("Say which person has the case explained."),
    "escalated": template("Say which person has the case escalated."),
    "closed": template("Say which person has the case closed."),
    "assigned": template("Say which person assigns the case."),
    "due": template("Say which person sets the due day."),
    "commented": template("Say which person comments."),
    "routed": template("Say which person gives the case to a certifier."),
    "asked": template("Say which person asks for the correction."),
    "reported": template("Say which person reports the correction."),
    "accepted": template("Say which person accepts the correction."),
    "refused": template("Say which person sends the correction back."),
}
_NOT_NOW: Final = {
    "explained": template("The case is %(state)s: it cannot be explained."),
    "escalated": template("The case is %(state)s: it cannot be escalated."),
    "closed": template("The case is %(state)s: it cannot be closed."),
    "routed": template("The case is %(state)s: it cannot be given to a certifier."),
    "asked": template("The case is %(state)s: no correction can be asked for."),
    "reported": template("The case is %(state)s: no correction can be reported."),
    "accepted": template("The case is %(state)s: no correction can be accepted."),
    "refused": template("The case is %(state)s: no correction can be sent back."),
}
_NO_CERTIFIER: Final = {
    "escalated": template(
        "%(party)s is no certifier of the case: only the body of its importer or the agent of its"
        " exporter has it escalated."
    ),
    "closed": template(
        "%(party)s is no certifier of the case: only the body of its importer or the agent of its"
        " exporter has it closed."
    ),
    "due": template(
        "%(party)s is no certifier of the case: only the body of its importer or the agent of its"
        " exporter sets the due day."
    ),
    "asked": template(
        "%(party)s is no certifier of the case: only the body of its importer or the agent of its"
        " exporter asks for a correction."
    ),
}
