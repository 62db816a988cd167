"""How much anybody may ask: requests a second and at once, bytes a body, failures a minute.

Too much is answered with 429, 413 or 503 before anything is done for it. Memory is bounded.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.web.access.viewers import sender_of, viewer_of, was_known
from ledger.web.bodies import AtOnce, Bodies, Body
from ledger.web.origin import HEALTH, path_of
from ledger.web.problems import Problem, gone, told
from ledger.web.sentences import said

requests_a_second: Final = 500.0
"""Of one token; one client without a token has a tenth of it."""
burst_seconds: Final = 2.0
failures_a_minute: Final = 60.0
"""Wrong tokens shown by one client."""
sign_ins_failed_a_minute: Final = 20.0
"""Of one client, by form or link."""
sign_ins_failed_in_all_a_minute: Final = 300.0
"""Of all clients but those that have signed somebody in before."""
buckets_max: Final = 10_000
piece_bytes_max: Final = 64 * 1024
"""Of an answer handed to the server at once."""
_UNAUTHORISED: Final = 401
_SIGNED_IN: Final = 303
_SIGN_IN: Final = "/session"
_FILES: Final = frozenset({"/tables", "/desk/upload"})
"""Where files are sent to."""
_STREAM: Final = "/discrepancies/stream"
_SUBNET_BYTES: Final = 8
_other_place_bytes_max: Final = 64
"""Of what a proxy gives for an address and is none."""


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


class Proved:
    """Whose credentials were found valid, the least recent forgotten first."""

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, key: bytes) -> bool:
        return key in self._keys

    def learn(self, key: bytes, *, good: bool) -> None:
        """Remember a key, or forget it."""
        self._keys.pop(key, None)
        if good:
            self._keys[key] = None
            if len(self._keys) > buckets_max:
                self._keys.popitem(last=False)


class Limits:
    """Middleware: what each token may, and each client that comes without or with a wrong one.

    A client that shows wrong tokens is stopped; a token that was right before is not, at the same
    address. Only what was looked up and found valid counts as right: some pages are everybody's.
    """

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
        self._unproved = Buckets(rate / 10, rate * burst_seconds, clock)
        self._failed = Buckets(failures_a_minute / 60, failures_a_minute, clock)
        self._kept_out = Buckets(sign_ins_failed_a_minute / 60, sign_ins_failed_a_minute, clock)
        self._all_kept_out = Buckets(
            sign_ins_failed_in_all_a_minute / 60, sign_ins_failed_in_all_a_minute, clock
        )
        self._proved = Proved()
        self._places = Proved()
        self._at_once = AtOnce()
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            await self._bounded(request, receive, send)
        except Problem as problem:
            response = await told(request, problem)
            await response(scope, receive, send)
        except ClientDisconnect:
            await gone()(scope, receive, send)

    async def _bounded(self, request: Request, receive: Receive, send: Send) -> None:
        place, shown = place_of(request), sender_of(request)
        path, method = path_of(request), request.method
        sender = place if shown is None else shown
        if path == _SIGN_IN and (wait := self._wait_to_sign_in(place)):
            raise _too_many(said("Too many sign-ins have failed: try again in a minute."), wait)
        if wait := self._wait(place, shown, path):
            raise _too_many(said("Too many requests."), wait)
        body = Body(self._bodies, receive, sender, proved=shown in self._proved if shown else None)
        entered = False

        async def whole() -> None:
            nonlocal entered
            if path != _STREAM and not path.startswith(HEALTH):
                await self._at_once.enter(sender)
                entered = True

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._learn(request, place, shown, message["status"])
                body.settled()
            await _in_pieces(message, send)

        try:
            if (method, path) == ("POST", "/events"):
                reading = body.as_it_comes(whole)
            elif method == "POST" and path in _FILES:
                reading = body.of_a_file(whole)
            else:
                reading = await body.whole(lambda: _is_known(request))
                await whole()
            await self._app(request.scope, reading, watched)
        finally:
            body.settled()
            if entered:
                self._at_once.leave(sender)

    def _wait_to_sign_in(self, place: bytes) -> float:
        wait = self._kept_out.wait(place)
        # Others that fail keep nobody out from where people have signed in before.
        return wait if place in self._places else max(wait, self._all_kept_out.wait(b""))

    def _wait(self, place: bytes, shown: bytes | None, path: str) -> float:
        """Seconds until this may be asked; 0 for now."""
        if shown is None:
            # Whoever looks after this process is not to be kept out by others at its address.
            return self._unknown.take(place + b" health" if path.startswith(HEALTH) else place)
        if shown in self._proved:
            return self._known.take(shown)
        return self._failed.wait(place) or self._unproved.take(place) or self._known.take(shown)

    def _learn(
        self, request: HTTPConnection, place: bytes, shown: bytes | None, status: int
    ) -> None:
        failed = status == _UNAUTHORISED
        if path_of(request) == _SIGN_IN:
            if failed:
                self._kept_out.take(place)
                self._all_kept_out.take(b"")
            elif status == _SIGNED_IN:
                self._places.learn(place, good=True)
        elif shown is not None:
            if failed:
                self._failed.take(place)
            if failed or was_known(request):
                self._proved.learn(shown, good=not failed)


def _too_many(sentence: str, wait_seconds: float) -> Problem:
    return Problem(429, sentence, headers={"Retry-After": str(int(wait_seconds) + 1)})


async def _in_pieces(message: Message, send: Send) -> None:
    """Send a long answer as its reader takes it: until then its request is in hand."""
    content = message.get("body", b"")
    if len(content) <= piece_bytes_max:
        await send(message)
        return
    for start in range(0, len(content), piece_bytes_max):
        end = start + piece_bytes_max
        more = message.get("more_body", False) or end < len(content)
        await send({**message, "body": content[start:end], "more_body": more})


async def _is_known(request: HTTPConnection) -> bool:
    return await run_in_threadpool(viewer_of, request) is not None


def place_of(request: HTTPConnection) -> bytes:
    """From where a request comes: its address, of IPv6 the network that one customer has."""
    host = request.client.host if request.client else ""
    try:
        found = ip_address(host)
    except ValueError:
        return host.encode()[:_other_place_bytes_max]
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return found.packed[:_SUBNET_BYTES] if mapped is None else mapped.packed
    return found.packed
