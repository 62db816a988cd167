"""When each token was last used: noted in memory at every request, written about once a minute.

What a process saw in the minute before it is killed is lost; nothing rests on it.
"""

import logging
import threading
from typing import Final

from ledger.errors import LedgerError
from ledger.log import Log

write_seconds: Final = 60.0
_WRITE: Final = """
UPDATE tokens AS t SET last_used_at = seen.at
FROM unnest(%b::text[], %b::int8[]) AS seen (id, at)
WHERE t.id = seen.id AND coalesce(t.last_used_at, 0) < seen.at
"""

_log = logging.getLogger("ledger.web")


class LastUsed:
    """Which tokens were used since they were last written; safe to use from all threads."""

    def __init__(self, log: Log) -> None:
        self._ledger = log
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="last-used", daemon=True)

    def start(self) -> None:
        """Begin to write, from a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stop.set()
        self._thread.join()

    def saw(self, token: str, now: int) -> None:
        """Note that a token was used; `now` is µs UTC."""
        with self._lock:
            self._seen[token] = max(now, self._seen.get(token, 0))

    def write(self) -> None:
        """Write what was noted; where that fails it is kept. Raises Unavailable."""
        with self._lock:
            seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            with self._ledger.transaction() as rows:
                # In one order, so that two processes never wait for one another.
                ids = sorted(seen)
                rows.execute(_WRITE, (ids, [seen[token] for token in ids]))
        except LedgerError:
            for token, at in seen.items():
                self.saw(token, at)
            raise

    def _run(self) -> None:
        while True:
            ended = self._stop.wait(write_seconds)
            try:
                self.write()
            except LedgerError as error:
                _log.warning("when tokens were last used is not written: %s", error)
            if ended:
                return
