"""Events dated before anything they are about was registered, on a running ledger."""

from collections.abc import Iterator

import pytest

from consumers.auditor.proof import unsettled
from ledger.log import Log
from ledger.season import Mix, season
from tests.auditing import POLICY, RECORDED, caught_up, entry, from_nothing
from tests.domain.rules.test_sources import REGISTRATIONS, registered
from tests.domain.rules.trade import apply
from tests.domain.rules.world import World


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """An empty log whose clock stands still."""
    with Log.open(database, clock=lambda: RECORDED) as opened:
        yield opened


def ancient(log: Log) -> set[str]:
    """The events whose cases say so, as they are and as all facts in memory say they should be."""
    found = caught_up(log)
    assert found == from_nothing(log)
    assert unsettled(log, POLICY) == []
    return {standing[2] for standing in found if standing[3] == "ancient"}


@pytest.mark.parametrize("name", REGISTRATIONS)
def test_a_registration_that_comes_late_cures_it(log: Log, name: str) -> None:
    """An application and a count of 1990: known to be wrong until what they are about was older."""
    world = World()
    scan = apply(world, "1990-01-01", source="SC-1", name="y")
    count = world.add("SealsCounted", "1990-01-02", mark="JAS-A", holder="EXP-1", site="W1",
                      counted=0, counted_by="P", source="SC-1", name="z").id  # fmt: skip
    told = len(world.facts)
    log.append([entry(fact) for fact, _ in world.facts])
    assert ancient(log) == {scan, count}

    registered(world, **{name: "1985-01-01"})
    log.append([entry(fact) for fact, _ in world.facts[told:]])

    assert ancient(log) == ({count} if name == "lot" else set())
    gone = world.add("EventRetracted", "2026-04-02", target=world.facts[-1][0].id,
                     reason="DUPLICATE", source="X")  # fmt: skip
    log.append([entry(gone)])
    assert ancient(log) == {scan, count}


def test_the_slip_of_a_season_is_found(log: Log) -> None:
    """A clock at zero in a trade in order: the case of the key, and no other."""
    made = season(1_000, 3, Mix.parse("clock-at-zero"))
    log.append([entry(fact) for fact in {fact.id: fact for fact in made.facts()}.values()])
    (case,) = made.key().cases

    assert ancient(log) == {case.subject}
    assert (case.rule, case.discriminator) == ("M-47", "ancient")
