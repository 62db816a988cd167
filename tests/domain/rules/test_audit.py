"""The audit as a whole: any order, corrections, and what a fact can touch."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.facts.scalars import canonical_time, micros
from ledger.rules.audit import RULES, audit
from ledger.rules.policy import default_policy
from ledger.rules.violation import Violation
from ledger.season import season
from tests.domain.rules.soup import Soup
from tests.domain.rules.world import FAR, World, event_id

POLICY = default_policy()
SEEDS = st.integers(min_value=0, max_value=10**9)
Rows = list[tuple[Fact, int]]


def drawn(seed: int, count: int) -> Rows:
    """A soup of facts, each recorded some time after it happened."""
    chance = Random(seed)  # noqa: S311 - a test's chance, not a secret
    return [(fact, fact.at + chance.randint(0, 10**11)) for fact in Soup(seed).facts(count)]


def violations(rows: Rows) -> set[Violation]:
    """What the audit finds in the end."""
    return set(audit(Record(rows), POLICY, FAR))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_order_of_facts_never_matters(seed: int) -> None:
    """Any order, any repetition: the same violations with the same values and deadlines."""
    rows = drawn(seed, 80)
    mixed = [*rows, *rows[:20]]
    Random(seed).shuffle(mixed)  # noqa: S311 - a test's chance, not a secret

    assert violations(mixed) == violations(rows)


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_fact_and_its_retraction_are_neither(seed: int) -> None:
    """What was retracted changes no verdict, but those on reporting itself."""
    rows = drawn(seed, 80)
    chance = Random(seed)  # noqa: S311 - a test's chance, not a secret
    facts = [fact for fact, _ in rows]
    pointed_at = {getattr(fact, "target", None) for fact in facts}
    pointed_at |= {getattr(fact, "count_event", None) for fact in facts}
    pointed_at |= {fact.corrects for fact in facts}
    free = [f for f in facts if f.corrects is None and f.id not in pointed_at]
    gone = chance.choice([f for f in free if type(f).__name__ != "EventRetracted"] or facts)
    retraction = World().add(
        "EventRetracted", gone.time[:16] + gone.time[-6:], target=gone.id,
        reason="DID_NOT_HAPPEN", source=gone.source, name="zzzzzz",
    )  # fmt: skip
    with_both = violations([*rows, (retraction, gone.at)])
    without = violations([row for row in rows if row[0].id != gone.id])

    assert _on_goods(with_both) == _on_goods(without)


ON_REPORTING = {"M-47", "M-49", "M-60"}
"""Rules about how facts were reported: they look at what was recorded, counting or not."""


def _on_goods(found: set[Violation]) -> set[Violation]:
    return {violation for violation in found if violation.rule not in ON_REPORTING}


def test_a_clean_season_has_no_case() -> None:
    """Two thousand facts of a trade in order: no rule speaks."""
    made = season(2000, 5, None)
    rows: Rows = []
    last = 0
    for fact in made.facts():
        last = max(last + 1, fact.at)
        rows.append((fact, last))

    assert audit(Record(rows), POLICY, micros(canonical_time(made.key().now))) == []


def test_rule_numbers_are_unique_and_written_alike() -> None:
    """Every rule has a number, a slug and at least one check."""
    assert all(number == rule.number for number, rule in RULES.items())
    assert len({rule.slug for rule in RULES.values()}) == len(RULES)
    assert all(rule.checks or rule.applied for rule in RULES.values())


def test_a_fact_that_never_counted_moves_nothing() -> None:
    """A retraction may come before its target."""
    world = World()
    target = event_id("late")
    world.add("EventRetracted", "2026-04-01", target=target, reason="DUPLICATE")
    world.add(
        "SealsLost", "2026-04-01", name="late", mark="M1", holder="A", site="W", count=1,
        cause="LOST", discovered_on="2026-04-01",
    )  # fmt: skip

    assert world.cases("M-01", "M-34", "M-41") == []
