"""Homes that cannot be written, disks that are full, and people who stop a command at once."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from ledger.facts.canonical import encode
from ledger.log import Log, embedded
from ledger.season import season
from tests.commanding import ROOT, environment, heeding_ctrl_c, ledger, refused

size_mb = 160
fills_bytes = 1024 * 1024
first_lines = 8_000
"""So much of a season is loaded when the disk is filled."""
back_seconds_max = 30.0
_STARTED = """
import os, signal, sys
from ledger.__main__ import main

class Loading:
    def find_spec(self, name, path=None, target=None):
        if name == "ledger.commands":
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
sys.meta_path.insert(0, Loading())
os.write(1, b".")
sys.argv = ["ledger", *sys.argv[1:]]
main()
"""
"""What the installed script does. The first steps of the interpreter are not ours, so a signal that
comes before the program begins to load is held back until then."""

_IMPATIENT = """
import sys
from ledger.__main__ import main
from ledger.commands import loading

loading.again_seconds_max = 5.0
sys.argv = ["ledger", *sys.argv[1:]]
main()
"""
"""The installed script, which gives up sooner where the database stays away."""


@contextmanager
def disk() -> Iterator[Path]:
    """A small disk of its own; skipped where nobody may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="seal-ledger-disk-"))
    options = f"size={size_mb}m,mode=0755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def remounted(folder: Path, how: str) -> None:
    """Mount a disk read-only, or writable again."""
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)


@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize("command", [("catch-up",), ("reconcile",), ("load", "-"), ("verify",)])
def test_a_read_only_home(command: tuple[str, ...], *, made: bool) -> None:
    """A disk that became read-only is named, with the home on it, whether it was used or not."""
    with disk() as folder:
        home = folder / "home"
        settings = {"LEDGER_HOME": str(home)}
        if made:
            assert ledger("catch-up", settings=settings).code == 0
        remounted(folder, "ro")

        refused(ledger(*command, settings=settings), 2, str(home), "ead-only")

        remounted(folder, "rw")
        assert ledger("catch-up", settings=settings).code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write where nobody else may")
def test_a_home_of_somebody_else(tmp_path: Path) -> None:
    """A folder that is not ours to write is named."""
    home = tmp_path / "home"
    home.mkdir(mode=0o555)

    refused(ledger("catch-up", settings={"LEDGER_HOME": str(home)}), 2, str(home))


def fill(folder: Path) -> Path:
    """Use up every byte of a disk."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out, suppress(OSError):
        while out.write(bytes(fills_bytes)) == fills_bytes:
            pass
        while out.write(b"\0" * 512):
            pass
    return filler


def test_no_room_for_a_new_home() -> None:
    """A database that cannot be made for want of room is no half of one afterwards."""
    with disk() as folder:
        filler = fill(folder)
        settings = {"LEDGER_HOME": str(folder / "home")}

        done = ledger("catch-up", settings=settings)

        assert done.code in (1, 2), done.said
        refused(done, done.code, "No space left")
        filler.unlink()
        assert ledger("catch-up", settings=settings).code == 0


def answers(home: Path) -> bool:
    """Whether the home's database takes a write; asks whatever runs, and starts nothing."""
    sockets = home / "postgres"
    try:
        with psycopg.connect(
            host=str(sockets), user="postgres", dbname="ledger", connect_timeout=2
        ) as connection:
            connection.execute("INSERT INTO meta VALUES ('asked', '') ON CONFLICT DO NOTHING")
    except psycopg.Error:
        return False
    return True


def recorded(home: Path) -> int:
    """How many events the home's database holds."""
    sockets = home / "postgres"
    with psycopg.connect(host=str(sockets), user="postgres", dbname="ledger") as connection:
        row = connection.execute("SELECT count(*) FROM events").fetchone()
    return row[0] if row else 0


def test_the_embedded_server_comes_back_once_there_is_room() -> None:
    """A disk that is full stops what is recorded with a sentence; with room all goes on by itself.

    The processes run on throughout; what was recorded before is there, and nothing half.
    """
    lines = [encode(fact) + b"\n" for fact in season(30_000, 5).facts()]
    with disk() as folder:
        home = folder / "home"
        settings = {"LEDGER_HOME": str(home), "LEDGER_METRICS_PORT": "0"}
        with subprocess.Popen(
            [sys.executable, "-m", "ledger", "run", "--only", "projector,auditor"],
            env=environment(**settings), stderr=subprocess.PIPE, cwd=ROOT,
            preexec_fn=heeding_ctrl_c,  # noqa: PLW1509 - no thread of ours forks here
        ) as running:  # fmt: skip
            try:
                wait_for(lambda: answers(home), 60)
                with subprocess.Popen(
                    [sys.executable, "-c", _IMPATIENT, "load", "-"],
                    env=environment(**settings), cwd=ROOT,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                ) as loading:  # fmt: skip
                    assert loading.stdin is not None
                    loading.stdin.write(b"".join(lines[:first_lines]))
                    loading.stdin.flush()
                    # Whoever begins on a full disk cannot even sign in.
                    wait_for(lambda: recorded(home) > 0, 60)
                    filler = fill(folder)
                    _, words = loading.communicate(b"".join(lines[first_lines:]))
                told = words.decode()
                assert "Traceback" not in told, told
                assert loading.returncode == 1, told
                assert "Load the same files again" in told, told

                filler.unlink()
                wait_for(lambda: answers(home), back_seconds_max)
                assert running.poll() is None
                assert ledger("token", "list", settings=settings).code == 0
            finally:
                running.send_signal(signal.SIGINT)
                _, said = running.communicate(timeout=60)
        assert b"Traceback" not in said, said.decode()
        dsn = embedded.server(home)
        try:
            with Log.open(dsn) as log:
                end = log.position()
                assert [event.position for event in log.read(0, end + 10)] == [*range(1, end + 1)]
        finally:
            embedded.leave(home)


def wait_for(holds: object, seconds: float) -> None:
    """Wait until something holds; fails where it takes longer."""
    assert callable(holds)
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)


AT_ONCE: tuple[tuple[str, ...], ...] = (
    ("policy",), ("reconcile",), ("load", "-"), ("verify",), ("season", "--events", "2000"),
    ("run", "--only", "projector"), ("standards",), ("topics", "create"),
)  # fmt: skip


@pytest.mark.parametrize("command", AT_ONCE)
def test_ctrl_c_in_the_first_moments(database: str, command: tuple[str, ...]) -> None:
    """Stopped at any of the first moments, while it loads too: exit 130, and not a word."""
    codes = []
    for step in range(9):
        with subprocess.Popen(
            [sys.executable, "-c", _STARTED, *command],
            env=environment(LEDGER_DATABASE_URL=database, LEDGER_METRICS_PORT="0",
                            LEDGER_KAFKA_BOOTSTRAP="127.0.0.1:1"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=heeding_ctrl_c,  # noqa: PLW1509 - no thread of ours forks here
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.read(1) == b"."
            time.sleep(step * 0.025)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        assert b"Traceback" not in said, said.decode()
        assert b"Exception" not in said, said.decode()
        codes.append(process.returncode)
    # One that was done before it was stopped ended by itself.
    assert set(codes) <= {130, 0}
    assert codes[0] == 130


_FINALIZING = """
import signal, sys, time
import ledger.commands.line
from ledger.__main__ import main

class Finalized:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

def run():
    Finalized()
    for _ in range(1_000):
        time.sleep(0.05)

ledger.commands.line.run_line = run
main()
"""


def test_ctrl_c_where_nothing_can_be_raised() -> None:
    """Stopped while something is finalized, which Python would print and pass over: it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _FINALIZING], env=environment(), check=False, capture_output=True,
        preexec_fn=heeding_ctrl_c, timeout=40,
    )  # fmt: skip

    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_ctrl_c_twice_while_the_database_stops(tmp_path: Path) -> None:
    """Whoever cannot wait while the database is left gets no traceback either."""
    with tempfile.TemporaryDirectory(prefix="seal-ledger-test-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        assert ledger("catch-up", settings={"LEDGER_HOME": str(home)}).code == 0
        receipts = tmp_path / "r"
        with subprocess.Popen(
            [sys.executable, "-m", "ledger", "load", "-", "--receipts", str(receipts)],
            env=environment(LEDGER_HOME=str(home)), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=heeding_ctrl_c,  # noqa: PLW1509 - no thread of ours forks here
        ) as process:  # fmt: skip
            wait_for(receipts.exists, 60)
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said.decode()
        assert b"Traceback" not in said, said.decode()
        assert ledger("catch-up", settings={"LEDGER_HOME": str(home)}).code == 0


def test_output_that_cannot_be_written() -> None:
    """A full disk under the output is a sentence, not a silence or a traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ledger", "standards", "--format", "json"],
            env=environment(), stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.decode() == "No space left on device.\n"
