"""What a case costs: no statement, no reading again and no rule more than it needs."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from msgspec import structs

from bench.audit import entry
from bench.hostile_registry import registry
from bench.hostile_shapes import SHAPES, shape
from consumers.auditor.running import catch_up
from ledger.facts.mentions import About
from ledger.facts.shipments import ShipmentDeparted
from ledger.log import Log
from ledger.questions.accounts.balances import run_asked_min
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.audit import evaluate
from ledger.rules.policy import default_policy
from ledger.rules.violation import SubjectKind
from ledger.views import SCHEMA, schema
from ledger.views.projection import Projector, reading
from ledger.views.shown import Shown, show, shown_of
from tests.auditing import FAR, caught_up, from_nothing
from tests.databases import Cluster
from tests.hostile import rows_read


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """An empty log that records facts at their own times."""
    with Log.open(database, recorded_at="event") as opened:
        yield opened


DAY = date(2026, 4, 2)
TEXTS = ["", "a b", 'a "b"', "a,b", "{a}", "\\", "\\\\", '\\"', "NULL", "日本", "it's", " a "]
SHOWN = [
    Shown._make(row)
    for row in (
        (UUID(int=1), "H", True, TEXTS, [], ["x"], 1, TEXTS[::-1], [], [], None, "none",
         "M-01 a", None, TEXTS, DAY, None, None),
        (UUID(int=2), "C", False, [], TEXTS[:1], TEXTS, 2**31 - 1, [], ["P-1"], ["2026-04"],
         Decimal(20), "seals", "M-03 dispatch", "P-1", [], DAY, DAY, DAY),
        *((UUID(int=3 + number), "M", False, [text], [text], [], 0, [], [text], [text],
           Decimal("0.125"), "kg", text, text, [text], DAY, DAY, DAY)
          for number, text in enumerate(TEXTS)),
    )
]  # fmt: skip


def sending(patched: pytest.MonkeyPatch) -> list[str]:
    """The statements that are sent from here on, as text."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, statement: Any, *given: Any, **named: Any) -> Any:
        sent.append(str(statement))
        return execute(self, statement, *given, **named)

    patched.setattr(psycopg.Cursor, "execute", counting)
    return sent


def test_what_cases_show_is_written_at_once(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any lists of any texts are kept and replaced, all cases of a look in one statement."""
    Projector(log).make()
    sent = sending(monkeypatch)

    def one_by_one(*_: Any) -> None:
        raise AssertionError("a statement a case")

    monkeypatch.setattr(psycopg.Cursor, "executemany", one_by_one)
    for turned in (False, True):
        given = [row._replace(artefact=row.artefact is not turned) for row in SHOWN]
        with log.transaction() as rows:
            schema.use(rows, SCHEMA)
            sent.clear()
            show(rows, given)
            assert len(sent) == 1
            show(rows, [])
            assert len(sent) == 1
        with reading(log) as rows:
            assert sorted(shown_of(rows, [row.id for row in given])) == given


def test_decisions_are_not_read_look_after_look(
    embedded_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten looks at a flood of facts with a case each read about what one look reads."""
    read = {}
    for most in (60, 600):
        monkeypatch.setattr("consumers.auditor.auditor.evaluation_events_max", most)
        with embedded_cluster.database() as dsn:
            with Log.open(dsn, recorded_at="event") as log:
                facts = [*registry(), *shape("retractions of one event", 600)]
                log.append([entry(fact) for fact in facts])
                catch_up(log, default_policy(), lambda: FAR)
            read[most] = rows_read(dsn, "events")

    assert read[60] <= read[600] + 2 * 600


def test_only_rules_that_suspect_an_application_look_at_it(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of scans that only repeat one another, M-48 alone is asked, and all cases are found."""
    asked: list[Any] = []

    def asking(kind: SubjectKind, *given: Any, rules: Any = None) -> Any:
        if kind in (SubjectKind.APPLICATION, SubjectKind.EVENT):
            asked.append(rules)
        return evaluate(kind, *given, rules=rules)

    log.append([entry(fact) for fact in registry()])
    caught_up(log)
    log.append([entry(fact) for fact in shape("one time, the same again", 40)])
    monkeypatch.setattr("consumers.auditor.evaluating.evaluate", asking)

    found = caught_up(log)

    assert asked == [{"M-48"}] * (2 * 39)
    assert found == from_nothing(log)


class Unwalked(dict[Any, Any]):
    """What was read already, which nobody goes through from end to end."""

    def keys(self) -> Any:
        """Refuse."""
        raise AssertionError("all that was read before is gone through for one question")

    def __iter__(self) -> Any:
        """Refuse."""
        return self.keys()


PREFETCHES: dict[str, tuple[str, Callable[[SnapshotQuestions], None]]] = {
    "held": ("_held", lambda questions: questions.want_held([(1, 2)])),
    "alike": ("_alike", lambda questions: questions.want_look_alikes([(About.LOT, "L-1")])),
    "sealed": ("_sealed", lambda questions: questions.want_sealed(["L-1"])),
    "sealers": ("_sealers", lambda questions: questions.want_sealers([("L-1", "A")])),
    "balances": ("_balances", lambda questions: questions.want_balances([1])),
}


@pytest.mark.parametrize("name", PREFETCHES)
def test_what_was_read_is_not_gone_through(log: Log, name: str) -> None:
    """One more question of a look costs the same after one and after thousands."""
    cache, ask = PREFETCHES[name]
    Projector(log).make()
    with reading(log) as rows:
        questions = SnapshotQuestions(rows, log)
        vars(questions)[cache] = Unwalked()

        ask(questions)
        ask(questions)

        assert len(vars(questions)[cache]) == 1


def test_lots_of_many_departures_are_read_once_each(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where so many shipments left with the same lots, a lot takes a statement, not one each."""
    lots, left = 40, run_asked_min + 1
    made = map(SHAPES["departures of many lines"].make, range(left))
    departures = [
        structs.replace(fact, lines=fact.lines[:lots])
        for fact in made
        if isinstance(fact, ShipmentDeparted)
    ]
    log.append([entry(fact) for fact in (*registry(), *departures)])
    with monkeypatch.context() as within:
        sent = sending(within)
        found = caught_up(log)

    assert found == from_nothing(log)
    assert "M-36" in {case[0] for case in found}
    assert sum("FROM balances WHERE balances.place = wanted.place" in each for each in sent) <= left


def test_twins_among_what_is_looked_at_take_no_statement(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scans that share numbers with one another know of each other which is a double shot."""
    log.append([entry(fact) for fact in registry()])
    caught_up(log)
    log.append([entry(fact) for fact in shape("double shots", 80)])
    with monkeypatch.context() as within:
        sent = sending(within)
        found = caught_up(log)

    assert sum(case[0] == "M-33" for case in found) > 80
    assert found == from_nothing(log)
    assert sum("abs(delta)" in each for each in sent) <= 1


def test_missing_numbers_are_looked_for_together(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether missing certificate numbers look like others is asked once, not number by number."""
    log.append([entry(fact) for fact in (*registry(), *shape("gaps in a series", 60))])
    with monkeypatch.context() as within:
        sent = sending(within)
        found = caught_up(log)

    assert sum(case[0] == "M-25" for case in found) == 59
    assert found == from_nothing(log)
    assert sum("known_ids" in each and "unnest" in each for each in sent) <= 5
