"""An export of which any bit, byte, block or row differs is refused, and the place is told."""

import random
import re
from collections.abc import Iterator
from io import BytesIO
from uuid import UUID

import fastavro
import pytest

from ledger.errors import Malformed
from ledger.intake.archive import digest
from ledger.intake.archive_reading import Archive
from tests.archives import EVENTS, LETTERS, block_of, blocks, ended, event, exported

FIRST_BYTES = 700
LAST_BYTES = 300
SAMPLED_FLIPS = 1_500

# Some states that do not pack to nothing, so that there are bytes between the header and the end.
_chance = random.Random(5)  # noqa: S311 -- states, not secrets
SMALL = exported([event(n, _chance.randbytes(200)) for n in range(1, 61)], LETTERS, rows_max=40)

PLACED = re.compile(
    r"This is not an export of a log: .+\."
    r"|The export is (cut off, or )?broken from byte [\d,]+ on.*\."
    r"|The export is broken: (positions|dead letters|bytes) [\d,]+ to [\d,]+"
    r" are not as exported.*\."
    r"|The export is broken: .+ header \(up to byte [\d,]+\), its end \(from byte [\d,]+\).+\."
    r"|The export goes on behind its end, from byte [\d,]+ on\."
)
"""A sentence that says which rows or which bytes are not as exported."""


def refusal(body: bytes) -> str:
    """Why a file is refused, all of it read before a row was answered."""
    with pytest.raises(Malformed) as told:
        Archive(BytesIO(body))
    sentence = str(told.value)
    assert PLACED.fullmatch(sentence), sentence
    return sentence


def flips(body: bytes) -> Iterator[tuple[int, int]]:
    """Byte and bit: all of the first and last bytes, and a sample of what is between."""
    between = range(FIRST_BYTES, len(body) - LAST_BYTES)
    assert len(between) > 10_000
    chance = random.Random(11)  # noqa: S311 -- places to try, not secrets
    for place in (*range(FIRST_BYTES), *range(len(body) - LAST_BYTES, len(body))):
        yield from ((place, bit) for bit in range(8))
    for place in chance.sample(between, SAMPLED_FLIPS):
        yield place, chance.randrange(8)


def test_a_flipped_bit_anywhere_is_refused() -> None:
    """No single bit can change without the file being refused, and the place is said."""
    tried = 0
    for place, bit in flips(SMALL):
        body = bytearray(SMALL)
        body[place] ^= 1 << bit
        refusal(bytes(body))
        tried += 1

    assert tried == 8 * (FIRST_BYTES + LAST_BYTES) + SAMPLED_FLIPS


def test_a_flipped_bit_among_rows_names_the_rows_or_their_bytes() -> None:
    """Where a bit flips within a block, the sentence names that block and no other."""
    header, first, second, letters, _ = blocks(SMALL)
    chance = random.Random(13)  # noqa: S311 -- places to try, not secrets
    start = len(header)
    for number, (block, rows) in enumerate((
        (first, "positions 1 to 40"),
        (second, "positions 41 to 60"),
        (letters, "dead letters 1 to 2"),
    )):  # fmt: skip
        bytes_named = f"bytes {start:,} to {start + len(block):,}"
        for _ in range(60):
            body = bytearray(SMALL)
            # Not in how long the block is, nor in its marker: there the walk itself ends.
            body[start + 6 + chance.randrange(len(block) - 30)] ^= 1 << chance.randrange(8)
            told = refusal(bytes(body))
            assert rows in told or bytes_named in told or "their packing" in told, (number, told)
        start += len(block)


def test_a_file_cut_anywhere_is_refused() -> None:
    """Cut within the header, a block, the end, and exactly between blocks: told to be no whole."""
    edges = [0]
    for piece in blocks(SMALL):
        edges.append(edges[-1] + len(piece))
    chance = random.Random(17)  # noqa: S311 -- places to cut at, not secrets
    lengths = {*range(FIRST_BYTES), *range(len(SMALL) - LAST_BYTES, len(SMALL))}
    lengths |= {edge + off for edge in edges for off in (-17, -16, -1, 0, 1, 2, 3)}
    lengths |= set(chance.sample(range(len(SMALL)), 500))
    tried = [length for length in lengths if 0 <= length < len(SMALL)]
    for length in tried:
        refusal(SMALL[:length])

    assert len(tried) > FIRST_BYTES + LAST_BYTES + 300


def test_what_is_appended_is_refused() -> None:
    """Whatever stands behind the end, be it whole blocks or another end, the file is refused."""
    header, first, *_, end = blocks(SMALL)
    for more in (b"\0", b"x", b"\0" * 17, header[-16:], end, first, first + end, SMALL, header):
        refusal(SMALL + more)
    assert "goes on behind its end" in refusal(SMALL + first)


def test_exchanged_repeated_and_missing_blocks_are_refused() -> None:
    """Blocks in another order, twice or left out: not the file that was exported."""
    header, first, second, letters, end = blocks(SMALL)
    for pieces in (
        (header, second, first, letters, end),
        (header, first, letters, second, end),
        (header, first, first, second, letters, end),
        (header, first, letters, end),
        (header, first, second, end),
        (header, end),
        (end, header),
        (header, end, first, second, letters),
        (blocks(exported())[0], first, second, letters, end),
    ):
        refusal(b"".join(pieces))


def forged(*, with_digest: bool) -> list[bytes]:
    """An export in whose second block one state is another, with or without a digest that fits."""
    header, first, _, third, letters, _ = blocks(exported())
    rows = [*EVENTS[1_000:1_500], event(1_501, b'{"n":0}'), *EVENTS[1_501:2_000]]
    said = digest(rows if with_digest else EVENTS[1_000:2_000], simulation=False)
    records = [
        ("Event", row.recorded._asdict() | {"id": str(row.recorded.id), "commit": row.commit})
        for row in rows
    ]
    of_rows = ("Digest", dict(zip(("first", "last", "sha256"), said, strict=True)))
    return [header, first, block_of([*records, of_rows], header[-16:]), third, letters]


def test_a_row_altered_with_its_digest_is_refused() -> None:
    """Who alters a row and its block's digest has still not the end that vouches for both."""
    refusal(b"".join(forged(with_digest=True)) + blocks(exported())[-1])


def test_a_row_altered_alone_is_named() -> None:
    """Where only the end was made anew, the rows are told that are not as exported."""
    archive = Archive(BytesIO(ended(forged(with_digest=False))))

    with pytest.raises(Malformed, match=r"positions 1,001 to 2,000 are not as exported"):
        list(archive)


OTHERS = [
    # what, records of a block, sentence
    ("a seed", [("Seed", {"tree": 0, "block": 0, "seed": b"s"})], "sealed log"),
    ("a tile", [("Tile", {"tree": 0, "index": 0, "hash": b"h"})], "sealed log"),
    ("no digest", [("Event", {})], "not as exported"),
    ("a digest alone", [("Digest", {"first": 1, "last": 1, "sha256": b""})], "not as exported"),
    ("two kinds", [("Event", {}), ("DeadLetter", {}), ("Digest", {})], "not as exported"),
    ("a position below nought", [("Event", {"position": -1}), ("Digest", {})], "not as exported"),
    ("an id that is none", [("Event", {"id": "x"}), ("Digest", {})], "not as exported"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("records", "sentence"), [o[1:] for o in OTHERS], ids=[o[0] for o in OTHERS]
)
def test_blocks_that_nobody_exports_are_refused(
    records: list[tuple[str, dict[str, object]]], sentence: str
) -> None:
    """A file whose end vouches for it is refused all the same where a block is none of ours."""
    sample = EVENTS[0].recorded._asdict() | {"id": str(UUID(int=1)), "commit": True}
    letter: dict[str, object] = {"number": 1, "recorded_at": 1, **LETTERS[0].refusal._asdict()}
    filled: dict[str, dict[str, object]] = {
        "Event": sample, "DeadLetter": letter, "Digest": {"first": 1, "last": 1, "sha256": b""},
    }  # fmt: skip
    header, *of_rows, _ = blocks(exported())
    other = block_of([(kind, filled.get(kind, {}) | row) for kind, row in records], header[-16:])
    # So that the end's sum is that of the blocks: of each block one record is its digest.
    events = len(EVENTS) + len(records) - 1

    with pytest.raises(Malformed, match=sentence):
        list(Archive(BytesIO(ended([header, *of_rows, other], events))))


def test_an_end_that_counts_otherwise_is_refused() -> None:
    """The end's counts are those of the blocks, also where its digest fits."""
    *pieces, _ = blocks(SMALL)

    assert "its end speaks of 63 rows, its blocks of 62" in refusal(ended(pieces, 61))
    with pytest.raises(Malformed, match="60 events and 2 dead letters are in it, not 59 and 3"):
        list(Archive(BytesIO(ended(pieces, 59, 3))))


def test_other_files_are_no_archive() -> None:
    """A container of facts, or anything else, is no export of a log."""
    facts = BytesIO()
    fastavro.writer(facts, {"type": "record", "name": "Event", "fields": []}, [{}])
    for body in (b"", b"hello", facts.getvalue(), b'{"type":"SealsApplied"}', SMALL[1:]):
        assert "not an export" in refusal(body)
    packed_otherwise = SMALL.replace(b"\x0edeflate", b"\x0esnappy!", 1)
    assert "packed in another way" in refusal(packed_otherwise)
