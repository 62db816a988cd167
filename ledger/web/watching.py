"""What every answer carries, and what is measured of it: headers that keep browsers careful.

A page may load scripts, styles and pictures from here alone, and none that stand in the page.
"""

import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger import metrics
from ledger.facts.scalars import MICROS_A_DAY, time_text
from ledger.web.access.tokens import expiring_days
from ledger.web.access.viewers import valid_until

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'; require-trusted-types-for 'script'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Set on every answer that does not say otherwise."""
PAGES: Final = "/desk/"
TRANSPORT: Final = "max-age=31536000"
EXPIRES: Final = "Ledger-Token-Expires"
"""Tells a sender whose token, or the secret it shows, soon opens nothing any more."""


class Watching:
    """Middleware around everything: headers, durations, counts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, measured."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status, size = 500, 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", TRANSPORT)
                until = valid_until(HTTPConnection(scope))
                if until is not None and until <= _warned_until():
                    headers[EXPIRES] = time_text(until, 0)
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = route_of(scope)
            metrics.web_requests.labels(route, str(status)).inc()
            metrics.web_seconds.labels(route).observe(time.perf_counter() - started)
            if route == "/" or route.startswith(PAGES):
                metrics.web_page_bytes.labels(route).observe(size)


def _warned_until() -> int:
    """The time by which something ends of which its holder is warned now, µs UTC."""
    return time.time_ns() // 1_000 + expiring_days * MICROS_A_DAY


def route_of(scope: Scope) -> str:
    """Name a route by its pattern: never by what was asked for."""
    route = scope.get("route")
    return str(getattr(route, "path", "other"))
