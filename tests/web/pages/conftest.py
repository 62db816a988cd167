"""One desk for all tests of pages: those that decide use cases of their own."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from tests.databases import Cluster
from tests.desks_open import Open, fill, opened

Visit = Callable[..., httpx2.Client]
"""(role, language) → somebody signed in."""


@pytest.fixture(scope="session")
def filled(embedded_cluster: Cluster) -> Iterator[str]:
    """A database with a season in it, audited once for all desks: to be copied."""
    with embedded_cluster.database() as dsn:
        fill(dsn)
        yield dsn


@pytest.fixture(scope="session")
def desk(embedded_cluster: Cluster, filled: str) -> Iterator[Open]:
    """A desk with a season in it."""
    with embedded_cluster.copied(filled) as dsn, opened(dsn) as found:
        yield found


@pytest.fixture
def own_desk(embedded_cluster: Cluster, filled: str) -> Iterator[Open]:
    """A desk whose cases a test may close."""
    with embedded_cluster.copied(filled) as dsn, opened(dsn) as found:
        yield found


@pytest.fixture
def visit(desk: Open) -> Iterator[Visit]:
    """Somebody of a role signed in, without a browser; nobody for ''."""
    clients: list[httpx2.Client] = []

    def sign_in(role: str, language: str = "en") -> httpx2.Client:
        client = httpx2.Client(
            base_url=desk.place, headers={"accept": "text/html", "accept-language": language}
        )
        clients.append(client)
        if role:
            answer = client.post("/session", data={"token": desk.secrets[role]})
            assert answer.status_code == 303
        return client

    yield sign_in
    for client in clients:
        client.close()
