"""Batches of messages: judged together, they end and stop where they would one by one."""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.ingest import batches as cutting
from consumers.ingest.batches import batches
from consumers.ingest.runs import PLAIN, Headings, Message, Run, _headers_kept_max
from consumers.ingest.unpacking import Unreadable
from consumers.ingest.window import Window
from ledger.intake import Accepted, door, read
from ledger.intake.columns import Taking
from tests.ingesting import applied, as_json, avro

TAKING = Taking(door("SOC"), "kafka", "EXP-1")
GOOD = avro([applied() for _ in range(40)])
VALUES = {
    "good": GOOD[0],
    "bad": b"{",
    "nothing": None,
    "empty": b"[]",
    "array": as_json(*(applied() for _ in range(3))),
    "mixed": as_json(*(applied() for _ in range(2))).removesuffix(b"]") + b",{}]",
}
SHARE_MAX = 0.05


def run_of(values: Sequence[bytes | None], first: int) -> Run:
    """A run of messages with these values."""
    run = Run("ledger.scans", 0)
    for number, value in enumerate(values):
        run.add(Message("ledger.scans", 0, first + number, number, b"key", value, ()))
    return run


class Cut(NamedTuple):
    """What a batch came to."""

    first: int
    last: int
    states: list[bytes]
    places: list[str]
    exceeded: bool


def one_by_one(values: Sequence[bytes | None], window: Window, *, tolerant: bool) -> list[Cut]:
    """What the batches have to be: each message judged and weighed before the next."""
    found: list[Cut] = []
    states: list[bytes] = []
    places: list[str] = []
    first, held = 0, 0
    for offset, value in enumerate(values):
        verdicts = read(value, None, TAKING.door) if value is not None else [None]
        for verdict in verdicts:
            if isinstance(verdict, Accepted):
                states.append(verdict.state)
                held += len(verdict.state)
                window.accept(1)
            else:
                places.append(f"ledger.scans/0/{offset}")
                held += len(verdict.payload if verdict else b"") + len(b"key")
                window.refuse()
        exceeded = not tolerant and window.exceeded
        full = len(states) + len(places) >= cutting.batch_events_max
        if exceeded or full or held >= cutting.batch_bytes_max:
            found.append(Cut(first, offset, states, places, exceeded))
            states, places, first, held = [], [], offset + 1, 0
            if exceeded:
                return found
    if first < len(values):
        found.append(Cut(first, len(values) - 1, states, places, exceeded=False))
    return found


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_batches_are_those_of_one_by_one(seed: int, tolerant: bool) -> None:  # noqa: FBT001 - drawn
    """Any mixture, in runs of any length, with small bounds and a window that is nearly full."""
    chance = Random(seed)  # noqa: S311 - repeatable, as Hypothesis asks
    kinds = list(VALUES) if chance.random() < 1 / 2 else ["good"] * 30 + ["bad"]
    values = [VALUES[chance.choice(kinds)] for _ in range(chance.randint(1, 120))]
    before = chance.randint(900, 1_000), chance.randint(0, 51)
    windows = [Window(SHARE_MAX) for _ in range(2)]
    for window in windows:
        window.accept(before[0])
        window.refuse(before[1])
    runs, at = [], 0
    while at < len(values):
        size = chance.randint(1, 50)
        runs.append(run_of(values[at : at + size], at))
        at += size
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cutting, "batch_events_max", chance.choice([7, 50, 5_000]))
        patched.setattr(cutting, "batch_bytes_max", chance.choice([900, 16 * 1024 * 1024]))
        found = [
            Cut(
                batch.first, batch.last, batch.columns.states,
                [refusal.place for refusal in batch.refusals], batch.exceeded,
            )
            for batch in batches(runs, TAKING, windows[0], tolerant=tolerant)
        ]  # fmt: skip
        expected = one_by_one(values, windows[1], tolerant=tolerant)

    assert found == expected
    assert windows[0].refused == windows[1].refused


def test_a_conflict_is_told_with_its_own_message() -> None:
    """Whichever run, message and place within it an event came from."""
    pair = [applied() for _ in range(2)]
    runs = [run_of([GOOD[0], None], 10), run_of([GOOD[1], as_json(*pair), GOOD[2]], 12)]
    (batch,) = batches(runs, TAKING, Window(1.0), tolerant=True, by="EXP-1")
    told = [batch.conflict(index) for index in range(len(batch.columns))]

    assert [(each.place, each.index) for each in told] == [
        ("ledger.scans/0/10", 0), ("ledger.scans/0/12", 0), ("ledger.scans/0/13", 0),
        ("ledger.scans/0/13", 1), ("ledger.scans/0/14", 0),
    ]  # fmt: skip
    # Alone in its message an event is told by the message's bytes, else by its own.
    states = batch.columns.states
    assert [each.payload for each in told] == [GOOD[0], GOOD[1], states[2], states[3], GOOD[2]]
    assert {each.by for each in told} == {"EXP-1"}


def test_messages_are_never_cut() -> None:
    """A message of many events is in one batch, however many there are before it."""
    many = as_json(*(applied() for _ in range(30)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cutting, "batch_events_max", 40)
        found = list(batches([run_of([many] * 3, 0)], TAKING, Window(1.0), tolerant=True))

    assert [(each.first, each.last, len(each.columns)) for each in found] == [
        (0, 1, 60),
        (2, 2, 30),
    ]


@pytest.mark.parametrize("stepping", [False, True])
def test_what_cannot_be_read_ends_a_batch(stepping: bool) -> None:  # noqa: FBT001 - the case
    """Unless it was accepted: then it is a dead letter among others."""
    unreadable = Unreadable("ledger.scans", 0, 2, 5, 5, b"raw", b"", "its checksum")
    found: list[Any] = [run_of(GOOD[:2], 0), unreadable, run_of(GOOD[2:4], 5)]
    until = 5 if stepping else 0
    cut = list(batches(found, TAKING, Window(1.0), tolerant=False, stepping_until=until))

    (batch,) = cut
    assert (batch.first, batch.last) == ((0, 6) if stepping else (0, 1))
    assert batch.unreadable == (None if stepping else unreadable)
    assert [each.payload for each in batch.refusals] == [b"raw"]


def test_headers_are_remembered_up_to_a_bound() -> None:
    """The same bytes are read once; other bytes never fill the memory."""
    headings = Headings()
    raw = bytes([2, 24]) + b"content-type" + bytes([32]) + b"application/json"
    first = headings.read(raw)

    assert first.content_type == "application/json"
    assert headings.read(raw) is first
    for number in range(_headers_kept_max + 10):
        name = b"%06d" % number
        headings.read(bytes([2, 12]) + name + bytes([1]))
    assert len(headings._kept) <= _headers_kept_max  # noqa: SLF001 - nothing else tells
    assert headings.read(raw) == first
    assert headings.read(b"\0") == PLAIN
    kept = len(headings._kept)  # noqa: SLF001 - as above
    headings.read(bytes([2, 2]) + b"x" + bytes([0x80, 0x20]) + bytes(2_048))
    assert len(headings._kept) == kept  # noqa: SLF001 - as above
