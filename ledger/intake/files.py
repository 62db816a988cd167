"""A file of events: verdicts in batches, whatever its length, in the memory of one batch.

NDJSON, a JSON array, an Avro container or a single message, each perhaps gzipped. A broken end is
one refusal; everything before it stands.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from ledger.errors import Misuse
from ledger.intake.beginnings import foreign
from ledger.intake.codec import SINGLE_OBJECT
from ledger.intake.container import MAGIC, read_container
from ledger.intake.doors import OPERATOR, Door
from ledger.intake.json_event import judge_json
from ledger.intake.messages import BOM, read
from ledger.intake.splitting import BLANK, Broken, elements, lines, split_message
from ledger.intake.streams import Progress, Reader, Stream
from ledger.intake.verdicts import (
    MESSAGE_BYTES_MAX,
    Accepted,
    Problem,
    Refused,
    Swallowed,
    Verdict,
    refused,
    too_large,
)

BATCH_EVENTS_MAX: Final = 4_000
BATCH_BYTES_MAX: Final = 2 * MESSAGE_BYTES_MAX


def read_file(
    source: Path | BinaryIO,
    door: Door = OPERATOR,
    *,
    progress: Progress | None = None,
    batch_events_max: int = BATCH_EVENTS_MAX,
) -> Iterator[list[Verdict]]:
    """The verdicts on a file's events, batch by batch; none for an empty file.

    `index` is the line (NDJSON) or the running number of the event, from 1. `progress` is told
    the bytes of the file consumed so far. Raises Misuse at once where the file cannot be opened,
    before the first verdict where its first bytes are of something else than events, and on the
    way where it can no longer be read.
    """
    if isinstance(source, Path):
        return _batches(_read_path(source, _opened(source), door, progress), batch_events_max)
    name = str(getattr(source, "name", "the input"))
    return _batches(_verdicts(Stream(source, name, progress), door), batch_events_max)


def check_beginning(path: Path) -> None:
    """Raise Misuse where a file cannot be opened, is empty, or begins as no events do.

    What is no ordinary file, as a pipe, is left unread: its first bytes come only once.
    """
    if not path.is_file():
        return
    with _opened(path) as opened:
        stream = Stream(opened, str(path))
        first = next(_without_blank_beginning(stream.chunks()), b"")
        if not first:
            raise Misuse(f"{path} is empty: it holds no events.")
        _check(first, stream)


def _check(first: bytes, stream: Stream) -> None:
    found = foreign(first) if first else None
    if found is not None:
        raise Misuse(f"{stream.name} holds no events: it is {found}.")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except IsADirectoryError:
        raise Misuse(f"{path} is a directory: name the files in it") from None
    except FileNotFoundError:
        raise Misuse(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise Misuse(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None


def _read_path(
    path: Path, opened: BinaryIO, door: Door, progress: Progress | None
) -> Iterator[Verdict]:
    with opened:
        yield from _verdicts(Stream(opened, str(path), progress), door)


def _batches(verdicts: Iterator[Verdict], events_max: int) -> Iterator[list[Verdict]]:
    batch: list[Verdict] = []
    held_bytes = 0
    for verdict in verdicts:
        batch.append(verdict)
        held_bytes += len(verdict.state if isinstance(verdict, Accepted) else verdict.payload)
        if len(batch) >= events_max or held_bytes >= BATCH_BYTES_MAX:
            yield batch
            batch, held_bytes = [], 0
    if batch:
        yield batch


def _verdicts(stream: Stream, door: Door) -> Iterator[Verdict]:
    """The verdicts on the file; where its bytes end in a fault, its last refusal says so."""
    held: Verdict | None = None
    for verdict in _events(stream, door):
        if held is not None:
            yield held
        held = verdict
    if stream.fault is None:
        if held is not None:
            yield held
    elif isinstance(held, Refused) and held.reason == "undecodable":
        # The event that was being read when the bytes broke off: one refusal, not two.
        yield held._replace(sentence=stream.fault)
    else:
        if held is not None:
            yield held
        index = held.index + 1 if held is not None else 1
        yield refused(index, Problem("undecodable", "", stream.fault), b"")


def _events(stream: Stream, door: Door) -> Iterator[Verdict]:
    chunks = _without_blank_beginning(stream.chunks())
    first = next(chunks, b"")
    second = next(chunks, b"") if first else b""
    whole = chain([first, second] if second else [first], chunks)
    if not first:
        return
    _check(first, stream)
    if first.startswith(MAGIC):
        yield from read_container(Reader(whole), door, 1)
    elif first.startswith(SINGLE_OBJECT):
        yield from _message(whole, door)
    elif first.startswith(b"["):
        yield from _elements(whole, door)
    elif second:
        yield from _lines(whole, door)
    else:
        for number, line in split_message(first):
            yield judge_json(number, line, door)


def _without_blank_beginning(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks from the first that says something; blank lines before it still count as lines."""
    for first in chunks:
        plain = first.removeprefix(BOM)
        if plain.strip(BLANK):
            begin = plain.lstrip(BLANK)
            yield begin if begin.startswith(b"[") else plain
            yield from chunks
            return


def _lines(chunks: Iterator[bytes], door: Door) -> Iterator[Verdict]:
    for number, line in lines(chunks):
        if isinstance(line, Swallowed):
            yield line.refused(number, too_large("the line"))
        else:
            yield judge_json(number, line, door)


def _elements(chunks: Iterator[bytes], door: Door) -> Iterator[Verdict]:
    for number, piece in enumerate(elements(chunks), start=1):
        if isinstance(piece, Broken):
            yield piece.rest.refused(number, piece.problem)
        elif isinstance(piece, Swallowed):
            yield piece.refused(number, too_large("the event"))
        else:
            yield judge_json(number, piece, door)


def _message(chunks: Iterator[bytes], door: Door) -> Iterator[Verdict]:
    """A file that is one binary message."""
    swallowed = Swallowed()
    kept = b""
    for chunk in chunks:
        swallowed.feed(chunk)
        if swallowed.size <= MESSAGE_BYTES_MAX:
            kept += chunk
    if swallowed.size > MESSAGE_BYTES_MAX:
        yield swallowed.refused(1, too_large("the message"))
        return
    for verdict in read(kept, None, door):
        yield verdict._replace(index=verdict.index + 1)


__all__ = ["BATCH_EVENTS_MAX", "check_beginning", "read_file"]
