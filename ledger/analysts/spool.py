"""What is written, first as lines of JSON: each type of event and each view in files of its own.

One statement reads the log in the order of positions, whatever its length; nothing of it is held.
"""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from ledger.analysts.tables import DOCUMENTS
from ledger.facts.catalogue import TYPES
from ledger.log import Rows
from ledger.views.published import PUBLISHED
from ledger.views.published.datasets import Dataset

piece_bytes_max: Final = 256 * 1024 * 1024
step_events: Final = 10_000
_DELIMITER: Final = b"\x02"
_DOCUMENTED: Final = b'"documents":['
# As text of one column would be, but for the backslashes in it: neither sign stands in JSON.
_PLAIN: Final = r"(FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')"
_HEAD: Final = """'{"position":' || notification_id || ',"recorded_at":' || recorded_at
    || ',"sha256":"' || encode(sha256(state), 'hex') || '","counts":' || CASE
    WHEN originator_id IN (SELECT target FROM retracted) THEN 'false' ELSE 'true' END"""
_TOPICS: Final = ", ".join(f"'{name}'" for name in TYPES)
_EVENTS: Final = f"""
COPY (
    SELECT topic, {_HEAD} || ',' || convert_from(substr(state, 2), 'UTF8') FROM events
    WHERE topic IN ({_TOPICS}) AND notification_id <= (SELECT position FROM progress)
    ORDER BY notification_id
) TO STDOUT {_PLAIN}
"""


class Spool:
    """A folder of files of JSON, a name for each kind of line, in pieces that are not too large."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, IO[bytes]] = {}
        self._left: dict[str, int] = {}
        self._pieces: dict[str, list[Path]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files: everything is in them."""
        while self._open:
            self._open.popitem()[1].close()

    def write(self, name: str, lines: bytes) -> None:
        """Add lines, each of which ends with a line feed."""
        left = self._left.get(name, 0) - len(lines)
        if left < 0:
            self._begin(name)
            left = piece_bytes_max - len(lines)
        self._left[name] = left
        self._open[name].write(lines)

    def pieces(self, name: str) -> list[Path]:
        """The files of a name in their order; none where nothing was written."""
        return self._pieces.get(name, [])

    def _begin(self, name: str) -> None:
        before = self._open.pop(name, None)
        if before is not None:
            before.close()
        pieces = self._pieces.setdefault(name, [])
        pieces.append(self._folder / f"{name}-{len(pieces)}.json")
        self._open[name] = pieces[-1].open("wb")


def spool_events(rows: Rows, into: Spool, step: Callable[[int], object]) -> int:
    """Write every event that the snapshot shows, by its type, up to where its views are.

    Answers how many; `step` is told from time to time.
    """
    waiting: defaultdict[bytes, list[bytes]] = defaultdict(list)
    done = 0
    with rows.copy(_EVENTS.encode()) as copy:
        for data in copy:
            topic, _, line = bytes(data).partition(_DELIMITER)
            waiting[topic].append(line)
            done += 1
            if done % step_events == 0:
                _write(into, waiting)
                step(done)
    _write(into, waiting)
    return done


def _write(into: Spool, waiting: dict[bytes, list[bytes]]) -> None:
    """Write lines by the type of their events; those that name documents by themselves besides."""
    for topic, lines in waiting.items():
        text = b"".join(lines)
        into.write(topic.decode(), text)
        if _DOCUMENTED in text:
            into.write(DOCUMENTS, b"".join(line for line in lines if _DOCUMENTED in line))
    waiting.clear()


def spool_view(rows: Rows, into: Spool, dataset: Dataset) -> None:
    """Write every row of a view that the snapshot shows, in the order of its columns."""
    told = ", ".join(_told(column.name, column.type) for column in dataset.columns)
    order = ", ".join(f'v."{name}"' for name in dataset.order)
    select = f"SELECT {told} FROM {PUBLISHED}.{dataset.name} AS v ORDER BY {order}"
    statement = f"COPY (SELECT row_to_json(x) FROM ({select}) AS x) TO STDOUT {_PLAIN}"
    with rows.copy(statement.encode()) as copy:
        for data in copy:
            into.write(dataset.name, bytes(data))


def _told(name: str, kind: str) -> str:
    """A column as it stands in JSON: times in µs UTC, decimals as text."""
    if kind.startswith("timestamp"):
        return f'(extract(epoch FROM v."{name}") * 1000000)::int8 AS "{name}"'
    if kind.startswith("numeric"):
        return f'v."{name}"::text AS "{name}"'
    return f'v."{name}"'
