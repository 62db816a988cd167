"""The library's own contract suites, run against our recorder on both servers."""

from collections.abc import Callable, Iterator
from unittest import TestCase

import pytest
from eventsourcing.tests import persistence as suites

from ledger.log.connecting import connect, settle
from ledger.log.recorder import Datastore, Recorder


class OnEmbedded(TestCase):
    """Gives a suite of the library our recorder on a fresh database of the embedded server."""

    server = "database"

    @pytest.fixture(autouse=True)
    def _recorder(self, request: pytest.FixtureRequest) -> Iterator[None]:
        dsn = request.getfixturevalue(self.server)
        datastore = Datastore(dsn)
        with connect(dsn) as connection:
            datastore.schema = settle(connection)
        self._make: Callable[[], Recorder] = lambda: Recorder(datastore)
        yield
        datastore.close()

    def create_recorder(self) -> Recorder:
        """Answer the library's suites."""
        return self._make()


class OnOrdinary(OnEmbedded):
    """The same on an ordinary server."""

    server = "ordinary_database"


class TestApplicationOnEmbedded(OnEmbedded, suites.ApplicationRecorderTestCase[Recorder]):
    """Streams, notifications and concurrent writers, embedded."""

    def test_insert_subscribe(self) -> None:
        """A subscription of the library sees what is inserted, by our NOTIFY."""
        self.optional_test_insert_subscribe()


class TestApplicationOnOrdinary(OnOrdinary, suites.ApplicationRecorderTestCase[Recorder]):
    """Streams, notifications and concurrent writers, ordinary."""

    def test_insert_subscribe(self) -> None:
        """A subscription of the library sees what is inserted, by our NOTIFY."""
        self.optional_test_insert_subscribe()


class TestProcessOnEmbedded(OnEmbedded, suites.ProcessRecorderTestCase):
    """Events and tracking in one transaction, embedded."""


class TestProcessOnOrdinary(OnOrdinary, suites.ProcessRecorderTestCase):
    """Events and tracking in one transaction, ordinary."""


class TestOrderOnEmbedded(OnEmbedded, suites.NonInterleavingNotificationIDsBaseCase):
    """Two writers' positions do not interleave, embedded."""


class TestOrderOnOrdinary(OnOrdinary, suites.NonInterleavingNotificationIDsBaseCase):
    """Two writers' positions do not interleave, ordinary."""
