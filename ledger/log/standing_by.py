"""One of several processes that would do the same work is active, the others stand by.

Who is active holds a lock of a session of the database. The lock ends with the session: at once
where the process ends or is killed, and within `silent_seconds_max` where it is frozen or cut off.
It spares work that two would do twice; nothing rests on it: where two are active for a moment, the
transactions that they write keep them apart as ever.
"""

import logging
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Self

import psycopg

from ledger.errors import Unavailable
from ledger.log.connecting import connect
from ledger.log.log import Log

silent_seconds_max: Final = 10
"""So long after its last word an active process is taken for gone."""
look_seconds: Final = 1.0
_LOCKS: Final = 5_283_640
"""Any number: the first half of our locks' keys; the second is the name's."""
_TRY: Final = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
_log = logging.getLogger("ledger.standing_by")
_here: Final[dict[str, threading.Event]] = {}
"""The posts of this process, for whoever tells others of it."""


def stands_by() -> bool:
    """Whether this process has posts, and all of them are another's now."""
    return bool(_here) and not any(held.is_set() for held in [*_here.values()])


class Posts:
    """The places of who is active, each under a name, for the time of a block."""

    def __init__(self, log: Log, names: Iterable[str]) -> None:
        self._dsn = log.dsn
        self._held = {name: threading.Event() for name in names}
        self._told: set[str] = set()
        self._leaving = threading.Event()
        self._session: psycopg.Connection[Any] | None = None
        # By itself, so that it is heard of however long a batch takes; a process that is frozen is
        # not heard of any more.
        self._keeper = threading.Thread(target=self._keep, name="standing by", daemon=True)

    def __enter__(self) -> Self:
        _here.update(self._held)
        self._keeper.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._leaving.set()
        self._keeper.join()
        for name in self._held:
            _here.pop(name, None)

    def ours(self, name: str) -> bool:
        """Whether this process is the active one; waits a little for that where it is not."""
        return self._held[name].wait(look_seconds)

    def lost(self, name: str) -> bool:
        """Whether it is not, or not any more."""
        return not self._held[name].is_set()

    def _keep(self) -> None:
        while not self._leaving.is_set():
            try:
                self._look()
            except (psycopg.Error, Unavailable):
                # Whoever works here is told by the database itself, in its own connections.
                self._let_go()
            self._leaving.wait(look_seconds)
        self._let_go()

    def _look(self) -> None:
        """Take what is free; of what is ours, say that we are here."""
        if self._session is None:
            self._session = connect(self._dsn, tcp_user_timeout=silent_seconds_max * 1_000)
            self._session.execute(f"SET idle_session_timeout = '{silent_seconds_max}s'".encode())
        self._session.execute("SELECT 1")
        for name, held in self._held.items():
            if held.is_set():
                continue
            row = self._session.execute(_TRY, (_LOCKS, name)).fetchone()
            if row == (True,):
                held.set()
                if name in self._told:
                    _log.warning("%s: whoever was active is gone; this process is active now", name)
                self._told.discard(name)
            elif name not in self._told:
                self._told.add(name)
                _log.warning("%s: another process is active; this one stands by", name)

    def _let_go(self) -> None:
        for held in self._held.values():
            held.clear()
        session, self._session = self._session, None
        if session is not None:
            session.close()
