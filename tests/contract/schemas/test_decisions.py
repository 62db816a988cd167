"""The schemas of decisions: what their types say, pinned, and readable with the file alone."""

import hashlib
import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import fastavro
import pytest

from ledger.cases.canonical import encode_decision
from ledger.cases.correction import (
    DiscrepancyCorrectionAccepted,
    DiscrepancyCorrectionAsked,
    DiscrepancyCorrectionRefused,
    DiscrepancyCorrectionReported,
)
from ledger.cases.discrepancy import (
    DiscrepancyClosed,
    DiscrepancyEscalated,
    DiscrepancyExplained,
    DiscrepancyOpened,
    DiscrepancyReopened,
    DiscrepancyWithdrawn,
    Event,
    Picture,
    Values,
)
from ledger.cases.letter import (
    DeadLetterDismissed,
    DeadLetterMended,
    DeadLetterReplayed,
    LetterDecision,
)
from ledger.cases.period import (
    AnyPeriodEvent,
    Graveness,
    PeriodAcknowledged,
    PeriodClosed,
    PeriodPrepared,
    PeriodRestated,
)
from ledger.cases.thread import (
    DiscrepancyAssigned,
    DiscrepancyCommented,
    DiscrepancyDueSet,
    DiscrepancyOverdue,
    DiscrepancyRouted,
)
from ledger.errors import Fatal
from ledger.facts.identity import Document
from ledger.intake import OPERATOR, Refused
from ledger.intake.codec import judge_single
from ledger.intake.decisions import decision_to_avro
from ledger.intake.decisions_deriving import DECISIONS, derive_decision, main
from ledger.intake.deriving import as_text
from ledger.intake.linting import faults
from ledger.intake.messages import read
from ledger.intake.schemas import released, released_decisions, version_of
from ledger.rules.violation import SubjectKind

FOLDER = Path(__file__).parents[3] / "schemas" / "decisions"
PINS: dict[str, str] = {
    line.split()[1]: line.split()[0]
    for line in (FOLDER / "released.sha256").read_text().splitlines()
}
CASE = "8f8e3c53-9d5b-8bb6-a4d1-0a6b7a5c9d10"
EVENT = "0197f000-0000-7000-8000-000000000001"
TIME: Any = {"time": "2026-04-02T00:30:00.000000+00:00", "position": 7}
MOMENT: Any = {"case": CASE, **TIME}
VALUES = Values("C", ("500",), ("520", "名"))
SHOWS = Picture(values=VALUES, artefact=True, evidence=(EVENT,), evidence_total=400)
PERSON: Any = {"party": "RCB-1", "person": "P-1"}
OF_PERIOD: Any = {
    "period": CASE, "importer": "IMP-1", "rcb": "RCB-1", "name": "2026-04", **TIME, **PERSON,
}  # fmt: skip
SHEET: Any = {
    "row": {"issued": 2**40, "reported": 0}, "digest": "d" * 64, "cases": Graveness(H=2),
    "case_ids": (CASE,), "stocks": 4,
}  # fmt: skip
DAY = date(2026, 12, 24)
DOCS = (Document(name="count.pdf", sha256="a" * 64),)
EVERY: list[Event | AnyPeriodEvent | LetterDecision] = [
    DiscrepancyOpened(
        **MOMENT, rule="M-18", subject_kind=SubjectKind.PARTY_YEAR, subject="L-7",
        discriminator="", family="D", shows=SHOWS,
    ),
    DiscrepancyWithdrawn(**MOMENT),
    DiscrepancyReopened(**MOMENT, shows=SHOWS),
    DiscrepancyExplained(**MOMENT, **PERSON, reason="LATE_ENTRY", values=VALUES),
    DiscrepancyEscalated(**MOMENT, **PERSON, text="Which line?"),
    DiscrepancyClosed(**MOMENT, **PERSON, reason="OTHER", text="Seen", values=VALUES),
    DiscrepancyClosed(
        **MOMENT, **PERSON, reason="OTHER", text="Seen", values=VALUES, waive="Sold",
        documents=DOCS,
    ),
    DiscrepancyAssigned(**MOMENT, **PERSON, owner="P-2", owner_party="RCB-1"),
    DiscrepancyAssigned(**MOMENT, **PERSON, owner=None, owner_party="RCB-1"),
    DiscrepancyDueSet(**MOMENT, **PERSON, due=DAY, text="Agreed"),
    DiscrepancyCommented(**MOMENT, **PERSON, text="名", documents=DOCS, audience="OWN"),
    DiscrepancyRouted(**MOMENT, **PERSON, to="RCB-2", text="Yours"),
    DiscrepancyOverdue(**MOMENT, due=DAY, waits_for="EXP-1"),
    DiscrepancyCorrectionAsked(
        **MOMENT, **PERSON, from_party="EXP-1", actions=("CORRECT_RECORDS", "STOP_SHIPMENT"),
        text="Mend it", due=DAY,
    ),
    DiscrepancyCorrectionReported(
        **MOMENT, **PERSON, cause="c", action="a", prevention="p", done_on=DAY, documents=DOCS,
    ),
    DiscrepancyCorrectionAccepted(**MOMENT, **PERSON),
    DiscrepancyCorrectionRefused(**MOMENT, **PERSON, text="Why?", due=DAY),
    PeriodPrepared(**OF_PERIOD, **SHEET),
    PeriodClosed(**OF_PERIOD, row={}),
    PeriodClosed(**OF_PERIOD, **SHEET, text="名", prepared_by="P-2", prepared_at=TIME["time"],
                 replaces=3),
    PeriodAcknowledged(**OF_PERIOD, digest="d" * 64, text="seen"),
    PeriodRestated(**TIME, period=CASE, row={"issued": -1}),
    DeadLetterMended(**TIME, **PERSON, number=7, fact=EVENT, text="名"),
    DeadLetterReplayed(**TIME, **PERSON, number=7, outcome="refused"),
    DeadLetterReplayed(**TIME, **PERSON, number=7, outcome="recorded", fact=EVENT),
    DeadLetterDismissed(**TIME, **PERSON, number=2**40, reason="TEST"),
]  # fmt: skip


def versions(name: str) -> list[Path]:
    """The files of a type, oldest first."""
    return sorted(FOLDER.glob(f"{name}.v*.avsc"), key=version_of)


@pytest.mark.parametrize("name", DECISIONS)
def test_derived(name: str) -> None:
    """The newest file says what the type says, and breaks nothing that an older one promised."""
    assert as_text(derive_decision(DECISIONS[name])) == versions(name)[-1].read_text("utf-8")
    *_, newest = (json.loads(path.read_text()) for path in versions(name))
    assert [faults(json.loads(path.read_text()), newest) for path in versions(name)] == [
        [] for _ in versions(name)
    ]


def test_every_file_is_pinned_and_has_its_type() -> None:
    """A file for each decision that others are told and no other, as released, told apart."""
    files = {path.name: path.read_bytes() for path in FOLDER.glob("*.avsc")}

    assert {name: hashlib.sha256(text).hexdigest() for name, text in files.items()} == PINS
    assert {name.split(".")[0] for name in files} == set(DECISIONS)
    assert len(released_decisions().by_fingerprint) == len(files)
    assert not released_decisions().by_fingerprint.keys() & released().by_fingerprint.keys()


def test_missing_files_are_written_and_others_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What has no file gets one; a file that differs is named and stays."""
    assert main(tmp_path) == 0
    changed = tmp_path / "DiscrepancyOpened.v1.avsc"
    changed.write_text("{}")

    assert main(tmp_path) == 1
    assert changed.read_text() == "{}"
    assert capsys.readouterr().err.startswith("DiscrepancyOpened.v1.avsc differs")


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_read_with_the_file_alone(event: Event | AnyPeriodEvent | LetterDecision) -> None:
    """Whoever has the file reads every field of the decision as it was taken."""
    name = type(event).__name__
    message = decision_to_avro(name, encode_decision(event))
    schema = fastavro.parse_schema(json.loads(versions(name)[-1].read_text()))

    read_back: Any = fastavro.schemaless_reader(BytesIO(message[10:]), schema, None)

    expected = json.loads(encode_decision(event))
    del expected["type"]
    assert read_back.pop("time").isoformat(timespec="microseconds") == expected.pop("time")
    assert read_back.pop("offset") == 0
    for name in ("due", "done_on"):
        if name in expected:
            assert read_back[name].isoformat() == expected[name]
            read_back[name] = expected[name]
    for name in ("case", "fact", "period"):
        if expected.get(name) is not None:
            assert UUID(expected[name]) == read_back[name]
            read_back[name] = expected[name]
    if "shows" in expected:
        assert read_back["shows"].pop("evidence") == [UUID(EVENT)]
        assert expected["shows"].pop("evidence") == [EVENT]
    assert read_back == expected


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_nobody_else_may_send_one(event: Event | AnyPeriodEvent | LetterDecision) -> None:
    """A decision that comes in is refused at the most permissive door, alone or in a container."""
    name = type(event).__name__
    verdict = judge_single(0, decision_to_avro(name, encode_decision(event)), OPERATOR)
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.path) == ("not-permitted", "type")

    container = BytesIO()
    fastavro.writer(container, released_decisions().newest[name].writer, [])
    (verdict,) = read(container.getvalue(), "", OPERATOR)
    assert isinstance(verdict, Refused)
    assert verdict.reason == "not-permitted"


def test_a_decision_without_a_schema_is_not_guessed() -> None:
    """What is no decision of ours has no form for others."""
    with pytest.raises(Fatal, match="PeriodOpened"):
        decision_to_avro("PeriodOpened", b"{}")
