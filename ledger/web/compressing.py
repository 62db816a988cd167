"""Answers made smaller: gzip, for whoever takes it and asked from a page of ours or from no page.

A page elsewhere can have a browser ask for one of ours again and again, with words of its choice in
it, and whoever watches the line could tell by the lengths what else stands there. Browsers say
when it is so (`Sec-Fetch-Site`), and then nothing is compressed. Streams never are.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

compressed_bytes_min: Final = 1_400
"""Less fits one packet as it is."""
_LEVEL: Final = 4
"""A page of 60 kB in a third of the time that level 9 takes, a twentieth larger."""
_OURS: Final = frozenset({"same-origin", "none"})


class Compressed:
    """Middleware: compresses answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._small = GZipMiddleware(app, compressed_bytes_min, _LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its answer compressed or not."""
        site = Headers(scope=scope).get("sec-fetch-site") if scope["type"] == "http" else None
        ours = site is None or site in _OURS
        await (self._small if ours else self._app)(scope, receive, send)
