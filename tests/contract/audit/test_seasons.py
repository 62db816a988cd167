"""Made seasons through the ledger: every case of the key, and no other."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from consumers.auditor.running import catch_up
from ledger.cases.discrepancy import State
from ledger.facts.identity import Fact
from ledger.facts.scalars import micros
from ledger.log import Log
from ledger.rules.audit import RULES
from ledger.season import Mix, Season, season
from ledger.views.discrepancies import Wanted, listed
from ledger.views.projection import reading
from tests.auditing import POLICY, entry

Found = set[tuple[str, str, str]]


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """A log that records each event at its own time."""
    with Log.open(database, recorded_at="event") as opened:
        yield opened


def load(log: Log, facts: list[Fact]) -> None:
    """Record facts in their order."""
    for start in range(0, len(facts), 5_000):
        log.append([entry(fact) for fact in facts[start : start + 5_000]])


def standing(log: Log, *states: State) -> Found:
    """The cases in these states, or those that ask for attention."""
    with reading(log) as rows:
        found = listed(rows, log, Wanted(states=states))
    return {(e.case.rule, e.case.subject, e.case.discriminator) for e in found}


def key_of(made: Season) -> Found:
    """The cases a season's key names, of rules that there are."""
    return {
        (case.rule, case.subject, case.discriminator)
        for case in made.key().cases
        if case.rule in RULES
    }


def report(found: Found, key: Found) -> str:
    """Precision and recall of each rule."""
    right, shown, wanted = (Counter(c[0] for c in cases) for cases in (found & key, found, key))
    return "\n".join(
        f"{rule} precision {right[rule] / (shown[rule] or 1):.3f}"
        f" recall {right[rule] / (wanted[rule] or 1):.3f}"
        for rule in sorted(shown.keys() | wanted.keys())
    )


@pytest.mark.slow
def test_every_slip_is_found_and_nothing_else(log: Log) -> None:
    """A season with every slip: precision and recall are 1.000 for every rule."""
    made = season(13_000, 11, Mix.parse("all"))
    load(log, list(made.facts()))

    catch_up(log, POLICY, lambda: micros(made.key().now))

    found, key = standing(log), key_of(made)
    print(report(found, key))  # noqa: T201 -- the figures people ask for
    assert found == key
    assert {rule for rule, _, _ in found} == set(RULES)


def test_a_clean_season_has_no_case(log: Log) -> None:
    """Nothing that is as it should be becomes a case."""
    made = season(1_200, 5, None)
    load(log, list(made.facts()))

    catch_up(log, POLICY, lambda: micros(made.key().now))

    assert standing(log, *State) == set()


@pytest.mark.parametrize(
    "slips",
    ["over-sealing,M-02,M-03,M-06,M-16,M-20,M-33", "M-65:3,taken-back-by-a-stranger,M-66:3,M-67:3"],
    ids=["trade", "standing"],
)
def test_audited_day_by_day_it_ends_the_same(log: Log, slips: str) -> None:
    """Small batches, a clock that moves on, each event late for the one before: the same cases."""
    made = season(1_500, 3, Mix.parse(slips))
    facts = list(made.facts())
    random = Random(3)  # noqa: S311 -- a seed gives a story; nothing here is secret
    while facts:
        part = random.randrange(50, 400)
        load(log, facts[:part])
        facts = facts[part:]
        now = min(log.recorded_last(), micros(made.key().now))
        catch_up(log, POLICY, lambda now=now: now)  # type: ignore[misc]  # bound at once

    catch_up(log, POLICY, lambda: micros(made.key().now))

    assert standing(log) == key_of(made)
