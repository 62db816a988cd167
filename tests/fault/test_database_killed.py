"""The embedded database killed under running processes: it comes back, and so do they."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from ledger.log.embedded import alive
from tests.acceptance.test_watched import free_port
from tests.databases import open_folder

pytestmark = [pytest.mark.slow]
patience_seconds = 60.0


def test_the_database_comes_back() -> None:
    """Killed, it is started again within seconds, and the desk is ready once more."""
    port = free_port()
    with open_folder() as home:
        environment = os.environ | {
            "LEDGER_HOME": str(home), "LEDGER_WEB_PORT": str(port), "LEDGER_METRICS_PORT": "0",
        }  # fmt: skip
        running = subprocess.Popen(
            [sys.executable, "-m", "ledger", "run", "--only", "projector,web"], env=environment
        )
        try:
            until_ready(port)
            killed = postmaster(home)
            os.kill(killed, signal.SIGKILL)
            deadline = time.monotonic() + patience_seconds
            while not (alive(home) and postmaster(home) != killed):
                assert time.monotonic() < deadline, "the database did not come back"
                time.sleep(0.1)
            until_ready(port)
        finally:
            running.terminate()
            running.wait(timeout=60)
        assert running.returncode == 0
        assert not alive(home)


def postmaster(home: Path) -> int:
    """The process of the database of a home."""
    return int((home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def until_ready(port: int) -> None:
    """Wait until the desk says that it is ready."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            answer = httpx2.get(f"http://127.0.0.1:{port}/health/ready")
        except httpx2.TransportError:
            pass
        else:
            if answer.status_code == 200:
                return
        assert time.monotonic() < deadline, "the desk is not ready"
        time.sleep(0.2)
