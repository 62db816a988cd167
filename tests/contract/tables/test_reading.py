"""The process that reads a file: what it hands back, and what becomes of files that break it."""

import io
import os
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.tables.mapping import Mapping
from ledger.tables.reading import (
    FileRefused,
    file_bytes_max,
    look_seconds,
    read,
    wall_seconds_max,
)
from tests.tabling import csv_of
from tests.workbooks import Page, one_sheet, workbook

HELD = ["Date", "Lot", "Cause"]
ROW = ["2026-04-02", "L-1", "c"]
seconds_max = 5.0
"""A hostile file is refused within this on a quiet machine; tests allow some patience."""
patience = 10


def refused(data: bytes) -> str:
    """The way in which a file is refused."""
    with pytest.raises(FileRefused) as error:
        read(data, Mapping(template="LotHeld"), ["LotHeld"])
    return error.value.message.way


def bomb() -> bytes:
    """A workbook of ten mebibytes that unpacks to ten gibibytes: the same part, again and again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(40):
            archive.writestr(f"xl/media/{number}.bin", bytes(8 * 1024 * 1024))
    return out.getvalue()


def test_cells_come_back() -> None:
    """Text and workbooks alike, hidden sheets by their names alone."""
    text = read(csv_of("Date,Lot,Cause", "2026-04-02,L-1,c"), Mapping(), ["LotHeld"])
    pages = {"a": Page([HELD, ROW]), "b": Page([HELD, ROW], state="hidden")}
    book = read(workbook(pages), Mapping(), ["LotHeld"])

    assert text.sheets[0].rows[1].cells == ROW
    assert [(sheet.name, sheet.visible, len(sheet.rows)) for sheet in book.sheets] == [
        ("a", True, 2), ("b", False, 0),
    ]  # fmt: skip


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a bomb": bomb,
    "many parts": lambda: workbook(
        {"a": Page([HELD])}, parts={f"xl/{n}": b"x" for n in range(2_100)}
    ),
    "many sheets": lambda: workbook({f"s{n}": Page([HELD]) for n in range(65)}),
    "a stray cell at the end": lambda: one_sheet(
        HELD, ROW, *([] for _ in range(200_000)), ROW * 86
    ),
    "a long line": lambda: b"Date,Lot,Cause\n" + b"x" * 2_000_000,
    "many rows": lambda: b"Date,Lot,Cause\n" + b"2026-04-02,L,c\n" * 100_100,
    "many columns": lambda: csv_of("Date,Lot,Cause", "x," * 300 + "x"),
    "too large": lambda: bytes(file_bytes_max + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_too_large_is_refused_soon(name: str) -> None:
    """A file beyond a limit is told as that, before it costs anything."""
    data = HOSTILE[name]()
    began = time.monotonic()

    assert refused(data).startswith("too-large")
    assert time.monotonic() - began < seconds_max * patience


def test_a_process_that_dies_is_a_file_too_large(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever ends the reading, whoever sent the file is told, and nothing else breaks."""
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\nkill -9 $$\n")
    dying.chmod(0o755)
    monkeypatch.setattr("ledger.tables.reading.sys.executable", str(dying))

    assert refused(one_sheet(HELD, ROW)) == "too-large/child"


def test_a_process_that_begins_late_has_all_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """However long the process takes to begin, and however large the file is."""
    late = tmp_path / "python"
    late.write_text(f'#!/bin/sh\nsleep {3 * look_seconds}\nexec {sys.executable} "$@"\n')
    late.chmod(0o755)
    monkeypatch.setattr("ledger.tables.reading.sys.executable", str(late))
    asked = 0

    def step() -> None:
        nonlocal asked
        asked += 1

    data = csv_of(",".join(HELD), *[",".join(ROW)] * 20_000)
    found = read(data, Mapping(template="LotHeld"), ["LotHeld"], step=step)

    assert len(found.sheets[0].rows) == 20_001
    assert asked > 2


def test_whoever_waits_can_end_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is asked while a file is read ends the reading, and the process with it."""
    slow = tmp_path / "python"
    slow.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\nexec sleep {wall_seconds_max}\n")
    slow.chmod(0o755)
    monkeypatch.setattr("ledger.tables.reading.sys.executable", str(slow))

    def step() -> None:
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(one_sheet(HELD, ROW), Mapping(template="LotHeld"), ["LotHeld"], step=step)

    number = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
