"""A desk for tests: the application over a real database, and tokens of every role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.views.projection import Projector
from ledger.web.access import tokens
from ledger.web.app import make_app
from ledger.web.origin import AS_ASKED, Reach
from tests.auditing import load
from tests.registering import register

NOW = 1_775_000_000_000_000
"""When the tokens of tests were made, µs UTC; they never expire unless told."""


@dataclass
class Served:
    """A running application: its client, its log, and what opens it."""

    app: FastAPI
    client: TestClient
    log: Log
    secrets: dict[str, str] = field(default_factory=dict)

    def token(
        self,
        role: str,
        party: str | None = None,
        *,
        source: str | None = None,
        person: str | None = None,
    ) -> dict[str, str]:
        """The headers of a new token; its person is registered for the party, as everything."""
        if person is not None and party is not None:
            register(self.log, party, person)
        _, secret = tokens.create(self.log, role, party, source=source, person=person, now=NOW)
        return {"Authorization": f"Bearer {secret}"}

    def record(self, facts: list[Fact]) -> None:
        """Record facts and bring the views up to them."""
        load(self.log, facts, 5_000)
        Projector(self.log).catch_up()


@contextmanager
def served(log: Log, *, rate: float = 100_000.0, reach: Reach = AS_ASKED) -> Iterator[Served]:
    """Serve a log; `rate` is requests of one token in a second, which never ends.

    Limits are filled again by time alone: what they let through would hang on how fast tests run.
    """
    app = make_app(log, reach=reach, rate=rate, clock=lambda: 0.0)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield Served(app, client, log)
