"""Files of any length, kind and state: read in pieces, the broken part one refusal."""

import gzip
import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Misuse
from ledger.intake import Accepted, Refused, read_file
from ledger.intake.splitting import Broken, elements, lines
from ledger.intake.verdicts import MESSAGE_BYTES_MAX, PAYLOAD_BYTES_MAX, Swallowed, Verdict
from tests.contract.intake.samples import numbered, text

MIB = 1024 * 1024
EVENTS = [text(numbered(number)) for number in range(1, 9)]
LINES = b"\n".join(EVENTS)
MANY = [text(numbered(number)) for number in range(1, 12_001)]


def verdicts(content: bytes) -> list[Verdict]:
    """All the verdicts on a file of that content."""
    return [verdict for batch in read_file(BytesIO(content)) for verdict in batch]


def told(content: bytes) -> list[tuple[int, str]]:
    """Number and reason ("" is accepted) of each event."""
    return [(verdict.index, getattr(verdict, "reason", "")) for verdict in verdicts(content)]


def good(*numbers: int) -> list[tuple[int, str]]:
    """These numbers, accepted."""
    return [(number, "") for number in numbers]


TORN = EVENTS[2][:100]
FILES: list[tuple[str, bytes, list[tuple[int, str]]]] = [
    # what, content, number and reason of each event
    ("empty", b"", []),
    ("blank", b"\n \n", []),
    ("one event", EVENTS[0], good(1)),
    ("lines", LINES + b"\n", good(*range(1, 9))),
    ("blank lines count", b"\n\n" + EVENTS[0] + b"\r\n\r\n" + EVENTS[1], good(3, 5)),
    ("a torn last line", EVENTS[0] + b"\n" + TORN, [(1, ""), (2, "undecodable")]),
    ("a torn line within", TORN + b"\n" + EVENTS[1], [(1, "undecodable"), (2, "")]),
    ("array", b" [" + b" ,\n".join(EVENTS) + b"] \n", good(*range(1, 9))),
    ("empty array", b"[]", []),
    ("a torn array", b"[" + EVENTS[0] + b"," + TORN, [(1, ""), (2, "undecodable")]),
    ("an array with no end", b"[" + EVENTS[0], [(1, "undecodable")]),
    ("an array with a loose end", b"[" + EVENTS[0] + b",", [(1, ""), (2, "undecodable")]),
    ("a trailing comma", b"[" + EVENTS[0] + b",]", [(1, ""), (2, "undecodable")]),
    ("two arrays", b"[" + EVENTS[0] + b"][1]", [(1, ""), (2, "undecodable")]),
    ("no comma", b"[" + EVENTS[0] + EVENTS[1] + b"]", [(1, ""), (2, "undecodable")]),
    (
        "a broken element",
        b"[" + EVENTS[0] + b',{"a":NaN},{"b":[01]},7,' + EVENTS[1] + b"]",
        [(1, ""), (2, "undecodable"), (3, "undecodable"), (4, "invalid"), (5, "")],
    ),
    ("an object that is none", b'{"hello\nworld\n', [(1, "undecodable")]),
    ("a message in Avro that is none", b"\xc3\x01abcdefgh", [(1, "unknown-schema")]),
    ("a container that is none", b"Obj\x01abc", [(1, "undecodable")]),
    ("gzip", gzip.compress(LINES), good(*range(1, 9))),
    ("two gzips and padding", gzip.compress(LINES + b"\n") * 2 + b"\0" * 9, good(*range(1, 17))),
    ("gzip of nothing", gzip.compress(b""), []),
    ("a torn gzip", gzip.compress(LINES)[:-4], [*good(*range(1, 9)), (9, "undecodable")]),
    ("gzip, its head alone", b"\x1f\x8b\x08", [(1, "undecodable")]),
    ("gzip and no more", b"\x1f\x8bhello", [(1, "undecodable")]),
]


@pytest.mark.parametrize(("content", "expected"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
def test_files(content: bytes, expected: list[tuple[int, str]]) -> None:
    """Each event of a file is told by its line or number; what is broken is one refusal."""
    assert expected == told(content)


@pytest.mark.parametrize("array", [True, False])
@pytest.mark.parametrize("torn", [0, 5])
@pytest.mark.parametrize("packed", [True, False])
def test_more_than_one_piece(*, array: bool, torn: int, packed: bool) -> None:
    """A file of many pieces gives every event once and in order, in batches, torn or not."""
    content = b"[" + b",".join(MANY) + b"]" if array else b"\n".join(MANY)
    content = content[: len(content) - torn]
    content = gzip.compress(content, 1) if packed else content
    assert packed or len(content) > 2 * MIB

    batches = list(read_file(BytesIO(content)))
    found = [verdict for batch in batches for verdict in batch]

    whole = len(MANY) - (torn > 0)
    assert [len(batch) for batch in batches[:3]] == [4_000] * len(batches[:3])
    assert list(range(1, len(MANY) + 1)) == [verdict.index for verdict in found]
    assert whole == sum(isinstance(verdict, Accepted) for verdict in found)


def test_a_torn_gzip_of_many() -> None:
    """The events before the tear stand; the tear is one refusal that says what happened."""
    *before, last = verdicts(gzip.compress(b"\n".join(MANY), 1)[:-2_000])

    assert len(before) > 10_000
    assert all(isinstance(verdict, Accepted) for verdict in before)
    assert isinstance(last, Refused)
    assert (last.reason, last.sentence) == ("undecodable", "the gzip file ends early")


class Endless:
    """A file of one long line and a last one, never held in memory."""

    def __init__(self, size: int, end: bytes) -> None:
        self.left = size
        self.end = end

    def read(self, size: int) -> bytes:
        """The next bytes."""
        if not self.left:
            end, self.end = self.end, b""
            return end
        taken = min(size, self.left)
        self.left -= taken
        return (b'{"' * taken)[:taken]


def test_a_line_too_long_is_let_go() -> None:
    """A line over 8 MiB is refused with its beginning, size and digest; the next one counts."""
    source = cast("BinaryIO", Endless(10_000_000, b"\n" + EVENTS[0]))

    refused, accepted = (verdict for batch in read_file(source) for verdict in batch)

    assert isinstance(refused, Refused)
    assert (
        refused.reason, refused.size, len(refused.payload),
    ) == ("too-large", 10_000_000, PAYLOAD_BYTES_MAX)  # fmt: skip
    assert hashlib.sha256(b'{"' * 5_000_000).digest() == refused.sha256
    assert (2, Accepted) == (accepted.index, type(accepted))


def test_an_element_too_long_is_let_go() -> None:
    """An element over 8 MiB is refused with its size; its neighbours count."""
    long = b'{"a":"' + b'\\"' * 5_000_000 + b'"}'
    one, two, three = verdicts(b"[" + b",".join([EVENTS[0], long, EVENTS[1]]) + b"]")

    assert isinstance(two, Refused)
    assert ("too-large", len(long), hashlib.sha256(long).digest()) == (
        two.reason, two.size, two.sha256,
    )  # fmt: skip
    assert (Accepted, Accepted) == (type(one), type(three))


def test_a_gzip_bomb_is_let_go() -> None:
    """A line that expands without end is counted, not held."""
    (verdict,) = verdicts(gzip.compress(b"{" + b" " * 99_999_999, 1))

    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.size) == ("too-large", 100_000_000)


def test_a_binary_file_too_long_is_let_go() -> None:
    """A file that begins as one message and goes on for ever is one refusal."""
    (verdict,) = verdicts(b"\xc3\x01" + b"x" * (MESSAGE_BYTES_MAX + MIB))

    assert isinstance(verdict, Refused)
    assert verdict.reason == "too-large"


def test_progress(tmp_path: Path) -> None:
    """Progress tells the bytes of the file itself, up to all of them."""
    path = tmp_path / "season.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(MANY)))
    told_bytes: list[int] = []

    list(read_file(path, progress=told_bytes.append))

    assert sorted(told_bytes) == told_bytes
    assert path.stat().st_size == told_bytes[-1]


def test_files_that_are_none(tmp_path: Path) -> None:
    """A directory, a missing file and a name that is none are told at once, in a sentence."""
    for path, words in (
        (tmp_path, "is a directory"),
        (tmp_path / "none.ndjson", "there is no file"),
        (tmp_path / "a\0b", "cannot read"),
        (tmp_path / ("n" * 300), "cannot read"),
    ):
        with pytest.raises(Misuse, match=words):
            read_file(path)


class Failing:
    """A file whose disk breaks."""

    name = "season.ndjson"

    def read(self, _size: int) -> bytes:
        """Never comes back with anything."""
        raise OSError(5, "Input/output error")


def test_a_disk_that_breaks() -> None:
    """A file that can no longer be read is told by its name."""
    with pytest.raises(Misuse, match=r"season\.ndjson: Input/output error"):
        list(read_file(cast("BinaryIO", Failing())))


def pieces(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    """The content cut into pieces of these sizes, and the rest."""
    start = 0
    for size in sizes:
        yield content[start : start + size]
        start += size
    yield content[start:]


JSON_TEXT = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(['"', "\\", "]", "},{"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
).map(text)


@settings(deadline=None)
@given(st.lists(JSON_TEXT, max_size=6), st.lists(st.integers(1, 9), max_size=40))
def test_arrays_cut_anywhere(values: list[bytes], sizes: list[int]) -> None:
    """However an array arrives, its elements are the same."""
    content = b" [ " + b" , ".join(values) + b" ] "

    assert values == list(elements(pieces(content, sizes)))


@settings(deadline=None)
@given(st.lists(JSON_TEXT, max_size=6), st.lists(st.integers(1, 9), max_size=40))
def test_lines_cut_anywhere(values: list[bytes], sizes: list[int]) -> None:
    """However lines arrive, they are the same."""
    content = b"\n".join(values)

    assert list(enumerate(values, 1)) == list(lines(pieces(content, sizes)))


@settings(deadline=None)
@given(st.text('[]{},:"\\ a1\n').map(str.encode), st.lists(st.integers(1, 9), max_size=40))
def test_broken_arrays_lose_nothing(content: bytes, sizes: list[int]) -> None:
    """Of a broken array every byte that says something is in an element or in the rest."""
    body = b"[" + content
    found = list(elements(pieces(body, sizes)))

    kept = b"".join(piece for piece in found if isinstance(piece, bytes))
    rest = b"".join(
        piece.rest.head if isinstance(piece, Broken) else piece.head
        for piece in found
        if isinstance(piece, Broken | Swallowed)
    )
    for sign in b"a1{":
        assert content.count(sign) == kept.count(sign) + rest.count(sign)
