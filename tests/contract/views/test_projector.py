"""The projector: follows the log while it grows, survives the database's absence, stops."""

import threading
import time

import psycopg
import pytest

from consumers import projector
from ledger.errors import Unavailable
from ledger.log import Log
from ledger.views import schema
from ledger.views.discrepancies import Wanted, listed
from ledger.views.projection import reading
from ledger.views.verify import verify
from tests.auditing import load
from tests.contract.views.world import World

_patience_seconds = 20.0


def stands_at(log: Log, position: int) -> bool:
    """Whether the views get there in time."""
    deadline = time.monotonic() + _patience_seconds
    while time.monotonic() < deadline:
        with reading(log) as rows:
            if schema.exists(rows) and schema.position(rows) == position:
                return True
        time.sleep(0.02)
    return False


def test_it_follows_and_stops(log: Log, database: str) -> None:
    """Facts appear in the views soon after they are recorded, also after lost connections."""
    facts = World(1).draw(200)
    stop = threading.Event()
    thread = threading.Thread(target=projector.run, args=(log, stop))
    thread.start()
    try:
        load(log, facts[:100])
        assert stands_at(log, 100)
        with psycopg.connect(database, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with Log.open(database) as other:
            load(other, facts[100:])
            assert stands_at(other, other.position())
    finally:
        stop.set()
        thread.join(_patience_seconds)
    assert not thread.is_alive()
    with Log.open(database) as other:
        assert verify(other) == []


def test_what_asks_before_it_ran_is_told_so(log: Log) -> None:
    """A question put to views that nobody built yet is answered by what builds them."""
    load(log, World(1).draw(20))

    with pytest.raises(Unavailable, match="not built yet"), reading(log) as rows:
        listed(rows, log, Wanted())
