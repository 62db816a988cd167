"""An exported log being read back: first whether it is whole, then its rows.

What is wrong is one sentence that names the place: the rows' numbers where these can still be told,
else the bytes of the file.
"""

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, BinaryIO, Final, NoReturn
from uuid import UUID

import msgspec

from ledger.errors import Malformed
from ledger.intake.archive import (
    READING_ERRORS,
    V1,
    V2,
    End,
    Hashed,
    Part,
    Rows,
    digest,
    end_of,
    frame,
    not_as_exported,
    of_events,
    open_archive,
    parts,
)
from ledger.log import Archived, DeadLetter, Recorded, Refusal

IMPORTED: Final = "import"
"""The door of an event whose export did not tell it."""
commit_rows_max: Final = 5_000
"""How far apart commits stand where the export did not tell them."""

SEALED: Final = frozenset({f"{V2}.Seed", f"{V2}.Tile"})
"""Records that come with the sealing of a log."""


class Archive:
    """An exported log: iterate to get its events, then its dead letters, in order.

    To open it is to check it: a file of version 2 that is not whole, byte by byte as exported, is
    refused before a row is answered. What version 1 lacks only comes to light at its end: record
    what it yields in one transaction. `simulation` tells whether recorded times are made up,
    `namespace` what the ids of rows of tables are made with,
    `has_checksum` whether a digest vouches for the file. The file is read twice, from its
    beginning. Raises Malformed where it is no export of a log or is broken.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        source.seek(0)
        hashed = Hashed(source)
        self._opened = open_archive(hashed)
        self.simulation = self._opened.simulation
        self.namespace = _namespace(self._opened.namespace)
        self.has_checksum = self._opened.version == V2
        if self.has_checksum:
            self._end, self._last = self._checked(hashed)

    def __iter__(self) -> Iterator[Archived | DeadLetter]:
        """The events and the dead letters."""
        return self._rows() if self.has_checksum else _with_commits(self._rows_of_v1())

    def _checked(self, hashed: Hashed) -> tuple[End, int]:
        found = frame(hashed, self._opened)
        try:
            end = end_of(found.end)
        except Malformed:
            self._locate(f"The export is cut off, or broken from byte {found.last:,} on.", None)
        if end.sha256 != found.sha256:
            self._locate(
                "The export is broken: its rows are as exported, but not its header (up to byte"
                f" {self._opened.first:,}), its end (from byte {found.last:,}) or their packing.",
                found.last,
            )
        if end.checkpoints or end.keys:
            raise Malformed(
                f"The export is broken from byte {found.last:,} on, or of a sealed log, not read"
                " here."
            )
        counted = found.records - found.blocks
        if end.events + end.dead_letters != counted:
            raise Malformed(
                f"The export is broken from byte {found.last:,} on: its end speaks of"
                f" {end.events + end.dead_letters:,} rows, its blocks of {counted:,}."
            )
        return end, found.last

    def _locate(self, otherwise: str, stop: int | None) -> NoReturn:
        """Say what is not as exported up to a byte, or `otherwise` where all of it is."""
        for part in parts(self._source, self._opened, stop):
            self._verified(part)
        raise Malformed(otherwise)

    def _rows(self) -> Iterator[Archived | DeadLetter]:
        counts = [0, 0]
        for part in parts(self._source, self._opened, self._last):
            rows = self._verified(part)
            counts[0 if of_events(rows) else 1] += len(rows)
            yield from rows
        if counts != [self._end.events, self._end.dead_letters]:
            raise Malformed(
                f"The export is broken: {counts[0]:,} events and {counts[1]:,} dead letters are in"
                f" it, not {self._end.events:,} and {self._end.dead_letters:,}."
            )

    def _verified(self, part: Part) -> Rows:
        names = [name for name, _ in part.records]
        kinds = set(names[:-1])
        if names == [f"{V2}.End"]:
            raise Malformed(f"The export goes on behind its end, from byte {part.stop:,} on.")
        if not SEALED.isdisjoint(names):
            raise not_as_exported(part.start, part.stop, ", or of a sealed log, not read here")
        if names[-1:] != [f"{V2}.Digest"] or len(kinds) != 1:
            raise not_as_exported(part.start, part.stop)
        said = part.records[-1][1]
        try:
            rows = _OF_KIND[kinds.pop()]([record for _, record in part.records[:-1]])
            found = digest(rows, simulation=self.simulation)
        except READING_ERRORS:
            raise not_as_exported(part.start, part.stop) from None
        if found != (said["first"], said["last"], said["sha256"]):
            what = "positions" if of_events(rows) else "dead letters"
            raise Malformed(
                f"The export is broken: {what} {found[0]:,} to {found[1]:,} are not as exported."
            )
        return rows

    def _rows_of_v1(self) -> Iterator[Archived | DeadLetter]:
        counts, end = {"events": 0, "dead_letters": 0}, None
        for part in parts(self._source, self._opened):
            for name, record in part.records:
                if end is not None:
                    raise Malformed("The export is broken: it goes on behind its end.")
                try:
                    if name == f"{V1}.Event":
                        counts["events"] += 1
                        yield from _events([record | _UNTOLD])
                    elif name == f"{V1}.DeadLetter":
                        counts["dead_letters"] += 1
                        yield from _letters([record])
                    else:
                        end = record
                except READING_ERRORS:
                    raise not_as_exported(part.start, part.stop) from None
        if end != counts:
            raise Malformed("The export is cut off: not all of the log is in it.")


def _namespace(given: bytes | None) -> UUID | None:
    try:
        return None if given is None else UUID(given.decode())
    except ValueError:
        raise Malformed("The export is broken: its namespace of rows is no UUID.") from None


def _with_commits(rows: Iterator[Archived | DeadLetter]) -> Iterator[Archived | DeadLetter]:
    """Rows of version 1, which does not tell commits: one now and then, and at the last event."""
    held: Archived | None = None
    for row in rows:
        if held is not None:
            ends = not isinstance(row, Archived) or held.recorded.position % commit_rows_max == 0
            yield held._replace(commit=ends)
            held = None
        if isinstance(row, Archived):
            held = row
        else:
            yield row
    if held is not None:
        yield held._replace(commit=True)


def _events(records: list[dict[str, Any]]) -> list[Archived]:
    for record, number in zip(records, _uuids(records), strict=True):
        record["id"] = number
    return [Archived(Recorded._make(_fields(record)), record["commit"]) for record in records]


def _letters(records: list[dict[str, Any]]) -> list[DeadLetter]:
    for record, number in zip(records, _uuids(records), strict=True):
        record["id"] = number
    return [
        DeadLetter(record.pop("number"), record.pop("recorded_at"), Refusal(**record))
        for record in records
    ]


def _uuids(records: list[dict[str, Any]]) -> list[UUID | None]:
    return msgspec.convert([record["id"] for record in records], list[UUID | None])


_fields: Final = itemgetter(*Recorded._fields)
_UNTOLD: Final = {"commit": False, "door": IMPORTED, "by": None, "person": None}
"""What the first version does not tell of an event."""
_OF_KIND: Final[dict[str, Callable[[list[dict[str, Any]]], Rows]]] = {
    f"{V2}.Event": _events,
    f"{V2}.DeadLetter": _letters,
}
