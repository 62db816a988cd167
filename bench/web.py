"""How fast the web takes events and answers: one process behind a real port, one client.

Prints the rate of `POST /events` in batches, the latency of single scans at a steady pace, and of
the usual questions by role over a season, with the ratio to a calibration loop of the same run.

    python bench/web.py [--events 100000] [--batches 60] [--scans 1000] [--pace 200]
"""

import argparse
import gc
import http.client
import json
import multiprocessing
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from hashlib import sha256
from http.cookies import SimpleCookie
from multiprocessing.queues import Queue
from pathlib import Path
from random import Random
from urllib.parse import urlencode
from uuid import UUID

from consumers.auditor.running import catch_up
from ledger.__main__ import GC_THRESHOLDS
from ledger.custody.places import Kind
from ledger.facts.canonical import encode
from ledger.facts.scalars import micros
from ledger.log import Entry, Log, migrate
from ledger.log.embedded import leave, server
from ledger.rules.policy import default_policy
from ledger.season import Mix, season
from ledger.settings import Settings
from ledger.views.projection import reading
from ledger.web.access import tokens
from ledger.web.serving import listen, serve

batch_events = 500
_calibration_rounds = 200_000
_asked_times = 60
page_ms_max = 150
_random = Random(7)  # noqa: S311 -- ids of a benchmark


def calibration() -> float:
    """Rounds per second of a fixed loop: hash and slice, as much Python as C."""
    started = time.perf_counter()
    digest = bytes(32)
    for _ in range(_calibration_rounds):
        digest = sha256(digest + digest[:8]).digest()
    return _calibration_rounds / (time.perf_counter() - started)


def body(events: int) -> bytes:
    """Scans as a scanner sends them."""
    scans = [
        {
            "type": "SealsApplied",
            "id": str(UUID(int=0x0198 << 112 | _random.getrandbits(112), version=4)),
            "time": "2026-04-02T09:30:00+09:00", "source": "BENCH", "mark": "JAS-A",
            "holder": "EXP-1", "site": "W1", "lot": f"L-{number % 50}", "label": "LB",
            "label_version": 1, "units": 20, "count": 20,
        }
        for number in range(events)
    ]  # fmt: skip
    return json.dumps(scans if events > 1 else scans[0]).encode()


class Client:
    """One connection that measures."""

    def __init__(self, port: int, secret: str, *, page: bool = False) -> None:
        """With a token, or signed in by it where pages are asked for."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        if page:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            self._connection.request("POST", "/session", urlencode({"token": secret}), form)
            answer = self._connection.getresponse()
            answer.read()
            cookie = SimpleCookie(answer.headers["Set-Cookie"])
            pair = "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())
            self._headers = {"Cookie": pair, "Accept": "text/html"}

    def ask(self, method: str, address: str, content: bytes | None = None) -> float:
        """Seconds until the whole answer was there."""
        started = time.perf_counter()
        self._connection.request(method, address, content, self._headers)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 200, (address, answer.status)
        return time.perf_counter() - started


def run(dsn: str, port: "Queue[int]") -> None:
    """The web process, as `ledger run` has it."""
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    configured = Settings(web_port=0)
    listening = listen(configured)
    port.put(listening.getsockname()[1])
    with Log.open(dsn, recorded_at="event") as log:
        serve(configured, log, threading.Event(), listening=listening)


def percentiles(seconds: Sequence[float]) -> str:
    """Half and 99 % of them, in ms."""
    ordered = sorted(seconds)
    half, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return f"p50 {half * 1e3:6.1f} ms   p99 {most * 1e3:6.1f} ms"


def pages(log: Log, port: int, roles: dict[str, str | None]) -> None:
    """Latency of the pages people look at, by role."""
    with reading(log) as rows:
        found = rows.execute("SELECT id FROM cases LIMIT 1").fetchone()
        assert found is not None
        (case,) = found
        stock = rows.execute(
            "SELECT mark, key, site FROM places JOIN balances ON place = id"
            f" WHERE kind = {Kind.STOCK:d} AND key = %s LIMIT 1",
            (roles["exporter"],),
        ).fetchone()
        assert stock is not None
    named = urlencode(dict(zip(("mark", "holder", "site"), stock, strict=True)))
    addresses = {"/": "/", "cases": "/desk/cases", "statement": f"/desk/statement?{named}"}
    for role in ("exporter", "operator"):
        client = Client(port, tokens.create(log, role, roles[role], now=1)[1], page=True)
        asked = addresses | ({"case": f"/desk/case?id={case}"} if role == "operator" else {})
        for name, address in asked.items():
            client.ask("GET", address)
            taken = [client.ask("GET", address) for _ in range(_asked_times)]
            print(f"{role:10} page {name:19} {percentiles(taken)} (at most {page_ms_max})")


def questions(log: Log, port: int) -> None:
    """Latency of the usual questions, by role."""
    with reading(log) as rows:
        rows.execute(
            "SELECT exporter, importer, rcb FROM contracts WHERE exporter NOT LIKE %s LIMIT 1",
            ("%-X0%",),
        )
        parties = rows.fetchone()
        assert parties is not None
        rows.execute(
            "SELECT shipment, lot FROM departed_lots JOIN departures USING (shipment)"
            " WHERE exporter = %s LIMIT 1",
            (parties[0],),
        )
        goods = rows.fetchone()
        assert goods is not None
    roles = {**dict(zip(("exporter", "importer", "certifier"), parties, strict=True)),
             "operator": None}  # fmt: skip
    for role, party in roles.items():
        client = Client(port, tokens.create(log, role, party, now=1)[1])
        for address in (
            "/reconciliation", f"/lots/{goods[1]}", f"/shipments/{goods[0]}", "/discrepancies",
        ):  # fmt: skip
            taken = [client.ask("GET", address) for _ in range(_asked_times)]
            print(f"{role:10} {address:24} {percentiles(taken)}")
    pages(log, port, roles)


def bench(options: argparse.Namespace, home: Path) -> None:
    """Record a season, serve it, and ask."""
    dsn = server(home)
    migrate(dsn)
    with Log.open(dsn, recorded_at="event") as log:
        made = season(options.events, 7, Mix.parse("over-sealing,count-variance"))
        now, facts = micros(made.key().now), list(made.facts())
        for start in range(0, len(facts), 5_000):
            part = facts[start : start + 5_000]
            log.append(
                [
                    Entry(UUID(f.id), type(f).__name__, encode(f), 1, f.at, "file", "OPERATOR")
                    for f in part
                ]
            )
        catch_up(log, default_policy(), lambda: now)
        _, secret = tokens.create(log, "scanner", "EXP-1", source="BENCH", now=1)
        # Born anew: a fork would carry the season's facts about and look through them.
        born = multiprocessing.get_context("spawn")
        ports: Queue[int] = born.Queue()
        process = born.Process(target=run, args=(dsn, ports))
        process.start()
        try:
            port = ports.get(timeout=30)
            questions(log, port)
            client = Client(port, secret)
            batches = [body(batch_events) for _ in range(options.batches)]
            started = time.perf_counter()
            for content in batches:
                client.ask("POST", "/events", content)
            rate = options.batches * batch_events / (time.perf_counter() - started)
            loop = calibration()
            print(f"POST /events by {batch_events}: {rate:,.0f}/s   ratio {rate / loop:.4f}")
            scans = [body(1) for _ in range(options.scans)]
            taken = []
            started = time.perf_counter()
            for number, content in enumerate(scans):
                time.sleep(max(0.0, started + number / options.pace - time.perf_counter()))
                taken.append(client.ask("POST", "/events", content))
            print(f"single scans at {options.pace}/s: {percentiles(taken)}")
        finally:
            process.terminate()
            process.join()


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--scans", type=int, default=1_000)
    parser.add_argument("--pace", type=int, default=200)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="seal-ledger-bench-"))
    home.chmod(0o755)
    try:
        bench(options, home)
    finally:
        leave(home)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
