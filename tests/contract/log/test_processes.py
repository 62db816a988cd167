"""Signs of life: who runs is seen, who was killed too, and a place is one process's at a time."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ledger.log import Log
from ledger.log.processes import (
    Beating,
    Process,
    alive_seconds_max,
    forgotten_seconds,
    listed,
    program_version,
)

HOST = socket.gethostname()
_micros = 1_000_000


def there(log: Log) -> list[Process]:
    """The rows that are kept now."""
    with log.transaction() as rows:
        return listed(rows)


def put(log: Log, instance: str, pid: int, quiet_seconds: int = 0) -> None:
    """Keep a row of a process that showed its last sign of life so long ago."""
    with log.transaction() as rows:
        rows.execute(
            "INSERT INTO processes SELECT 'ingest', %s, %s, at, at, 'v', '{}', '{}' FROM"
            " (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8 - %s AS at) AS now",
            (instance, pid, quiet_seconds * _micros),
        )


def beaten(log: Log) -> Beating:
    """A process that has shown one sign of life, and shows no other by itself."""
    made = Beating(log, "ingest", lambda: {"lag_messages": 3})
    made.beat()
    return made


@pytest.fixture(scope="module")
def gone() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def other() -> Iterator[int]:
    """The id of another process, which runs."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        assert process.stdin is not None
        process.stdin.close()


def test_who_runs_is_seen_until_it_ends_in_order(log: Log) -> None:
    """A row with host, id, version and what it says of itself; gone once the block ends."""
    with Beating(log, "web", lambda: {"is": "well"}) as beating:
        beating.beat()
        (row,) = there(log)

    assert (row.name, row.instance, row.pid) == ("web", HOST, os.getpid())
    assert (row.version, row.note, row.restarts) == (program_version(), {"is": "well"}, [])
    assert row.started_at <= row.beat_at
    assert there(log) == []


def test_who_fails_is_seen_to_have_been_started_again(log: Log, gone: int) -> None:
    """Its row stays; the next start takes it over, and counts."""
    failing = Beating(log, "web")
    failing.beat()
    with pytest.raises(KeyError), failing:
        raise KeyError
    assert [row.name for row in there(log)] == ["web"]

    with Beating(log, "web") as beating:
        beating.beat()
        (row,) = there(log)
        assert row.restarts == [row.started_at]

    put(log, HOST, gone)
    first = beaten(log)
    (row,) = there(log)
    assert (row.pid, row.restarts) == (os.getpid(), [row.started_at])
    first.beat()
    assert there(log)[0].beat_at > row.beat_at


def test_two_of_a_name_have_a_place_each(log: Log, other: int) -> None:
    """Where the first one of a host is alive the next is `-2`; other hosts are none of its."""
    put(log, HOST, other)
    put(log, "elsewhere", other)
    beaten(log)

    assert [row.instance for row in there(log)] == sorted([HOST, f"{HOST}-2", "elsewhere"])


def test_a_place_that_was_silent_is_taken_and_found_again(log: Log, other: int) -> None:
    """A process that hung for a minute loses its place, and finds another one."""
    put(log, HOST, other, alive_seconds_max + 1)
    mine = beaten(log)
    assert [(row.instance, row.pid) for row in there(log)] == [(HOST, os.getpid())]

    with log.transaction() as rows:
        rows.execute("UPDATE processes SET pid = %s", (other,))
    mine.beat()

    assert [row.instance for row in there(log)] == [HOST, f"{HOST}-2"]


def test_what_ended_long_ago_is_forgotten(log: Log, gone: int) -> None:
    """After a day its row goes with anybody's sign of life."""
    put(log, "old", gone, forgotten_seconds + 5)
    put(log, "newer", gone, forgotten_seconds - 60)
    mine = beaten(log)
    mine.beat()

    assert {row.instance for row in there(log)} == {"newer", HOST}


def test_a_database_that_is_away_stops_nobody(database: str) -> None:
    """No sign of life is shown, and nothing is raised."""
    log = Log.open(database)
    log.close()

    with Beating(log, "web"):
        pass
