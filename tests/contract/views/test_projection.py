"""The projection: corrections in any order, restarts, two at once, rebuilds, and its proof."""

import threading
from uuid import UUID

import pytest

from ledger.errors import Unavailable
from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.views import projection, schema
from ledger.views.folding import Rows
from ledger.views.projection import Projector, reading, rebuild
from ledger.views.verify import verify
from tests.auditing import load
from tests.contract.views.world import World, fact

T = "2026-04-01T09:00:00.000000+09:00"
A, B, C, D = (str(UUID(int=0x01980000_0000_7000_8000_000000000000 + n)) for n in range(4))


def received(event_id: str, count: int = 100, corrects: str | None = None) -> Fact:
    """Seals received in one stock."""
    return fact(
        "SealsReceived", event_id, T, dispatch="D1", mark="JAS-A", holder="EXP-1", site="W1",
        count=count, condition="GOOD", corrects=corrects,
    )  # fmt: skip


def applied(event_id: str, count: int = 100, corrects: str | None = None) -> Fact:
    """Seals attached to one lot."""
    return fact(
        "SealsApplied", event_id, T, mark="JAS-A", holder="EXP-1", site="W1", lot="L1",
        label="LB", label_version=1, units=count, count=count, corrects=corrects,
    )  # fmt: skip


def retracted(event_id: str, target: str) -> Fact:
    """A retraction."""
    return fact("EventRetracted", event_id, T, target=target, reason="DID_NOT_HAPPEN")


COUNTING = [  # what is recorded, in order; seals that were received in the end
    ([received(A)], 100),
    ([received(A), retracted(B, A)], 0),
    ([retracted(B, A), received(A)], 0),
    ([received(A), retracted(B, A), retracted(C, A)], 0),
    ([retracted(B, A), retracted(C, A), received(A)], 0),
    ([received(A), retracted(B, A), retracted(C, B)], 0),
    ([retracted(C, B), retracted(B, A), received(A)], 0),
    ([received(A), received(B, 40, corrects=A)], 40),
    ([received(B, 40, corrects=A), received(A)], 40),
    ([received(A), received(B, 40, corrects=A), retracted(C, B)], 0),
    ([retracted(C, B), received(B, 40, corrects=A), received(A)], 0),
    ([received(A, corrects=A)], 0),
    ([received(A, corrects=B), received(B, 40, corrects=A)], 0),
    ([received(A), received(B, 40, corrects=A), received(C, 30, corrects=A)], 70),
    ([received(A), received(B, 40, corrects=A), received(C, 30, corrects=B)], 30),
    ([received(A), retracted(B, D)], 100),
    ([retracted(A, A), received(B)], 100),
]


@pytest.mark.parametrize("limit", [1, 2, 5_000])
@pytest.mark.parametrize(("facts", "expected"), COUNTING)
def test_what_counts(log: Log, facts: list[Fact], expected: int, limit: int) -> None:
    """An event counts as long as nothing recorded retracts or corrects it, in whatever batches."""
    load(log, facts)

    project(log, limit)

    with reading(log) as rows:
        assert expected == total(rows, "total", "totals WHERE figure = 22")
        assert expected == total(rows, "balance", "balances WHERE balance > 0")
        assert expected == total(rows, "received", "days")
        assert expected == total(rows, "net", "lows")


APPLIED = [
    ([applied(A)], (100, 1)),
    ([applied(A), applied(B, 50)], (150, 2)),
    ([applied(A), retracted(C, A), applied(B, 50)], (50, 1)),
    ([retracted(C, A), applied(A), applied(B, 50)], (50, 1)),
    ([applied(A), applied(B, 50), retracted(C, B)], (100, 1)),
    ([applied(A), applied(B, 50, corrects=A)], (50, 1)),
    ([applied(A), retracted(C, A)], None),
]


@pytest.mark.parametrize("limit", [1, 5_000])
@pytest.mark.parametrize(("facts", "expected"), APPLIED)
def test_what_is_sealed(
    log: Log, facts: list[Fact], expected: tuple[int, int] | None, limit: int
) -> None:
    """A lot's tally holds the applications that count, and the first of them."""
    load(log, facts)

    project(log, limit)

    with reading(log) as rows:
        found = rows.execute("SELECT seals, applications, first_id::text FROM sealed").fetchone()
    assert expected == (found[:2] if found else None)
    if found:
        gone = {f.corrects for f in facts} | {getattr(f, "target", None) for f in facts}
        counting = [f.id for f in facts if f.id not in gone and type(f).__name__ == "SealsApplied"]
        assert min(counting) == found[2]


def test_batches_do_not_show(log: Log) -> None:
    """Folding one by one, or after a restart in the middle, gives what folding at once gives."""
    load(log, World(1).draw(150))
    projector = Projector(log)
    projector.make()
    for limit in (1, 7, 30):
        projector.run_batch(limit)
    while Projector(log).run_batch(13):
        pass

    assert verify(log) == []


def test_two_at_once_take_turns(log: Log) -> None:
    """Two projectors of one database fold every event once."""
    load(log, World(2).draw(300))
    Projector(log).make()

    def work() -> None:
        projector = Projector(log)
        while projector.run_batch(5):
            pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert verify(log) == []


def test_a_rebuild_takes_over(log: Log) -> None:
    """After a rebuild the views are the same, and whoever projects goes on in the new ones."""
    facts = World(3).draw(200)
    load(log, facts[:120])
    projector = Projector(log)
    projector.make()
    projector.catch_up()

    assert rebuild(log) == log.position()

    load(log, facts[120:])
    projector.catch_up()
    with reading(log) as rows:
        assert schema.position(rows) == log.position()
        assert [name for name in schemas(rows) if name != "views_4"] == []
    assert verify(log) == []


@pytest.mark.parametrize(
    ("spoil", "table"),
    [
        ("UPDATE balances SET balance = balance + 1 WHERE place = (SELECT min(place) FROM moves)",
         "balance"),
        ("DELETE FROM sealed", "sealed"),
        ("UPDATE days SET applied = applied + 1", "days"),
        ("INSERT INTO lots (lot) VALUES ('never')", "lots"),
    ],
)  # fmt: skip
def test_what_was_spoiled_is_named(log: Log, spoil: str, table: str) -> None:
    """A row that the log does not say is found and named."""
    load(log, World(4).draw(120))
    project(log)
    with log.transaction() as rows:
        schema.use(rows)
        rows.execute(spoil)

    found = verify(log)

    assert any(table in sentence for sentence in found)


def test_verify_needs_no_standstill(log: Log) -> None:
    """Views that are behind the log are right up to where they stand."""
    load(log, World(5).draw(120))
    projector = Projector(log)
    projector.make()
    projector.run_batch(50)

    assert verify(log) == []


def test_views_never_built_are_away(log: Log) -> None:
    """A question to views that were never built says what to do."""
    with reading(log) as rows, pytest.raises(Unavailable, match="catch-up"):
        schema.position(rows)


def test_older_versions_go_once_replaced(log: Log) -> None:
    """The views of an older version are dropped, those of a newer one are not."""
    with log.transaction() as rows:
        for name in ("views_0", "views_99", "views_0_mine"):
            rows.connection.execute(f"CREATE SCHEMA {name}")
    projector = Projector(log)
    projector.make()

    projector.retire_older()

    with log.transaction() as rows:
        assert sorted(schemas(rows)) == ["views_0_mine", "views_4", "views_99"]


def schemas(rows: Rows) -> list[str]:
    """Schemas of views."""
    rows.execute("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'views%%'")
    return [name for (name,) in rows.fetchall()]


def total(rows: Rows, column: str, source: str) -> int:
    """A sum over a table."""
    row = rows.execute(f"SELECT coalesce(sum({column}), 0)::int8 FROM {source}").fetchone()
    assert row is not None
    return int(row[0])


def project(log: Log, limit: int = 5_000) -> None:
    """Fold everything, so many events at once."""
    projector = Projector(log)
    projector.make()
    while projector.run_batch(limit):
        pass


@pytest.mark.parametrize(("least", "told"), [(2, 4.0), (3, -1.0)])
def test_the_planner_is_told_what_a_long_way_brought(
    log: Log, monkeypatch: pytest.MonkeyPatch, least: int, told: float
) -> None:
    """It plans by what is there, and is not bothered after every few events (-1: never told)."""
    monkeypatch.setattr(projection, "measured_events_min", least)
    load(log, [received(A), received(B)])
    projector = Projector(log)
    projector.make()
    projector.catch_up()
    with reading(log) as rows:
        row = rows.execute(
            "SELECT reltuples FROM pg_class WHERE oid = 'moves'::regclass"
        ).fetchone()
    assert row == (told,)
