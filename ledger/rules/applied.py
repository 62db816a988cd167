"""Applications as the rules look at them, and departures with their marks.

Most of what is said about an application depends on who applied which mark to which lot under
which label on which day, not on the scan: it is worked out once for all scans alike.
"""

from collections.abc import Callable, Hashable, Iterator
from datetime import date
from typing import NamedTuple

from ledger.facts.registry import MarkRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import DepartedLine, ShipmentDeparted
from ledger.rules.books import Books
from ledger.rules.contracts import Standing, mark_of, standing
from ledger.rules.moments import wait
from ledger.rules.papers import Shipment
from ledger.rules.policy import Policy
from ledger.rules.violation import Finding


class Application(NamedTuple):
    """A counting application: the fact, when it was recorded, its day, what it stands on.

    `standing` is None where the mark was never registered.
    """

    fact: SealsApplied
    rec: int
    day: date
    standing: Standing | None


def application_of(key: str, books: Books) -> Application | None:
    """The application of that event id; None where it does not count."""

    def read() -> Application | None:
        known = books.record.known(key)
        if known is None or not books.record.counts(known.fact):
            return None
        fact = known.fact
        if not isinstance(fact, SealsApplied):
            return None
        day = fact.day
        stands = standing(books, fact.holder, fact.mark, fact.contract, day)
        return Application(fact, known.rec, day, stands)

    return books.memo(("application", key), read)


class Breach(NamedTuple):
    """What is wrong with every application of one kind, before one of them is named."""

    discriminator: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    artefact: bool = False


def alike(
    app: Application,
    books: Books,
    policy: Policy,
    kind: Hashable,
    compute: Callable[[], Iterator[Breach]],
) -> Iterator[Finding]:
    """Findings on one application from breaches shared by all of a `kind`, computed once.

    `kind` holds all that `compute` depends on besides the books.
    """
    for breach in books.memo(kind, lambda: tuple(compute())):
        yield Finding(
            discriminator=breach.discriminator,
            expected=breach.expected,
            found=breach.found,
            evidence=(app.fact.id, *breach.evidence),
            deadline=wait(policy.grace_registry, app.rec),
            artefact=breach.artefact,
        )


class MarkedLine(NamedTuple):
    """The lines of a shipment with one lot and one registered mark, and who departed with them."""

    lot: str
    mark: MarkRegistered
    lines: tuple[DepartedLine, ...]
    departures: tuple[ShipmentDeparted, ...]


def marked_lines(shipment: Shipment, books: Books) -> list[MarkedLine]:
    """The shipment's (lot, mark) pairs whose mark is registered, ordered."""
    pairs = sorted({(line.lot, line.mark) for line in shipment.lines if line.mark is not None})
    found: list[MarkedLine] = []
    for lot, name in pairs:
        mark = mark_of(books, name)
        if mark is not None:
            with_it = [
                (departure, line)
                for departure in shipment.departures
                for line in departure.lines
                if (line.lot, line.mark) == (lot, name)
            ]
            lines = tuple(line for _, line in with_it)
            departures = tuple(dict.fromkeys(departure for departure, _ in with_it))
            found.append(MarkedLine(lot, mark, lines, departures))
    return found


def departed_rec(books: Books, departures: tuple[ShipmentDeparted, ...]) -> int:
    """When the first of some departures became known."""
    return min(map(books.record.rec, departures))
