"""Every line of a log has one form: time, level, process, what, ids; and no secret."""

import json
import logging
import os
import socket
import subprocess
import sys
from typing import Literal

import pytest

from ledger import log_lines
from ledger.commands.running import metrics_served
from ledger.settings import Settings
from tests.commanding import ROOT, environment
from tests.ingesting import until
from tests.log_reading import FIELDS, from_json, from_text, written

SECRET = "seal_" + "aB3-_" * 8
SIGNED = "WyJULTAxMjM0NTY3ODkiLCIiXQ.aSx1Zw.Qk3-_h0tXo9Y4fJkq2s8mZp1abc"
_log = logging.getLogger("ledger.ingest")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_has_its_fields_and_ids(form: Literal["text", "json"]) -> None:
    """What a call says, what it is about, and what is said around it stand in one line."""
    with written(form, process="ingest") as to:
        with log_lines.about(request_id="r-1"):
            _log.info("read from %s", "offset 7", extra={"topic": "ledger.scans", "partition": 3})
        _log.warning("two\nlines of 印", extra={"why": 'a "b" = c', "none": None, "time": "x"})
        _log.debug("too small")

    first, second = (from_json if form == "json" else from_text)(to.getvalue())
    assert {name: first[name] for name in ("level", "process", "pid", "what")} == {
        "level": "info", "process": "ingest", "pid": os.getpid(), "what": "read from offset 7",
    }  # fmt: skip
    assert (first["topic"], str(first["partition"]), first["request_id"]) == (
        "ledger.scans", "3", "r-1",
    )  # fmt: skip
    assert second["what"] == ("two\nlines of 印" if form == "json" else r"two\nlines of 印")
    assert second["why"] == ('a "b" = c' if form == "json" else r'"a \"b\" = c"')
    assert second.keys() == FIELDS | {"why"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_keeps_the_form(form: Literal["text", "json"]) -> None:
    """As JSON it is one line; as text each of its lines has time, level and process."""
    with written(form) as to:
        try:
            _fail("first\nsecond\x1b[31m")
        except ValueError:
            _log.exception("it failed")

    if form == "json":
        (line,) = from_json(to.getvalue())
        assert line["exception"].startswith("Traceback (most recent call last):\n")
        assert "second" in line["exception"]
        return
    said, *trace = from_text(to.getvalue())
    assert said["what"] == "it failed"
    assert trace[0]["what"] == "| Traceback (most recent call last):"
    assert trace[-1]["what"] == r"| second\x1b[31m"


def _fail(sentence: str) -> None:
    raise ValueError(sentence)


LEVELS = [
    # level set, level said: by the ledger, by a library
    ("debug", "debug", True, False), ("debug", "info", True, True),
    ("info", "debug", False, False), ("info", "info", True, False),
    ("info", "warning", True, True), ("warning", "info", False, False),
    ("warning", "warning", True, True), ("error", "warning", False, False),
    ("error", "error", True, True),
]  # fmt: skip


@pytest.mark.parametrize(("level", "said", "ours", "theirs"), LEVELS)
def test_levels(level: str, said: str, *, ours: bool, theirs: bool) -> None:
    """Lines of a level and graver ones are written; libraries are heard from warnings on."""
    with written(level=level) as to:
        for name in ("ledger.web", "kafka.client"):
            logging.getLogger(name).log(logging.getLevelNamesMapping()[said.upper()], name)

    found = [line["what"] for line in from_json(to.getvalue())]
    assert found == ["ledger.web"] * ours + ["kafka.client"] * theirs


def test_metrics_that_do_not_arrive_are_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of metrics writes to the log too, where it is and to whom it could not answer."""

    def fails(*_: object) -> None:
        raise ConnectionResetError("gone")

    with written() as to, metrics_served(Settings(metrics_port=0)) as serving:
        monkeypatch.setattr(serving.server, "finish_request", fails)
        socket.create_connection(("127.0.0.1", serving.port)).close()
        until(lambda: to.getvalue().count("\n") > 1)

        lines = from_json(to.getvalue())
    assert lines[0]["address"] == f"http://127.0.0.1:{serving.port}/metrics"
    assert lines[1]["level"] == "warning"
    assert "ConnectionResetError('gone')" in lines[1]["what"]


MASKED = [
    (f"Authorization: Bearer {SECRET}", "Authorization: Bearer seal_***"),
    ("{'authorization': 'Bearer abc.def-ghi.jklm'}", "{'authorization': 'Bearer ***'}"),
    ("the bearer of these seals", "the bearer of these seals"),
    (f"GET /{SECRET} HTTP/1.1", "GET /seal_*** HTTP/1.1"),
    (f"/events?token={SECRET}&a=1", "/events?token=***&a=1"),
    (f"/session?link={SIGNED}&then=/", "/session?link=***&then=/"),
    (f"Cookie: ledger_session={SIGNED}; a=b", "Cookie: ledger_session=***; a=b"),
    (f"read {SIGNED} from a cookie", "read WyJ*** from a cookie"),
    ("postgresql://ledger:hush@db/ledger", "postgresql://ledger:***@db/ledger"),
    ("host=db password=hush user=u", "host=db password=*** user=u"),
    ("host=db password='hush hush' user=u", "host=db password=*** user=u"),
    ("csrf=abc-def", "csrf=***"),
    ("seal_count = 3 at http://127.0.0.1:80/", "seal_count = 3 at http://127.0.0.1:80/"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), MASKED)
def test_what_opens_something_is_masked(said: str, expected: str) -> None:
    """A secret is in no line, whoever says it and wherever in it: text, id or exception."""
    for form in ("text", "json"):
        with written(form) as to:
            try:
                _fail(said)
            except ValueError:
                logging.getLogger("anything").exception(said)
            _log.info("about", extra={"path": said})

        found = to.getvalue().replace('\\"', '"')
        assert found.count(expected) >= 3
        assert said == expected or said not in found
        assert "hush" not in found
        assert SECRET[5:] not in found


_UNCAUGHT = """
import contextlib, socket, sys, threading, warnings
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from ledger.commands import home
assert "structlog" not in sys.modules, "loaded before there is a line"
from ledger import log_lines
log_lines.configure("web", "json", "info")
log_lines.take_over()
assert "structlog" not in sys.modules, "loaded before there is a line"

class Left:
    def __del__(self):
        raise ValueError("left behind")

def failing():
    raise ValueError("in a thread")

thread = threading.Thread(target=failing, name="gauges")
thread.start()
thread.join()
warnings.warn("odd")
Left()
with socket.socket() as unused:
    unused.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{unused.getsockname()[1]}"
    with contextlib.suppress(KafkaError):
        KafkaAdminClient(bootstrap_servers=address, bootstrap_timeout_ms=300)
raise ValueError("at the end")
"""


def test_what_nobody_catches_is_a_line() -> None:
    """An exception of the program, of a thread or of a destructor, and a warning, have the form.

    So has what a client of Kafka says where no broker is. What makes lines is loaded with the
    first of them: most commands write none.
    """
    done = subprocess.run(
        [sys.executable, "-c", _UNCAUGHT],
        env=environment(), cwd=ROOT, capture_output=True, check=False, text=True,
    )  # fmt: skip

    whole = from_json(done.stderr)
    of_kafka = [line for line in whole if line.get("logger", "").startswith("kafka.")]
    lines = [line for line in whole if line not in of_kafka]
    assert done.returncode == 1
    assert {line["level"] for line in of_kafka} <= {"warning", "error"}
    assert of_kafka
    said = [line["level"] + " " + line["what"] for line in lines]
    assert said[0] == "error ValueError: in a thread"
    assert said[1].startswith("warning <string>:")
    assert "UserWarning: odd" in said[1]
    assert said[2] == "error ValueError: left behind"
    assert said[3:] == ["critical ValueError: at the end"]
    assert lines[0]["in_thread"] == "gauges"
    assert ["left behind" in json.dumps(line) for line in lines] == [False, False, True, False]
