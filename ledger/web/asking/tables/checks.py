"""Files of tables that were sent and wait to be recorded, each for an hour, for who sent it alone.

They are read and recorded in the background, a few at a time. They wait in this process and are
gone when it ends: whoever asks for one afterwards is told to send it again. Stopped while it is
recorded, whole batches stay recorded, and the same file once more goes on from there.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from functools import partial as partially
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from starlette.requests import HTTPConnection

from ledger import metrics
from ledger.errors import LedgerError, Unavailable
from ledger.intake.doors import CHANNEL_OF_ROLE, door
from ledger.log.seeing import Viewer
from ledger.tables.mapping import Mapping
from ledger.tables.reading import MIB
from ledger.web.asking.sources import Registered
from ledger.web.asking.tables.checking import check as checked_file
from ledger.web.asking.tables.effects import effects, seen
from ledger.web.asking.tables.found import Found, found_of
from ledger.web.asking.tables.judged import DOOR, Asked, Checked
from ledger.web.asking.tables.recording import held_back, record, written
from ledger.web.asking.tables.spool import Spool
from ledger.web.desk import Desk
from ledger.web.problems import Problem, forbidden, said

seconds_max: Final = 3_600
bytes_max: Final = 200 * MIB
waiting_max: Final = 100
"""Checks that wait, however small."""
at_once_max: Final = 2
jobs_max: Final = 8
"""Files that are read or recorded, or wait for their turn."""
jobs_of_one_max: Final = 2
_SCANS: Final = "S"
_OPERATORS: Final = "O"
_retry_seconds: Final = 30
_micros: Final = 1_000_000
NOT_HERE: Final = said("An operator imports tables by `ledger import-table`, not over the web.")
AGAIN: Final = said("There is no such file any more: upload it again.")
BUSY: Final = said("Several tables are being read just now: try again in a minute.")
BUSY_YOURS: Final = said("Two tables of yours are being read: wait until one of them is done.")
WORKING: Final = said("This table is being read or recorded just now.")
AWAY: Final = said("The database went away: what is recorded by now stays. Try again.")
OURS: Final = said("This failed, and the fault is ours: what is recorded by now stays.")
_log = logging.getLogger("ledger.web")


def asked_by(desk: Desk, registered: Registered, viewer: Viewer) -> Asked:
    """How a viewer's file is taken. Raises Problem for an operator's."""
    channel = CHANNEL_OF_ROLE.get(viewer.role)
    if channel is None:
        raise forbidden(NOT_HERE)
    return Asked(
        viewer.party, viewer.person, door(channel, viewer.source),
        # A scanner's token is bound to its source.
        sources=None if viewer.source else lambda sources: registered.known(desk, sources),
        office=door(channel + _SCANS) if channel == _OPERATORS else None,
    )  # fmt: skip


class State(StrEnum):
    """Where a check stands."""

    READING = "reading"
    CHECKED = "checked"
    RECORDING = "recording"
    RECORDED = "recorded"
    FAILED = "failed"


class Progress(NamedTuple):
    """What is being done, and how much of how much."""

    what: str
    done: int
    total: int


class Stopped(Exception):  # noqa: N818  (somebody wished it)
    """Somebody stopped it."""


class Check:
    """A file that was sent, and how far it is."""

    def __init__(
        self, viewer: Viewer, data: bytes, name: str, mapping: Mapping, asked: Asked
    ) -> None:
        self.id, self.viewer = uuid4(), viewer
        self.data, self.bytes = Spool.of(data), len(data)
        self.name, self.mapping, self.asked = name, mapping, asked
        self.partial = False
        """Whether good events are told as if those that are refused were left out."""
        self.committed = False
        """Whether it was asked to be recorded."""
        self.state = State.READING
        self.progress = Progress("read", 0, 1)
        self.found: Found | None = None
        self.failed: LedgerError | Problem | None = None
        self.stopped: Progress | None = None
        """How far it was when somebody stopped it."""
        self.ends_at = 0
        self.stopping = threading.Event()
        self.job: Future[None] | None = None

    @property
    def working(self) -> bool:
        """Whether it is being read or recorded."""
        return self.state in (State.READING, State.RECORDING)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.data.size + (0 if self.found is None else self.found.size)

    def step(self, what: str, done: int, total: int) -> None:
        """Take note of how far it is. Raises Stopped where somebody stops it."""
        self.progress = Progress(what, done, total)
        if self.stopping.is_set():
            raise Stopped


class Checks:
    """All checks of this process; safe to use from all threads. `now` answers µs UTC."""

    def __init__(self, desk: Desk, now: Callable[[], int] | None = None) -> None:
        self._desk, self.now = desk, now or desk.now
        self._checks: dict[UUID, Check] = {}
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(at_once_max, thread_name_prefix="tables")

    def close(self) -> None:
        """Stop what is being done, and forget everything."""
        with self._lock:
            checks = [*self._checks.values()]
            self._checks.clear()
        for check in checks:
            check.stopping.set()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def add(self, check: Check) -> Check:
        """Take a file in and begin to read it. Raises Problem where too many wait already."""
        with self._lock:
            self._forget_old()
            self._may_begin(check)
            self._make_room(check.size)
            self._checks[check.id] = check
            self._begin(check, State.READING, self._read)
        return check

    def find(self, viewer: Viewer, of: UUID) -> Check:
        """The check of that id; 404 for none, a former one, and anybody else's."""
        with self._lock:
            self._forget_old()
            found = self._checks.get(of)
        if found is None or found.viewer.token != viewer.token:
            raise Problem(404, AGAIN)
        return found

    def again(self, check: Check, mapping: Mapping, asked: Asked) -> None:
        """Read a file anew, with other answers. Raises Problem while it is worked on."""
        with self._lock:
            self._may_begin(check)
            check.mapping, check.asked, check.committed = mapping, asked, False
            self._begin(check, State.READING, self._read)

    def record(self, check: Check, *, partial: bool) -> None:
        """Begin to record what is good of a file; Problem where it is worked on.

        What was recorded already stays so, with its receipts.
        """
        with self._lock:
            if check.state is State.RECORDED:
                return
            self._may_begin(check)
            check.committed = True
            self._begin(check, State.RECORDING, partially(self._record, partial=partial))

    def _may_begin(self, check: Check) -> None:
        working = [each for each in self._checks.values() if each.working]
        if check in working:
            raise Problem(409, WORKING)
        of_one = sum(each.viewer.token == check.viewer.token for each in working)
        retry = {"Retry-After": str(_retry_seconds)}
        if of_one >= jobs_of_one_max:
            raise Problem(429, BUSY_YOURS, headers=retry)
        if len(working) >= jobs_max:
            raise Problem(503, BUSY, headers=retry)

    def _begin(self, check: Check, state: State, work: Callable[[Check], None]) -> None:
        check.state = state
        check.progress, check.failed, check.stopped = Progress("wait", 0, 1), None, None
        check.stopping.clear()
        check.ends_at = self.now() + seconds_max * _micros
        check.job = self._workers.submit(self._work, check, work)

    def _forget_old(self) -> None:
        now = self.now()
        for check in [*self._checks.values()]:
            if check.ends_at <= now and not check.working:
                del self._checks[check.id]

    def _make_room(self, size: int) -> None:
        """Let go of the oldest ones that nobody works on, until there is room for so many bytes."""
        held = sum(each.size for each in self._checks.values())
        for check in [*self._checks.values()]:
            if held + size <= bytes_max and len(self._checks) < waiting_max:
                return
            if not check.working:
                held -= check.size
                del self._checks[check.id]

    def _work(self, check: Check, work: Callable[[Check], None]) -> None:
        try:
            work(check)
        except Stopped:
            check.stopped = check.progress
            check.state = State.CHECKED if check.found is not None else State.FAILED
        except Unavailable:
            retry = {"Retry-After": str(_retry_seconds)}
            check.failed, check.state = Problem(503, AWAY, headers=retry), State.FAILED
        except (LedgerError, Problem) as error:
            check.failed, check.state = error, State.FAILED
        except Exception:  # noqa: BLE001 -- it is told to whoever waits, and to us
            _log.exception("a table could not be read or recorded")
            check.failed, check.state = Problem(500, OURS), State.FAILED

    def _check(self, check: Check) -> Checked:
        return checked_file(
            self._desk.log, check.data.read(), check.name, check.mapping, check.asked,
            views=seen(self._desk, check.viewer), step=check.step,
        )  # fmt: skip

    def _read(self, check: Check) -> None:
        check.found = None
        checked = self._check(check)
        views = seen(self._desk, check.viewer)
        changed = effects(
            self._desk.log, checked.events, checked.gone, views=views, viewer=check.viewer
        )
        held_back(checked, partial=check.partial)
        check.found = found_of(checked, self._desk.log, changed)
        check.state = State.CHECKED

    def _record(self, check: Check, *, partial: bool) -> None:
        """The file is judged again: what was found an hour ago may be otherwise by now."""
        checked, log = self._check(check), self._desk.log
        made = None
        try:
            made = record(checked, written(log), partial=partial, step=check.step).id
        finally:
            _count(checked, recorded=made is not None)
            done = made is not None
            check.found = found_of(checked, log, None, made=made, dry_run=not done)
        check.state = State.RECORDED if done else State.CHECKED


def checks_of(request: HTTPConnection) -> Checks:
    """The checks of the application that a request came to."""
    checks = request.app.state.tables
    assert isinstance(checks, Checks)  # noqa: S101 -- set when the application is made
    return checks


def _count(checked: Checked, *, recorded: bool) -> None:
    """Count what became of events, as at every door over HTTP."""
    left = recorded and any(each.outcome == "recorded" for each in checked.events)
    for each in checked.events:
        if each.outcome in ("recorded", "duplicate", "refused"):
            metrics.web_events.labels(each.reason or each.outcome).inc()
        if left and each.outcome == "refused":
            metrics.dead_letters_recorded.labels(DOOR, each.reason or "invalid").inc()
