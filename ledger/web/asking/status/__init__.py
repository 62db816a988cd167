"""How the ledger stands: one question for the command line, the API and, in time, a page.

Trouble stands first, each line of it with the sentence that mends it. What cannot be reached is a
line; only without the database there is nothing to tell.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ledger.facts.scalars import time_text
from ledger.log import Log
from ledger.settings import Settings
from ledger.web.asking.status.asked import asking
from ledger.web.asking.status.expiring import expiring
from ledger.web.asking.status.holding import clock, holding
from ledger.web.asking.status.lines import Line, State, any_wrong, counted, in_order
from ledger.web.asking.status.running import running
from ledger.web.asking.status.stuck import stuck

AskBroker = Callable[[], Sequence[Line]]
"""What asks Kafka; it raises nothing: a broker that is away is a line."""
NOTHING: Final = "Nothing needs a person."


class Status(NamedTuple):
    """How things stand at a moment (µs UTC, by the database's clock), trouble first."""

    at: int
    lines: list[Line]

    @property
    def needs_somebody(self) -> bool:
        """Whether anything waits for a person."""
        return any_wrong(self.lines)

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        wrong = sum(line.state is State.WRONG for line in self.lines)
        if not wrong:
            return NOTHING
        return f"{counted(wrong, 'thing needs', 'things need')} a person."

    def told(self) -> dict[str, Any]:
        """The status as programs read it."""
        return {
            "at": time_text(self.at, 0),
            "verdict": self.verdict,
            "needs_somebody": self.needs_somebody,
            "lines": [line.told() for line in self.lines],
        }


def status(log: Log, settings: Settings, ask_broker: AskBroker | None = None) -> Status:
    """Ask everything once. Raises Unavailable where the database is away.

    `ask_broker` is left out where no Kafka is set.
    """
    with asking(log) as asked:
        lines = [
            *running(asked),
            *stuck(asked),
            *holding(asked, settings),
            *expiring(asked, settings),
        ]
    lines.append(clock(log))
    if ask_broker is not None:
        lines += ask_broker()
    return Status(asked.now, in_order(lines))
