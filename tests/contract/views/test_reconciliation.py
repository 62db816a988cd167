"""The reconciliation equals its plain definition, whatever the clocks, the split and the order."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.facts.canonical import decode
from ledger.facts.scalars import micros, time_text
from ledger.log import Log
from ledger.questions import reference
from ledger.views.projection import Projector, reading
from ledger.views.reconciliation import CLAIMS, FIGURES, WEIGHTS, Question, reconcile
from tests.auditing import load
from tests.contract.views import papers
from tests.contract.views.world import HOUR, T0, World
from tests.databases import Cluster

Split = Literal["exporter", "agent"] | None
SECOND = 1_000_000


def ask(log: Log, now: int, **asked: Any) -> list[dict[str, Any]]:
    """The rows of one snapshot."""
    with reading(log) as rows:
        return reconcile(rows, log, Question(**asked), now=now)


def project(log: Log, limit: int = 5_000) -> None:
    """Fold everything, so many events at once."""
    projector = Projector(log)
    projector.make()
    while projector.run_batch(limit):
        pass


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who, and every figure and claim that is not 0, as the reference tells them."""
    who = ("importer", "rcb", "exporter", "agent")
    told = (*FIGURES, *CLAIMS, *WEIGHTS, "supplied")
    return [
        {name: row[name] for name in who}
        | {name: row[name] for name in told if row.get(name) not in (None, 0, "0.000")}
        for row in rows
    ]


def ends(log: Log) -> int:
    """A moment after everything recorded."""
    return log.at([log.position()])[0].recorded_at + SECOND


@given(seed=st.integers(0, 2**32), split=st.sampled_from([None, "exporter", "agent"]))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A seed does not shrink to anything simpler; trying costs minutes of databases.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_equals_the_reference(embedded_cluster: Cluster, seed: int, split: Split) -> None:
    """Any facts, in any order, repeated, at any two clocks: the row is what its definition says."""
    random = Random(seed)  # noqa: S311 -- a seed gives an order; nothing here is secret
    facts = papers.draw(World(seed), 90)
    order = [*random.sample(facts, len(facts)), *random.choices(facts, k=20)]
    with embedded_cluster.database() as dsn, Log.open(dsn) as log:
        load(log, order, batch=random.randrange(1, 60))
        project(log, random.randrange(5, 80))
        recorded = log.read(0, 10_000)
        known = [(decode(event.state), event.recorded_at) for event in recorded]
        now = ends(log)
        for as_of, known_at in clocks(random, [event.recorded_at for event in recorded]):
            expected = reference.reconcile(
                known, as_of=as_of or now, known_at=known_at or now, split=split
            )

            assert bare(ask(log, now, split=split, as_of=as_of, known_at=known_at)) == expected


def clocks(random: Random, recorded: list[int]) -> Iterator[tuple[int | None, int | None]]:
    """Now, each clock alone, both, and before anything."""
    yield None, None
    for _ in range(2):
        as_of, known_at = T0 + random.randrange(60) * HOUR, random.choice(recorded)
        yield from ((as_of, None), (None, known_at), (as_of, known_at))
    yield T0 - 1, None


def test_split_rows_sum_to_what_was_issued(log: Log) -> None:
    """Each party's supply is the sum of its figures; all supplies are what was issued."""
    load(log, papers.draw(World(3), 110))
    project(log)
    now = ends(log)

    for whole in ask(log, now):
        pair = {"importer": whole["importer"], "rcb": whole["rcb"]}
        assert whole["issued"] == sum(whole[name] for name in FIGURES[1:])
        for split in ("exporter", "agent"):
            parts = ask(log, now, split=split, **pair)
            assert whole["issued"] == sum(row["supplied"] for row in parts)
            assert all(row["issued"] is None for row in parts)
            for name in (*FIGURES[1:], *CLAIMS):
                assert whole[name] == sum(row[name] for row in parts), name
            for name in WEIGHTS:
                assert Decimal(whole[name]) == sum(Decimal(row[name]) for row in parts), name


def test_one_party_asks_for_its_own_row(log: Log) -> None:
    """`exporter` gives that exporter's split rows and no other."""
    load(log, World(4).draw(200))
    project(log)
    now = ends(log)

    rows = ask(log, now, exporter="EXP-1")

    assert rows
    assert rows == [row for row in ask(log, now, split="exporter") if row["exporter"] == "EXP-1"]


def test_what_lies_ahead_does_not_enter_yet(log: Log) -> None:
    """Without a time the row is as of now: an event dated tomorrow enters tomorrow."""
    world = World(5)
    world.mark("JAS-A")
    issued = world.add(
        "SealsIssued", mark="JAS-A", holder="IMP-1", site="W1", count=100, print_run="P1"
    )
    load(log, world.facts)
    project(log)
    recorded = log.at([log.position()])[0].recorded_at
    before, after = issued.at - 1, max(issued.at, recorded)

    assert [row["issued"] for row in ask(log, after)] == [100]
    assert [row["issued"] for row in ask(log, after, as_of=before)] == [0]


@pytest.mark.parametrize("split", [None, "exporter", "agent"])
def test_nothing_registered_has_no_row(log: Log, split: Split) -> None:
    """Without a registered mark there is nobody to reconcile for."""
    project(log)

    assert ask(log, T0, split=split) == []


def test_the_row_says_what_it_rests_on(log: Log) -> None:
    """Clocks are told as asked or as it is asked, the position is the last one that entered."""
    load(log, World(6).draw(30))
    project(log)
    event = log.at([10])[0]
    now = ends(log)

    row = ask(log, now, known_at=event.recorded_at)[0]

    assert (row["as_of"], row["position"]) == (time_text(now, 540), 10)
    assert row["cases"] == {"C": 0, "H": 0, "M": 0, "L": 0}
    assert row["known_at"].endswith("+09:00")


@pytest.mark.parametrize("split", [None, "exporter", "agent"])
def test_figures_of_now_are_those_as_of_the_moment_told(log: Log, split: Split) -> None:
    """Asked without a time, the rows name one, and asked again as of that they are the same."""
    load(log, World(6).draw(60))
    project(log)
    now = ends(log)

    rows = ask(log, now, split=split)

    assert rows
    assert {row["as_of"] for row in rows} == {time_text(now, 540)}
    assert ask(log, now + HOUR, split=split, as_of=micros(rows[0]["as_of"])) == rows
