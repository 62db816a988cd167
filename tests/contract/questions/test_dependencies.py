"""What was read is noted under a key, and whatever changes the answer changes that key."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from consumers.auditor.affected import affected
from ledger.custody.places import Kind, Place
from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded
from ledger.facts.mentions import About
from ledger.facts.registry import MarkRegistered
from ledger.log import Log
from ledger.questions.dependencies import Changes, DependencyKey, hash_of
from ledger.questions.herds import Arrival
from ledger.questions.snapshot import SnapshotQuestions
from ledger.views.projection import Projector, reading
from tests.auditing import RECORDED, AuditWorld, entry
from tests.contract.questions.test_answers import answers, of_world
from tests.contract.views import world

HOUR = 3_600_000_000
ASKED_PER_FACT = 150
FOUND_OTHERWISE = {"ranged", "double_shot", "repeat_of"}
"""Who shares numbers or words with a new event is looked for when it comes (`neighbours`); a shot
taken twice moves the same seals as its twin."""


@contextmanager
def kept(dsn: str) -> Iterator[tuple[Log, Callable[..., None]]]:
    """A log, and how to record more facts that the views follow at once."""
    with Log.open(dsn, clock=lambda: RECORDED) as log:
        projector = Projector(log)
        projector.make()

        def tell(*facts: Fact) -> None:
            log.append([entry(fact) for fact in facts])
            projector.catch_up()

        yield log, tell


def changed_since(log: Log, position: int) -> Changes:
    """What changed by the facts behind a position."""
    with reading(log) as rows:
        questions = SnapshotQuestions(rows, log)
        return affected(log, log.read(position, 1_000), questions, known_to=position).changed


class Row(NamedTuple):
    """A fact that changes an answer, by one key alone."""

    key: str
    kind: str
    fields: dict[str, Any]
    ask: Callable[[SnapshotQuestions], object]


ACCOUNT = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}
APPLIED = ACCOUNT | {
    "lot": "L1", "label": "LB-1", "label_version": 1, "units": 5, "count": 5, "contract": "C1",
}  # fmt: skip
RECEIVED = ACCOUNT | {"dispatch": "D1", "count": 9, "condition": "GOOD"}
SCANNED = {"source": "SC-1", "actor": "P1", "count": 1, "reason": "WET"}
MARK = {
    "mark": "JAS-A", "scheme": "JAS", "rcb": "RCB-1", "importer": "IMP-1", "design": "leaf",
    "carrier": "STICKER", "serialised": True,
}  # fmt: skip
GRADED = {
    "lot": "L1", "result": "CONFORMING", "grader": "P1", "records_complete": True,
    "linked_to_lot": True, "method_conforms": True, "label_conforms": True,
}  # fmt: skip
LOT = {
    "lot": "L1", "operator": "EXP-1", "number": "1", "product": "P1", "quantity": "100.000",
    "status": "ORGANIC", "produced_on": "2026-03-30", "inputs": [],
}  # fmt: skip
WORKED = {
    "lot": "L1", "operator": "EXP-1", "activity": "STORAGE", "on": "2026-04-01",
    "contractor": "CON-1",
}  # fmt: skip
SOURCE = {"registers": "SC-1", "kind": "SCANNER", "party": "EXP-1"}
HERD: dict[str, Any] = {
    "herd": "H-1", "operator": "FARM-1", "site": "F1", "species": "SOW", "individual": True,
    "heads": 3, "origin": "BROUGHT_IN", "reason": "REPLACEMENT", "arrived_on": "2025-03-01",
    "organic_since": "2025-03-01",
}  # fmt: skip
LEFT: dict[str, Any] = {
    "herd": "H-0",
    "operator": "FARM-1",
    "on": "2023-12-31",
    "heads": 5,
    "how": "SOLD",
}
MILKED = {"herd": "H-1", "operator": "FARM-1", "activity": "MILKING", "on": "2026-03-30"}
ARRIVAL = Arrival("FARM-1", "SOW", date(2025, 2, 1), 0, str(UUID(int=0)))
STOCK = Place(Kind.STOCK, "EXP-1", "W1")
NEW = str(UUID(int=7 << 76 | 2 << 62))
BEFORE = [
    world.fact("SealsSpoiled", str(UUID(int=number << 96 | 7 << 76 | 2 << 62)), time,
               mark="JAS-A", holder="EXP-1", site=site, **SCANNED)
    for number, site, time in ((1, "W1", "2026-04-01T01:00:00Z"), (2, "W2", "2026-04-01T01:10:00Z"))
]  # fmt: skip
BEFORE.append(
    world.fact("HerdRecorded", str(UUID(int=3 << 96 | 7 << 76 | 2 << 62)), "2026-04-01T01:00:00Z",
               **HERD | {"herd": "H-0", "reason": "START"})
)  # fmt: skip
"""A person at two sites within minutes; a herd that replaces none."""

ROWS = [
    Row("about", "LotGraded", GRADED, lambda a: a.record.about(LotGraded, About.LOT, "L1")),
    Row("event", "LotGraded", GRADED, lambda a: a.record.known(NEW)),
    Row("type", "MarkRegistered", MARK, lambda a: a.record.all(MarkRegistered)),
    Row("place", "SealsReceived", RECEIVED, lambda a: a.balance("JAS-A", STOCK)),
    Row("stocks", "SealsReceived", RECEIVED, lambda a: a.stocks("JAS-A", "EXP-1")),
    Row("held", "SealsReceived", RECEIVED, lambda a: a.held("JAS-A")),
    Row("fold", "LotRecorded", LOT, lambda a: a.looks_alike(About.LOT, "L-1")),
    Row("naming", "SealsReceived", RECEIVED, lambda a: a.naming("JAS-A")),
    Row("sealed", "SealsApplied", APPLIED, lambda a: len(a.sealed("L1"))),
    Row("labelled", "SealsApplied", APPLIED, lambda a: a.labelled("LB-1", 1)),
    Row("labelled", "SealsApplied", APPLIED, lambda a: a.attached_under("LB-1", 1)),
    Row("contracts", "SealsApplied", APPLIED, lambda a: a.contracts_named("EXP-1", "JAS-A")),
    Row(
        "applied", "SealsApplied", APPLIED,
        lambda a: a.first_application("EXP-1", "JAS-A", "C1", *[date(2026, 4, 1)] * 2),
    ),
    Row("worked", "SealsApplied", APPLIED, lambda a: a.worked("JAS-A", 2026)),
    Row("outside_work", "ProcessRecorded", WORKED, lambda a: list(a.contractors("EXP-1"))),
    Row("heard", "LotGraded", GRADED | {"source": "SC-7"}, lambda a: a.last_heard("SC-7")),
    Row("replaced", "HerdRecorded", HERD, lambda a: a.replaced(ARRIVAL)),
    Row("left", "AnimalsLeft", LEFT, lambda a: a.replaced(ARRIVAL)),
    Row(
        "herd month", "LotRecorded", LOT | {"herds": ["H-1"]},
        lambda a: [*a.lots_of_herd("H-1", date(2026, 3, 30), date(2026, 3, 30))],
    ),
    Row(
        "herd ever", "ProcessRecorded", MILKED,
        lambda a: a.any_did(["H-1"], "MILKING", date(2026, 3, 30)),
    ),
    Row("scanner", "SourceRegistered", SOURCE, lambda a: a.two_sites("person", "P1", HOUR)),
]  # fmt: skip


def test_every_key_has_a_row() -> None:
    """The table below goes over all keys there are."""
    assert {row.key for row in ROWS} == {key.name for key in DependencyKey.every}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_fact_that_changes_an_answer_changes_its_key(
    database: str, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    """And without that key's change nobody would notice."""
    fact = world.fact(row.kind, NEW, "2026-04-01T05:00:00Z", **row.fields)
    with kept(database) as (log, tell):
        tell(*BEFORE)
        position = log.position()
        with reading(log) as rows:
            questions = SnapshotQuestions(rows, log)
            with questions.dependencies.watch() as read:
                before = row.ask(questions)
        tell(fact)
        with reading(log) as rows:
            after = row.ask(SnapshotQuestions(rows, log))
        noted = {hash_of(*what) for what in read}
        changed = changed_since(log, position)
        (key,) = [key for key in DependencyKey.every if key.name == row.key]
        monkeypatch.setattr(key, "changed_by", lambda _: ())
        without = changed_since(log, position)

    assert before != after
    assert noted & changed.keys()
    assert not noted & without.keys()


@pytest.mark.parametrize("seed", [3, 1029])
def test_no_answer_changes_unnoticed(database: str, seed: int) -> None:
    """Fact by fact of a dense world: whose answer is another one has read what was changed."""
    chance = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    facts = AuditWorld(seed).draw(90)
    every = [ask for ask in of_world(facts) if ask[0] not in FOUND_OTHERWISE]
    with kept(database) as (log, tell):
        tell(*facts[:60])
        for fact in facts[60:]:
            asks = chance.sample(every, ASKED_PER_FACT)
            position, known = log.position(), []
            with reading(log) as rows:
                questions = SnapshotQuestions(rows, log)
                for ask in asks:
                    with questions.dependencies.watch() as read:
                        known.append((ask, answers(questions, ask), read))
            tell(fact)
            changed = changed_since(log, position)
            with reading(log) as rows:
                questions = SnapshotQuestions(rows, log)
                for ask, before, read in known:
                    same = answers(questions, ask) == before
                    assert same or any(hash_of(*what) in changed for what in read), (ask, fact)
