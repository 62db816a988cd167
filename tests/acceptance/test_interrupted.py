"""A load that is interrupted and run again records every event once, without a gap."""

import json
import os
import signal
import subprocess
import sys
import time

from ledger.facts.canonical import encode
from ledger.log import Log, migrate
from ledger.log.embedded import leave, server
from ledger.season import season
from tests.databases import open_folder

EVENTS = 20_000
RUN_AGAIN_AT_EVENTS = 4_000


def test_a_load_goes_on_after_ctrl_c() -> None:
    """Ctrl-C in the middle, then the same command: all recorded, each once, positions dense."""
    facts = list(season(EVENTS, seed=3).facts())
    distinct = {fact.id for fact in facts}
    with open_folder() as folder:
        file = folder / "s.ndjson"
        file.write_bytes(b"".join(encode(fact) + b"\n" for fact in facts))
        home = folder / "home"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LEDGER_")}
        environment["LEDGER_HOME"] = str(home)
        command = [sys.executable, "-m", "ledger", "load", "--format", "json"]
        lines = file.read_bytes().splitlines(keepends=True)
        dsn = server(home)
        migrate(dsn)
        try:
            with Log.open(dsn) as log:
                with subprocess.Popen(
                    [*command, "-"],
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    # In the background SIGINT is ignored, and that is inherited.
                    preexec_fn=_heeding_ctrl_c,  # noqa: PLW1509 - no thread of ours forks here
                ) as first:
                    assert first.stdin is not None
                    # The rest never comes: it waits in the middle of the file when it is stopped.
                    first.stdin.write(b"".join(lines[: len(lines) // 2]))
                    first.stdin.flush()
                    while log.position() < RUN_AGAIN_AT_EVENTS:
                        time.sleep(0.005)
                    first.send_signal(signal.SIGINT)
                    _, words = first.communicate()
                interrupted_at = log.position()

                assert first.returncode == 130, words.decode()
                assert b"Load again to go on" in words
                assert 0 < interrupted_at < len(distinct)

                again = subprocess.run(
                    [*command, str(file)], env=environment, capture_output=True, check=True
                )
                summary = json.loads(again.stdout)

                assert summary["recorded"] == len(distinct) - interrupted_at
                assert summary["refused"] == 0
                assert log.position() == len(distinct)
                assert {str(event.id) for event in log.read(0, len(distinct))} == distinct
        finally:
            leave(home)


def _heeding_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
