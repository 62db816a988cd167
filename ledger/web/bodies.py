"""Bodies: how much of each is read, how much of all is held, and how deep their JSON may be.

What reports events is read piece by piece and has limits of its own; every other body is read
whole before anything is done for its request. Requests in hand and bytes held have a bound for each
sender: one who asks for much at once waits for itself, and nobody who asks besides.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from ledger.intake.json_event import too_deep
from ledger.intake.verdicts import MESSAGE_BYTES_MAX
from ledger.web.problems import Problem, unauthorised
from ledger.web.sentences import said

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


body_bytes_max: Final = 256 * 1024
"""Of every request but reported events."""
body_of_strangers_bytes_max: Final = 16 * 1024
"""Of a request whose token is not known to be valid: more is read once it is found to be."""
swallowed_bytes_max: Final = 8 * 1024 * 1024
"""How much of a body that is too large is read to its end; beyond it the sender is cut off."""
large_at_once_max: Final = 2
"""Bodies of reports beyond `body_bytes_max` that are judged and recorded at the same time."""

file_bytes_max: Final = 21 * 1024 * 1024
"""Of a form with a file: the largest table, its mapping, and what stands around them."""
held_of_a_file_bytes_max: Final = 1024 * 1024
"""Of such a form in memory; the rest is on disk."""
FILE_TOO_LARGE: Final = said(
    "too-large: a table has at most 20 MiB. Split it, or use `ledger import-table`."
)
_TOO_LARGE: Final = said("The body is larger than 256 KiB.")
_TOO_DEEP: Final = said("The body is nested deeper than 32.")


class Bodies:
    """What all bodies share."""

    def __init__(self) -> None:
        self.held = Held()
        self.large = asyncio.Semaphore(large_at_once_max)


class Body:
    """The body of one request, as it comes.

    `proved` tells whether the sender's token is known to be valid; None for a sender without one.
    """

    def __init__(
        self, bodies: Bodies, receive: Receive, sender: bytes, *, proved: bool | None
    ) -> None:
        self._bodies, self._receive, self._sender = bodies, receive, sender
        self._proved = proved
        self._size = self._held = 0
        self._large = False

    def settled(self) -> None:
        """Let go of what is held for it; a second time changes nothing."""
        self._bodies.held.give_back(self._sender, self._held)
        self._held = 0
        if self._large:
            self._large = False
            self._bodies.large.release()

    async def whole(self, known: Callable[[], Awaitable[bool]]) -> Receive:
        """Read it and answer it as if it had not been read; Problem where it is too large or deep.

        `known` looks up whether the sender's token is valid, where that decides. Raises
        ClientDisconnect where the sender goes away, here and on the way below.
        """
        parts: list[bytes] = []
        more = True
        while more and self._size <= swallowed_bytes_max:
            message = await self._next()
            part = message.get("body", b"")
            more = message.get("more_body", False)
            if self._size > body_bytes_max:
                parts.clear()
                continue
            if self._size > body_of_strangers_bytes_max and not self._proved:
                if self._proved is None or not await known():
                    raise _of_a_stranger(self._proved)
                self._proved = True
            self._take(len(part))
            parts.append(part)
        if self._size > body_bytes_max:
            raise Problem(413, _TOO_LARGE)
        body = b"".join(parts)
        if too_deep(body):
            raise Problem(422, _TOO_DEEP)
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return waiting.pop() if waiting else await self._receive()

        return again

    def of_a_file(self, whole: Callable[[], Awaitable[None]]) -> Receive:
        """Hand a form with a file on piece by piece; before the last piece `whole` is awaited.

        Its reader keeps it on disk. Receiving raises Problem where the file is larger than may be.
        """

        async def receive() -> Message:
            message = await self._next()
            if self._size > file_bytes_max:
                while message.get("more_body", False) and self._size <= 2 * file_bytes_max:
                    message = await self._next()
                raise Problem(413, FILE_TOO_LARGE, extra={"codes": {"too-large": 1}})
            self._take(min(self._size, held_of_a_file_bytes_max) - self._held)
            if not message.get("more_body", False):
                await whole()
            return message

        return receive

    def as_it_comes(self, whole: Callable[[], Awaitable[None]]) -> Receive:
        """Hand it on piece by piece; before the last piece `whole` is awaited, and a turn.

        Receiving raises Problem where more is held for this sender, or for all, than may be.
        """
        done = False

        async def receive() -> Message:
            nonlocal done
            if done:
                return await self._receive()
            message = await self._next()
            # Beyond the limit of a message its reader lets go of it.
            self._take(min(self._size, MESSAGE_BYTES_MAX) - self._held)
            if not message.get("more_body", False):
                done = True
                await whole()
                if self._size > body_bytes_max:
                    await self._bodies.large.acquire()
                    self._large = True
            return message

        return receive

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._size += len(message.get("body", b""))
        return message

    def _take(self, size: int) -> None:
        self._bodies.held.take(self._sender, size)
        self._held += size


def _of_a_stranger(proved: bool | None) -> Problem:  # noqa: FBT001 -- what it knows of its sender
    if proved is None:
        return Problem(413, said("Without a token a body is at most 16 KiB."))
    return unauthorised()
