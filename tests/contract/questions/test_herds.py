"""Herds in the database: sums follow what comes late, and a feeding reads no history."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from ledger.facts.identity import Fact
from ledger.labels.livestock.origin import Replaced
from ledger.log import Log
from ledger.questions.herds import Arrival
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.audit import evaluate
from ledger.rules.policy import default_policy
from ledger.rules.violation import Subject, SubjectKind
from ledger.views.projection import reading
from ledger.views.verify import rebuilt
from tests.contract.questions.test_dependencies import HERD, LEFT, kept
from tests.contract.views import world

_numbers = count(1)
LINE = {
    "name": "corn", "kind": "OWN", "dry_matter": "5.000", "roughage": False, "bought": False,
    "gmo": True, "antibiotic": False,
}  # fmt: skip
FED: dict[str, Any] = {
    "herd": "H-1", "operator": "FARM-1", "from": "2025-06-01", "until": "2025-06-02", "heads": 1,
    "stage": "PIG_OLDER", "lines": [LINE],
}  # fmt: skip


def event_id() -> str:
    """One that no other event has; later ones are greater."""
    return str(UUID(int=next(_numbers) << 96 | 7 << 76 | 2 << 62))


def told(kind: str, hour: int = 1, **fields: Any) -> Fact:
    """A fact of some hour of a day."""
    return world.fact(kind, event_id(), f"2026-04-01T{hour:02d}:00:00Z", **fields)


def sums(log: Log, species: str = "SOW") -> Replaced | None:
    """What was replaced in 2025, as of its last day."""
    last = Arrival("FARM-1", species, date(2025, 12, 31), 0, str(UUID(int=0)))
    with reading(log) as rows:
        return SnapshotQuestions(rows, log).replaced(last)


def test_sums_follow_the_latest_record_of_each_herd(database: str) -> None:
    """Another year, another species, taken back: what counted so far is moved, none of it stays."""
    second = told("HerdRecorded", 3, **HERD | {"species": "PIG"})
    with kept(database) as (log, tell):
        tell(told("AnimalsLeft", **LEFT | {"herd": "H-1"}))
        assert sums(log) == Replaced(0, 0)
        tell(told("HerdRecorded", 2, **HERD))
        assert sums(log) == Replaced(3, 5)
        tell(told("HerdRecorded", 2, **HERD | {"herd": "H-2", "heads": 4}))
        assert sums(log) == Replaced(7, 5)
        tell(second)
        assert (sums(log), sums(log, "PIG")) == (Replaced(4, 0), Replaced(3, 5))
        tell(told("HerdRecorded", 1, **HERD | {"heads": 9}))
        assert (sums(log), sums(log, "PIG")) == (Replaced(4, 0), Replaced(3, 5))
        tell(told("EventRetracted", target=second.id, reason="DUPLICATE"))
        assert (sums(log), sums(log, "PIG")) == (Replaced(7, 5), Replaced(0, 0))
        tell(told("HerdRecorded", 4, **HERD | {"arrived_on": "2024-12-31"}))
        assert sums(log) == Replaced(4, 5)
        assert rebuilt(log) == []


@pytest.mark.parametrize("feedings", [1, 80])
def test_a_feeding_costs_the_same_however_long_its_herd_was_fed(
    database: str, feedings: int
) -> None:
    """Besides itself nothing is read but the record of its herd."""
    with kept(database) as (log, tell):
        tell(
            told("HerdRecorded", **HERD), *(told("FeedingRecorded", **FED) for _ in range(feedings))
        )
        last = told("FeedingRecorded", **FED)
        tell(last)
        subject = Subject(SubjectKind.EVENT, last.id)
        with reading(log) as rows:
            questions = SnapshotQuestions(rows, log)
            questions.want([subject], [])
            found = evaluate(*subject, questions, default_policy())
            held = questions.record.held

    assert {each.discriminator for each in found if each.rule == "M-70"} == {"GMO"}
    assert held == 2
