"""Times that are hardly true are recorded, and the receipt says so at every door."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.intake.plausible import warning
from ledger.log import Log
from tests.contract.intake.samples import applied
from tests.desks import served

NOW = int(datetime(2026, 4, 2, tzinfo=UTC).timestamp()) * 1_000_000
DAY = 24 * 60 * 60 * 1_000_000

TIMES = [
    ("1999-12-31T23:59:59.999999+00:00", "time-before-2000"),
    ("2000-01-01T00:00:00+09:00", "time-before-2000"),
    ("2000-01-01T00:00:00+00:00", None),
    ("2026-04-02T00:00:00+00:00", None),
    ("2027-04-03T00:00:00+00:00", None),  # 366 days ahead
    ("2027-04-03T00:00:00.000001+00:00", "time-far-ahead"),
]


@pytest.mark.parametrize(("time", "expected"), TIMES)
def test_a_time_is_hardly_true_before_2000_and_far_ahead(time: str, expected: str | None) -> None:
    """The first moment of 2000 in UTC and 366 days from now are just plausible."""
    at = datetime.fromisoformat(time) - datetime(1970, 1, 1, tzinfo=UTC)

    assert warning(at // timedelta(microseconds=1), NOW) == expected


@pytest.fixture
def home(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh database as the command line's own."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", database)
    return database


def ahead(days: int) -> str:
    """A moment some days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


@pytest.fixture
def events() -> list[dict[str, Any]]:
    """Scans long ago, now, within a year, and beyond; the last one is refused besides."""
    times = ["1970-01-01T00:00:00+00:00", ahead(0), ahead(365), ahead(400), ahead(400)]
    found = [applied(time=time, id=str(uuid4())) for time in times]
    found[-1]["count"] = 0
    return found


WARNINGS = ["time-before-2000", None, None, "time-far-ahead", None]
OUTCOMES = ["recorded"] * 4 + ["refused"]


def test_over_http(home: str, events: list[dict[str, Any]]) -> None:
    """A warning changes no outcome, and is there again in a duplicate's receipt and when asked."""
    with Log.open(home) as log, served(log) as desk:
        headers = desk.token("scanner", "I-1", source="S-1")
        first = desk.client.post("/events", json=events, headers=headers).json()["receipts"]
        again = desk.client.post("/events", json=events[:4], headers=headers).json()["receipts"]
        asked = [
            desk.client.get(f"/receipts/{event['id']}", headers=headers).json()["receipts"][0]
            for event in events[:4]
        ]

    assert [receipt["outcome"] for receipt in first] == OUTCOMES
    assert [receipt["warning"] for receipt in first] == WARNINGS
    assert [receipt["warning"] for receipt in again] == WARNINGS[:4]
    assert [receipt["warning"] for receipt in asked] == WARNINGS[:4]


def test_from_a_file(home: str, events: list[dict[str, Any]], tmp_path: Path) -> None:
    """`load --receipts` keeps the warnings, and `receipt` tells them for each event."""
    assert home
    file, kept = tmp_path / "events.ndjson", tmp_path / "receipts.ndjson"
    file.write_text("\n".join(map(json.dumps, events)))
    run = CliRunner()
    loaded = run.invoke(app, ["load", str(file), "--receipts", str(kept), "--format", "json"])

    receipts = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [receipt["outcome"] for receipt in receipts] == OUTCOMES
    assert [receipt["warning"] for receipt in receipts] == WARNINGS
    assert json.loads(loaded.stdout)["recorded"] == 4
    for event, expected in zip(events[:4], WARNINGS, strict=False):
        told = run.invoke(app, ["receipt", event["id"], "--format", "json"])
        assert json.loads(told.stdout)["warning"] == expected
