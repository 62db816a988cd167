"""What `append` and `decide` promise: once, in order, all or nothing."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Conflict, Fenced, Misuse
from ledger.log import Entry, Log, Offset, Receipt, Refusal, Rows, batch_events_max
from tests.databases import Cluster


def digest(state: bytes) -> bytes:
    """SHA-256, as receipts carry it."""
    return sha256(state).digest()


def refusal(index: int, *, reason: str = "conflict", path: str = "") -> Refusal:
    """A dead letter of a file's line."""
    return Refusal("file", "a.ndjson:1", index, reason, path, b"{}", digest(b"{}"))


@pytest.fixture
def log(any_database: str) -> Iterator[Log]:
    """An empty log on each of the two servers."""
    with Log.open(any_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def lasting_log(cluster: Cluster) -> Iterator[Log]:
    """One log for many examples: each brings ids of its own."""
    with cluster.database() as dsn, Log.open(dsn) as opened:
        yield opened


BATCHES = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from([b"a", b"b", b""])), max_size=10),
    max_size=4,
)


def padded(batch: Sequence[Entry], size: int) -> list[Entry]:
    """The batch with new events behind it, so that it is too large to be looked up first."""
    return [*batch, *(Entry(uuid4(), "Padding", b"") for _ in range(size))]


@pytest.mark.parametrize("padding", [0, 100])
@settings(max_examples=60, deadline=None)
@given(batches=BATCHES)
def test_receipts_as_a_dictionary_says(
    lasting_log: Log, padding: int, batches: list[list[tuple[int, bytes]]]
) -> None:
    """Any batches with any repeats: the first content under an id stays, positions are dense."""
    ids = [uuid4() for _ in range(13)]
    model: dict[UUID, tuple[int, bytes]] = {}
    last = lasting_log.position()
    for batch in batches:
        entries = padded([Entry(ids[k], "Fact", state) for k, state in batch], padding)
        expected = []
        for entry in entries:
            if entry.id not in model:
                last += 1
                model[entry.id] = (last, entry.state)
                expected.append(("recorded", last))
            elif model[entry.id][1] == entry.state:
                expected.append(("duplicate", model[entry.id][0]))
            else:
                expected.append(("conflict", 0))

        receipts = lasting_log.append(entries)

        assert expected == [(r.outcome, r.position) for r in receipts]
        assert [(e.id, digest(e.state)) for e in entries] == [(r.id, r.sha256) for r in receipts]
    assert last == lasting_log.position()
    stored = lasting_log.get(list(model))
    assert {key: (p, s) for key, (p, s) in model.items()} == {
        key: (rows[0].position, rows[0].state) for key, rows in stored.items()
    }


def test_a_repeat_gets_the_first_receipt(log: Log) -> None:
    """A second delivery is answered with the position, time and digest of the first."""
    entry = Entry(uuid4(), "Fact", b"{}")
    (first,) = log.append([entry])
    (second,) = log.append([entry])

    assert first._replace(outcome="duplicate") == second
    assert first.recorded_at > 0


def test_a_conflict_is_a_dead_letter_of_the_same_transaction(log: Log) -> None:
    """Other content under a recorded id is written to the dead letters, the first one stays."""
    one = Entry(uuid4(), "Fact", b"one")
    other = one._replace(state=b"other")
    log.append([one], [refusal(7, reason="invalid", path="\0count\ud800")])

    receipts = log.append([other], on_conflict=lambda index: refusal(index)._replace(id=one.id))

    assert [Receipt(one.id, "conflict", 0, 0, digest(b"other"))] == receipts
    letters = log.dead_letters(0, 10)
    assert [letter.number for letter in letters] == [1, 2]
    assert [letter.refusal.reason for letter in letters] == ["invalid", "conflict"]
    assert letters[0].refusal.path == "�count?"
    assert [letters[1]] == log.refused(one.id)
    assert letters[1].recorded_at >= letters[0].recorded_at > 0


def test_a_refusal_is_read_back_as_it_was_written(log: Log) -> None:
    """Every field of a dead letter survives, a Kafka message's own ones included."""
    written = refusal(2, reason="undecodable")._replace(
        id=uuid4(), size=300_000, key=b"JAS-A", headers=b'{"a":"b"}', timestamp=1_700_000_000_000
    )
    log.append([], [written])

    assert [written] == [letter.refusal for letter in log.dead_letters(0, 10)]


def test_recorded_times_rise_though_the_clock_falls(any_database: str) -> None:
    """With a clock that goes back, each event is recorded 1 µs after the last."""
    ticks = iter([1_000, 5, 2_000])
    with Log.open(any_database, clock=lambda: next(ticks)) as log:
        times = [
            [r.recorded_at for r in log.append([Entry(uuid4(), "Fact", b"") for _ in range(2)])]
            for _ in range(3)
        ]

    assert times == [[1_000, 1_001], [1_002, 1_003], [2_000, 2_001]]


def test_a_simulation_records_events_at_their_own_time(any_database: str) -> None:
    """Each is recorded at its own time where that is later than the last, and the log says so."""
    with Log.open(any_database, recorded_at="event") as log:
        receipts = log.append(
            [Entry(uuid4(), "Fact", b"", time=time) for time in (100, 90, 300)],
            [refusal(0)],
        )

        assert [r.recorded_at for r in receipts] == [100, 101, 300]
        assert log.is_simulation()
        assert log.dead_letters(0, 1)[0].recorded_at == 300
    with Log.open(any_database, recorded_at="event") as log:
        assert log.append([Entry(uuid4(), "Fact", b"", time=1)])[0].recorded_at == 301


def test_a_log_with_records_does_not_become_a_simulation(any_database: str) -> None:
    """Made-up times do not mix with real ones."""
    with Log.open(any_database) as log:
        log.append([Entry(uuid4(), "Fact", b"")])
        with pytest.raises(Misuse):
            Log.open(any_database, recorded_at="event")

        assert not log.is_simulation()


def test_decisions_refuse_what_was_decided_meanwhile(log: Log) -> None:
    """A taken version is a Conflict, and nothing of that transaction is written."""
    case = uuid4()
    log.decide([Entry(case, "Opened", b"1", 1), Entry(case, "Closed", b"2", 2)])

    def note(rows: Rows) -> None:
        log.set_meta("seen", "9", rows)

    with pytest.raises(Conflict):
        log.decide(
            [Entry(uuid4(), "Opened", b"1", 1), Entry(case, "Reopened", b"x", 2)], inside=note
        )

    assert log.position() == 2
    assert log.meta("seen") is None
    assert [recorded.version for recorded in log.get([case])[case]] == [1, 2]
    log.decide([Entry(case, "Reopened", b"3", 3)], inside=note)
    assert log.meta("seen") == "9"


def test_an_offset_moves_with_the_events_it_settles(log: Log) -> None:
    """The next offset is part of the transaction; nothing to record still moves it."""
    epoch, start = log.claim("ledger.scans", 4)
    log.append([Entry(uuid4(), "Fact", b"")], (), Offset("ledger.scans", 4, epoch, start, 9))
    log.append([], (), Offset("ledger.scans", 4, epoch, 10, 19))

    assert (epoch, start) == (1, 0)
    assert log.claim("ledger.scans", 4) == (2, 20)
    assert log.claim("ledger.scans", 5) == (1, 0)


@pytest.mark.parametrize(
    ("epoch", "first", "what"),
    [(1, 10, "an epoch taken over"), (2, 9, "an offset settled before"), (3, 10, "no such epoch")],
)
def test_whoever_was_fenced_writes_nothing(log: Log, epoch: int, first: int, what: str) -> None:
    """A zombie's batch is rolled back whole."""
    log.claim("ledger.scans", 0)
    log.append([], (), Offset("ledger.scans", 0, 1, 0, 9))
    log.claim("ledger.scans", 0)

    with pytest.raises(Fenced):
        log.append(
            [Entry(uuid4(), "Fact", b"")],
            [refusal(0)],
            Offset("ledger.scans", 0, epoch, first, 20),
        )

    assert log.position() == 0, what
    assert log.dead_letters(0, 1) == []
    assert log.claim("ledger.scans", 0) == (3, 10)


def test_misuse_is_told_before_anything_is_written(log: Log) -> None:
    """A fact has version 1, and a batch has a bound."""
    with pytest.raises(Misuse):
        log.append([Entry(uuid4(), "Fact", b"", version=2)])
    with pytest.raises(Misuse):
        log.append([Entry(uuid4(), "Fact", b"")] * (batch_events_max + 1))
    assert log.append([]) == []
    assert log.decide([]) == []
    assert log.position() == 0


def test_what_fails_inside_takes_the_batch_with_it(log: Log) -> None:
    """Where the caller's own part of the transaction raises, no event is recorded."""

    def fail(_: Rows) -> None:
        raise KeyError("its own")

    with pytest.raises(KeyError):
        log.append([Entry(uuid4(), "Fact", b"")], inside=fail)

    assert log.position() == 0
