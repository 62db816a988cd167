"""How the ledger stands: each trouble is a line with the sentence that mends it, trouble first."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from consumers.ingest import stops
from consumers.ingest.stops import Stop, Why
from ledger import metrics
from ledger.commands.beating import note_of
from ledger.facts.identity import Fact
from ledger.log import Log, Refusal
from ledger.log.processes import program_version
from ledger.rules.moments import JAPAN
from ledger.settings import Settings
from ledger.views import SCHEMA
from ledger.web.access import tokens
from ledger.web.asking.status import NOTHING, Status, status
from ledger.web.asking.status.expiring import tls_file
from ledger.web.asking.status.holding import disk
from ledger.web.asking.status.lines import Line, State, lasting, size_of
from tests.auditing import caught_up, load
from tests.commanding import ledger
from tests.contract.views.world import fact
from tests.databases import Cluster
from tests.desks import served

HOST = socket.gethostname()
_second = 1_000_000
_day = 86_400 * _second


def now() -> int:
    """The clock, µs UTC."""
    return time.time_ns() // 1_000


def about(kind: str, /, **fields: object) -> Fact:
    """A fact of a minute ago."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    return fact(kind, str(uuid4()), at.isoformat(timespec="microseconds"), **fields)


def registered(source: str, minutes: int | None = None) -> Fact:
    """A source of EXP-1 that is to be heard so often."""
    return about(
        "SourceRegistered", registers=source, kind="SCANNER", party="EXP-1",
        heartbeat_minutes=minutes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def well(embedded_cluster: Cluster) -> Iterator[str]:
    """A database in which all is well: a few facts, folded and judged."""
    with embedded_cluster.database() as dsn:
        with Log.open(dsn) as log:
            load(log, [registered("SC-1"), registered("SC-2")])
            caught_up(log, now())
        yield dsn


@pytest.fixture
def copy(embedded_cluster: Cluster, well: str) -> Iterator[str]:
    """The same, for one test."""
    with embedded_cluster.copied(well) as dsn:
        yield dsn


@pytest.fixture
def log(copy: str) -> Iterator[Log]:
    """The log of it."""
    with Log.open(copy) as opened:
        yield opened


def runs(log: Log, name: str, *, quiet: float = 0, note: str = "{}", **more: object) -> None:
    """Keep a row of a process of this version, whose last sign of life was so long ago."""
    values = {"instance": HOST, "version": program_version(), "restarts": "{}"} | more
    with log.transaction() as rows:
        rows.execute(
            "INSERT INTO processes SELECT %s, %s, %s, now.at - 10000000, now.at - %s, %s, %s,"
            " %s::int8[] FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8)"
            " AS now (at)",
            (
                name, values["instance"], os.getpid(), int(quiet * _second), values["version"],
                note, values["restarts"],
            ),
        )  # fmt: skip


def sql(statement: str) -> Callable[[Log], None]:
    """What plants a trouble by a statement."""

    def plant(log: Log) -> None:
        with psycopg.connect(log.dsn, autocommit=True) as rows:
            rows.execute(statement.encode())

    return plant


def refused(log: Log) -> None:
    """One message is refused."""
    log.append((), [Refusal("http", "source:S 1", 0, "invalid", "count", b"{}", b"\0" * 32)])


def behind(log: Log) -> None:
    """A fact comes, and nobody follows."""
    load(log, [registered("SC-3")])


def behind_long(log: Log) -> None:
    """The same an hour ago, by the commits' word, and projector and auditor run."""
    behind(log)
    sql("ALTER TABLE commits DISABLE TRIGGER ALL")(log)
    sql(
        "UPDATE commits SET recorded_at = recorded_at - 3600000000"
        " WHERE position = (SELECT max(position) FROM commits)"
    )(log)
    runs(log, "projector")
    runs(log, "auditor")


def token(days: float) -> Callable[[Log], None]:
    """A token that opens nothing after so many days."""

    def plant(log: Log) -> None:
        tokens.create(log, "importer", "IMP-1", expires_at=now() + int(days * _day), now=now())

    return plant


def certified(log: Log) -> None:
    """A certification ends in ten days, another one in a year."""
    today = datetime.now(timezone(timedelta(minutes=JAPAN))).date()
    ends = [today + timedelta(days=days) for days in (10, 365)]
    load(
        log,
        [
            about(
                "CertificationChanged", party=f"EXP-{number}", scheme="JAS", role="EXPORTER",
                issuer="RCB-1", number=str(number), status="GRANTED", until=until.isoformat(),
                **{"from": "2020-01-01"},
            )
            for number, until in enumerate(ends)
        ],
    )  # fmt: skip
    caught_up(log, now())


Expected = tuple[Callable[[Log], None], tuple[str, str, str], str]
WRONG: dict[str, list[Expected]] = {
    "much at once": [
        (lambda log: runs(log, "auditor", quiet=20),
         ("processes", "quiet", f"auditor@{HOST}"), "no sign of life for 20 s"),
        (lambda log: runs(log, "web", restarts="{1,2,3}"),
         ("processes", "restarts", f"web@{HOST}"), "3 times within a day"),
        (lambda log: runs(log, "web", instance="b", version="0.0.9"),
         ("processes", "version", "web@b"), "of version 0.0.9"),
        (behind, ("views", "nobody", "-"), "1 event behind the log"),
        (lambda _: None, ("audit", "nobody", "-"), "1 event behind the log"),
        (lambda log: runs(log, "ingest", note='{"paused": true}'),
         ("ingest", "paused", f"ingest@{HOST}"), "paused"),
        (lambda log: runs(log, "ingest", instance="b", note='{"cannot_read": 2}'),
         ("ingest", "cannot-read", "ingest@b"), "cannot read 2"),
        (lambda log: runs(
            log, "ingest", instance="c", note='{"lag_messages": 9, "lag_seconds": 400}'
         ), ("ingest", "lags", "ingest@c"), "9 messages wait"),
        (lambda log: runs(log, "publisher", note='{"feeds": {"webhook:desk": 700}}'),
         ("feeds", "waits", "webhook:desk"), "nothing for 11 min"),
        (lambda log: stops.write(log, "ledger.scans", 3, Stop("lost", 7, "It begins behind us")),
         ("stopped", "lost", "ledger.scans:3"), "It begins behind us"),
        (sql(f"INSERT INTO {SCHEMA}.set_aside VALUES ('lot', 'L-1', 'holds too much', 0)"),
         ("set aside", "set-aside", "lot L-1"), "holds too much"),
        (refused, ("refused", "refused", "invalid"), "1 message refused and not settled"),
        (token(3.5), ("tokens", "expires", ""), "IMP-1"),
    ],
    "followers lag": [
        (behind_long, ("views", "lags", "-"), "the first of them for 60 min"),
        (lambda _: None, ("audit", "lags", "-"), "the first of them for 60 min"),
    ],
    "no views": [(sql(f"DROP SCHEMA {SCHEMA} CASCADE"), ("views", "not-built", "-"), "not built")],
}  # fmt: skip
NOTED: list[Expected] = [
    (token(20.5), ("tokens", "expires", ""), "IMP-1"),
    (certified, ("certificates", "runs-out", "EXP-0"), "in 10 days"),
]


def line_of(found: Status, key: tuple[str, str, str]) -> Line:
    """The line about something; a key without subject is of whatever it is about."""
    part, code, of = key
    fitting = [line for line in found.lines if (line.part, line.code) == (part, code)]
    (line,) = [line for line in fitting if of in {"", line.about}]
    return line


def test_all_runs(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything is well nothing needs a person, and the parts say how they are."""
    for name in ("web", "ingest", "projector", "auditor"):
        runs(log, name)
    runs(log, "projector", instance="b", note='{"stands_by": true}')
    runs(log, "publisher", note='{"feeds": {"discrepancies": 0}}')

    found = status(log, Settings())

    assert (found.verdict, found.needs_somebody) == (NOTHING, False)
    assert {line.state for line in found.lines} == {State.FINE}, found.lines
    assert {line.part for line in found.lines} == {
        "processes", "views", "audit", "ingest", "feeds", "home", "versions", "database", "log",
        "clock",
    }  # fmt: skip
    assert "stands by" in line_of(found, ("processes", "runs", "projector@b")).says
    values = line_of(found, ("database", "reached", "-")).values
    assert values["bytes_per_million_events"] is None
    monkeypatch.setattr(import_module(disk.__module__), "sized_events_min", 2)
    values = line_of(status(log, Settings()), ("database", "reached", "-")).values
    assert values["bytes_per_million_events"] == round(values["bytes"] / 2 * 1e6)
    assert line_of(found, ("log", "position", "-")).values["position"] == 2


@pytest.mark.parametrize("trouble", WRONG)
def test_trouble_is_said_and_how_it_is_mended(log: Log, trouble: str) -> None:
    """Each kind of trouble has its line, before all that is well, and what mends it."""
    for plant, _, _ in WRONG[trouble]:
        plant(log)

    found = status(log, Settings())

    for _, key, says in WRONG[trouble]:
        line = line_of(found, key)
        assert (line.state, says in line.says, bool(line.mend)) == (State.WRONG, True, True), line
    assert found.needs_somebody
    wrong = len(WRONG[trouble])
    assert [line.state is State.WRONG for line in found.lines] == [
        place < wrong for place in range(len(found.lines))
    ], found.lines
    assert found.verdict.startswith(str(wrong))
    json.dumps(found.told())


def test_what_is_worth_knowing_needs_nobody(log: Log) -> None:
    """Notes stand before what is well, and are no trouble."""
    for plant, _, _ in NOTED:
        plant(log)

    found = status(log, Settings())

    assert (found.needs_somebody, found.verdict) == (False, NOTHING)
    for _, key, says in NOTED:
        line = line_of(found, key)
        assert (line.state, says in line.says, bool(line.mend)) == (State.NOTE, True, True), line
    assert found.lines[-1].state is State.FINE


def test_a_new_home_needs_nobody(database: str) -> None:
    """Before the first event nothing waits: there is a note of what to start."""
    with Log.open(database) as empty:
        found = status(empty, Settings())

    assert line_of(found, ("views", "not-built", "-")).state is State.NOTE
    assert not found.needs_somebody


def test_a_process_started_again_elsewhere_is_no_trouble(log: Log) -> None:
    """A cluster starts what it lost on another host: the lost one is a note until it goes."""
    runs(log, "projector", quiet=40, instance="lost")
    runs(log, "projector", instance="found")

    found = status(log, Settings())

    assert line_of(found, ("processes", "quiet", "projector@lost")).state is State.NOTE
    assert not found.needs_somebody


def test_what_was_accepted_is_no_stop(log: Log) -> None:
    """A stop that somebody accepted is over; accepting compaction ends it for all partitions."""
    whys: list[Why] = ["lost", "compacted", "compacted"]
    for number, why in enumerate(whys):
        stops.write(log, "ledger.scans", number, Stop(why, 7, "It stops"))
    assert sum(line.part == "stopped" for line in status(log, Settings()).lines) == 3
    for number in (0, 1):
        stops.accept(log, "ledger.scans", number)

    assert not status(log, Settings()).needs_somebody


def test_silent_sources_are_named_by_how_silent_they_are(log: Log) -> None:
    """Those never heard first, then by silence over heartbeat, each with its party."""
    load(log, [registered("SC-4", 600), registered("SC-5", 60), registered("SC-6", 60)])
    load(log, [about("SourceHeartbeat", source=name) for name in ("SC-4", "SC-5")])
    caught_up(log, now() + 10 * _day)

    lines = [line for line in status(log, Settings()).lines if line.part == "silent"]

    assert [line.about for line in lines] == ["SC-6", "SC-5", "SC-4"]
    assert "never been heard" in lines[0].says
    assert "due every 60 min" in lines[1].says
    assert {line.values["party"] for line in lines} == {"EXP-1"}
    assert all("EXP-1" in line.mend for line in lines)


def test_a_broker_that_is_away_is_a_line(copy: str) -> None:
    """The command says all else, names the setting, and exits 1; without Kafka it exits 0."""
    settings = {"LEDGER_DATABASE_URL": copy}
    quiet = ledger("status", settings=settings)
    away = ledger(
        "status", "--format", "json",
        settings=settings | {"LEDGER_KAFKA_BOOTSTRAP": "127.0.0.1:1"},
    )  # fmt: skip

    assert (quiet.code, NOTHING in quiet.said) == (0, True), quiet
    told = json.loads(away.out)
    assert (away.code, told["needs_somebody"]) == (1, True)
    first = told["lines"][0]
    assert (first["part"], first["code"], first["state"]) == ("kafka", "away", "wrong")
    assert "LEDGER_KAFKA_BOOTSTRAP" in first["says"]
    assert {line["part"] for line in told["lines"]} >= {"database", "clock", "views"}


def test_the_operators_token_gets_the_same(log: Log) -> None:
    """GET /status holds what the command says."""
    refused(log)
    with served(log) as desk:
        answer = desk.client.get("/status", headers=desk.token("operator"))

    assert answer.status_code == 200
    told = answer.json()
    assert (told["needs_somebody"], told["lines"][0]["about"]) == (True, "invalid")
    here = status(log, Settings()).told()
    assert {(one["part"], one["code"]) for one in told["lines"]} == {
        (one["part"], one["code"]) for one in here["lines"]
    }


def test_a_file_of_authorities_says_when_it_ends(tmp_path: Path) -> None:
    """One that cannot be read is trouble, and so is one that ends within a week."""
    lacking = tmp_path / "none.pem"
    (line,) = tls_file("LEDGER_KAFKA_CA_FILE", lacking, 0)
    assert (line.state, line.code, str(lacking) in line.about) == (State.WRONG, "file", True)

    kept = Path(__file__).parents[1] / "fixtures" / "authority.pem"
    ends = 4_949_676_027
    for days, state in ((100, State.FINE), (20, State.NOTE), (3, State.WRONG), (-2, State.WRONG)):
        (line,) = tls_file("x", kept, ends - days * 86_400)
        assert (line.state, line.values["days"]) == (state, days)


def test_what_processes_say_of_themselves() -> None:
    """An ingest its lag, a publisher its feeds, from the metrics; the others nothing."""
    metrics.ingest_lag_messages.labels("t", "0").set(2)
    metrics.ingest_lag_messages.labels("t", "1").set(3)
    metrics.ingest_lag_seconds.labels("t", "1").set(1.25)
    metrics.publisher_waiting.labels("webhook:x").set(7)
    try:
        assert note_of("ingest")()["lag_messages"] == 5
        assert note_of("ingest")()["lag_seconds"] == 1.2
        assert note_of("publisher")()["feeds"]["webhook:x"] == 7
        assert note_of("projector")() == {"stands_by": False}
        assert note_of("web")() == {}
    finally:
        for gauge in (metrics.ingest_lag_messages, metrics.ingest_lag_seconds):
            gauge.clear()
        metrics.publisher_waiting.clear()


WORDS = [
    (lasting, 0.4, "0 s"), (lasting, 119, "119 s"), (lasting, 120, "2 min"),
    (lasting, 7_300, "2 h"), (lasting, 200_000, "2 d"), (size_of, 999, "999 B"),
    (size_of, 8_100_000, "8.1 MB"), (size_of, 2.3e12, "2.3 TB"),
]  # fmt: skip


@pytest.mark.parametrize(("say", "number", "words"), WORDS)
def test_figures_in_words(say: Callable[[float], str], number: float, words: str) -> None:
    """Durations and sizes are said in the unit that people would use."""
    assert say(number) == words


def test_without_a_database_there_is_nothing_to_tell() -> None:
    """The one thing that is no line."""
    done = ledger("status", settings={"LEDGER_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"})

    assert (done.code, "cannot be reached" in done.said) == (1, True)
