"""Which cases a page is about, as its address says; the same words list them and decide them."""

from collections.abc import Iterable
from typing import Annotated, Final, NamedTuple

from fastapi import Depends

from ledger.cases.discrepancy import State
from ledger.rules.audit import RULES
from ledger.views.discrepancies import SEVERITIES, Listed, Wanted, grouped, listed
from ledger.web.desk import Looking
from ledger.web.pages.given import Key
from ledger.web.problems import invalid

ALL_STATES: Final = "all"


class Filter(NamedTuple):
    """Words to filter by; empty ones ask for any."""

    rule: str = ""
    severity: str = ""
    state: str = ""
    importer: str = ""
    rcb: str = ""
    party: str = ""
    mark: str = ""
    subject: str = ""
    lot: str = ""

    @property
    def given(self) -> dict[str, str]:
        """The words that say something."""
        return {name: word for name, word in self._asdict().items() if word}

    def wanted(self) -> Wanted:
        """The same as the view is asked; the problem names the word that cannot be."""
        rules = known(self.rule, RULES, "rule")
        states = [*map(str, State), ALL_STATES]
        chosen = known(self.state, states, "state")
        return Wanted(
            rules=rules,
            states=tuple(State) if ALL_STATES in chosen else tuple(map(State, chosen)),
            severities=known(self.severity, SEVERITIES, "severity"),
            importer=self.importer or None,
            rcb=self.rcb or None,
            party=self.party or None,
            mark=self.mark or None,
            subject=self.subject or None,
        )

    def found(self, looking: Looking) -> list[Listed]:
        """The cases that fit, as the viewer sees them."""
        found = listed(looking.rows, looking.log, self.wanted())
        if not self.lot:
            return found
        groups = grouped(found, looking.log, ["lot", "subject"])
        subjects = {row["subject"] for row in groups if row["lot"] == self.lot}
        return [entry for entry in found if entry.case.subject in subjects]


def known(text: str, words: Iterable[str], field: str) -> tuple[str, ...]:
    """The word alone, or nothing for an empty one; the problem lists those there are."""
    names = [*words]
    if text and text not in names:
        raise invalid(field, f"one of {', '.join(names)}")
    return (text,) if text else ()


def _filter(
    rule: Key = "",
    severity: Key = "",
    state: Key = "",
    importer: Key = "",
    rcb: Key = "",
    party: Key = "",
    mark: Key = "",
    subject: Key = "",
    lot: Key = "",
) -> Filter:
    return Filter(rule, severity, state, importer, rcb, party, mark, subject, lot)


Filtered = Annotated[Filter, Depends(_filter)]
