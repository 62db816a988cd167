"""One truth per row, over whole seasons: clean ones, one with every fault, and the frozen demo."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from consumers.auditor.running import catch_up
from ledger.commands.loading import Loading
from ledger.facts.scalars import micros
from ledger.intake.doors import OPERATOR
from ledger.log import Log
from ledger.rules.policy import default_policy
from ledger.season import Mix, Season, season
from ledger.views.discrepancies import Wanted, listed
from ledger.views.projection import reading
from ledger.views.reconciliation import Question
from ledger.web.status.columns import Column, column_of, difference
from ledger.web.status.deciding import Tone, row_told, unexplained
from ledger.web.status.rows import Answered, answered
from tests.auditing import load
from tests.databases import Cluster
from tests.fixtures.desk import resourcing

EVENTS = 1_000
EVENTS_OF_ALL_FAULTS = 20_000
SUPPLY, STOCK, SEALING, GOODS, CERTIFICATES, RECORDS = Column


@contextmanager
def audited(cluster: Cluster, made: Season) -> Iterator[Log]:
    """A log with a season, audited at the end of its key."""
    with cluster.database() as dsn, Log.open(dsn, recorded_at="event") as log:
        load(log, list(made.facts()), 5_000)
        catch_up(log, default_policy(), lambda: micros(made.key().now))
        yield log


def ask(log: Log, **asked: Any) -> list[Answered]:
    """The rows with their status, at a clock right behind everything."""
    with reading(log) as rows:
        return answered(rows, log, Question(**asked), now=log.recorded_last() + 1)


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_pair_is_bad_without_a_grave_case(embedded_cluster: Cluster, seed: int) -> None:
    """Over a clean season nothing is bad, differs, or waits for a case; units by volume too."""
    with audited(embedded_cluster, season(EVENTS, seed)) as log:
        found = ask(log)

    assert found
    for one in found:
        assert not one.live["C"] + one.live["H"]
        assert {told.tone for told in one.columns.values()} <= {Tone.FINE, Tone.NONE}, one.row
        assert not any(difference(column, one.row) for column in Column), one.row


def test_a_case_is_never_fine(embedded_cluster: Cluster) -> None:
    """With every fault: who has a grave case is bad in its column; nothing differs without one."""
    made = season(EVENTS_OF_ALL_FAULTS, 7, Mix.parse("all"))
    with audited(embedded_cluster, made) as log:
        found = ask(log)
        with reading(log) as rows:
            cases = listed(rows, log, Wanted())
            lost = {case.case.subject for case in cases if case.case.rule == "M-41"}
            events = log.get([*map(UUID, lost)])

    on_the_way = {
        str(key) for key, (event, *_) in events.items() if "dispatch" in json.loads(event.state)
    }
    expected: dict[tuple[tuple[str, str], Column], list[str]] = {}
    late: dict[tuple[tuple[str, str], Column], int] = {}
    for case in cases:
        column = column_of(
            case.case.rule, str(case.case.subject_kind),
            on_the_way=case.case.subject in on_the_way,
        )  # fmt: skip
        for pair in case.pairs:
            expected.setdefault((pair, column), []).append(case.row["severity"])
            late[pair, column] = late.get((pair, column), 0) + bool(case.row["late"])
    assert expected
    for one in found:
        pair = one.row["importer"], one.row["rcb"]
        for column, told in one.columns.items():
            here = expected.get((pair, column), [])
            grave = {"C", "H"} & {*here}
            assert told.cases == len(here), (pair, column)
            assert told.late == late.get((pair, column), 0), (pair, column)
            assert (told.tone is Tone.BAD) == bool(grave), (pair, column)
            assert not here or told.tone in {Tone.BAD, Tone.LOOK}, (pair, column)
        assert sum(told.cases for told in one.columns.values()) == sum(one.row["cases"].values())
        assert unexplained(one.columns) == [], one.row


WORKED = {
    ("IMP-MOMIJI", "RCB-FUJI"): (48_249, 26_207, 26_207, 22_042, 0, "5850.360", "9000000.000"),
    ("IMP-TSUBAKI", "RCB-AKI"): (48_263, 48_263, 48_263, 0, 0, "0.000", "0.000"),
    ("EXP-URUAPAN", "RCB-AKI"): (25_674, 0, 0, 0, 25_674, "0.000", "0.000"),
}
"""Pairs of the demo: shipped, asked, certified, by volume, not asked; kg drawn of certified."""
UNITS = (
    "shipped_units", "asked_units", "certified_units", "volume_units", "exempt_units",
    "volume_drawn", "volume_certified",
)  # fmt: skip
SAID: dict[tuple[str, str], dict[Column | None, str]] = {
    ("IMP-X0002", "RCB-X0002"): {SUPPLY: "bad", STOCK: "fine", GOODS: "fine", None: "bad"},
    ("IMP-X0003", "RCB-X0003"): {SUPPLY: "fine", STOCK: "fine", GOODS: "bad", None: "bad"},
    ("PRC-X0001", "RCB-X0001"): {SUPPLY: "none", STOCK: "bad", GOODS: "none", None: "bad"},
    ("IMP-MOMIJI", "RCB-FUJI"): {
        SUPPLY: "fine", STOCK: "fine", GOODS: "fine", CERTIFICATES: "fine", None: "fine",
    },
    ("IMP-HINOKI", "RCB-FUJI"): {SUPPLY: "none", STOCK: "fine", GOODS: "none", None: "fine"},
}  # fmt: skip
"""What columns of the demo look like, and under None the row."""


def test_the_demo_is_as_it_was_worked_out(database: str) -> None:
    """Each figure and tone of the frozen season that a document names."""
    key = json.loads(resourcing.KEY.read_bytes())
    with Log.open(database, recorded_at="event") as log:
        Loading(log, None).file(str(resourcing.SEASON), OPERATOR)
        catch_up(log, default_policy(), lambda: micros(key["now"]))
        found = {(one.row["importer"], one.row["rcb"]): one for one in ask(log)}
        then = ask(log, as_of=micros("2025-10-31T23:59:59.999999+09:00"))

    assert {pair: tuple(found[pair].row[name] for name in UNITS) for pair in WORKED} == WORKED
    for pair, tones in SAID.items():
        one = found[pair]
        looks: dict[Column | None, str] = {None: str(row_told(one.columns).tone)}
        looks |= {column: str(told.tone) for column, told in one.columns.items()}
        assert {column: looks[column] for column in tones} == tones, pair
    momiji = found["IMP-MOMIJI", "RCB-FUJI"]
    assert momiji.row["status"]["certificates"]["word"] == "agrees · 22,042 by volume"
    stock = ("counted", "book", "adjusted", "adjusted_for_counts")
    assert tuple(momiji.row[name] for name in stock) == (80, 80, 7, 0)
    hinoki = found["IMP-HINOKI", "RCB-FUJI"].row["status"]
    assert (hinoki["supply"]["word"], hinoki["goods"]["word"]) == (
        "no seals sent yet", "no goods left yet",
    )  # fmt: skip
    uruapan = found["EXP-URUAPAN", "RCB-AKI"].row["status"]
    assert uruapan["certificates"]["word"] == "no certificate asked"
    # On every pair with goods what is asked is reported, but where a report differs.
    apart = {
        pair: difference(GOODS, one.row) for pair, one in found.items()
        if difference(GOODS, one.row)
    }  # fmt: skip
    assert apart == {("IMP-X0003", "RCB-X0003"): -20}
    assert sum(bool(difference(CERTIFICATES, one.row)) for one in found.values()) == 0
    assert {told.line for one in then for told in one.columns.values()} == {1}
