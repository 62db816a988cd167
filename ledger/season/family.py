"""Families of faults: each fault a row of a table, or a function that spoils a clean scenario."""

from collections.abc import Callable
from random import Random
from typing import Any, Final, NamedTuple

from ledger.season.scenario import Case, Scenario, Shape
from ledger.season.trades import Trade

Plant = Callable[[Scenario], object]
EACH_SCAN: Final = "each scan"
"""Stands for a case of every application."""


class Fault(NamedTuple):
    """A kind of fault: what it is called, the rule it breaks, and how it is planted."""

    name: str
    rule: str
    trade: Callable[[str], Trade]
    shape: Shape
    plant: Plant

    def scenario(self, number: int, rng: Random) -> Scenario:
        """A scenario with this fault."""
        scenario = Scenario(self.trade(f"X{number:04d}"), rng, number, self.shape)
        self.plant(scenario)
        scenario.settled()
        return scenario


class Row(NamedTuple):
    """A fault in a row: what it is in words, what is done to a clean trade, the case of its rule.

    The case is about `subject`, under a discriminator; `more` follow, of any rule. `{i.lot}` in
    them stands for the scenario's lot, likewise for all else that it has, and `{event}` for what
    `does` answers.
    """

    name: str
    rule: str
    trade: Callable[[str], Trade]
    says: str
    does: Plant
    subject: str
    discriminator: str = ""
    more: tuple[Case, ...] = ()
    shape: Shape = Shape()

    def plant(self, i: Scenario) -> None:
        """Do it, and say which cases follow."""
        event = self.does(i)
        first = Case(self.rule, self.subject, self.discriminator)
        for rule, subject, discriminator in (first, *self.more):
            which = discriminator.format(i=i, event=event)
            if subject == EACH_SCAN:
                i.each_scan(rule, which)
            else:
                i.expect(rule, subject.format(i=i, event=event), which)


def nothing(i: Scenario) -> None:
    """Leave all as it is: the trade itself is at fault."""


class Family(dict[str, Fault]):
    """Faults by name, in the order in which they are entered."""

    def rows(self, *rows: Row) -> None:
        """Enter rows of a table."""
        for row in rows:
            self[row.name] = Fault(row.name, row.rule, row.trade, row.shape, row.plant)

    def fault(
        self, rule: str, trade: Callable[[str], Trade], **shape: Any
    ) -> Callable[[Plant], Plant]:
        """Make a function a fault: it is handed a clean scenario and spoils it."""

        def entered(plant: Plant) -> Plant:
            name = plant.__name__.replace("_", "-")
            self[name] = Fault(name, rule, trade, Shape(**shape), plant)
            return plant

        return entered
