"""The reconciliation: where all seals of an importer and a body are, beside what people claim.

Its figures add up to what was issued, whatever happened; its claims show who says otherwise. Every
pair of an importer and a body for whom a mark is registered has a row; a split row sums one
exporter's or one agent's part of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from ledger.facts.record import Record
from ledger.facts.registry import ConsignmentContractSigned, MarkRegistered
from ledger.facts.scalars import local_day, time_text
from ledger.log import Log
from ledger.rules.violation import Severity
from ledger.views import schema
from ledger.views.figures import PLACES
from ledger.views.folding import Rows
from ledger.views.loading import facts_of
from ledger.views.reconciliation.claims import COUNTED_STOCKS, SEALED, claims
from ledger.views.reconciliation.figures import NOBODY, Amount, Pair, Scope, figures

FIGURES: Final = tuple(PLACES)
CLAIMS: Final = (
    "dispatched", "received", "lost_in_transit", "departed", "reported", "reported_ahead",
    "report_asked", "arrived", "returned", "shipped_units", "asked_units", "certified_units",
    "volume_units", "exempt_units", "counted", "book", "adjusted_for_counts", "unexplained",
)  # fmt: skip
"""What the parties claim, in seals and units."""
WEIGHTS: Final = ("volume_drawn", "volume_certified")
"""What is claimed in kilograms, as text of three places."""
PARTIES: Final = "parties"
"""Whose parts a split row sums."""
BESIDE: Final = (COUNTED_STOCKS, *SEALED, PARTIES)
"""What a row holds for whoever judges or shows it, and is no part of an answer."""
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
_JAPAN_MINUTES: Final = 540
Cases = Mapping[Pair, Mapping[str, int]]
"""How many discrepancies are open, by pair and severity."""


class Question(Struct, frozen=True, kw_only=True):
    """What is asked. Times in µs UTC; None is now for both clocks.

    `exporter` or `agent` ask for that split row only.
    """

    importer: str | None = None
    rcb: str | None = None
    split: Literal["exporter", "agent"] | None = None
    exporter: str | None = None
    agent: str | None = None
    as_of: int | None = None
    known_at: int | None = None

    @property
    def by(self) -> Literal["exporter", "agent"] | None:
        """Which split is asked for, if any."""
        if self.exporter is not None:
            return "exporter"
        return "agent" if self.agent is not None else self.split


def reconcile(
    rows: Rows, log: Log, asked: Question, *, now: int, cases: Cases | None = None
) -> list[dict[str, Any]]:
    """The reconciliation rows, ordered by importer, body and party; numbers are seals or units.

    `rows` is a snapshot of the views, `now` the clock in µs UTC; `cases` are given by whoever
    keeps them. Times are answered as RFC 3339 at +09:00, as the years of the trade are; `as_of` is
    the moment asked for, or the one at which it was asked.
    """
    projected = schema.position(rows)
    position = projected
    if asked.known_at is not None:
        position = min(projected, log.known_at(asked.known_at))
    time = _time(log, asked, now, position)
    registry = facts_of(rows, log, (MarkRegistered, ConsignmentContractSigned), position)
    pairs = _pairs(registry, asked)
    latest = rows.execute("SELECT heard_last()").fetchone()
    known = position == projected
    licensed = {fact.mark: (fact.importer, fact.rcb) for fact in registry.all(MarkRegistered)}
    scope = Scope(
        pairs={mark: pair for mark, pair in licensed.items() if pair in set(pairs)},
        licensees={mark: importer for mark, (importer, _) in licensed.items()},
        time=time,
        position=position,
        all_known=known,
        everything=known and latest is not None and latest[0] <= time,
    )
    split = asked.by is not None
    amounts = [*figures(rows, log, scope, split=split), *claims(rows, scope, split=split)]
    head = {
        # Also where nobody gave it: figures without their moment cannot be set beside others.
        "as_of": time_text(time, _JAPAN_MINUTES),
        "known_at": None if asked.known_at is None else time_text(asked.known_at, _JAPAN_MINUTES),
        "position": position,
    }
    if split:
        agents = _Agents(registry, local_day(time_text(time, _JAPAN_MINUTES)))
        of_pairs = _by_pair(pairs, amounts)
        return [row for pair, own in of_pairs for row in _split(asked, pair, own, agents, head)]
    return [_whole(pair, amounts_of, head, cases) for pair, amounts_of in _by_pair(pairs, amounts)]


def _time(log: Log, asked: Question, now: int, position: int) -> int:
    if asked.as_of is not None:
        return asked.as_of
    # Where recorded times are made up the clock of the ledger is the last one it recorded.
    last = log.at([position])
    return max(now, last[0].recorded_at) if last else now


def _pairs(registry: Record, asked: Question) -> list[Pair]:
    return sorted(
        {
            (fact.importer, fact.rcb)
            for fact in registry.all(MarkRegistered)
            if asked.importer in (None, fact.importer) and asked.rcb in (None, fact.rcb)
        }
    )


def _by_pair(pairs: list[Pair], amounts: Iterable[Amount]) -> Iterable[tuple[Pair, list[Amount]]]:
    found: dict[Pair, list[Amount]] = {pair: [] for pair in pairs}
    for amount in amounts:
        found[amount.pair].append(amount)
    return found.items()


def _whole(
    pair: Pair, amounts: list[Amount], head: dict[str, Any], cases: Cases | None
) -> dict[str, Any]:
    open_cases = (cases or {}).get(pair, {})
    return {
        **_head(pair, head),
        **_told(_sums(amounts)),
        "cases": {severity: open_cases.get(severity, 0) for severity in SEVERITIES},
    }


def _split(
    asked: Question,
    pair: Pair,
    amounts: list[Amount],
    agents: "_Agents",
    head: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    by = asked.by or "exporter"
    only = asked.exporter if by == "exporter" else asked.agent
    named: dict[str, list[Amount]] = {}
    parties: dict[str, list[str]] = {}
    for party, own in _by_party(pair, amounts).items():
        name = party if by == "exporter" else agents.of(party, pair)
        named.setdefault(name, []).extend(own)
        parties.setdefault(name, []).append(party)
    for name in sorted(named):
        if only in (None, name):
            sums = _sums(named[name])
            supplied = sum(sums[figure] for figure in FIGURES[1:])
            row = {**_head(pair, head), by: name, **_told(sums)}
            cases = dict.fromkeys(SEVERITIES)  # cases belong to the pair, not to a part of it
            row |= {"issued": None, "supplied": supplied, "cases": cases}
            yield {**row, PARTIES: parties[name]}


def _by_party(pair: Pair, amounts: Iterable[Amount]) -> dict[str, list[Amount]]:
    """The importer, and every party of whom any figure or claim is not 0."""
    found: dict[str, list[Amount]] = {pair[0]: []}
    for amount in amounts:
        if amount.name != "issued":
            found.setdefault(amount.party, []).append(amount)
    return {
        party: own
        for party, own in found.items()
        if party == pair[0] or any(sum_ for name, sum_ in _sums(own).items() if name not in BESIDE)
    }


def _head(pair: Pair, head: dict[str, Any]) -> dict[str, Any]:
    return {"importer": pair[0], "rcb": pair[1], "exporter": None, "agent": None, **head}


def _sums(amounts: Iterable[Amount]) -> dict[str, int]:
    sums = dict.fromkeys((*FIGURES, *CLAIMS, *WEIGHTS, COUNTED_STOCKS, *SEALED), 0)
    for amount in amounts:
        sums[amount.name] += amount.amount
    return sums


def _told(sums: dict[str, int]) -> dict[str, Any]:
    """Sums as they are answered: grams as kilograms."""
    grams = ((name, sums[name]) for name in WEIGHTS)
    return {**sums, **{name: kilograms(amount) for name, amount in grams}}


def kilograms(grams: int) -> str:
    """A weight as text of three places."""
    return f"{grams // 1_000}.{grams % 1_000:03d}"


class _Agents:
    """Who certifies whom: the agent of the contract that began last by a day."""

    def __init__(self, registry: Record, day: date) -> None:
        latest = {fact.contract: fact for fact in registry.all(ConsignmentContractSigned)}
        self._begun: dict[tuple[str, str, str], tuple[date, str, str]] = {}
        for fact in latest.values():
            key = (fact.exporter, fact.importer, fact.rcb)
            contract = (fact.from_, fact.contract, fact.agent)
            if fact.from_ <= day:
                self._begun[key] = max(contract, self._begun.get(key, contract))

    def of(self, party: str, pair: Pair) -> str:
        """The agent of a party of a pair, or `-`."""
        begun = self._begun.get((party, *pair))
        return begun[2] if begun else NOBODY
