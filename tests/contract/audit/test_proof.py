"""`ledger verify` finds what the auditor got wrong: it uses nothing of what spares it work."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from consumers.auditor.proof import Sample, unsettled
from ledger.__main__ import app
from ledger.commands import verify
from ledger.facts.seals import SealsApplied
from ledger.log import Log
from ledger.rules import rulebook
from ledger.season import Mix, season
from ledger.views import SCHEMA
from ledger.views.projection import Projector
from tests.auditing import FAR, POLICY, RECORDED, AuditWorld, caught_up, entry, from_nothing

Planted = Callable[..., Any]


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """An empty log whose clock stands still."""
    with Log.open(database, clock=lambda: RECORDED) as opened:
        yield opened


def ledger(log: Log, *arguments: str) -> Result:
    """A command on the log's database."""
    environment = {"LEDGER_DATABASE_URL": log.dsn}
    return CliRunner().invoke(app, list(arguments), env=environment, catch_exceptions=False)


def told(log: Log, *options: str) -> list[str]:
    """What `ledger verify` says is wrong."""
    done = ledger(log, "verify", *options)
    assert done.exit_code == bool(done.stdout), done.output
    return done.stdout.splitlines()


def draw(log: Log, seed: int = 5, events: int = 250) -> None:
    """Record a dense world."""
    log.append([entry(fact) for fact in AuditWorld(seed).draw(events)])


FILTERED = (
    "seal-count,sealed-twice,number-never-issued,number-not-read,spoiled-seal-used,"
    "unqualified-labeller"
)
"""Slips of single scans, which are told from all others of their kind by a rule's `when`."""


def test_a_wrong_filter_is_named(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the auditor passed over is found all the same, and each rule is named."""
    log.append([entry(fact) for fact in season(2_000, 2, Mix.parse(FILTERED)).facts()])
    monkeypatch.setattr("ledger.rules.audit._WHENS", [])  # wrong wherever it is asked
    found = caught_up(log)
    lost = {standing[0] for standing in from_nothing(log) - found}
    assert lost >= {"M-16", "M-33", "M-34", "M-35", "M-64"}

    said = told(log)

    assert {sentence[:4] for sentence in said} == lost
    assert all("has no case that says so" in sentence for sentence in said)


def test_a_forgotten_dependency_is_named(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that come late and wake nothing of what rests on them leave differences."""
    facts = AuditWorld(5).draw(250)
    Random(3).shuffle(facts)  # noqa: S311 - an order, not a secret
    log.append([entry(fact) for fact in facts[:150]])
    caught_up(log)
    log.append([entry(fact) for fact in facts[150:]])
    monkeypatch.setattr("ledger.questions.dependencies.Changes.take", lambda *_: None)
    found = caught_up(log)
    right = from_nothing(log)
    assert right - found

    said = told(log)

    # Whom a case concerns, and how much it is about, is no part of what stands.
    around = (" says marks ", " says impact ", " says impact unit ", " says cause ")
    of_rules = [
        each for each in said
        if each.startswith("M-") and not any(name in each for name in around)
    ]  # fmt: skip
    assert {sentence[:4] for sentence in of_rules} == {standing[0] for standing in right - found}
    gone = {standing[:4] for standing in found} - {standing[:4] for standing in right}
    assert sum("nothing shows it any more" in sentence for sentence in said) == len(gone)


STALE = [
    ("severity", "'L'", "severity"),
    ("expected", "'{1}'", "expected"),
    ("found", "'{1}'", "found"),
    ("artefact", "NOT artefact", "artefact"),
    ("evidence", "evidence[2:]", "evidence"),
    ("evidence_total", "evidence_total + 1", "evidence in all"),
    ("marks", "'{JAS-Z}'", "marks"),
    ("parties", "'{NOBODY}'", "parties"),
    ("impact", "coalesce(impact, 0) + 1", "impact"),
    ("cause", "cause || 'x'", "cause"),
    ("who", "'NOBODY'", "who"),
    ("things", "'{lot L-Z}'", "things"),
    ("due", "due + 1", "due"),
    ("first_day", "'2020-01-01'", "first day"),
]


@pytest.mark.parametrize(("column", "value", "name"), STALE)
def test_a_stale_case_is_named(log: Log, column: str, value: str, name: str) -> None:
    """A case that shows what is not so any more is named with what it shows and what is."""
    draw(log, events=100)
    caught_up(log)
    assert unsettled(log, POLICY) == []
    with log.transaction() as rows:
        rows.execute(
            f"UPDATE {SCHEMA}.case_shown SET {column} = {value} WHERE id ="
            f" (SELECT id FROM {SCHEMA}.cases WHERE rule = 'M-01' ORDER BY id LIMIT 1)"
            " RETURNING id"
        )
        ((case,),) = rows.fetchall()

    (sentence,) = unsettled(log, POLICY) or [""]

    assert re.fullmatch(rf"M-01 holds of .*; case {case} says {name} .*, and the facts show .*",
                        sentence)  # fmt: skip


def test_a_case_that_was_never_looked_at_is_named(log: Log) -> None:
    """After what cases show was lost, each of them is a difference until the next look."""
    draw(log, events=60)
    standing = caught_up(log)
    with log.transaction() as rows:
        rows.execute(f"DELETE FROM {SCHEMA}.case_shown")

    assert len(unsettled(log, POLICY) or []) == len(standing) > 5


def test_a_sample_is_drawn_by_its_seed(log: Log) -> None:
    """The same seed compares the same, and says so; every event drawn is everything compared."""
    draw(log)
    caught_up(log)
    with log.transaction() as rows:
        rows.execute(f"UPDATE {SCHEMA}.case_shown SET found = '{{wrong}}'")
    whole = set(unsettled(log, POLICY) or [])
    end = log.position()

    some = [set(unsettled(log, POLICY, Sample(12, seed)) or []) for seed in (1, 1, 2, 3)]
    everything = unsettled(log, POLICY, Sample(end + 1, 4)) or []

    assert some[0] == some[1]
    assert len({frozenset(each) for each in some}) > 1
    assert all(each < whole for each in some)
    assert set(everything) == whole


def test_a_sample_finds_a_case_of_nothing(log: Log) -> None:
    """Cases are drawn as well as events: one whose subject no event is about is found."""
    draw(log)
    caught_up(log)
    with log.transaction() as rows:
        rows.execute(f"SELECT id FROM {SCHEMA}.cases WHERE rule = 'M-01' ORDER BY id LIMIT 1")
        ((case,),) = rows.fetchall()
        rows.execute(f"UPDATE {SCHEMA}.cases SET subject = 'JAS-A EXP-9 W9' WHERE id = '{case}'")

    for sample in (None, Sample(10_000, 1)):
        said = unsettled(log, POLICY, sample) or []
        assert any("has no case that says so" in sentence for sentence in said)


@pytest.mark.parametrize("options", [(), ("--sample", "50"), ("--sample", "50", "--seed", "7")])
def test_the_command_says_what_it_drew(log: Log, options: Sequence[str]) -> None:
    """A sample is announced with the command that draws it again; a whole log is not."""
    draw(log, events=100)
    ledger(log, "catch-up", "--now", "2026-06-01")

    done = ledger(log, "verify", *options)

    assert (done.exit_code, done.stdout) == (0, ""), done.output
    drawn = re.search(r"for 50 of ([\d,]+) events, .* --sample 50 --seed (\d+) draws the same",
                      done.stderr)  # fmt: skip
    assert (drawn is not None) == bool(options)
    if drawn is not None:
        assert int(drawn[1].replace(",", "")) == log.position()
        assert "--seed" not in options or drawn[2] == "7"


def test_a_long_log_is_compared_by_sample_unless_told(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond so many events a sample is drawn by itself; --full compares all of them."""
    monkeypatch.setattr(verify, "full_events_max", 50)
    monkeypatch.setattr(verify, "sample_events", 20)
    draw(log, events=100)
    ledger(log, "catch-up", "--now", "2026-06-01")

    assert "--sample 20 --seed" in ledger(log, "verify").stderr
    assert "--seed" not in ledger(log, "verify", "--full").stderr
    both = ledger_refused(log, "--full", "--sample", "3")
    assert "give one of them" in both


def ledger_refused(log: Log, *options: str) -> str:
    """Why a `verify` is misuse."""
    with pytest.raises(Exception, match="one of them") as refused:
        ledger(log, "verify", *options)
    return str(refused.value)


def test_an_audit_by_other_rules_is_behind(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between an upgrade and the next audit nothing can be said, and nothing false is."""
    draw(log, events=60)
    caught_up(log)
    monkeypatch.setattr(rulebook, "revision", lambda: "other")

    assert unsettled(log, POLICY) is None
    assert "run `ledger catch-up` first" in ledger(log, "verify").stderr


# -- gaps


def take_out(log: Log, *positions: int) -> None:
    """Do what only a superuser can: remove events for good."""
    with log.transaction() as rows:
        rows.execute("SET LOCAL session_replication_role = replica")
        rows.execute("DELETE FROM events WHERE notification_id = ANY(%s)",
                     (list(positions),))  # fmt: skip
        assert rows.rowcount == len(positions)


def test_missing_positions_are_named_and_the_rest_is_checked(log: Log) -> None:
    """Runs of them, the end of the log too; what stands behind them is still compared."""
    draw(log)
    caught_up(log)
    end = log.position()
    take_out(log, 7, 30, 31, 32, 33, end)
    with log.transaction() as rows:
        rows.execute(f"DELETE FROM {SCHEMA}.balances")

    said = told(log)

    assert said[0] == (f"Positions are not dense: 7, 30 to 33, {end:,} are missing, 6 in all.")
    assert any(sentence.startswith("balances: 0 rows live") for sentence in said)


def test_many_missing_runs_are_counted(log: Log) -> None:
    """The first five are named, and how many more there are."""
    draw(log)
    caught_up(log)
    take_out(log, *range(2, 22, 2))

    assert told(log)[0] == (
        "Positions are not dense: 2, 4, 6, 8, 10 and 5 more runs are missing, 10 in all."
    )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_taken_out_verify_ends_with_sentences(log: Log, seed: int) -> None:
    """Any events gone, a hole wider than what is read at once too: sentences, and an exit code."""
    chance = Random(seed)  # noqa: S311 - a seed gives a story, not a secret
    facts = list(season(1_200, seed, Mix.parse("over-sealing,M-01,M-38,M-33,M-06")).facts())
    log.append([entry(fact) for fact in facts])
    caught_up(log)
    scans = [event.position for event in log.read(0, 5_000) if event.topic == SealsApplied.__name__]
    gone = set(chance.sample(range(1, len(facts)), 60)) | set(scans[20:60])
    take_out(log, *sorted(gone))

    said = told(log)

    assert said[0].startswith("Positions are not dense: ")
    assert said[0].endswith(f"are missing, {len(gone):,} in all.")
    assert len(said) > 1


def test_a_hole_wider_than_a_read_does_not_end_it(log: Log) -> None:
    """Reading up to a position goes on behind a hole, and ends where nothing is left."""
    draw(log)
    end = log.position()
    take_out(log, *range(10, 60))

    assert [event.position for event in log.read(9, 20, until=end)] == list(range(60, 80))
    assert [event.position for event in log.read(9, 20, until=70)] == list(range(60, 71))
    assert log.read(9, 20, until=59) == []
    assert log.read(end, 20, until=end) == []
    assert [event.position for event in log.read(5, 20, until=end)] == [6, 7, 8, 9]


def test_a_rebuild_beside_is_left_by_nobody(log: Log) -> None:
    """Verify leaves no schema of its own behind, and the views as they were."""
    draw(log, events=60)
    caught_up(log, FAR)
    Projector(log).catch_up()
    take_out(log, 3)

    told(log)

    with log.transaction() as rows:
        rows.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'views%'")
        assert rows.fetchall() == [(SCHEMA,)]
    assert json.loads(ledger(log, "policy", "--format", "json").stdout)
