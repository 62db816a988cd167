"""Applications as the rules see them, and departures with their marks.

Most of what is said about an application depends on who applied which mark to which lot under
which label on which day, not on the scan: it is worked out once for all scans of a kind.
"""

from collections.abc import Hashable
from datetime import date
from typing import NamedTuple

from ledger.facts.registry import MarkRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import DepartedLine, ShipmentDeparted
from ledger.facts.standing import BEFORE_DOORS
from ledger.questions import Questions
from ledger.rules.contracts import Standing, mark_of, standing
from ledger.rules.papers import Shipment


class Application(NamedTuple):
    """A counting application: when it happened and was recorded, its day, what it stands on.

    `at` and `rec` are microseconds UTC; `standing` is None where the mark was never registered.
    `by` is the party that its `door` vouched for, `speaker` the one that speaks in it.
    """

    fact: SealsApplied
    at: int
    rec: int
    day: date
    standing: Standing | None
    by: str | None
    door: str | None
    speaker: str | None


def application_of(key: str, questions: Questions) -> Application | None:
    """The application of that event id; None where it does not count."""

    def read() -> Application | None:
        known = questions.record.known(key)
        if known is None or not questions.record.counts(known.fact):
            return None
        fact = known.fact
        if not isinstance(fact, SealsApplied):
            return None
        day = fact.day
        stands = standing(questions, fact.holder, fact.mark, fact.contract, day)
        speaker = questions.record.speaker_of(known)
        return Application(fact, known.at, known.rec, day, stands, known.by, known.door, speaker)

    return questions.memo(("application", key), read)


class Breach(NamedTuple):
    """What is wrong with every application of one kind, before one of them is named."""

    discriminator: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    artefact: bool = False


def kind_of(app: Application) -> Hashable:
    """What applications have in common about which the same is true, besides units and seals."""
    fact = app.fact
    return (
        fact.holder,
        fact.mark,
        fact.site,
        fact.lot,
        fact.label,
        fact.label_version,
        fact.contract,
        app.day,
    )


def scan_kind(fact: SealsApplied, by: str | None, door: str | None) -> Hashable:
    """What applications have in common for which every `when` is worked out together.

    Their kind, who scanned, and whether they correct something. `by` is the party that the `door`
    vouched for.
    """
    return (
        fact.corrects is None,
        fact.source,
        by,
        door in BEFORE_DOORS,
        fact.lot,
        fact.mark,
        fact.holder,
        fact.site,
        fact.label,
        fact.label_version,
        fact.contract,
        fact.actor,
        fact.time[:10],
    )


class SealedLine(NamedTuple):
    """The lines of a shipment with one lot and one mark, and who departed with them."""

    lot: str
    mark: str
    lines: tuple[DepartedLine, ...]
    departures: tuple[ShipmentDeparted, ...]


def sealed_lines(shipment: Shipment) -> list[SealedLine]:
    """The shipment's (lot, mark) pairs, ordered."""
    lines: dict[tuple[str, str], list[DepartedLine]] = {}
    departures: dict[tuple[str, str], dict[str, ShipmentDeparted]] = {}
    for departure in shipment.departures:
        for line in departure.lines:
            if line.mark is not None:
                pair = line.lot, line.mark
                lines.setdefault(pair, []).append(line)
                departures.setdefault(pair, {})[departure.id] = departure
    return [
        SealedLine(*pair, tuple(lines[pair]), tuple(departures[pair].values()))
        for pair in sorted(lines)
    ]


class MarkedLine(NamedTuple):
    """The same where the mark is registered."""

    lot: str
    mark: MarkRegistered
    departures: tuple[ShipmentDeparted, ...]


def marked_lines(shipment: Shipment, questions: Questions) -> list[MarkedLine]:
    """The shipment's (lot, mark) pairs whose mark is registered, ordered."""
    return [
        MarkedLine(line.lot, mark, line.departures)
        for line in sealed_lines(shipment)
        if (mark := mark_of(questions, line.mark)) is not None
    ]


def departed_rec(questions: Questions, departures: tuple[ShipmentDeparted, ...]) -> int:
    """When the first of some departures became known."""
    return min(map(questions.record.rec, departures))
