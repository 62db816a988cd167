"""How much anybody may ask: requests a second, bytes a body, wrong tokens a minute.

Too much is answered with 429 or 413 before anything is done for it. Memory is bounded.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.web.problems import Problem, answer

requests_a_second: Final = 500.0
"""Of one token; one client without a token has a tenth of it."""
burst_seconds: Final = 2.0
failures_a_minute: Final = 60.0
buckets_max: Final = 10_000
body_bytes_max: Final = 256 * 1024
"""Of every request but reported events, which are read piece by piece and have limits of theirs."""
swallowed_bytes_max: Final = 8 * 1024 * 1024
"""How much of a body that is too large is read to its end; beyond it the sender is cut off."""
_UNAUTHORISED: Final = 401


_TOO_LARGE: Final = f"The body is larger than {body_bytes_max // 1024} KiB."


class Buckets:
    """Token buckets by key, the least used forgotten first."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, key: bytes, amount: float = 1.0) -> float:
        """Take from a bucket; answers 0, or the seconds until there is enough."""
        now = self._clock()
        left, then = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        wait = 0.0 if left >= amount else (amount - left) / self._rate
        self._buckets[key] = (left if wait else left - amount, now)
        if len(self._buckets) > buckets_max:
            self._buckets.popitem(last=False)
        return wait

    def wait(self, key: bytes) -> float:
        """Seconds until one could be taken; takes nothing."""
        left, then = self._buckets.get(key, (self._burst, 0.0))
        return max(0.0, (1.0 - left) / self._rate - (self._clock() - then)) if left < 1 else 0.0


class Limits:
    """Middleware: one bucket a token, one a client for what comes without or with a wrong one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        rate: float = requests_a_second,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._known = Buckets(rate, rate * burst_seconds, clock)
        self._unknown = Buckets(rate / 10, rate / 10 * burst_seconds, clock)
        self._failed = Buckets(failures_a_minute / 60, failures_a_minute, clock)
        self._good: OrderedDict[bytes, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        client = str((scope.get("client") or ("",))[0]).encode()
        shown = headers.get(b"authorization") or headers.get(b"cookie")
        key = client if shown is None else blake2b(shown, digest_size=16).digest()
        if wait := self._wait(key, client, known=shown is not None):
            problem = Problem(
                429, "Too many requests.", headers={"Retry-After": str(int(wait) + 1)}
            )
            await answer(problem)(scope, receive, send)
            return
        if (scope["method"], scope["path"]) != ("POST", "/events"):
            bounded = await _bounded(receive)
            if bounded is None:
                await answer(Problem(413, _TOO_LARGE))(scope, receive, send)
                return
            receive = bounded

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and shown is not None:
                self._learn(key, client, failed=message["status"] == _UNAUTHORISED)
            await send(message)

        await self._app(scope, receive, watched)

    def _wait(self, key: bytes, client: bytes, *, known: bool) -> float:
        if not known:
            return self._unknown.take(client)
        # Who keeps guessing is stopped; a token that was right before is not, at the same address.
        if key not in self._good and (wait := self._failed.wait(client)):
            return wait
        return self._known.take(key)

    def _learn(self, key: bytes, client: bytes, *, failed: bool) -> None:
        if failed:
            self._good.pop(key, None)
            self._failed.take(client)
            return
        self._good[key] = None
        self._good.move_to_end(key)
        if len(self._good) > buckets_max:
            self._good.popitem(last=False)


async def _bounded(receive: Receive) -> Receive | None:
    """The same request with its body read; None for a body that is too large."""
    held: list[Message] = []
    size = 0
    while size <= swallowed_bytes_max:
        message = await receive()
        size += len(message.get("body", b""))
        if size <= body_bytes_max:
            held.append(message)
        if not message.get("more_body", False):
            break
    if size > body_bytes_max:
        return None
    waiting = iter(held)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return again
