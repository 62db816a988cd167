"""Lows of days: the same however moves of one time come, and never read again for those."""

from random import Random

import pytest

from bench.audit import entry
from bench.hostile_registry import SECOND, T0, fact, id_of, registry
from bench.hostile_shapes import shape
from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.views.projection import Projector, reading
from tests.databases import Cluster
from tests.hostile import rows_read

_LOWS = "SELECT place, day, net, low, high, low_before, high_before, last FROM lows ORDER BY 1, 2"


def lows(dsn: str, facts: list[Fact], batch: int) -> list[tuple[object, ...]]:
    """What days were as low as, when so many facts are folded at a time."""
    with Log.open(dsn, recorded_at="event") as log:
        log.append([entry(fact) for fact in facts])
        projector = Projector(log)
        projector.make()
        while projector.run_batch(limit=batch):
            pass
        with reading(log) as rows:
            return rows.execute(_LOWS).fetchall()


def taken(number: int, at: int) -> Fact:
    """Seals leave the stock, for a lot."""
    return fact(
        "SealsApplied", id_of(number), at, mark="JAS-B", holder="EXP-1", site="W1", lot="L-1",
        label="LB-1", label_version=1, count=1 + number % 7, units=1 + number % 7,
        contract="C-EXP-1",
    )  # fmt: skip


def came(number: int, at: int) -> Fact:
    """Seals come into the stock."""
    return fact(
        "SealsReceived", id_of(number), at, dispatch="D-1", mark="JAS-B", holder="EXP-1",
        site="W1", count=1 + number % 5, condition="GOOD",
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("batch", [1, 3])
def test_a_day_is_as_low_however_its_moves_come(
    embedded_cluster: Cluster, seed: int, batch: int
) -> None:
    """Moves of few times, some in and some out, some late: one by one as all at once."""
    chance = Random(seed)  # noqa: S311 - a test's chance, not a secret
    facts = [*registry()]
    for number in range(60):
        # Times rise slowly, most stand still, and one in eight goes back.
        at = (number // 6 - chance.randrange(3) * (chance.random() < 1 / 8)) * SECOND
        moved = chance.choice((taken, came))
        facts.append(moved(number, T0 + at))
    with embedded_cluster.database() as one, embedded_cluster.database() as other:
        assert lows(one, facts, batch) == lows(other, facts, len(facts))


def test_moves_of_one_time_are_not_read_again(embedded_cluster: Cluster) -> None:
    """Applications of one time, folded in twelve batches, read about as many rows as in one."""
    read = {}
    for batch in (100, 1_200):
        with embedded_cluster.database() as dsn:
            facts = [*registry(), *shape("one time, the same again", 1_200)]
            lows(dsn, facts, batch)
            read[batch] = rows_read(dsn, "moves")

    assert read[100] <= read[1_200] + 1_200
