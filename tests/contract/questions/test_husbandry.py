"""What was done with herds, from the database: by day, however long a herd has been kept."""

from datetime import date, timedelta
from typing import Any

import pytest

from consumers.auditor.affected import affected
from ledger.facts.identity import Fact
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.log import Log
from ledger.questions.dependencies import hash_of
from ledger.questions.husbandry.answers import months_between, months_noted_max
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.audit import evaluate
from ledger.rules.policy import default_policy
from ledger.rules.violation import Subject, SubjectKind
from ledger.views.projection import reading
from ledger.views.verify import rebuilt
from tests.contract.questions.test_dependencies import kept
from tests.contract.questions.test_herds import FED, told

MILK: dict[str, Any] = {
    "product": "MILK", "name": "milk", "operator": "FARM-1", "recipe_version": 1,
    "species": "DAIRY_COW", "class": "LIVESTOCK",
}  # fmt: skip
MAKER: dict[str, Any] = {
    "party": "FARM-1", "scheme": "JAS", "role": "PRODUCER", "issuer": "RCB-1", "number": "1",
    "status": "GRANTED", "from": "2020-01-01",
}  # fmt: skip
DAY = date(2026, 4, 10)


def lot(number: int, day: date, **own: Any) -> Fact:
    """A lot of milk of herd H-1."""
    fields = {
        "lot": f"L{number}", "operator": "FARM-1", "number": "1", "product": "MILK",
        "quantity": "100.000", "status": "ORGANIC", "produced_on": day.isoformat(),
        "herds": ["H-1"],
    }  # fmt: skip
    return told("LotRecorded", **{**fields, **own})


def work(activity: str, day: date, **own: Any) -> Fact:
    """An entry of herd H-1."""
    fields = {"herd": "H-1", "operator": "FARM-1", "activity": activity, "on": day.isoformat()}
    return told("ProcessRecorded", **{**fields, **own})


def judged(log: Log, subject: Subject) -> tuple[set[str], int, set[tuple[Any, ...]]]:
    """Codes of M-62 and M-63 on a subject, how many facts that took, and what was read."""
    with reading(log) as rows:
        questions = SnapshotQuestions(rows, log)
        questions.want([subject], [])
        with questions.dependencies.watch() as read:
            found = evaluate(*subject, questions, default_policy())
        codes = {each.discriminator for each in found if each.rule in ("M-62", "M-63")}
        return codes, questions.record.held, {*read}


@pytest.mark.parametrize("years", [0, 1])
def test_an_entry_costs_the_same_however_long_its_herd_was_milked(
    database: str, years: int
) -> None:
    """Medicine reads the lots of its waiting time alone; grazing land the feed of two years."""
    history = [
        each
        for day in range(120 * years)
        for each in (
            lot(day + 1, DAY - timedelta(days=200 + day)),
            work("MILKING", DAY - timedelta(days=200 + day)),
        )
    ]
    last = work("MEDICINE", DAY, waiting_days=5)
    with kept(database) as (log, tell):
        tell(told("ProductRegistered", **MILK), *history, lot(900, DAY + timedelta(days=9)), last)
        codes, held, _ = judged(log, Subject(SubjectKind.EVENT, last.id))

    assert codes == {"WAITING_TIME"}
    assert held == 3


@pytest.mark.parametrize("years", [0, 1])
def test_a_lot_costs_the_same_however_long_its_herd_was_milked(database: str, years: int) -> None:
    """What shows an activity is looked up, never the entries."""
    history = [work("MILKING", DAY - timedelta(days=day + 1)) for day in range(120 * years)]
    graded = told(
        "LotGraded", lot="L1", result="CONFORMING", grader="P1", records_complete=True,
        linked_to_lot=True, method_conforms=True, label_conforms=True,
    )  # fmt: skip
    with kept(database) as (log, tell):
        tell(told("ProductRegistered", **MILK), told("CertificationChanged", **MAKER))
        tell(*history, work("MILKING", DAY), work("DUNG", DAY), lot(1, DAY), graded)
        tell(told("FeedingRecorded", **FED))
        codes, held, _ = judged(log, Subject(SubjectKind.LOT, "L1"))

    assert codes == {
        "ANIMAL_ORIGIN", "EQUIPMENT", "HOUSING", "MATERIAL", "OUTDOOR_ACCESS", "STORAGE"
    }  # fmt: skip
    assert held == 2


def test_more_of_what_is_shown_wakes_no_lot(database: str) -> None:
    """Another entry of an activity changes nothing; taking back the one that shows it does."""
    shows = work("MILKING", DAY)
    with kept(database) as (log, tell):
        tell(told("ProductRegistered", **MILK), told("CertificationChanged", **MAKER))
        tell(shows, lot(1, DAY))
        with reading(log) as rows:
            questions = SnapshotQuestions(rows, log)
            with questions.dependencies.watch() as read:
                assert "MILKING" not in missing_activities(questions.record, "L1", questions)
        noted = {hash_of(*each) for each in read}

        tell(work("MILKING", DAY - timedelta(days=1)))
        assert not noted & changed(log, 4).keys()
        tell(work("DUNG", DAY))
        assert noted & changed(log, 5).keys()
        tell(told("EventRetracted", target=shows.id, reason="DUPLICATE"))
        assert noted & changed(log, 6).keys()
        with reading(log) as rows:
            questions = SnapshotQuestions(rows, log)
            assert "MILKING" not in missing_activities(questions.record, "L1", questions)
        assert rebuilt(log) == []


def changed(log: Log, position: int) -> dict[int, str | None]:
    """What changed by the facts behind a position."""
    with reading(log) as rows:
        questions = SnapshotQuestions(rows, log)
        return affected(log, log.read(position, 1_000), questions, known_to=position).changed


def test_months_are_noted_up_to_the_end_of_the_calendar() -> None:
    """Every month of a span once, none beyond the last there is."""
    found = [*months_between(date(2026, 1, 31), date(2026, 3, 1))]

    assert found == ["2026-01", "2026-02", "2026-03"]
    assert [*months_between(date(9999, 11, 2), date.max)] == ["9999-11", "9999-12"]
    assert [*months_between(date(2026, 2, 1), date(2026, 1, 1))] == []
    assert months_noted_max >= len([*months_between(date(2024, 1, 1), date(2026, 1, 1))])
