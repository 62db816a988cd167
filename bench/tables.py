"""How fast tables are read, judged and recorded, and how soon a hostile one is refused.

SealsApplied with a number each: a dry run of text and of a workbook, recording beside what `load`
makes of the same events as NDJSON, in turns on homes of their own, and a workbook that unpacks to
more than may be. Prints rates, their ratio to a calibration loop of the same run, and how much
memory this process and the one that reads took at most.

Then lists are written: all events as CSV, and a workbook (`bench.tables_out`); `--events` are there
for that in all.

    python -m bench.tables [--rows 100000] [--events 1000000]
"""

import argparse
import gc
import io
import os
import resource
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from bench.log import calibration
from bench.tables_out import measured
from ledger.__main__ import GC_THRESHOLDS
from ledger.commands.loading import Loading
from ledger.intake.doors import OPERATOR
from ledger.log import Entry, Log, migrate
from ledger.log.embedded import leave, server
from ledger.sheets.workbook import Column, Sheet, write
from ledger.tables.mapping import Mapping
from ledger.web.asking.tables.checking import check
from ledger.web.asking.tables.judged import Asked, Checked
from ledger.web.asking.tables.recording import record, written

HEAD = (
    "Ref no.", "Date", "Time of day", "Mark", "Holder", "Site", "Lot", "Label", "Label version",
    "Packs", "Seals", "Contract", "Line", "Remarks",
)  # fmt: skip
MAPPING = Mapping(template="SealsApplied", zone="Asia/Tokyo", source="SRC-1")
MIB = 1024 * 1024
_KIB = 1024


def main() -> None:
    """Measure each, and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--events", type=int, default=0)
    asked = options.parse_args()
    rows = [*_rows(asked.rows)]
    gc.set_threshold(*GC_THRESHOLDS)
    speed = calibration()
    print(f"calibration {speed:,.0f} rounds/s")
    text = "".join(",".join(map(str, row)) + "\n" for row in (HEAD, *rows)).encode()
    with _home() as log:
        found = _told("dry run, text", len(rows), speed, log, text)
        _memory()
        _recorded(found, log, speed)
        del found
        _told("dry run, workbook", len(rows), speed, log, _workbook(rows), outcome="duplicate")
        _memory()
        _bomb(log)
        del rows, text
        _more(log, asked.events - log.position())
        measured(log)


def _more(log: Log, count: int) -> None:
    """Record so many further events: alike, but each with an id of its own."""
    for start in range(0, count, _more_events):
        log.append(
            [
                Entry(UUID(int=n + 1, version=4), "SealsApplied", _STATE % n)
                for n in range(start, min(count, start + _more_events))
            ]
        )


_more_events = 20_000
_STATE = (
    b'{"type":"SealsApplied","time":"2026-04-02T09:30:00.000000+09:00","source":"SRC-1",'
    b'"actor":"P-%d","mark":"JAS-A"}'
)


def _rows(count: int) -> Iterator[tuple[str | int, ...]]:
    for n in range(count):
        yield (
            f"A-{n}", f"2026-04-{n % 28 + 1:02d}", f"{n % 12}:{n % 60:02d}", "JAS-A", "EXP-1", "W1",
            f"L-{n // 50}", "LB-1", 1, n % 90 + 1, n % 90 + 1, "CT-1", f"LN-{n % 5}", "",
        )  # fmt: skip


def _workbook(rows: Sequence[tuple[str | int, ...]]) -> bytes:
    out = io.BytesIO()
    write(out, [Sheet("rows", [Column(name) for name in HEAD], rows)])
    return out.getvalue()


@contextmanager
def _home() -> Iterator[Log]:
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        dsn = server(home)
        try:
            migrate(dsn)
            with Log.open(dsn) as log:
                yield log
        finally:
            leave(home)


def _told(
    what: str, rows: int, speed: float, log: Log, data: bytes, *, outcome: str = "would-record"
) -> Checked:
    began, cpu = time.perf_counter(), _cpu()
    found = check(log, data, "table", MAPPING, Asked("OPERATOR"))
    seconds = time.perf_counter() - began
    assert [each.outcome for each in found.events] == [outcome] * rows
    _print(what, rows, seconds, speed)
    print(f"{'':20} {(_cpu() - cpu) / rows * 1e6:10.1f} CPU µs a row, here and where it is read")
    return found


def _cpu() -> float:
    """CPU seconds of this process and of those that it waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _recorded(found: Checked, log: Log, speed: float) -> None:
    """Record a table, and load the same events from a file in another home."""
    began = time.perf_counter()
    record(found, written(log))
    table = time.perf_counter() - began
    assert {each.outcome for each in found.events} == {"recorded"}
    _print("recording", len(found.events), table, speed)
    with _home() as other, tempfile.NamedTemporaryFile(suffix=".ndjson") as file:
        file.write(b"".join(each.state + b"\n" for each in found.events))
        file.flush()
        loading = Loading(other, None)
        began = time.perf_counter()
        loading.file(file.name, OPERATOR)
        load = time.perf_counter() - began
        assert loading.recorded == len(found.events)
    _print("load of the same", len(found.events), load, speed)
    print(f"recording ÷ load {load / table:8.2f}   at least 0.5")


def _bomb(log: Log) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(bytes(MIB))
    began = time.perf_counter()
    found = check(log, out.getvalue(), "bomb.xlsx", MAPPING, Asked("OPERATOR"))
    seconds = time.perf_counter() - began
    assert [each.code for each in found.refused] == ["too-large"]
    print(f"a bomb refused after {seconds:.2f} s   at most 5")


def _print(what: str, rows: int, seconds: float, speed: float) -> None:
    rate = rows / seconds
    print(f"{what:20} {rate:10,.0f} rows/s   ratio {rate / speed:.4f}", flush=True)


def _memory() -> None:
    own, child = (
        resource.getrusage(who).ru_maxrss * _KIB / MIB
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"memory at most: {own:.0f} MiB here, {child:.0f} MiB where it is read", flush=True)


if __name__ == "__main__":
    main()
