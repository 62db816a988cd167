"""From bytes to cells, in a process of its own with little memory and time, and no database.

What a hostile file can do there ends there: a process that dies is a file that is too large.
"""

import os
import subprocess
import sys
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


def read(data: bytes, mapping: Mapping, templates: list[str]) -> Found:
    """The cells of a file. Raises FileRefused.

    `templates` are those that its headings may be of.
    """
    if len(data) > file_bytes_max:
        raise too_large("MiB", file_bytes_max // MIB)
    asked = msgspec.msgpack.encode(Asked(data, mapping, templates))
    paths = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ledger.tables.reading"],
            input=asked,
            capture_output=True,
            timeout=wall_seconds_max,
            check=False,
            env={"PYTHONPATH": paths, "PATH": os.defpath, "LANG": "C.UTF-8"},
        )
        found = msgspec.msgpack.decode(done.stdout, type=Found) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, msgspec.MsgspecError):
        found = None
    if found is None:
        raise FileRefused("too-large/child")
    if found.refused is not None:
        raise FileRefused(found.refused.way, **dict(found.refused.values))
    return found
