"""What tests of publishing share: decisions in a log, a webhook that listens, a publisher to kill.

The listener is a real server on loopback; the publisher is the product's own program.
"""

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from ledger.cases.canonical import encode_decision
from ledger.cases.discrepancy import (
    DiscrepancyClosed,
    DiscrepancyEscalated,
    DiscrepancyExplained,
    DiscrepancyOpened,
    DiscrepancyReopened,
    DiscrepancyWithdrawn,
    Event,
    Picture,
    Values,
)
from ledger.cases.identity import case_id
from ledger.facts import canonical
from ledger.log import Entry, Log, Recorded
from ledger.rules.violation import SubjectKind
from tests.ingesting import applied

SECRET = b"only these two know"
MOMENT: Any = {"time": "2026-04-02T00:30:00.000000+00:00", "position": 3}
PERSON: Any = {"party": "RCB-1", "person": "P-1"}
SEEN = Values("C", ("500",), ("520",))
NEWER = Values("C", ("500",), ("530",))
STATES = ("OPEN", "WITHDRAWN", "OPEN", "EXPLAINED", "ESCALATED", "CLOSED")
"""What a case is after each of `a_life`."""


def shows(values: Values) -> Picture:
    """What an evaluation showed."""
    return Picture(values=values, artefact=False, evidence=(applied(1).id,), evidence_total=1)


def case(lot: str) -> UUID:
    """The case of a lot with too many seals."""
    return case_id("M-18", "lot", lot, "JAS")


def opening(lot: str) -> Event:
    """A lot carries too many seals."""
    return DiscrepancyOpened(
        case=str(case(lot)), **MOMENT, rule="M-18", subject_kind=SubjectKind.LOT, subject=lot,
        discriminator="JAS", family="L", shows=shows(SEEN),
    )  # fmt: skip


def a_life(lot: str) -> list[Event]:
    """Everything that may happen to a case, each once."""
    more: Any = {"case": str(case(lot)), **MOMENT}
    return [
        opening(lot),
        DiscrepancyWithdrawn(**more),
        DiscrepancyReopened(**more, shows=shows(SEEN)),
        DiscrepancyExplained(**more, **PERSON, reason="COUNT_ERROR", text="名", values=NEWER),
        DiscrepancyEscalated(**more, **PERSON, text="Which line?"),
        DiscrepancyClosed(**more, **PERSON, reason="OTHER", text="Seen.", values=NEWER),
    ]


def decide(log: Log, events: Sequence[Event], version: int = 1) -> None:
    """Record what happened to one case, from that version on."""
    log.decide(
        [
            Entry(UUID(event.case), type(event).__name__, encode_decision(event), number)
            for number, event in enumerate(events, version)
        ]
    )


def report(log: Log, facts: int) -> None:
    """Record that many facts, which nobody is told about."""
    log.append(
        [
            Entry(UUID(fact.id), "SealsApplied", canonical.encode(fact))
            for fact in (applied() for _ in range(facts))
        ]
    )


def decisions(log: Log) -> list[Recorded]:
    """All that others have to be told of, in order."""
    return [each for each in log.read(0, 1_000_000) if each.topic.startswith("Discrepancy")]


def ids(log: Log) -> list[str]:
    """The ids under which others are told of it, in order."""
    return [f"{each.id}:{each.version}" for each in decisions(log)]


def firsts(told: Sequence[str]) -> list[str]:
    """What was told, repetitions left out: the order in which a receiver first heard it."""
    return list(dict.fromkeys(told))


class Heard(NamedTuple):
    """One POST as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Under which id it was told."""
        return self.headers["Ledger-Event-Id"]

    @property
    def json(self) -> dict[str, Any]:
        """What it says."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Listener:
    """A webhook on loopback: keeps every POST in `heard`, answers what `answers` says.

    `answers` is called with how many came before; 0 hangs up without an answer.
    """

    def __init__(self, answers: Callable[[int], int] = lambda _: 204) -> None:
        self.heard: list[Heard] = []
        self.answers = answers
        self.url = ""

    def taken(self) -> list[str]:
        """The ids of what came, in order."""
        return [heard.id for heard in self.heard]


@contextmanager
def listening(listener: Listener, keys: Path | None = None) -> Iterator[Listener]:
    """Listen on a free port for the time of the block, as localhost over TLS where keys are given.

    `keys` is a PEM file of a key and its certificate.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Keep it, and answer."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = listener.answers(len(listener.heard))
            listener.heard.append(Heard(self.path, dict(self.headers), body))
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        listener.url = f"http://127.0.0.1:{server.server_port}/hook?key=hush"
        if keys is not None:
            listener.url = f"https://localhost:{server.server_port}/hook?key=hush"
            encrypting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            encrypting.load_cert_chain(keys)
            # Each handshake in its connection's thread: one that fails ends no other.
            server.socket = encrypting.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()


def listed(folder: Path, **urls: str) -> Path:
    """A list of webhooks by name, all with the one secret."""
    (folder / "secret").write_bytes(SECRET + b"\n")
    path = folder / "webhooks.toml"
    path.write_text(
        "".join(
            f'[[webhook]]\nname = "{name}"\nurl = "{url}"\nsecret_file = "secret"\n'
            for name, url in urls.items()
        )
    )
    return path


@contextmanager
def a_publisher(dsn: str, **told: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A publisher as a process of its own, killed at the end of the block; settings by name."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    mine = {f"LEDGER_{name.upper()}": value for name, value in told.items()}
    fixed = {"LEDGER_DATABASE_URL": dsn, "LEDGER_METRICS_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "ledger", "run", "--only", "publisher"],
        env=clean | fixed | mine,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
