"""Facts at hand, in memory: whole for the answers, without applications for the rules.

A rule that asks the record for applications would cost more with every scan; here it fails.
"""

from collections.abc import Callable, Hashable, Iterator
from typing import Any, NamedTuple, TypeVar

from ledger.errors import Fatal
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Known, Record
from ledger.facts.seals import SealsApplied

F = TypeVar("F", bound=Fact)
T = TypeVar("T")
EVIDENCE_IDS_MAX = 100
"""As many ids as a discrepancy carries."""


class Moment(NamedTuple):
    """When an event happened (microseconds UTC) and which one it was; ordered as events are."""

    at: int
    id: str


class AtHand:
    """Every fact, for answers in memory; a snapshot: nothing is added to it afterwards."""

    def __init__(self, record: Record) -> None:
        """Take every fact the ledger knows."""
        self.whole = record
        self.record: Record = _Guarded(record)
        self._memo: dict[Hashable, Any] = {}

    def memo(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for these facts."""
        if key not in self._memo:
            self._memo[key] = compute()
        value: T = self._memo[key]
        return value

    def counting(self) -> Iterator[Known]:
        """Every fact that nothing retracts or corrects, whoever says it: sums go by that."""
        return (known for known in self.whole if not self.whole.taken_back(known.fact))


class _Guarded(Record):
    """The same record, which refuses to be asked for applications by type or subject."""

    def __init__(self, whole: Record) -> None:
        super().__init__()
        # Shares the indexes of the record it guards: a view, not a copy.
        self.__dict__.update(whole.__dict__)

    def about(self, kind: type[F], about: About, key: str) -> list[F]:
        return super().about(_allowed(kind), about, key)

    def all(self, kind: type[F]) -> list[F]:
        return super().all(_allowed(kind))

    def latest(self, kind: type[F], about: About, key: str) -> F | None:
        return super().latest(_allowed(kind), about, key)

    def first(self, kind: type[F], about: About, key: str) -> F | None:
        return super().first(_allowed(kind), about, key)

    def recorded(
        self, kind: type[F], about: About | None = None, key: str = ""
    ) -> Iterator[tuple[F, int]]:
        return super().recorded(_allowed(kind), about, key)


def _allowed(kind: type[F]) -> type[F]:
    if kind is SealsApplied:
        raise Fatal("rules ask for what was applied, never the record")
    return kind
