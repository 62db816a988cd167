"""A real broker for the tests, one for the whole run unless a test needs its own.

Where Java or Maven is missing the tests are skipped with the line that installs them, and fail
when LEDGER_REQUIRE_ALL=1 says that nothing may be skipped.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consumers.broker.connection import Connection, administration
from consumers.broker.jars import missing_tools
from consumers.broker.local import LocalBroker
from consumers.broker.topics import create

FreshTopics = Callable[[str], str]
"""What gives a topic of the ledger its name in this test."""

PASSWORD = "not-a-secret-1"  # noqa: S105 - of a broker that lives for one test run


@pytest.fixture
def kafka_tools() -> None:
    """For a test that starts a broker by other means than the fixtures here."""
    _need_tools()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A broker shared by the run: leave it running, and use topics of your own."""
    _need_tools()
    with LocalBroker(tmp_path_factory.mktemp("broker") / "kafka") as running:
        yield running


@pytest.fixture
def connection(broker: LocalBroker) -> Connection:
    """How to reach the broker of this run."""
    return broker.connection


@pytest.fixture(scope="session")
def secured_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A broker that wants a password and allows only what an ACL allows."""
    _need_tools()
    folder = tmp_path_factory.mktemp("secured") / "kafka"
    with LocalBroker(folder, password=PASSWORD) as running:
        yield running


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[LocalBroker]:
    """A broker of the test's own, not started: to be stopped, killed and started again."""
    _need_tools()
    mine = LocalBroker(tmp_path / "kafka")
    yield mine
    mine.stop()


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


def _need_tools() -> None:
    """Skip, or fail where nothing may be skipped, when a broker cannot be started here."""
    if lacking := missing_tools():
        if os.environ.get("LEDGER_REQUIRE_ALL") == "1":
            pytest.fail(lacking)
        pytest.skip(lacking)
