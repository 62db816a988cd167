"""`ledger load` of one file, by this tree and by an earlier commit, in turns.

The earlier commit's files are laid out beside; both run on the same packages, as commands.
"""

import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import psycopg

from bench.peers.figures import Run
from bench.peers.ingesting import asked
from bench.peers.place import Place

NOW = "ledger load"
BEFORE = "ledger load, before"
ROOT = Path(__file__).parents[2]
_NOTHING = "00000000-0000-7000-8000-000000000000"


def tree_of(commit: str, folder: Path) -> Path:
    """Lay out the files of a commit; raises RuntimeError where this checkout does not know it."""
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"git does not know {commit}: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(done.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def made_season(file: Path, events: int, *options: str, tree: Path = ROOT) -> Path:
    """Write a season into a file, by a process of its own, of the files of `tree`."""
    with file.open("wb") as out:
        command = [sys.executable, "-m", "ledger", "season", f"--events={events}", *options]
        environment = os.environ | {"PYTHONPATH": str(tree)}
        subprocess.run(
            command, stdout=out, stderr=subprocess.DEVNULL, check=True, cwd=tree, env=environment
        )
    return file


def rounds(
    place: Place, before: Path, events: int, count: int, told: Callable[[str], None]
) -> list[Run]:
    """Load the same season by both trees, one after the other, `count` times."""
    told("a season to load")
    # The earlier commit's own: it refuses events that came after it.
    season = made_season(place.home / "load.ndjson", events, tree=before)
    found = []
    for number in range(count):
        for peer, tree in ((NOW, ROOT), (BEFORE, before)):
            told(f"round {number + 1}: {peer}")
            found.append(_load(place, peer, tree, season))
    return found


def _load(place: Place, peer: str, tree: Path, season: Path) -> Run:
    with place.database(migrated=False) as dsn:
        environment = os.environ | {"LEDGER_DATABASE_URL": dsn, "PYTHONPATH": str(tree)}
        # Asked for an event that is not there, it makes the tables and nothing else.
        _run(tree, environment, "receipt", _NOTHING, code=2)
        started = time.perf_counter()
        spent = _run(tree, environment, "load", str(season))
        seconds = time.perf_counter() - started
        with psycopg.connect(dsn) as database:
            return Run(peer, asked(database, "SELECT count(*) FROM events"), seconds, spent)


def _run(tree: Path, environment: dict[str, str], *arguments: str, code: int = 0) -> float:
    """Run one command of a tree; answers the CPU that it took."""
    with subprocess.Popen(
        [sys.executable, "-m", "ledger", *arguments],
        env=environment,
        cwd=tree,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == code, said.decode(errors="replace")
    return usage.ru_utime + usage.ru_stime
