"""A look that holds too much is halved; a subject too much all alone is set aside, others go on."""

import time
from collections.abc import Sequence
from typing import Any

import pytest

from bench.audit import entry
from bench.hostile_registry import registry
from bench.hostile_shapes import ordinary, shape
from consumers.auditor.auditor import Auditor
from consumers.auditor.evaluating import Evaluation
from consumers.auditor.proof import unsettled
from consumers.auditor.running import catch_up
from ledger.log import Log
from ledger.questions import budget
from ledger.questions.snapshot import SnapshotQuestions
from ledger.views import reading as reading_module
from ledger.views import set_aside
from ledger.views.projection import Projector, reading
from tests.auditing import FAR, POLICY, Standing, caught_up, from_nothing, live

_EVENTS = 60
_FACTS = 40
"""As many a look may hold in these tests: less than there are of one shipment."""


def filled(log: Log, name: str = "one shipment") -> None:
    """A log with hostile events of a shape, and an ordinary party's behind them."""
    log.append([entry(fact) for fact in registry()])
    log.append([entry(fact) for fact in shape(name, _EVENTS)])
    log.append([entry(fact) for fact in ordinary(5)])


def aside_of(log: Log) -> set[tuple[str, str]]:
    """The subjects that are set aside."""
    with reading(log) as rows:
        return {(each.kind, each.key) for each in set_aside.named(rows, 1_000)}


def rules_of(cases: set[Standing]) -> set[str]:
    """The numbers of the rules that cases are of."""
    return {case[0] for case in cases}


@pytest.mark.parametrize("facts", [75, 100, 150])
def test_a_look_that_holds_too_much_is_halved(
    database: str, monkeypatch: pytest.MonkeyPatch, facts: int
) -> None:
    """As long as one subject fits into a look, the cases are those of all facts."""
    monkeypatch.setattr(budget, "look_facts_max", facts)
    with Log.open(database, recorded_at="event") as log:
        filled(log)

        assert caught_up(log) == from_nothing(log)
        assert aside_of(log) == set()


def test_a_subject_too_large_is_set_aside_and_others_go_on(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shipment with too many facts has no case and is named, and another's loss is found."""
    monkeypatch.setattr(budget, "subject_facts_max", _FACTS)
    with Log.open(database, recorded_at="event") as log:
        filled(log)

        found = caught_up(log)

        assert ("shipment", "S-1") in aside_of(log)
        assert "shipment" not in {str(case[1]) for case in found}
        assert "M-41" in rules_of(found)
        said = unsettled(log, POLICY)
        assert said is not None
        assert any(line.startswith("shipment S-1 is set aside") for line in said)
        assert all("set aside" in line or "more subjects" in line for line in said)


def test_what_is_set_aside_stays_so_until_it_is_tried_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new auditor does not try again; `catch_up` does, and once it fits the cases come."""
    with monkeypatch.context() as small:
        small.setattr(budget, "subject_facts_max", _FACTS)
        with Log.open(database, recorded_at="event") as log:
            filled(log)
            caught_up(log)
            before = aside_of(log)
    with Log.open(database, recorded_at="event") as log:
        log.append([entry(next(iter(shape("one shipment", 1))))])
        log.append([entry(fact) for fact in ordinary(2, of=3)])
        Projector(log).catch_up()
        auditor = Auditor(log, POLICY, lambda: FAR)
        while (step := auditor.step()).behind:
            Projector(log).catch_up()

        assert aside_of(log) == before
        assert step.aside == len(before)

        catch_up(log, POLICY, lambda: FAR)

        assert aside_of(log) == set()
        assert live(log) == from_nothing(log)


def test_a_policy_that_changes_tries_again(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything is looked at anew, what was set aside is as well."""
    with monkeypatch.context() as small:
        small.setattr(budget, "subject_facts_max", _FACTS)
        with Log.open(database, recorded_at="event") as log:
            filled(log)
            caught_up(log)
            assert aside_of(log)
    with Log.open(database, recorded_at="event") as log:
        with log.transaction() as rows:
            rows.execute("SELECT relnamespace::regnamespace::text FROM pg_class"
                         " WHERE relname = 'audit'")  # fmt: skip
            row = rows.fetchone()
            assert row is not None
            rows.execute(f"UPDATE {row[0]}.audit SET policy = 'another rules'")
        auditor = Auditor(log, POLICY, lambda: FAR)
        while auditor.step().behind:
            Projector(log).catch_up()
        Projector(log).catch_up()

        assert aside_of(log) == set()
        assert live(log) == from_nothing(log)


def test_a_statement_that_takes_too_long_is_halved(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database breaks a statement off, fewer subjects are asked for at once."""
    want = SnapshotQuestions.want
    broken = []

    def slow(self: SnapshotQuestions, subjects: Sequence[Any], lots: Any) -> None:
        if len(list(subjects)) > 20:
            broken.append(len(list(subjects)))
            self.rows.execute("SET LOCAL statement_timeout = 20")
            self.rows.execute("SELECT pg_sleep(5)")
        want(self, subjects, lots)

    monkeypatch.setattr(SnapshotQuestions, "want", slow)
    with Log.open(database, recorded_at="event") as log:
        filled(log)

        found = caught_up(log)

        assert found == from_nothing(log)
        assert broken
        assert aside_of(log) == set()


def test_a_look_reads_no_more_bytes_than_it_may(database: str) -> None:
    """Events of a thousand lines are read one by one where more of them are too many bytes."""
    with Log.open(database, recorded_at="event") as log:
        log.append([entry(fact) for fact in shape("departures of many lines", 3)])
        with log.transaction() as rows:
            all_of_them = set_aside.reach(rows, 0, 3, 8_000, 1 << 30)
            first_two = set_aside.reach(rows, 0, 3, 8_000, 300_000)
            one_at_least = set_aside.reach(rows, 1, 3, 8_000, 10)

        assert (all_of_them, one_at_least) == (3, 2)
        assert 1 <= first_two < 3


def test_a_look_that_computes_for_too_long_is_halved(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database ends a transaction that does nothing: half of the look is tried instead."""
    monkeypatch.setattr(reading_module, "_computing_ms_max", 300)
    slow = Evaluation.subject
    looks: list[int] = []

    def subject(self: Evaluation, *args: Any, **options: Any) -> None:
        # As long as a look has more than so many subjects it takes longer than it may.
        if len(self.found) == 20:
            looks.append(1)
            time.sleep(0.5)
        slow(self, *args, **options)

    monkeypatch.setattr(Evaluation, "subject", subject)
    with Log.open(database, recorded_at="event") as log:
        filled(log, "one certificate")

        found = caught_up(log)

        assert looks
        assert found == from_nothing(log)
