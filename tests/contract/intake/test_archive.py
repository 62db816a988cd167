"""The exported log as a file: read back as written, in bytes that other programs compute."""

import hashlib
import random
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import fastavro
import pytest
from avro.datafile import DataFileReader
from avro.io import DatumReader
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Fatal, Malformed
from ledger.intake.archive import BARE, V2, block_bytes_max, block_rows_max, digest
from ledger.intake.archive_reading import Archive
from ledger.intake.archive_writing import write
from ledger.log import Archived, DeadLetter, Recorded, Refusal
from ledger.log.record_bytes import dead_letter_bytes, event_bytes, text_bytes_max
from tests.archives import EVENTS, LETTERS, START, blocks, event, exported

V1_EXPORT = Path(__file__).with_name("v1_export.avro")
"""70 events, a decision among them, and two dead letters, as `ledger export` wrote them first."""


@pytest.mark.parametrize("simulation", [False, True])
@pytest.mark.parametrize(
    ("events", "letters"), [(EVENTS, LETTERS), ([], []), (EVENTS[:1], []), ([], LETTERS)]
)
def test_a_log_comes_back_as_it_was(
    events: list[Archived], letters: list[DeadLetter], *, simulation: bool
) -> None:
    """Every field of every row, which commits there were, and whether times are made up."""
    archive = Archive(BytesIO(exported(events, letters, simulation=simulation)))

    assert [*events, *letters] == list(archive)
    assert (simulation, True) == (archive.simulation, archive.has_checksum)


def texts() -> st.SearchStrategy[str]:
    """Whatever UTF-8 can say."""
    return st.text(st.characters(codec="utf-8"), max_size=30)


def numbers(bits: int) -> st.SearchStrategy[int]:
    """Signed integers of so many bits."""
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def maybe(of: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """One of them, or none."""
    return st.none() | of


ANY_EVENT = st.builds(
    Archived,
    st.builds(
        Recorded, st.integers(0, 2**63 - 1), numbers(64), st.uuids(), st.integers(0, 2**63 - 1),
        texts(), st.binary(max_size=200), maybe(texts()), maybe(texts()), maybe(texts()),
    ),
    st.booleans(),
)  # fmt: skip
ANY_LETTER = st.builds(
    DeadLetter, st.integers(0, 2**63 - 1), numbers(64),
    st.builds(
        Refusal, texts(), texts(), numbers(64), texts(), texts(), st.binary(max_size=200),
        st.binary(max_size=40), maybe(st.uuids()), maybe(numbers(64)), maybe(st.binary(max_size=9)),
        maybe(st.binary(max_size=9)), maybe(numbers(64)), maybe(texts()), maybe(texts()),
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY_EVENT, max_size=5), st.lists(ANY_LETTER, max_size=5), st.booleans())
def test_rows_of_any_text_and_number_come_back(
    events: list[Archived],
    letters: list[DeadLetter],
    simulation: bool,  # noqa: FBT001 -- drawn
) -> None:
    """No text, number or absence that a row may hold is another one in the file."""
    archive = Archive(BytesIO(exported(events, letters, simulation=simulation)))

    assert [*events, *letters] == list(archive)


def test_the_bytes_that_an_event_is_digested_as() -> None:
    """They are written down here: another program can compute them."""
    recorded = Recorded(
        258, -2, UUID("00112233-4455-6677-8899-aabbccddeeff"), 3, "Tö", b"{}", "http", None, ""
    )
    expected = bytes.fromhex(
        "010000000000000102fffffffffffffffe00112233445566778899aabbccddeeff"
        "000000000000000303000354c3b6000468747470ffff0000"
        "000000027b7d"
    )  # fmt: skip

    assert expected == event_bytes(recorded, commit=True, simulation=True)
    for commit, simulation, flags in ((False, False, 0), (True, False, 1), (False, True, 2)):
        assert flags == event_bytes(recorded, commit=commit, simulation=simulation)[41]


def test_the_bytes_that_a_dead_letter_is_digested_as() -> None:
    """They are written down here: another program can compute them."""
    full = Refusal("kafka", "s/0/1", -1, "invalid", "x", b"\xff", b"h" * 2, UUID(int=1), 3, b"k",
        b"{}", 7, "EXP", "P")  # fmt: skip
    bare = Refusal("file", "", 0, "", "", b"", b"")
    number_and_time = "00000000000000070000000000000009"
    expected_full = (
        "02" + number_and_time + "00056b61666b610003455850000150"
        "00000005732f302f3100000008ffffffffffffffff00000007696e76616c6964"
        "000000017800000001ff000000026868"
        "0000001000000000000000000000000000000001000000080000000000000003"
        "000000016b000000027b7d000000080000000000000007"
    )  # fmt: skip
    expected_bare = (
        "02" + number_and_time + "000466696c65ffffffff00000000"
        "000000080000000000000000" + "00000000" * 4 + "ffffffff" * 5
    )  # fmt: skip

    assert bytes.fromhex(expected_full) == dead_letter_bytes(DeadLetter(7, 9, full))
    assert bytes.fromhex(expected_bare) == dead_letter_bytes(DeadLetter(7, 9, bare))


def test_a_name_without_end_is_not_digested() -> None:
    """A text has its length in two bytes: one byte too many is no text."""
    fits = event(1).recorded._replace(topic="t" * text_bytes_max)
    event_bytes(fits, commit=False, simulation=False)
    with pytest.raises(Fatal, match="65,535 bytes"):
        event_bytes(fits._replace(topic=fits.topic + "t"), commit=False, simulation=False)


def test_every_field_is_in_the_digest() -> None:
    """No column of a row can differ without its block's digest differing."""
    row, letter = EVENTS[6], LETTERS[0]
    plain = digest([row], simulation=False)
    fields: dict[str, Any] = {
        "position": 8, "recorded_at": 1, "id": UUID(int=1), "version": 2, "topic": "T",
        "state": b"", "door": None, "by": "X", "person": "",
    }  # fmt: skip
    for name, value in fields.items():
        other = row._replace(recorded=row.recorded._replace(**{name: value}))
        assert plain != digest([other], simulation=False), name
    assert plain != digest([row._replace(commit=False)], simulation=False)
    assert plain != digest([row], simulation=True)
    of_letter = digest([letter], simulation=False)
    others: dict[str, Any] = {
        **dict.fromkeys(("door", "place", "reason", "path", "by", "person"), "other"),
        **dict.fromkeys(("index", "size", "timestamp"), 99),
        **dict.fromkeys(("payload", "sha256", "key", "headers"), b"other"),
        "id": UUID(int=9),
    }
    assert set(Refusal._fields) == set(others)
    for name, value in others.items():
        other_letter = letter._replace(refusal=letter.refusal._replace(**{name: value}))
        assert of_letter != digest([other_letter], simulation=False), name
    assert of_letter != digest([letter._replace(number=9)], simulation=False)
    assert of_letter != digest([letter._replace(recorded_at=9)], simulation=False)


def test_others_can_read_it(tmp_path: Path) -> None:
    """Avro's own library reads the file: rows, digests behind each block, the end last."""
    file = tmp_path / "log.avro"
    file.write_bytes(exported())
    with file.open("rb") as opened:
        read: list[Any] = list(DataFileReader(opened, DatumReader()))

    digests = [row for row in read if set(row) == {"first", "last", "sha256"}]
    assert [(each["first"], each["last"]) for each in digests] == [
        (1, 1_000),
        (1_001, 2_000),
        (2_001, 2_500),
        (1, 2),
    ]
    assert len(read) == 2_500 + 2 + 4 + 1
    assert tuple(read[-1][name] for name in ("events", "dead_letters", "checkpoints", "keys")) == (
        2_500,
        2,
        [],
        [],
    )
    states = [event_bytes(row.recorded, commit=row.commit, simulation=False) for row in EVENTS]
    assert hashlib.sha256(b"".join(states[:1_000])).digest() == digests[0]["sha256"]


def test_the_end_is_a_function_of_what_stands_before_it() -> None:
    """Its block holds one record, stored as it is, with the SHA-256 of all bytes before it."""
    *before, end = blocks(exported())
    body = b"".join(before)
    record = BytesIO()
    fastavro.schemaless_writer(record, BARE[V2], (f"{V2}.End", {
        "events": 2_500, "dead_letters": 2, "sha256": hashlib.sha256(body).digest(),
        "checkpoints": [], "keys": [],
    }))  # fmt: skip
    stored = record.getvalue()
    length = len(stored).to_bytes(2, "little")
    packed = b"\x01" + length + bytes(byte ^ 0xFF for byte in length) + stored

    assert b"\x02" + bytes([2 * len(packed)]) + packed + before[0][-16:] == end


def test_the_first_version_is_still_read() -> None:
    """Its events get the door `import` and nobody who speaks; commits are at its last event."""
    archive = Archive(BytesIO(V1_EXPORT.read_bytes()))
    rows = list(archive)
    events = [row for row in rows if isinstance(row, Archived)]
    letters = [row for row in rows if isinstance(row, DeadLetter)]

    assert (archive.has_checksum, archive.simulation) == (False, False)
    assert list(range(1, 71)) == [row.recorded.position for row in events]
    assert {("import", None, None)} == {row.recorded[6:] for row in events}
    assert [row.recorded.position for row in events if row.commit] == [70]
    assert events[0].recorded.state.startswith(b'{"type":"PartyRegistered"')
    assert [row.recorded.topic for row in events[69:]] == ["DiscrepancyOpened"]
    assert [
        (letter.refusal.door, letter.refusal.place, letter.refusal.reason) for letter in letters
    ] == [("file", "s40.ndjson:41", "invalid"), ("file", "s40.ndjson:42", "undecodable")]
    assert {(None, None)} == {letter.refusal[12:] for letter in letters}


def test_half_a_file_of_the_first_version_is_none() -> None:
    """It has no checksum, but its end counts what stands before it."""
    body = V1_EXPORT.read_bytes()
    for length in range(0, len(body), 7):
        with pytest.raises(Malformed):
            list(Archive(BytesIO(body[:length])))
    with pytest.raises(Malformed, match="behind its end"):
        list(Archive(BytesIO(body + blocks(body)[1])))


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    """A log of 24 MB is written and read within a third of that."""
    chance = random.Random(3)  # noqa: S311 -- states, not secrets
    file = tmp_path / "log.avro"
    count = 24_000
    tracemalloc.start()
    try:
        with file.open("wb") as out:
            write(out, (event(n, chance.randbytes(1_000)) for n in range(1, count + 1)))
        with file.open("rb") as source:
            assert count == sum(1 for _ in Archive(source))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert file.stat().st_size > 24_000_000
    assert peak < 8_000_000, peak


def test_blocks_are_bounded_by_rows_and_by_bytes() -> None:
    """A block ends at 1,000 rows, or earlier at a mebibyte; a row too large to be read is told."""
    large = b"x" * (block_bytes_max // 4)
    header, *of_rows, _ = blocks(exported([event(n, large) for n in range(1, 10)], []))
    assert len(of_rows) == 3
    _, *of_few, _ = blocks(exported(EVENTS[: block_rows_max + 1], []))
    assert len(of_few) == 2
    with pytest.raises(Fatal, match="cannot be exported"):
        exported([event(1, b"x" * (7 * block_bytes_max))], [])
    assert event(1).recorded.recorded_at == START + 1
    assert header.startswith(b"Obj\x01")
