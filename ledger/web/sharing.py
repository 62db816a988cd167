"""What senders share: requests in hand and bytes held, each sender with a bound of its own.

So one who asks for much at once waits for itself, and nobody who asks besides.
"""

import asyncio
from collections import deque
from typing import Final

from ledger.web.problems import Problem, said

requests_at_once_max: Final = 8
"""Of one sender; more wait, and are answered in their order."""
requests_waiting_max: Final = 24
wait_seconds_max: Final = 20.0
held_bytes_max: Final = 64 * 1024 * 1024
"""Of bodies that have begun to come and are not yet settled, of all senders."""
held_bytes_of_one_max: Final = 16 * 1024 * 1024
_retry_seconds: Final = 2
_MUCH_OF_YOURS: Final = said("Too much of yours is on its way at once.")
_MUCH: Final = said("Too much is on its way at once.")


class AtOnce:
    """Requests in hand by sender; use it from one event loop."""

    def __init__(self) -> None:
        self._running: dict[bytes, int] = {}
        self._waiting: dict[bytes, deque[asyncio.Future[None]]] = {}

    async def enter(self, sender: bytes) -> None:
        """Wait for a place; Problem 429 where too many wait already, or too long."""
        if self._running.get(sender, 0) < requests_at_once_max:
            self._running[sender] = self._running.get(sender, 0) + 1
            return
        waiting = self._waiting.setdefault(sender, deque())
        if len(waiting) >= requests_waiting_max:
            raise _too_many()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await asyncio.wait_for(turn, wait_seconds_max)
        except TimeoutError:
            raise _too_many() from None
        finally:
            if turn.cancelled():
                self._forget(sender, turn)

    def leave(self, sender: bytes) -> None:
        """Give the place to whoever waits longest, or back."""
        for turn in self._waiting.get(sender, ()):
            if not turn.done():
                self._forget(sender, turn)
                turn.set_result(None)
                return
        left = self._running[sender] - 1
        if left:
            self._running[sender] = left
        else:
            del self._running[sender]

    def _forget(self, sender: bytes, turn: asyncio.Future[None]) -> None:
        waiting = self._waiting.get(sender)
        if waiting is not None and turn in waiting:
            waiting.remove(turn)
            if not waiting:
                del self._waiting[sender]


def _too_many() -> Problem:
    return Problem(
        429,
        said("Too many requests of yours at once."),
        headers={"Retry-After": str(_retry_seconds)},
    )


class Held:
    """Bytes of bodies that are held, by sender."""

    def __init__(self) -> None:
        self._all = 0
        self._of: dict[bytes, int] = {}

    def take(self, sender: bytes, size: int) -> None:
        """Hold so many bytes more; Problem 429 beyond the sender's share, 503 beyond all."""
        retry = {"Retry-After": str(_retry_seconds)}
        if self._of.get(sender, 0) + size > held_bytes_of_one_max:
            raise Problem(429, _MUCH_OF_YOURS, headers=retry)
        if self._all + size > held_bytes_max:
            raise Problem(503, _MUCH, headers=retry)
        self._all += size
        self._of[sender] = self._of.get(sender, 0) + size

    def give_back(self, sender: bytes, size: int) -> None:
        """Let so many bytes go."""
        self._all -= size
        left = self._of.get(sender, 0) - size
        if left > 0:
            self._of[sender] = left
        else:
            self._of.pop(sender, None)
