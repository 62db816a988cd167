"""How fast lists are written, and how much memory that takes however long they are.

Called by `bench.tables`: the list of all events as CSV, read and written as the API does, and a
workbook of as many of them as the floor names.
"""

import io
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any, Final

from bench.log import calibration
from ledger.facts.catalogue import TYPES
from ledger.listing.columns import table
from ledger.listing.notes import Notes
from ledger.listing.values import reader
from ledger.log import Log
from ledger.sheets.book import write_list
from ledger.sheets.csv_text import lines
from ledger.web.asking.events import event_row, recorded

_MIB: Final = 1024 * 1024
_short_rows: Final = 10_000
_book_rows_max: Final = 100_000
EVENTS: Final = table("events")
NOTES: Final = Notes(role="operator", party="OPERATOR", position=0)


def measured(log: Log) -> None:
    """Write the events of a log, a short list first: what is longer takes no more memory."""
    count = log.position()
    _csv(log, min(_short_rows, count))
    before, _ = _peak(lambda: _csv(log, min(_short_rows, count)))
    speed = calibration()
    after, seconds = _peak(lambda: _csv(log, count))
    _print("CSV out", count, seconds, speed, "at least 40,000")
    print(f"{'':20} {after - before:+10.1f} MiB from {_short_rows:,} rows on   at most 20")
    rows = min(_book_rows_max, count)
    _book(log, min(_short_rows, count))
    began = _now_mib()
    peak, seconds = _peak(lambda: _book(log, rows))
    _print("workbook out", rows, seconds, speed, "at least 10,000")
    print(f"{'':20} {peak - began:+10.1f} MiB while it is written; 150 are allowed in all")


def _values(log: Log, count: int) -> Iterator[list[Any]]:
    read = reader(EVENTS)
    with log.transaction(snapshot=True) as rows:
        for one in islice(recorded(rows, 0, log.position(), [*TYPES]), count):
            yield read(event_row(one))


def _csv(log: Log, count: int) -> None:
    names = [column.code for column in EVENTS]
    with TemporaryFile() as out:
        out.writelines(lines(names, _values(log, count)))


def _book(log: Log, count: int) -> None:
    with TemporaryFile() as out:
        write_list(out, EVENTS, _values(log, count), NOTES)
        assert out.seek(0, io.SEEK_END) > 0


def _peak(work: Callable[[], None]) -> tuple[float, float]:
    """The most memory while something is done, MiB, and how long it took, s."""
    Path("/proc/self/clear_refs").write_text("5")
    began = perf_counter()
    work()
    return _status("VmHWM"), perf_counter() - began


def _now_mib() -> float:
    return _status("VmRSS")


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * 1024 / _MIB
    raise LookupError(name)


def _print(what: str, rows: int, seconds: float, speed: float, floor: str) -> None:
    rate = rows / seconds
    print(f"{what:20} {rate:10,.0f} rows/s   ratio {rate / speed:.4f}   {floor}", flush=True)
