"""Desks: over an empty log, at a real port, and over a season with a token of every role."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import pytest

from consumers.auditor.running import audit_clock, set_clock
from consumers.auditor.running import catch_up as audit
from ledger.facts.scalars import micros
from ledger.log import Log
from ledger.rules.policy import default_policy
from ledger.season import Mix, season
from ledger.settings import Settings
from ledger.views.projection import Projector
from ledger.web.access import tokens
from ledger.web.serving import address, listen, serve
from tests.auditing import load
from tests.databases import Cluster
from tests.desks import NOW, Served, served

EVENTS = 1_500
closed_seconds_max = 10.0
SLIPS = "over-sealing,count-variance,receipt-difference,report-differs,negative-stock"


class Parties(NamedTuple):
    """A chain of trade in the season, and a party of each role outside it."""

    exporter: str
    importer: str
    rcb: str
    agent: str
    other_exporter: str
    other_importer: str
    other_rcb: str


class Things(NamedTuple):
    """What belongs to the chain: one subject of each kind."""

    mark: str
    site: str
    lot: str
    shipment: str
    certificate: tuple[str, str]
    event: str
    source: str
    case: str


class Trade(NamedTuple):
    """The desk, who trades there, what they trade."""

    desk: Served
    parties: Parties
    things: Things
    dsn: str

    def as_role(self, role: str, *, foreign: bool = False) -> dict[str, str]:
        """Headers of a role in the chain, or of one outside."""
        parties = self.parties
        own = {
            "exporter": parties.exporter, "processor": parties.exporter,
            "importer": parties.importer, "certifier": parties.rcb, "agent": parties.agent,
        }  # fmt: skip
        other = {
            "exporter": parties.other_exporter, "processor": parties.other_exporter,
            "importer": parties.other_importer, "certifier": parties.other_rcb,
        }  # fmt: skip
        if role == "operator":
            return self.headers("operator", None)
        if role == "scanner":
            source = "SCAN-FOREIGN" if foreign else self.things.source
            return self.headers("scanner", parties.exporter, source)
        party = other[role] if foreign else own[role]
        return self.headers("certifier" if role == "agent" else role, party)

    def headers(self, role: str, party: str | None, source: str | None = None) -> dict[str, str]:
        """Headers of a token, made once."""
        key = f"{role} {party} {source}"
        if key not in self.desk.secrets:
            person = None if role in ("operator", "scanner") else f"P-{party}"
            shown = self.desk.token(role, party, source=source, person=person)
            self.desk.secrets[key] = shown["Authorization"]
        return {"Authorization": self.desk.secrets[key]}

    def get(self, address: str, headers: dict[str, str]) -> Any:
        """An answer."""
        return self.desk.client.get(address, headers=headers)


@pytest.fixture
def desk(log: Log) -> Iterator[Served]:
    """A desk over an empty log of the test's own."""
    with served(log) as found:
        yield found


@pytest.fixture(scope="session")
def audited(embedded_cluster: Cluster) -> Iterator[str]:
    """A database with a season of a few exporters, projected and audited: to be copied."""
    story = season(EVENTS, 7, Mix.parse(SLIPS))
    with embedded_cluster.database() as dsn:
        with Log.open(dsn, recorded_at="event") as log:
            Projector(log).make()
            load(log, list(story.facts()), 5_000)
            Projector(log).catch_up()
            now = story.key().now
            set_clock(log, micros(now) if isinstance(now, str) else now)
            audit(log, default_policy(), audit_clock(log))
        yield dsn


@pytest.fixture(scope="module")
def trade(embedded_cluster: Cluster, audited: str) -> Iterator[Trade]:
    """A desk over that season, the module's own."""
    with embedded_cluster.copied(audited) as dsn, Log.open(dsn, recorded_at="event") as log:
        with psycopg.connect(dsn, autocommit=True) as looking:
            parties, things = _chain(looking)
        with served(log) as desk:
            yield Trade(desk, parties, things, dsn)


def _chain(looking: psycopg.Connection[tuple[Any, ...]]) -> tuple[Parties, Things]:
    looking.execute("SET search_path = views_4, public")

    def one(statement: str, *values: object) -> tuple[Any, ...]:
        found = looking.execute(statement, values or None).fetchone()
        assert found is not None, statement
        return found

    contracts = "SELECT exporter, importer, rcb, agent FROM contracts"
    exporter, importer, rcb, agent = one(
        f"{contracts} WHERE exporter NOT LIKE '%%-X0%%' ORDER BY 1 LIMIT 1"
    )
    others = one(
        f"{contracts} WHERE exporter NOT LIKE '%%-X0%%' AND exporter <> %s AND importer <> %s"
        " AND rcb <> %s AND agent <> %s ORDER BY 1 LIMIT 1",
        exporter, importer, rcb, agent,
    )  # fmt: skip
    mark, site = one(
        "SELECT mark, site FROM places JOIN licences USING (mark) WHERE kind = 2 AND key = %s"
        " AND importer = %s AND rcb = %s ORDER BY 1 LIMIT 1",
        exporter, importer, rcb,
    )  # fmt: skip
    shipment = one("SELECT shipment FROM departures WHERE exporter = %s ORDER BY 1", exporter)[0]
    lot = one("SELECT lot FROM departed_lots WHERE shipment = %s ORDER BY 1", shipment)[0]
    certificate = one(
        "SELECT issuer, number FROM certificates WHERE shipment = %s ORDER BY 1, 2", shipment
    )
    event, source = one(
        "SELECT originator_id::text, convert_from(state, 'UTF8')::jsonb->>'source' FROM events"
        " WHERE topic = 'SealsApplied' AND convert_from(state, 'UTF8')::jsonb->>'lot' = %s"
        " ORDER BY 1 LIMIT 1",
        lot,
    )
    case = one("SELECT id::text FROM cases ORDER BY 1")[0]
    parties = Parties(exporter, importer, rcb, agent, *others[:3])
    return parties, Things(mark, site, lot, shipment, certificate, event, source, case)


class Place(NamedTuple):
    """A desk at a port."""

    port: int
    log: Log

    @property
    def base(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def shown(self, role: str = "operator", party: str | None = None) -> dict[str, str]:
        """Headers of a new token."""
        secret = tokens.create(self.log, role, party, now=NOW)[1]
        return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def place(embedded_cluster: Cluster) -> Iterator[Place]:
    """A desk over an empty ledger, served as in production."""
    stop, ready = threading.Event(), threading.Event()
    configured = Settings(web_port=0)
    listening = listen(configured)
    port = int(address(listening).rpartition(":")[2])
    with embedded_cluster.database() as dsn, Log.open(dsn) as log:
        thread = threading.Thread(
            target=serve,
            args=(configured, log, stop),
            kwargs={"ready": ready, "listening": listening},
        )
        thread.start()
        assert ready.wait(30)
        yield Place(port, log)
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def connected(place: Place) -> Iterator[socket.socket]:
    """A connection; what is read from it has to come in time."""
    with socket.create_connection(("127.0.0.1", place.port), timeout=closed_seconds_max) as made:
        yield made


def heard(connection: socket.socket) -> bytes:
    """All that is said until the connection is closed."""
    told = b""
    try:
        while piece := connection.recv(65_536):
            told += piece
    except ConnectionError:
        pass
    return told


def problem(told: bytes) -> dict[str, Any]:
    """The problem document of an answer."""
    head, _, body = told.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    found: dict[str, Any] = json.loads(body)
    return found


def posted(place: Place, length: int, path: str = "/events") -> bytes:
    """The head of a report by a token that is valid."""
    shown = place.shown("exporter", "EXP-1")["Authorization"]
    return (
        f"POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: {shown}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()
