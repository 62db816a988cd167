"""The benchmark of small batches records, folds and audits all of what it measures."""

from bench.small_batches import Measured, measure
from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.season import season
from ledger.views import schema
from ledger.views.auditing import progress
from ledger.views.projection import reading
from ledger.views.verify import sums
from tests.databases import Cluster

_before = 300


def measured(cluster: Cluster, facts: list[Fact], size: int) -> Measured:
    """What batches of a size cost; nothing of the log is left unfolded or unaudited."""
    with cluster.database() as dsn, Log.open(dsn, recorded_at="event") as log:
        found = measure(log, facts, _before, size)
        with reading(log) as rows:
            assert schema.position(rows) >= len({fact.id for fact in facts})
            assert progress(rows).position >= schema.position(rows)
        assert sums(log) == []
        return found


def test_every_batch_is_projected_and_audited(embedded_cluster: Cluster) -> None:
    """The same events in three batches and in one: every event once, every cost counted."""
    facts = [*season(900, 7).facts()]
    few, all_ = (measured(embedded_cluster, facts, size) for size in (200, 600))

    assert (few.events, few.batches) == (len(facts) - _before, 3)
    assert (all_.events, all_.batches) == (few.events, 1)
    for found in (few, all_):
        for cost in (found.projected, found.audited):
            assert cost.database > 0
            assert cost.process > 0
            assert cost.statements > found.batches
