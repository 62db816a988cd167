"""The whole log into a file, block by block as it comes, and the digest of it all at the end."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar, cast

import msgspec
from fastavro.write import Writer

from ledger.errors import Fatal
from ledger.intake.archive import (
    NAMESPACE_KEY,
    SIMULATION_KEY,
    V2,
    WRITTEN,
    End,
    Records,
    Rows,
    block_bytes_max,
    block_rows_max,
    digest,
    end_block,
    packed,
)
from ledger.intake.container import SYNC_BYTES
from ledger.intake.verdicts import MESSAGE_BYTES_MAX
from ledger.log import Archived, DeadLetter

_row_bytes_max: Final = MESSAGE_BYTES_MAX - 2 * block_bytes_max
"""What a row may have for its block to be read again."""
_level: Final = 5  # a fifth faster than the usual one, and a file one hundredth larger
_names_kept_max: Final = 10_000  # doors, each with the parties and persons it vouches for
_EVENT: Final = f"{V2}.Event"
_LETTER: Final = f"{V2}.DeadLetter"

R = TypeVar("R", Archived, DeadLetter)


class _Hashed:
    """A file being written that knows the SHA-256 of all that went into it."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.sha256 = sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()

    @staticmethod
    def seekable() -> bool:
        return False  # else fastavro looks for a header to go on behind


def write(
    out: BinaryIO,
    events: Iterable[Archived],
    letters: Iterable[DeadLetter] = (),
    *,
    simulation: bool = False,
    namespace: str | None = None,
    rows_max: int = block_rows_max,
) -> tuple[int, int]:
    """Write the log to a container file as it comes; how many events and dead letters it held.

    `simulation` tells that its recorded times are made up, `namespace` what the ids of rows of
    tables are made with; a block has at most `rows_max` rows.
    Raises Fatal where a row is too large
    ever to be read again.
    """
    hashed = _Hashed(out)
    sync = os.urandom(SYNC_BYTES)
    writer = Writer(
        cast("BinaryIO", hashed),
        WRITTEN[V2],
        codec="deflate",
        compression_level=_level,
        metadata=({SIMULATION_KEY: "true"} if simulation else {})
        | ({NAMESPACE_KEY: namespace} if namespace is not None else {}),
        sync_marker=sync,
    )
    counts = [0, 0]
    for rows in _blocks(events, lambda row: len(row.recorded.state), rows_max):
        _block(writer, _events(rows), rows, simulation=simulation)
        counts[0] += len(rows)
    for part in _blocks(letters, _letter_bytes, rows_max):
        _block(writer, _letters(part), part, simulation=simulation)
        counts[1] += len(part)
    out.write(end_block(End(counts[0], counts[1], hashed.sha256.digest()), sync))
    return counts[0], counts[1]


def _blocks(rows: Iterable[R], size: Callable[[R], int], rows_max: int) -> Iterator[list[R]]:
    part: list[R] = []
    held = 0
    for row in rows:
        of_row = size(row)
        if of_row > _row_bytes_max:
            raise Fatal(
                f"A row of {of_row:,} bytes cannot be exported, at most {_row_bytes_max:,}."
            )
        part.append(row)
        held += of_row
        if len(part) >= rows_max or held >= block_bytes_max:
            yield part
            part, held = [], 0
    if part:
        yield part


def _letter_bytes(letter: DeadLetter) -> int:
    refusal = letter.refusal
    return len(refusal.payload) + len(refusal.headers or b"") + len(refusal.key or b"")


class _Block(NamedTuple):
    """A block as fastavro takes it."""

    num_records: int
    bytes_: BytesIO


def _block(writer: Any, records: Records, rows: Rows, *, simulation: bool) -> None:
    first, last, of_rows = digest(rows, simulation=simulation)
    records.append((f"{V2}.Digest", {"first": first, "last": last, "sha256": of_rows}))
    writer.write_block(_Block(len(records), BytesIO(packed(records))))


def _events(rows: list[Archived]) -> Records:
    ids = msgspec.to_builtins([recorded.id for recorded, _ in rows])
    return [
        (
            _EVENT,
            {
                "position": recorded.position,
                "recorded_at": recorded.recorded_at,
                "topic": recorded.topic,
                "id": number,
                "version": recorded.version,
                "state": recorded.state,
                "commit": commit,
                **_provenance(recorded.door, recorded.by, recorded.person),
            },
        )
        for (recorded, commit), number in zip(rows, ids, strict=True)
    ]


@lru_cache(maxsize=_names_kept_max)
def _provenance(*names: str | None) -> dict[str, tuple[str, str] | None]:
    # The branch of what may be absent is named: fastavro else finds it by trying.
    return {
        field: None if name is None else ("string", name)
        for field, name in zip(("door", "by", "person"), names, strict=True)
    }


def _letters(rows: list[DeadLetter]) -> Records:
    return [
        (
            _LETTER,
            {
                "number": number,
                "recorded_at": recorded_at,
                **refusal._asdict(),
                "id": None if refusal.id is None else str(refusal.id),
            },
        )
        for number, recorded_at, refusal in rows
    ]
