"""A season in any order, repeated at will, in any number of parts: the same reconciliation."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.commands.loading import Loading
from ledger.commands.reconcile import answer
from ledger.facts.canonical import encode
from ledger.intake.doors import OPERATOR
from ledger.log import Log
from ledger.season import season
from ledger.views.projection import Projector
from ledger.views.reconciliation import Question
from tests.databases import Cluster

EVENTS = 1_500


@cache
def lines() -> tuple[bytes, ...]:
    """The season of seed 7, a line an event."""
    return tuple(encode(fact) + b"\n" for fact in season(EVENTS, seed=7).facts())


def reconciled(cluster: Cluster, parts: Sequence[Sequence[bytes]]) -> str:
    """Every reconciliation after these parts were loaded as files, one after the other."""
    with (
        cluster.database() as dsn,
        Log.open(dsn, recorded_at="event") as log,
        TemporaryDirectory() as folder,
    ):
        for number, part in enumerate(parts):
            file = Path(folder) / f"{number}.ndjson"
            file.write_bytes(b"".join(part))
            Loading(log, None).file(str(file), OPERATOR)
        projector = Projector(log)
        projector.make()
        projector.catch_up()
        rows = [
            row
            for question in (Question(), Question(split="exporter"), Question(split="agent"))
            for row in answer(log, question)
        ]
    moment = {"position", "as_of"}
    return json.dumps([{k: v for k, v in row.items() if k not in moment} for row in rows])


@cache
def in_order(cluster: Cluster) -> str:
    """What the season answers that came whole and in its order."""
    return reconciled(cluster, [lines()])


@given(seed=st.integers(0, 2**32), parts=st.integers(1, 7), repeat_every=st.integers(1, 5))
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A seed does not shrink to anything simpler; trying costs minutes of databases.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_any_order_gives_the_same_reconciliation(
    embedded_cluster: Cluster, seed: int, parts: int, repeat_every: int
) -> None:
    """Shuffled, some lines repeated, loaded in parts: the same rows, byte for byte."""
    chance = Random(seed)  # noqa: S311 -- a seed gives an order; nothing here is secret
    shuffled = [*lines(), *lines()[::repeat_every]]
    chance.shuffle(shuffled)

    assert in_order(embedded_cluster) == reconciled(
        embedded_cluster, [shuffled[number::parts] for number in range(parts)]
    )
