"""The command line in a process of its own, and what it may never print."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.loaded import run

ROOT = Path(__file__).parents[1]
sentences_lines_max = 6
"""So many lines a command may need to say what is wrong."""


FREE_PORTS = {"LEDGER_METRICS_PORT": "0", "LEDGER_WEB_PORT": "0"}
"""What runs in tests takes no port that somebody may have."""


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    said: str


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with other settings of the ledger."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    return kept | {"PYTHONPATH": str(ROOT)} | settings


def ledger(*arguments: str, settings: Mapping[str, str], stdin: bytes = b"") -> Done:
    """Run a command to its end; nothing that it prints is a traceback."""
    free = FREE_PORTS if arguments[:1] == ("run",) else {}
    done = run(*arguments, env=environment(**{**free, **settings}), stdin=stdin)
    said = done.stderr.decode()
    assert "Traceback" not in said, said
    assert "Exception ignored" not in said, said
    return Done(done.returncode, done.stdout.decode(), said)


def refused(done: Done, code: int, *words: str) -> None:
    """A command ended with an exit code and a few lines that say these words."""
    assert done.code == code, done.said
    assert 0 < len(done.said.splitlines()) <= sentences_lines_max, done.said
    for word in words:
        assert word in done.said, done.said


def heeding_ctrl_c() -> None:
    """In the background SIGINT is ignored, and that is inherited: heed it again."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
