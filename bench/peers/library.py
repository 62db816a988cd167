"""The package `eventsourcing` as it comes: its recorder and its projection runner; and COPY.

The log is built on that package and replaces how its recorder writes, so the recorder without the
replacement, on the same rows, is what the replacement has to beat. COPY of the same rows, by the
server itself from a file into a table with the same indexes, is what no client can beat.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.postgres import (
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresTrackingRecorder,
)
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from bench.log import entries
from bench.peers.figures import Run
from bench.peers.place import Place
from ledger.log import Entry, Log

APPEND, STOCK = "ledger, append", "eventsourcing, its recorder"
STOCK_FUNCTIONS = "eventsourcing, its recorder with database functions"
COPY = "COPY by the server"
RUNNER = "eventsourcing, its projection runner"
stock_batch_max = 5_000
"""The library sends a statement an event in one pipeline: more of them may wait for ever, where
neither the server's answers nor the statements fit into what the system keeps between both."""
_wait_seconds_max = 120.0


def append(place: Place, events: int, batch: int, functions: Sequence[bool]) -> list[Run]:
    """Append the same rows by the log, by COPY, and by the library's recorder, in batches."""
    parts = [entries(min(batch, events - first), first) for first in range(0, events, batch)]
    with place.database() as dsn:
        with Log.open(dsn) as log:
            found = [_timed(APPEND, events, lambda: [log.append(part) for part in parts])]
        found.append(_copied(place, dsn, events, batch))
    return found + [_stock(place, parts, events, with_functions=each) for each in functions]


def _timed(peer: str, events: int, work: Callable[[], object]) -> Run:
    started, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - started, time.process_time() - cpu
    return Run(peer, events, seconds, spent)


def _copied(place: Place, dsn: str, events: int, batch: int) -> Run:
    """Have the server write out what the log holds, and read it into a table like the log's."""
    folder = place.home / "copy"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)  # the server writes here as a user of its own
    starts = range(0, events, batch)
    files = [folder / f"{first}.copy" for first in starts]
    with psycopg.connect(dsn, autocommit=True) as database:
        database.execute("CREATE TABLE copied (LIKE events INCLUDING ALL)")
        for first, file in zip(starts, files, strict=True):
            database.execute(
                f"COPY (SELECT * FROM events WHERE notification_id > {first}"
                f" AND notification_id <= {first + batch} ORDER BY notification_id)"
                f" TO '{file}' (FORMAT binary)"
            )
        database.execute("CHECKPOINT")
        found = _timed(COPY, events, lambda: _copy_all(database, files))
        row = database.execute("SELECT count(*) FROM copied").fetchone()
        assert row == (events,)
    for file in files:
        file.unlink()
    return found


def _copy_all(database: psycopg.Connection[Any], files: Sequence[Path]) -> None:
    for file in files:
        database.execute(f"COPY copied FROM '{file}' (FORMAT binary)")


def _stock(
    place: Place, parts: Sequence[Sequence[Entry]], events: int, *, with_functions: bool
) -> Run:
    """The library's recorder on the same ids, names and states."""
    rows = [
        [StoredEvent(entry.id, 1, entry.topic, entry.state) for entry in part] for part in parts
    ]
    with place.database(migrated=False) as dsn:
        datastore = PostgresDatastore(**_told(dsn), enable_db_functions=with_functions)
        try:
            recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
            recorder.create_table()
            peer = STOCK_FUNCTIONS if with_functions else STOCK
            found = _timed(peer, events, lambda: [recorder.insert_events(part) for part in rows])
            assert recorder.max_notification_id() == events
        finally:
            datastore.close()
    return found


def _told(dsn: str) -> dict[str, Any]:
    told = conninfo_to_dict(dsn)
    return {"dbname": told["dbname"], "host": told["host"], "port": told["port"],
            "user": told["user"], "password": ""}  # fmt: skip


class Lot(Aggregate):
    """Seals are applied to it, and that is all that happens to it."""

    @event("Applied")
    def apply(self, mark: str, holder: str, count: int) -> None:
        """Report seals applied."""


class Lots(Application[Any]):
    """The application that a runner follows."""


class Balances(PostgresTrackingRecorder):
    """The balance of each holder and mark, kept with the position it is as of."""

    def __init__(self, datastore: PostgresDatastore, **more: Any) -> None:
        super().__init__(datastore, **more)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {0} (mark text, holder text, count bigint,"
                " PRIMARY KEY (mark, holder))").format(Identifier("balances"))
        )  # fmt: skip

    def add(self, mark: str, holder: str, count: int, tracking: Tracking) -> None:
        """Add to a balance, in the transaction that moves the position."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO balances VALUES (%s, %s, %s) ON CONFLICT (mark, holder)"
                " DO UPDATE SET count = balances.count + excluded.count",
                (mark, holder, count),
            )


class Summing(Projection[Balances]):
    """What is done with each event: one row is changed."""

    name = "balances"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Take one event."""
        count = getattr(domain_event, "count", 0)
        self.view.add(
            getattr(domain_event, "mark", ""), getattr(domain_event, "holder", ""), count, tracking
        )


def project(place: Place, events: int) -> Run:
    """The library's runner over so many events of one aggregate a hundred."""
    with place.database(migrated=False) as dsn:
        told = _told(dsn)
        environment = {f"POSTGRES_{name.upper()}": str(value) for name, value in told.items()}
        environment |= {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_PASSWORD": "unused",  # the library wants one, the server asks none
        }
        lots = Lots(environment)
        for _ in range(events // 100):
            lot = Lot()
            for number in range(99):
                lot.apply(f"JAS-{number % 12}", f"EXP-{number % 9}", 20)
            lots.save(lot)
        last = lots.recorder.max_notification_id()
        assert last is not None

        def work() -> None:
            with ProjectionRunner(
                application_class=Lots, projection_class=Summing, view_class=Balances,
                env=environment,
            ) as runner:  # fmt: skip
                runner.wait(last, timeout=_wait_seconds_max)

        try:
            return _timed(RUNNER, last, work)
        finally:
            lots.close()
