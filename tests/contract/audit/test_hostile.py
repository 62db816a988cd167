"""Whatever one sender sends, an event costs the audit a bounded number of reads and cases."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import psycopg
import pytest

from bench.audit import entry
from bench.hostile_registry import registry
from bench.hostile_shapes import SHAPES, ordinary, shape
from consumers.auditor.running import catch_up
from ledger.log import Log
from ledger.rules.policy import default_policy
from ledger.views.projection import reading
from tests.auditing import FAR, caught_up, from_nothing
from tests.databases import Cluster
from tests.hostile import rows_read

CASES_OF_ONE_EVENT_MAX = 30
"""Rules that may speak of one event, with the twenty others it may be at odds with."""
GROWTH_MAX = 1.6
"""Of what an event costs, where there are four times as many; all with all would be four."""


class Spent:
    """What an audit took: statements sent, rows the database read, cases opened; by events."""

    def __init__(self, events: int) -> None:
        self.events = events
        self.statements = self.rows = self.cases = 0

    def each(self, what: str) -> float:
        """So much for one event."""
        found: int = getattr(self, what)
        return found / self.events


@contextmanager
def counted(spent: Spent, patched: pytest.MonkeyPatch) -> Iterator[None]:
    """Count the statements that are sent within the block, each of those sent many at once too."""
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def counting(self: Any, *given: Any, **named: Any) -> Any:
        spent.statements += 1
        return execute(self, *given, **named)

    def counting_many(self: Any, statement: Any, values: Any, **named: Any) -> Any:
        each = [*values]
        spent.statements += len(each)
        return executemany(self, statement, each, **named)

    with patched.context() as within:
        within.setattr(psycopg.Cursor, "execute", counting)
        within.setattr(psycopg.Cursor, "executemany", counting_many)
        yield


def spent_on(cluster: Cluster, name: str, events: int, patched: pytest.MonkeyPatch) -> Spent:
    """What it takes to project and audit so many events of a shape."""
    spent = Spent(events)
    with cluster.database() as dsn:
        with Log.open(dsn, recorded_at="event") as log:
            log.append([entry(fact) for fact in registry()])
            catch_up(log, default_policy(), lambda: FAR)
        before = rows_read(dsn)
        with Log.open(dsn, recorded_at="event") as log:
            facts = [entry(fact) for fact in shape(name, events)]
            with counted(spent, patched):
                log.append(facts)
                catch_up(log, default_policy(), lambda: FAR)
        spent.rows = rows_read(dsn) - before
        with Log.open(dsn) as log, reading(log) as rows:
            found = rows.execute("SELECT count(*) FROM cases").fetchone()
        assert found is not None
        spent.cases = found[0]
    return spent


@pytest.mark.parametrize("name", SHAPES)
def test_an_event_costs_the_same_however_many_are_alike(
    embedded_cluster: Cluster, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four times as many events of a kind take four times as much, not sixteen times."""
    few = 150 if SHAPES[name].lines == 1 else 1

    one = spent_on(embedded_cluster, name, few, monkeypatch)
    four = spent_on(embedded_cluster, name, 4 * few, monkeypatch)

    assert four.each("statements") <= GROWTH_MAX * one.each("statements")
    assert four.each("rows") <= GROWTH_MAX * one.each("rows")
    assert four.each("cases") <= GROWTH_MAX * one.each("cases")
    assert four.cases <= CASES_OF_ONE_EVENT_MAX * four.events * SHAPES[name].lines


@pytest.mark.parametrize("name", [name for name in SHAPES if SHAPES[name].lines == 1])
def test_what_is_hostile_is_judged_as_from_nothing(database: str, name: str) -> None:
    """The cases of hostile events, and of an ordinary party behind them, are those of all facts."""
    with Log.open(database, recorded_at="event") as log:
        facts = chain(registry(), shape(name, 45), ordinary(5))
        log.append([entry(fact) for fact in facts])

        assert caught_up(log) == from_nothing(log)


def test_who_shares_numbers_with_too_many_is_left_alone(database: str) -> None:
    """Where 2,200 events share a number none has a case for it, and another's loss is found."""
    with Log.open(database, recorded_at="event") as log:
        facts = chain(registry(), shape("one serial range", 2_200), ordinary(5))
        log.append([entry(fact) for fact in facts])

        found = caught_up(log)

        assert "M-33" not in {case[0] for case in found}
        assert "M-41" in {case[0] for case in found}
        assert found == from_nothing(log)
        with reading(log) as rows:
            aside = rows.execute("SELECT kind, count(*) FROM set_aside GROUP BY kind").fetchall()
        assert dict(aside) == {"application": 1_100, "event": 1_100}
