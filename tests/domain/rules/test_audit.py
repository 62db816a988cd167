"""The audit as a whole: any order, corrections, and what a fact can touch."""

from datetime import date
from random import Random
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, LotRecorded
from ledger.facts.record import Record
from ledger.facts.scalars import canonical_time, micros
from ledger.facts.seals import SealsApplied
from ledger.questions import QuestionsAtHand
from ledger.rules.applied import scan_kind
from ledger.rules.audit import RULES, Condition, audit, conditions, evaluate
from ledger.rules.policy import default_policy
from ledger.rules.violation import SubjectKind, Violation
from ledger.season import Mix, season
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


@pytest.mark.parametrize("seed", [3, pytest.param(11, marks=pytest.mark.slow)])
def test_what_no_condition_holds_of_has_no_case(seed: int) -> None:
    """Of an application with a finding, the `when` of that rule holds, and it alone is asked."""
    questions = QuestionsAtHand(Record(slipped(seed)))
    known_of: dict[object, tuple[Condition, ...]] = {}
    spared = found = 0
    for known in questions.whole:
        at, key, rec, fact, by, door = known
        if not isinstance(fact, SealsApplied) or not questions.record.counts(fact):
            continue
        of_kind = known_of.setdefault(scan_kind(fact, by, door), conditions(key, questions, POLICY))
        rules = {number for number, test in of_kind if test(fact, at, rec)}
        if None in rules or fact.corrects is not None:
            continue
        kinds = (SubjectKind.APPLICATION, SubjectKind.EVENT)
        findings = [v for kind in kinds for v in evaluate(kind, key, questions, POLICY)]
        spared += not rules
        found += bool(findings)
        narrow = {number for number in rules if number is not None}

        assert findings == [
            v for kind in kinds for v in evaluate(kind, key, questions, POLICY, rules=narrow)
        ], (rules, findings)

    assert spared > 100
    assert found > 50


def slipped(seed: int) -> Rows:
    """A season with every slip, in which some facts are changed as well."""
    chance = Random(seed)  # noqa: S311 - a test's chance, not a secret
    rows: Rows = []
    for fact in season(13_000, seed, Mix.parse("all")).facts():
        changed = fact
        if isinstance(fact, SealsApplied) and chance.random() < 0.02:
            changed = structs.replace(fact, **chance.choice(_MISREAD))
        elif isinstance(fact, LotRecorded) and chance.random() < 0.1:
            changed = structs.replace(fact, produced_on=date(2026, 11, 1))
        elif isinstance(fact, LotGraded) and chance.random() < 0.1:
            changed = structs.replace(fact, time="2026-11-01T00:00:00.000000+00:00")
        rows.append((changed, fact.at + chance.choice((0, 10, -(10**10)))))
        if isinstance(fact, SealsApplied) and chance.random() < 0.01:
            rows.append((structs.replace(fact, id=str(UUID(int=chance.getrandbits(128)))), fact.at))
    return rows


_MISREAD: Final[tuple[dict[str, object], ...]] = (
    {"count": 3, "first": None, "last": None},
    {"units": 77},
    {"actor": "NOBODY"},
    {"time": "2020-01-01T00:00:00.000000+00:00"},
    {"count": 5, "first": 900_000_001, "last": 900_000_005},
    {"lot": "NO-LOT"},
    {"contract": "NO-CONTRACT"},
)


def test_each_check_on_applications_says_when() -> None:
    """A rule that did not would never be asked."""
    for rule in RULES.values():
        for on in rule.subjects:
            on_applications = on.kind is SubjectKind.APPLICATION or (
                on.kind is SubjectKind.EVENT and issubclass(SealsApplied, on.of)
            )

            assert (on.when is not None) == on_applications, rule.number


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
    assert all(rule.subjects or rule.applications for rule in RULES.values())


GRAVE = {
    "C": "01 05 07 08 09 10 11 12 15 18 20 21 23 24 26 27 30 31 32 33 34 35 41 56 57 58",
    "H": "02 03 04 06 13 14 16 19 22 29 36 40 42 45 48 52 55 59 62 64 65 66 67",
    "M": "17 25 28 38 39 44 46 49 50 51 53 61 63",
    "L": "37 43 47 54 60",
}
"""The numbers of rules by how grave a finding of theirs is that does not say so itself."""


@pytest.mark.parametrize(
    ("number", "severity"),
    [(f"M-{each}", severity) for severity, of in GRAVE.items() for each in of.split()],
)
def test_each_rule_is_as_grave_as_it_was_agreed(number: str, severity: str) -> None:
    """How grave a rule is was agreed with those it judges; no edit changes it unseen."""
    assert RULES[number].severity == severity


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
