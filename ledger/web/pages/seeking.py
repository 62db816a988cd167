"""By which words a list of cases is filtered: read off an address, and as the view is asked."""

from datetime import date
from typing import Annotated, Final, NamedTuple

from fastapi import Depends, Query

from ledger.cases.discrepancy import State
from ledger.rules.audit import RULES
from ledger.views.discrepancies import SEVERITIES, TABS, Sought
from ledger.views.discrepancies.seeking import THINGS
from ledger.web.asking.given import day
from ledger.web.pages.given import Id, Key, known

ALL: Final = "all"
_ABOUT: Final = ("importer", "rcb", "party", "mark", "subject", "owner", "cause")
Day = Annotated[str, Query(max_length=10)]
Flag = Annotated[str, Query(max_length=1, pattern="^[01]?$")]


class Filter(NamedTuple):
    """Words to filter by; empty ones ask for any. Days are Japan's."""

    tab: Id = ""
    rule: Key = ""
    severity: Key = ""
    state: Key = ""
    importer: Key = ""
    rcb: Key = ""
    party: Key = ""
    mark: Key = ""
    subject: Key = ""
    lot: Key = ""
    product: Key = ""
    contract: Key = ""
    source: Key = ""
    person: Key = ""
    owner: Key = ""
    cause: Key = ""
    opened_from: Day = ""
    opened_to: Day = ""
    due_until: Day = ""
    late: Flag = ""
    slip: Flag = ""

    @property
    def given(self) -> dict[str, str]:
        """The words that say something."""
        return {name: word for name, word in self._asdict().items() if word}

    def sought(self) -> Sought:
        """The same as the view is asked; the problem names the word that cannot be.

        Without any word: what the party that asks is to act on.
        """
        known(self.tab, TABS, "tab")
        states = known(self.state, [*State, ALL], "state")
        tab = self.tab or ("live" if self.given else "mine")
        if states and not self.tab:
            tab = ALL
        return Sought(
            tab=tab,  # type: ignore[arg-type]  # one of those known, checked above
            rules=known(self.rule, RULES, "rule"),
            states=() if ALL in states else tuple(map(State, states)),
            severities=known(self.severity, SEVERITIES, "severity"),
            things=[f"{name} {getattr(self, name)}" for name in THINGS if getattr(self, name)],
            opened_from=_day(self.opened_from, "opened_from"),
            opened_to=_day(self.opened_to, "opened_to"),
            due_until=_day(self.due_until, "due_until"),
            late=self.late == "1",
            slip=self.slip == "1",
            **{name: getattr(self, name) for name in _ABOUT},
        )


def _day(text: str, name: str) -> date | None:
    return day(text, name) if text else None


Filtered = Annotated[Filter, Depends(Filter)]
