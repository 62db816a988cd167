"""What readers and followers of the log may rely on."""

import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from ledger.errors import Fatal, Misuse
from ledger.log import Entry, Log


@pytest.fixture
def log(any_database: str) -> Iterator[Log]:
    """Three commits of two events each, recorded at 100, 101, 200, 201, 300 and 301 µs."""
    ticks = iter([100, 200, 300])
    with Log.open(any_database, clock=lambda: next(ticks, 0)) as opened:
        for number in range(3):
            opened.append([Entry(uuid4(), "Fact", b"%d%d" % (number, k)) for k in range(2)])
        yield opened


READS = [  # after  limit  until   positions
    (0, 10, None, [1, 2, 3, 4, 5, 6]),
    (0, 2, None, [1, 2]),
    (2, 3, None, [3, 4, 5]),
    (2, 10, 4, [3, 4]),
    (6, 10, None, []),
    (0, 10, 0, []),
]


@pytest.mark.parametrize(("after", "limit", "until", "positions"), READS)
def test_read(log: Log, after: int, limit: int, until: int | None, positions: list[int]) -> None:
    """Reading goes on behind a position, within a limit and up to an end."""
    assert positions == [r.position for r in log.read(after, limit, until)]


def test_what_is_read_is_what_was_written(log: Log) -> None:
    """By position, by id and in order, an event is the same row."""
    everything = log.read(0, 10)

    assert [r.state for r in everything] == [b"00", b"01", b"10", b"11", b"20", b"21"]
    assert [r.recorded_at for r in everything] == [100, 101, 200, 201, 300, 301]
    assert [everything[1], everything[4]] == log.at([5, 2, 99])
    assert {r.id: [r] for r in everything[:2]} == log.get([r.id for r in everything[:2]])
    assert log.get([uuid4()]) == {}
    assert log.recorded_last() == 301


KNOWN_AT = [  # time  position
    *((0, 0), (99, 0), (100, 1), (101, 2), (150, 2), (200, 3), (201, 4), (250, 4)),
    *((299, 4), (300, 5), (301, 6), (10**16, 6)),
]


@pytest.mark.parametrize(("recorded_at", "position"), KNOWN_AT)
def test_known_at(log: Log, recorded_at: int, position: int) -> None:
    """Which position was known at a time, also within one commit."""
    assert position == log.known_at(recorded_at)


COMMITS = [  # after  until   positions
    (0, 6, [2, 4, 6]),
    (0, 99, [2, 4, 6]),
    (2, 6, [4, 6]),
    (1, 4, [2, 4]),
    (4, 5, []),
]


@pytest.mark.parametrize(("after", "until", "positions"), COMMITS)
def test_where_commits_ended(log: Log, after: int, until: int, positions: list[int]) -> None:
    """The positions at which a commit ended, behind one position and up to another."""
    assert positions == log.commits(after, until)


def test_nothing_is_known_in_an_empty_log(any_database: str) -> None:
    """Zero stands before the first position."""
    with Log.open(any_database) as log:
        assert (log.position(), log.known_at(5), log.recorded_last(), log.at([1])) == (0, 0, 0, [])


def test_wait_wakes_at_a_commit(log: Log, any_database: str) -> None:
    """A follower wakes within a moment of what another process records."""
    assert log.wait(5, 10) == 6
    assert log.wait(6, 0.1) == 6
    woken: list[tuple[int, float]] = []

    def follow() -> None:
        woken.append((log.wait(6, 20), time.monotonic()))

    follower = threading.Thread(target=follow)
    follower.start()
    time.sleep(0.2)
    with Log.open(any_database) as other:
        other.append([Entry(uuid4(), "Fact", b"")])
        recorded = time.monotonic()
    follower.join()

    assert woken[0][0] == 7
    assert woken[0][1] - recorded < 5


CHANGES = [
    f"{verb} {table}{rest}"
    for table, column in (("events", "topic"), ("commits", "position"), ("dead_letter", "reason"))
    for verb, rest in (
        ("DELETE FROM", ""),
        ("UPDATE", f" SET {column} = {column}"),
        ("TRUNCATE", ""),
    )
]


@pytest.mark.parametrize("statement", CHANGES)
def test_what_is_recorded_is_never_changed(log: Log, statement: str) -> None:
    """The database itself refuses, whoever asks."""
    with pytest.raises(Fatal, match="never changed"), log.transaction() as rows:
        rows.execute(statement)

    assert log.position() == 6


def test_a_snapshot_does_not_move(log: Log) -> None:
    """Within one snapshot, what others record meanwhile is not seen; nor can it write."""
    count = "SELECT count(*) FROM events"
    with log.transaction(snapshot=True) as rows:
        before = rows.execute(count).fetchone()
        log.append([Entry(uuid4(), "Fact", b"")])
        assert rows.execute(count).fetchone() == before == (6,)
    with pytest.raises(Fatal, match="read-only"), log.transaction(snapshot=True) as rows:
        rows.execute("DELETE FROM meta")


def test_meta_keeps_small_state(log: Log) -> None:
    """A value is kept until it is replaced."""
    assert log.meta("clock") is None
    log.set_meta("clock", "1")
    log.set_meta("clock", "2")

    assert log.meta("clock") == "2"


def test_a_database_without_migrations_is_refused(empty_database: str) -> None:
    """The log does not start on tables that are not there."""
    with pytest.raises(Misuse, match="migrate"):
        Log.open(empty_database)


def test_a_database_of_a_newer_program_is_refused(any_database: str) -> None:
    """Nor on tables that it does not know."""
    with psycopg.connect(any_database) as connection:
        connection.execute(
            "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc)"
            " VALUES ('x', '9999.later', now())"
        )
    with pytest.raises(Misuse, match="newer"):
        Log.open(any_database)
