"""The cases are a function of the facts: any order, any repetition, any split, any crash."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from consumers.auditor import Auditor
from consumers.auditor_proof import unsettled
from ledger.errors import Conflict, Unavailable
from ledger.log import Entry, Log, Receipt
from ledger.views.projection import Projector
from tests.auditing import (
    FAR,
    POLICY,
    RECORDED,
    AuditWorld,
    caught_up,
    entry,
    from_nothing,
    shuffled,
)
from tests.databases import Cluster

seeds = st.integers(0, 2**32)
few = settings(
    max_examples=12,
    deadline=None,
    # The database stays, each example makes its own beside it; a seed has nothing to shrink.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)


class FlakyLog(Log):
    """A log whose commits are lost now and then, or whose answers are."""

    chance: Random

    def decide(
        self, entries: Sequence[Entry], *, inside: Callable[[Any], None] | None = None
    ) -> list[Receipt]:
        """Record decisions, or fail before or after."""
        if self.chance.random() < 0.15:
            raise Unavailable("gone before")
        receipts = super().decide(entries, inside=inside)
        if self.chance.random() < 0.15:
            raise Unavailable("gone after")
        return receipts


def clock() -> Callable[[], int]:
    """A clock that stands still: every fact is recorded at one moment, in whatever order."""
    return lambda: RECORDED


def audit_somehow(log: FlakyLog, random: Random) -> None:
    """Project and audit for a while: new auditors, old ones, lost commits, lost answers."""
    projector = Projector(log)
    projector.make()
    auditor = Auditor(log, POLICY, lambda: RECORDED)
    for _ in range(random.randrange(0, 6)):
        if random.random() < 0.5:
            projector.run_batch(random.randrange(1, 80))
        if random.random() < 0.3:
            now = RECORDED + random.randrange(0, 60 * 86_400_000_000)
            auditor = Auditor(log, POLICY, lambda: now)  # noqa: B023 -- used up within the round
        try:
            auditor.step()
        except (Unavailable, Conflict):
            continue


@few
@given(seeds)
def test_any_order_any_split_any_crash(embedded_cluster: Cluster, seed: int) -> None:
    """However facts came and the audit fell over: the cases are those of the facts."""
    random = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    facts = AuditWorld(seed).draw(random.randrange(20, 160))
    with embedded_cluster.database() as dsn, FlakyLog.open(dsn, clock=clock()) as log:
        log.chance = random
        coming = shuffled(facts, random)
        while coming:
            part = random.randrange(1, 60)
            log.append([entry(fact) for fact in coming[:part]])
            coming = coming[part:]
            audit_somehow(log, random)
        log.chance = Random(0)  # noqa: S311 -- see above
        with Log.open(dsn) as sound:
            found = caught_up(sound)

            assert from_nothing(sound, FAR) == found
            assert unsettled(sound, POLICY) == []


@pytest.mark.parametrize("seed", range(3))
def test_once_caught_up_there_is_nothing_to_do(database: str, seed: int) -> None:
    """Catching up again, or an auditor who knows nothing of the first, decides nothing more."""
    facts = AuditWorld(seed).draw(120)
    with Log.open(database, clock=clock()) as log:
        log.append([entry(fact) for fact in facts])
        found = caught_up(log)
        position = log.position()

        assert caught_up(log) == found
        assert log.position() == position
