"""`ledger run` keeps a log: every line of every process in one form, whatever happens."""

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.commanding import ROOT, environment
from tests.ingesting import until
from tests.log_reading import from_json, from_text

start_seconds_max = 120.0
end_seconds_max = 60


def lines(file: Path) -> list[dict[str, Any]]:
    """What is written to its end by now."""
    text = file.read_text()
    return from_json(text[: text.rfind("\n") + 1])


def test_every_line_of_every_process_has_the_form(database: str, tmp_path: Path) -> None:
    """With a broker that is away, a request, a stop: each process is heard, all as JSON.

    The first lines say where the desk is. A process that ends is started again, and its last
    words are a line.
    """
    file = tmp_path / "ledger.log"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings = {
            "LEDGER_DATABASE_URL": database, "LEDGER_LOG_FORMAT": "json", "LEDGER_WEB_PORT": "0",
            "LEDGER_METRICS_PORT": "0",
            "LEDGER_KAFKA_BOOTSTRAP": f"127.0.0.1:{unused.getsockname()[1]}",
        }  # fmt: skip
        with file.open("w") as errors, subprocess.Popen(
            [sys.executable, "-m", "ledger", "run"],
            env=environment(**settings), cwd=ROOT, stderr=errors, stdout=errors,
        ) as running:  # fmt: skip
            try:
                until(lambda: all(_heard(lines(file)).values()), start_seconds_max)
                (address,) = {
                    one["address"] for one in lines(file) if one["what"].startswith("The desk is")
                }
                with urllib.request.urlopen(f"{address}/health/live") as answer:  # noqa: S310 -- ours
                    named = answer.headers["X-Request-Id"]
                until(lambda: [one for one in lines(file) if one.get("request_id") == named])
            finally:
                running.send_signal(signal.SIGTERM)
                code = running.wait(end_seconds_max)

    said = lines(file)
    assert code == 0
    assert file.read_text().endswith("\n")
    assert {one["process"] for one in said} == {
        "supervisor", "ingest", "projector", "auditor", "publisher", "web",
    }  # fmt: skip
    assert len({one["pid"] for one in said}) > 5
    (request,) = [one for one in said if one.get("request_id") == named]
    assert (request["process"], request["status"]) == ("web", 200)
    ended = [one for one in said if one["level"] == "error" and one["process"] == "ingest"]
    assert "No Kafka broker answers" in ended[0]["what"]
    assert said[-1]["process"] == "supervisor"
    assert said[-1]["what"] == "stopped"
    assert "exception" not in {name for one in said for name in one}


def _heard(said: list[dict[str, Any]]) -> dict[str, bool]:
    """What is waited for."""
    return {
        "desk": any(one["what"].startswith("The desk is served at") for one in said),
        "metrics": any(one["what"].startswith("metrics are served at") for one in said),
        "restart": any(one.get("ended") == "ingest" for one in said),
        **{
            name: any(one["process"] == name and one["what"] == "started" for one in said)
            for name in ("projector", "auditor", "publisher")
        },
    }


def test_last_words_of_a_process_are_a_line_for_people(database: str) -> None:
    """A port that is taken: as text, with the setting to look at, and exit 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {
            "LEDGER_DATABASE_URL": database, "LEDGER_METRICS_PORT": "0",
            "LEDGER_WEB_PORT": str(taken.getsockname()[1]),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "ledger", "run", "--only", "web"],
            env=environment(**settings), cwd=ROOT, capture_output=True, check=False, text=True,
            timeout=start_seconds_max,
        )  # fmt: skip

    *_, last = from_text(done.stderr)
    assert done.returncode == 2
    assert (last["level"], last["process"]) == ("error", "web")
    assert "LEDGER_WEB_PORT" in last["what"]
    assert done.stdout == ""
