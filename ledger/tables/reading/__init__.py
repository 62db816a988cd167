"""From bytes to cells, in a process of its own with little memory and time, and no database.

What a hostile file can do there ends there: a process that dies is a file that is too large.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import Struct

from ledger.tables.cells import Sheet
from ledger.tables.mapping import Mapping
from ledger.tables.messages import Message
from ledger.tables.reading.refusal import FileRefused, too_large

MIB: Final = 1024 * 1024
file_bytes_max: Final = 20 * MIB
memory_bytes_max: Final = 1024 * MIB
cpu_seconds_max: Final = 60
wall_seconds_max: Final = 120
look_seconds: Final = 0.5

__all__ = ["Asked", "FileRefused", "Found", "read"]


class Asked(Struct, array_like=True):
    """A file that is to be read, and what is known of it."""

    data: bytes
    mapping: Mapping
    templates: list[str]


class Found(Struct, array_like=True):
    """What was found: sheets, notes on the whole file, or the reason why it is refused."""

    sheets: list[Sheet]
    notes: list[Message] = []
    refused: Message | None = None
    of_text: bool = False


def read(
    data: bytes, mapping: Mapping, templates: list[str], *, step: Callable[[], None] = lambda: None
) -> Found:
    """The cells of a file. Raises FileRefused.

    `templates` are those that its headings may be of. `step` is called twice a second while it is
    read; what that raises ends the reading.
    """
    if len(data) > file_bytes_max:
        raise too_large("MiB", file_bytes_max // MIB)
    asked = msgspec.msgpack.encode(Asked(data, mapping, templates))
    try:
        found = msgspec.msgpack.decode(_answered(asked, step), type=Found)
    except msgspec.MsgspecError:
        found = None
    if found is None:
        raise FileRefused("too-large/child")
    if found.refused is not None:
        raise FileRefused(found.refused.way, **dict(found.refused.values))
    return found


def _answered(asked: bytes, step: Callable[[], None]) -> bytes:
    """What the process that reads answers; nothing where it failed or took too long."""
    paths = os.pathsep.join(path for path in sys.path if path)
    ends = time.monotonic() + wall_seconds_max
    # Asked by a file without a name: a pipe would have to be written to all the while.
    with tempfile.TemporaryFile() as source:
        source.write(asked)
        source.seek(0)
        with subprocess.Popen(
            [sys.executable, "-m", "ledger.tables.reading"],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": paths, "PATH": os.defpath, "LANG": "C.UTF-8"},
        ) as process:
            try:
                while time.monotonic() < ends:
                    step()
                    # What had come when the time was over comes again with the rest.
                    with suppress(subprocess.TimeoutExpired):
                        answer, _ = process.communicate(timeout=look_seconds)
                        return answer if process.returncode == 0 else b""
                return b""
            finally:
                process.kill()
