"""The log when processes die, freeze, race, or lose their connection."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.errors import Fenced, Unavailable
from ledger.log import Entry, Log, Offset
from ledger.log.copying import COPY_EVENTS, front, stream
from ledger.log.recorder import APPLICATION_NAME

_kills = 8
_short_wait_seconds = 0.3

# Appends batches for ever, each with its dead letter and its offset; says when it begins.
_WRITER = """
import sys
from uuid import uuid4
from ledger.log import Entry, Log, Offset, Refusal
with Log.open(sys.argv[1]) as log:
    epoch, first = log.claim("scans", 0)
    print(first, flush=True)
    while True:
        entries = [Entry(uuid4(), "Fact", b"x" * 300) for _ in range(500)]
        refusal = Refusal("kafka", f"scans/0/{first}", 0, "invalid", "", b"", bytes(32))
        log.append(entries, [refusal], Offset("scans", 0, epoch, first, first + 499))
        first += 500
"""


def check(log: Log) -> int:
    """The oracle: positions and dead letters are dense, times rise, offsets tell the same."""
    after, last = 0, 0
    while found := log.read(after, 5_000):
        assert [r.position for r in found] == list(range(after + 1, after + len(found) + 1))
        for recorded in found:
            assert recorded.recorded_at > last
            last = recorded.recorded_at
        after = found[-1].position
    assert after == log.position()
    letters = log.dead_letters(0, 1_000_000)
    assert [letter.number for letter in letters] == list(range(1, len(letters) + 1))
    return after


def test_a_killed_writer_leaves_nothing_half(any_database: str) -> None:
    """SIGKILL at any moment: events, dead letters and offset of a batch are all there or none."""
    seed = time.time_ns()
    print("seed", seed)  # noqa: T201 - shown where the test fails, to have the same moments again
    chance = random.Random(seed)  # noqa: S311 - moments to kill at, not secrets
    with Log.open(any_database) as log:
        for _ in range(_kills):
            with started(_WRITER, any_database) as writer:
                time.sleep(chance.uniform(0, 0.15))
                writer.kill()
            recorded = check(log)
            _, first = log.claim("scans", 0)

            assert first == recorded
            assert recorded == 500 * len(log.dead_letters(0, 1_000_000))
    assert recorded > 0


def test_two_writers_of_the_same_facts_record_each_once(any_database: str) -> None:
    """Two processes with overlapping ids: each id is stored once, and both get one receipt."""
    chance = random.Random(7)  # noqa: S311 - an order, not a secret
    entries = [Entry(uuid4(), "Fact", b"%d" % number) for number in range(2_000)]
    answers: list[dict[UUID, tuple[int, int, bytes]]] = [{}, {}]

    def write(answer: dict[UUID, tuple[int, int, bytes]], order: list[Entry]) -> None:
        with Log.open(any_database) as log:
            for start in range(0, len(order), 150):
                for receipt in log.append(order[start : start + 150]):
                    assert receipt.outcome != "conflict"
                    answer[receipt.id] = receipt[2:5]

    threads = [
        threading.Thread(target=write, args=(answer, chance.sample(entries, len(entries))))
        for answer in answers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers[0] == answers[1]
    assert len(answers[0]) == len(entries)
    with Log.open(any_database) as log:
        assert check(log) == len(entries)


@contextmanager
def frozen(dsn: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A writer that holds the lock and says nothing more."""
    with (
        suppress(psycopg.OperationalError),  # it was put out, and learns so when it leaves
        psycopg.connect(dsn, application_name=APPLICATION_NAME) as connection,
    ):
        connection.execute("SELECT lock_log()")
        connection.execute("INSERT INTO meta VALUES ('frozen', '')")
        yield connection


def test_a_frozen_writer_is_put_out(any_database: str) -> None:
    """Who holds the lock without a word is rolled back, and the others go on."""
    with (
        frozen(any_database) as writer,
        Log.open(any_database, lock_wait_seconds=_short_wait_seconds) as log,
    ):
        log.append([Entry(uuid4(), "Fact", b"")])

        assert check(log) == 1
        assert log.meta("frozen") is None
        with pytest.raises(psycopg.OperationalError):
            writer.execute("COMMIT")


def test_a_writer_frozen_in_the_middle_of_a_copy_is_put_out(any_database: str) -> None:
    """No timeout of the server's ends a COPY that waits for its client; the other writer does."""
    rows = stream([front(uuid4(), 1, "Fact", b"x" * 500) for _ in range(100)], 1, range(1, 101))
    with (
        frozen(any_database) as writer,
        writer.cursor() as cursor,
        cursor.copy(COPY_EVENTS) as copy,
        Log.open(any_database, lock_wait_seconds=_short_wait_seconds) as log,
    ):
        copy.write(rows[:5_000])
        log.append([Entry(uuid4(), "Fact", b"")])

        assert check(log) == 1


def test_a_partition_is_claimed_from_a_frozen_owner(any_database: str) -> None:
    """Its uncommitted move of the offset blocks the claim until it is put out; it is fenced."""
    with Log.open(any_database, lock_wait_seconds=_short_wait_seconds) as log:
        epoch, _ = log.claim("scans", 1)
        with frozen(any_database) as writer:
            writer.execute("UPDATE source_position SET next_offset = 10")
            assert log.claim("scans", 1) == (epoch + 1, 0)
        with pytest.raises(Fenced):
            log.append([], (), Offset("scans", 1, epoch, 0, 9))


def test_lost_connections_are_unavailable_then_restored(any_database: str) -> None:
    """Where the server ends every connection, the same log goes on with new ones."""
    with Log.open(any_database) as log:
        log.append([Entry(uuid4(), "Fact", b"")])
        assert log.wait(1, 0.05) == 1
        end_all(any_database)
        with suppress(Unavailable):
            log.wait(1, 0.1)

        log.append([Entry(uuid4(), "Fact", b"")])
        assert log.wait(1, 1) == 2
        with pytest.raises(Unavailable):
            log.append([Entry(uuid4(), "Fact", b"")], inside=lambda _: end_all(any_database))


def test_nobody_there_is_unavailable() -> None:
    """A server that does not answer is named as such."""
    with pytest.raises(Unavailable):
        Log.open("postgresql://127.0.0.1:1/nothing?connect_timeout=1")


def end_all(dsn: str) -> None:
    """End every other connection to this database."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def started(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process that has said its first line; killed at the end."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
