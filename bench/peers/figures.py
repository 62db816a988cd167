"""What comparing gives: runs, ratios of runs of the same round, and targets met or short."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from math import prod
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of one peer took; `memory_mib` is 0 where it was not looked at."""

    peer: str
    events: int
    seconds: float
    cpu_seconds: float
    memory_mib: float = 0.0

    @property
    def rate(self) -> float:
        """Events a second by the wall."""
        return self.events / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU µs an event, of the peer's own processes."""
        return self.cpu_seconds / self.events * 1e6


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure beside its target; `low` and `high` are the rounds it is the mean of."""

    what: str
    found: float
    target: float
    at_least: bool = True
    unit: str = "×"
    low: float = 0.0
    high: float = 0.0

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.found >= self.target if self.at_least else self.found <= self.target


@dataclass(slots=True)
class Figures:
    """Everything that was found."""

    runs: list[Run] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    curves: dict[str, list[dict[str, float | str]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def of(self, peer: str) -> list[Run]:
        """The runs of a peer in the order of the rounds."""
        return [run for run in self.runs if run.peer == peer]

    def ratio(self, what: str, ours: str, theirs: Sequence[str], target: float) -> None:
        """Compare rates of the same round: the geometric mean, and the range.

        Of several peers the fastest of each round counts.
        """
        turns = zip(*(self.of(peer) for peer in theirs if self.of(peer)), strict=False)
        best = [max(run.rate for run in turn) for turn in turns]
        ratios = [run.rate / rate for run, rate in zip(self.of(ours), best, strict=False)]
        if not ratios:
            return
        mean = prod(ratios) ** (1 / len(ratios))
        self.verdicts.append(
            Verdict(what, mean, target, low=min(ratios), high=max(ratios)),
        )

    def at_most(self, what: str, values: Iterable[float], target: float, unit: str) -> None:
        """Compare the best of some values with the most that it may be."""
        found = list(values)
        if found:
            self.verdicts.append(
                Verdict(what, min(found), target, at_least=False, unit=unit, low=min(found),
                        high=max(found)),
            )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """All of it, for a file."""
        return {
            "runs": [
                asdict(run) | {"rate": round(run.rate), "cpu_us": round(run.cpu_us, 2)}
                for run in self.runs
            ],
            "verdicts": [
                asdict(verdict) | {"verdict": "met" if verdict.met else "short"}
                for verdict in self.verdicts
            ],
            "curves": self.curves,
            "notes": self.notes,
            "missing": self.missing,
        }


def show(figures: Figures, console: Console) -> None:
    """Print a line a peer, a line a target, and what could not be measured."""
    peers = Table(title="peers (best round)")
    for name in ("peer", "runs", "events/s", "CPU µs an event", "memory MiB"):
        peers.add_column(name, justify="left" if name == "peer" else "right")
    for peer in dict.fromkeys(run.peer for run in figures.runs):
        runs = figures.of(peer)
        memory = max(run.memory_mib for run in runs)
        peers.add_row(
            peer,
            str(len(runs)),
            f"{max(run.rate for run in runs):,.0f}",
            f"{min(run.cpu_us for run in runs):.1f}",
            f"{memory:,.0f}" if memory else "",
        )
    targets = Table(title="targets (mean of the rounds)")
    for name in ("what", "found", "rounds", "target", ""):
        targets.add_column(name, justify="left" if name in ("what", "") else "right")
    for verdict in figures.verdicts:
        spread = f"{verdict.low:.2f}–{verdict.high:.2f}" if verdict.high else ""
        bound = "≥" if verdict.at_least else "≤"
        targets.add_row(
            verdict.what,
            f"{verdict.found:,.2f} {verdict.unit}",
            spread,
            f"{bound} {verdict.target:g} {verdict.unit}",
            "met" if verdict.met else "short",
        )
    for table in (peers, targets):
        if table.row_count:
            console.print(table)
    for sentence in figures.notes:
        console.print(sentence)
    for sentence in figures.missing:
        console.print(f"not measured: {sentence}")
