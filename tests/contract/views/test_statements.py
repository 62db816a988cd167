"""A statement: day by day as a seal ledger has it, in local days, at both clocks."""

from datetime import date
from typing import Any

import pytest

from ledger.log import Log
from ledger.views.projection import Projector, reading
from ledger.views.statements import statement
from tests.auditing import load
from tests.contract.views.world import HOLDERS, MARKS, SITES, World, fact

ACCOUNT = ("JAS-A", "EXP-1", "W1")


def told(log: Log, account: tuple[str, str, str] = ACCOUNT, **asked: Any) -> dict[str, Any]:
    """The statement of a stock."""
    with reading(log) as rows:
        return statement(rows, log, account, **asked)


def day(name: str, *sums: int) -> Any:
    """A day as it is told: received, used, discarded, other, remaining."""
    received, used, discarded, other, left = sums
    return {
        "day": name, "received": received, "used": used, "discarded": discarded, "other": other,
        "remaining": left,
    }  # fmt: skip


@pytest.fixture
def season(log: Log) -> Log:
    """Four days of one stock; 1 April is still 31 March in UTC, or already 1 April in America."""
    where = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}
    world = World(0)
    facts = [
        fact("SealsReceived", world.id(), "2026-04-01T08:00:00.000000+09:00", **where,
             dispatch="D1", count=1000, condition="GOOD"),
        fact("SealsApplied", world.id(), "2026-04-01T23:30:00.000000-07:00", **where, lot="L1",
             label="LB", label_version=1, units=300, count=300),
        fact("SealsSpoiled", world.id(), "2026-04-02T09:00:00.000000-07:00", **where, count=5,
             reason="WET"),
        fact("SealsDispatched", world.id(), "2026-04-04T09:00:00.000000-07:00", dispatch="D2",
             purpose="RETURN", mark="JAS-A", from_holder="EXP-1", from_site="W1",
             to_holder="IMP-1", to_site="W1", count=100),
        fact("StockAdjusted", world.id(), "2026-04-04T10:00:00.000000-07:00", **where, delta=3,
             count_event=world.id(), reason="COUNT_ERROR", approved_by="P1"),
        fact("SealsLost", world.id(), "2026-04-05T10:00:00.000000-07:00", **where, count=8,
             dispatch="D2", cause="LOST", discovered_on="2026-04-05"),
    ]  # fmt: skip
    load(log, facts)
    projector = Projector(log)
    projector.make()
    projector.catch_up()
    return log


def test_days_are_local(season: Log) -> None:
    """A day is the date where it happened; a loss on the way is no matter of the stock."""
    assert told(season) == {
        "opening": 0,
        "days": [
            day("2026-04-01", 1000, 300, 0, 0, 700),
            day("2026-04-02", 0, 0, 5, 0, 695),
            day("2026-04-04", 0, 0, 0, -97, 598),
        ],
        "closing": 598,
    }


def test_from_and_to(season: Log) -> None:
    """Opening is the balance before the first day asked for, closing that after the last."""
    assert told(season, start=date(2026, 4, 2), end=date(2026, 4, 3)) == {
        "opening": 700,
        "days": [day("2026-04-02", 0, 0, 5, 0, 695)],
        "closing": 695,
    }


def test_a_stock_nobody_knows_is_empty(season: Log) -> None:
    """A stock without moves has no days."""
    assert told(season, ("JAS-A", "EXP-9", "W1")) == {"opening": 0, "days": [], "closing": 0}


def test_clocks_agree_with_now(log: Log) -> None:
    """With clocks after everything the answer is the one without; an earlier clock sees less."""
    load(log, World(7).draw(250))
    projector = Projector(log)
    projector.make()
    projector.catch_up()
    last = log.at([log.position()])[0].recorded_at
    accounts = [(mark, holder, site) for mark in MARKS for holder in HOLDERS for site in SITES]

    for account in accounts:
        assert told(log, account) == told(log, account, known_at=last)
        assert told(log, account) == told(log, account, as_of=2**62)
        assert told(log, account, known_at=0) == {"opening": 0, "days": [], "closing": 0}
