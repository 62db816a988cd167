"""Exports to try things on: a small one, its blocks, and its end made anew."""

import hashlib
import itertools
import zlib
from collections.abc import Sequence
from io import BytesIO
from uuid import UUID

import fastavro

from ledger.intake.archive import BARE, V2, End, Hashed, block_rows_max, end_block, open_archive
from ledger.intake.archive_writing import write
from ledger.intake.container import next_block
from ledger.log import Archived, DeadLetter, Recorded, Refusal

START = 1_775_089_800_000_000


def event(position: int, state: bytes | None = None) -> Archived:
    """An event that came over HTTP; every seventh ends a commit."""
    recorded = Recorded(
        position, START + position, UUID(int=position), 1, "SealsApplied",
        b'{"n":%d}' % position if state is None else state, "http", "IMP-1", "P-7",
    )  # fmt: skip
    return Archived(recorded, position % 7 == 0)


EVENTS = [event(position) for position in range(1, 2_500)] + [event(2_500)._replace(commit=True)]
LETTERS = [
    DeadLetter(
        1, -5, Refusal(
            "kafka", "ledger.scans/1/2", 0, "invalid", "count", b"\xff",
            hashlib.sha256(b"\xff").digest(), None, 1, b"JAS-A", b"{}", 7, "EXP-1", None,
        ),
    ),
    DeadLetter(
        2, 9, Refusal(
            "file", "s.ndjson:3", 3, "conflict", "", b"{}", hashlib.sha256(b"{}").digest(),
            UUID(int=7), None, None, None, None, "OPERATOR", "P-1",
        ),
    ),
]  # fmt: skip


def exported(
    events: Sequence[Archived] = EVENTS,
    letters: Sequence[DeadLetter] = LETTERS,
    *,
    simulation: bool = False,
    rows_max: int = block_rows_max,
) -> bytes:
    """An export of these rows."""
    out = BytesIO()
    counts = write(out, iter(events), iter(letters), simulation=simulation, rows_max=rows_max)
    assert (len(events), len(letters)) == counts
    return out.getvalue()


def blocks(body: bytes) -> list[bytes]:
    """The header and the blocks of an export, as they stand in the file."""
    hashed = Hashed(BytesIO(body))
    opened = open_archive(hashed)
    cuts = [0, hashed.at]
    while next_block(hashed, opened.header._replace(codec="null")) is not None:
        cuts.append(hashed.at)
    return [body[start:stop] for start, stop in itertools.pairwise(cuts)]


def ended(pieces: Sequence[bytes], events: int = len(EVENTS), letters: int = len(LETTERS)) -> bytes:
    """A header and blocks with an end that vouches for them, as somebody who can compute it may."""
    body = b"".join(pieces)
    sync = pieces[0][-16:]
    return body + end_block(End(events, letters, hashlib.sha256(body).digest()), sync)


def block_of(records: Sequence[tuple[str, dict[str, object]]], sync: bytes) -> bytes:
    """A block that holds these records of version 2."""
    out = BytesIO()
    for name, record in records:
        fastavro.schemaless_writer(out, BARE[V2], (f"{V2}.{name}", record))
    data = out.getvalue()
    compress = zlib.compressobj(wbits=-15)
    packed = compress.compress(data) + compress.flush()
    head = BytesIO()
    fastavro.schemaless_writer(head, "long", len(records))
    fastavro.schemaless_writer(head, "long", len(packed))
    return head.getvalue() + packed + sync
