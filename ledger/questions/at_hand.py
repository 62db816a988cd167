"""Facts at hand, in memory: whole for the answers, without applications for the rules.

A rule that asks the record for applications would cost more with every scan; here it fails.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar, cast

from ledger.errors import Fatal
from ledger.facts.identity import Fact
from ledger.facts.record import Known, Record
from ledger.facts.seals import SealsApplied

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
        self.record = cast("Record", _Guarded(record))
        self.counting = sorted(known for known in record if not record.taken_back(known.fact))
        """Facts that nothing retracts or corrects, whoever says it; sums go by that."""
        self._memo: dict[Hashable, Any] = {}

    def memo(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for these facts."""
        if key not in self._memo:
            self._memo[key] = compute()
        value: T = self._memo[key]
        return value


class _Guarded:
    """The same record, which refuses to be asked for applications by type or subject."""

    def __init__(self, whole: Record) -> None:
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        answer = getattr(self._whole, name)
        return partial(_of_kind, answer) if name in _BY_KIND else answer


_BY_KIND: Final = frozenset({"about", "all", "first", "latest", "recorded"})
"""What asks a record for facts of a type."""


def _of_kind(answer: Callable[..., T], kind: type[Fact], *of: Any) -> T:
    if kind is SealsApplied:
        raise Fatal("rules ask for what was applied, never the record")
    return answer(kind, *of)


def first_ids(events: Iterable[Known]) -> tuple[str, ...]:
    """The ids of events, as many as a discrepancy carries."""
    return tuple(known.id for known in events)[:EVIDENCE_IDS_MAX]
