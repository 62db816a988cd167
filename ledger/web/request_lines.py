"""One line of the log a request: who asked for what, how it was answered, and how long that took.

A request has an id: the one that its sender gave it, where that is short and plain, else one made
here. The answer carries it, and so does every line that is written meanwhile. What a request asked
for is its path alone: behind the question mark may stand what signs somebody in.
"""

import logging
import re
import secrets
import time
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger import log_lines
from ledger.web.access.viewers import asked_by
from ledger.web.watching import route_of

REQUEST_ID: Final = "X-Request-Id"
path_characters_max: Final = 300
_failed: Final = 500
_IDS: Final = ("case_id", "event_id")
"""Parameters of routes that lines name as others do."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_log = logging.getLogger("ledger.web")


class RequestLines:
    """Middleware: names each request, and tells what became of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; what fails within it is answered as a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        name = request_id(Headers(scope=scope).get(REQUEST_ID))
        started = time.perf_counter()
        status = 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = name
            await send(message)

        with log_lines.about(request_id=name):
            try:
                await self._app(scope, receive, named)
            except Exception as error:
                if status:
                    raise  # half an answer cannot be mended: the server hangs up
                # Here and not further out, where the answer would have neither id nor headers.
                request = Request(scope, receive)
                answer = await request.app.exception_handlers[Exception](request, error)
                await answer(scope, receive, named)
            finally:
                _told(scope, status or _failed, time.perf_counter() - started)


def request_id(given: str | None) -> str:
    """The id of a request: as given where it is plain, else a new one."""
    if given is not None and _PLAIN.fullmatch(given):
        return given
    return secrets.token_hex(8)


def _told(scope: Scope, status: int, seconds: float) -> None:
    level = logging.WARNING if status >= _failed else logging.INFO
    if not _log.isEnabledFor(level):
        return
    path = scope["path"][:path_characters_max]
    client = scope.get("client")
    told: dict[str, Any] = {
        "method": scope["method"],
        "path": path,
        "route": route_of(scope),
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
        "client": client[0] if client else None,
        **asked_by(scope),
    }
    of_route = scope.get("path_params", {})
    told |= {name: of_route[name] for name in _IDS if name in of_route}
    _log.log(level, "%s %s: %d", scope["method"], path, status, extra=told)
