"""A real broker for the tests, one for the whole run unless a test needs its own.

Where Java or Maven is missing the tests are skipped with the line that installs them, and fail
when LEDGER_REQUIRE_ALL=1 says that nothing may be skipped.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from consumers.broker.connection import Connection, administration
from consumers.broker.jars import missing_tools
from consumers.broker.local import LocalBroker
from consumers.broker.topics import create
from tests.authorities import Authority, authority

FreshTopics = Callable[[str], str]
"""What gives a topic of the ledger its name in this test."""

empty_seconds_max = 20.0
PASSWORD = "not-a-secret-1"  # noqa: S105 - of a broker that lives for one test run


@pytest.fixture(scope="session")
def kafka_tools() -> None:
    """Skip, or fail where nothing may be skipped, when a broker cannot be started here."""
    if lacking := missing_tools():
        if os.environ.get("LEDGER_REQUIRE_ALL") == "1":
            pytest.fail(lacking)
        pytest.skip(lacking)


@pytest.fixture(scope="session")
def broker(kafka_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A broker shared by the run: leave it running, and use topics of your own."""
    del kafka_tools
    with LocalBroker(tmp_path_factory.mktemp("broker") / "kafka") as running:
        yield running


@pytest.fixture
def connection(broker: LocalBroker) -> Connection:
    """How to reach the broker of this run."""
    return broker.connection


@pytest.fixture(scope="session")
def kafka_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who vouches for the broker that wants a password."""
    return authority(tmp_path_factory.mktemp("authority"), "kafka")


@pytest.fixture(scope="session")
def secured_broker(
    kafka_tools: None, kafka_authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalBroker]:
    """A broker that wants a password and allows only what an ACL allows, over TLS too."""
    del kafka_tools
    folder = tmp_path_factory.mktemp("secured") / "kafka"
    with LocalBroker(folder, password=PASSWORD, keys=kafka_authority.server) as running:
        yield running


@pytest.fixture(scope="session")
def stoppable(kafka_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A broker that is stopped and killed, by one test after the other: see `own_broker`."""
    del kafka_tools
    with LocalBroker(tmp_path_factory.mktemp("stoppable") / "kafka") as running:
        yield running


@pytest.fixture
def own_broker(stoppable: LocalBroker) -> LocalBroker:
    """A broker for one test at a time: it runs, has no topics, and may be stopped and killed."""
    return emptied(stoppable)


def emptied(broker: LocalBroker) -> LocalBroker:
    """Start a broker where it does not run, and remove all topics that somebody made."""
    if broker.pid is None:
        broker.start()
    with administration(broker.connection) as admin:
        deadline = time.monotonic() + empty_seconds_max
        while topics := [name for name in admin.list_topics() if not name.startswith("__")]:
            assert time.monotonic() < deadline, topics
            admin.delete_topics(topics, raise_errors=False)
            time.sleep(0.1)
    return broker


@pytest.fixture(params=[True, False], ids=["by runs", "one by one"])
def either_reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Messages read by runs, or as where the client is not the one that this was made for."""
    by_runs: bool = request.param
    monkeypatch.setattr("consumers.ingest.fetching.runs_are_read", lambda: by_runs)
    return by_runs


@pytest.fixture
def prefix() -> str:
    """Topic names of the test's own begin with this."""
    return f"t{uuid.uuid4().hex[:8]}."


@pytest.fixture
def fresh_topics(broker: LocalBroker, prefix: str) -> Iterator[FreshTopics]:
    """Create all the ledger's topics under this test's prefix; gives the full name of each."""
    made = create(broker.connection, prefix=prefix)
    yield lambda name: prefix + name
    with administration(broker.connection) as admin:
        admin.delete_topics([report.name for report in made])
