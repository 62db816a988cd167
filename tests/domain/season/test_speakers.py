"""Everybody in a season speaks for themselves."""

import pytest

from ledger.facts.registry import SourceRegistered
from ledger.season import Mix, season
from tests.domain.season.speaking import out_of_standing


@pytest.mark.parametrize(("events", "seed"), [(400, 1), (3_000, 3), (20_000, 7)])
def test_everybody_speaks_for_themselves(events: int, seed: int) -> None:
    """Each event of a clean season comes from a source of a party that may say it."""
    assert out_of_standing(season(events, seed).facts()) == []


def test_slips_are_said_by_whom_they_concern() -> None:
    """So do all events of slips but those whose slip it is to be said by a stranger."""
    made = season(20_000, 3, Mix.parse("all"))

    assert out_of_standing(made.facts()) == []


def test_every_speaker_is_known() -> None:
    """Every source registers itself, in clean seasons and with every slip; none is unknown."""
    facts = list(season(20_000, 3, Mix.parse("all")).facts())
    registered = [fact for fact in facts if isinstance(fact, SourceRegistered)]

    assert all(fact.source == fact.registers for fact in registered)
    assert {fact.source for fact in facts} == {fact.registers for fact in registered}
