"""Where people reach the desk: an origin, the path that stands in front of ours, whom we believe.

Behind a proxy a request comes from the proxy's address, in its scheme and at times for its name.
What the sender was is told in headers that anybody can write: they are heeded from addresses that
the operator trusts alone. Where the origin is set, nobody has to tell it.
"""

import ipaddress
import re
from typing import Any, Final, NamedTuple, Self, cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ledger.errors import Misuse
from ledger.settings import Settings
from ledger.web.problems import Problem, told

HEALTH: Final = "/health/"
"""Answered with and without the base: who looks after the process does not come by the proxy."""
_BASE: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_NETLOC: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.IGNORECASE)

_port_max: Final = 65_535


class Origin(NamedTuple):
    """Where the desk is reached: `netloc` is host, or host:port; `base` is "" or "/path"."""

    scheme: str
    netloc: str
    base: str

    @property
    def url(self) -> str:
        """All of it, without a slash at its end."""
        return f"{self.scheme}://{self.netloc}{self.base}"


class Reach(NamedTuple):
    """What the settings say of it: the origin, and the addresses and networks of proxies."""

    origin: Origin | None = None
    proxies: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read it from the settings; raises Misuse."""
        origin = settings.web_origin
        return cls(
            None if origin is None else read_origin(origin), read_proxies(settings.web_proxies)
        )


AS_ASKED: Final = Reach()
"""Wherever a request says that it goes, and nobody is believed about another sender."""


def read_origin(text: str) -> Origin:
    """Read https://host[:port][/base]; raises Misuse."""
    scheme, separator, rest = text.rstrip("/").partition("://")
    netloc, slash, below = rest.partition("/")
    port = netloc.rpartition(":")[2]
    fits = _NETLOC.fullmatch(netloc) is not None and _BASE.fullmatch(slash + below) is not None
    fits = fits and not (port.isdigit() and int(port) > _port_max)
    if scheme not in {"http", "https"} or not separator or not fits:
        raise Misuse(
            f"LEDGER_WEB_ORIGIN={text!r} is not https://host or https://host/base: the base has"
            " letters, digits and . _ ~ - and is written as in the browser."
        )
    return Origin(scheme, netloc.lower(), slash + below)


def read_proxies(text: str | None) -> tuple[str, ...]:
    """Read addresses and networks, separated by commas; raises Misuse with the one that is none."""
    found = tuple(part.strip() for part in (text or "").split(",") if part.strip())
    for part in found:
        try:
            ipaddress.ip_network(part)
        except ValueError:
            raise Misuse(
                f"LEDGER_WEB_PROXIES: {part!r} is no address and no network, as 10.0.0.7 or"
                " 10.0.0.0/24."
            ) from None
    return found


def base_of(request: HTTPConnection) -> str:
    """What stands in front of every path of ours: "" or "/path"."""
    base: str = request.scope.get("root_path", "")
    return base


def path_of(request: HTTPConnection) -> str:
    """The path that was asked for, as our routes know it."""
    path: str = request.scope["path"]
    return path.removeprefix(base_of(request))


class Forwarded:
    """Middleware around everything: a request becomes what its sender sent to the proxy.

    From a trusted address its client and scheme are those of X-Forwarded-For and -Proto, its host
    that of X-Forwarded-Host. Where the origin is set, scheme and host are the origin's.
    """

    def __init__(self, app: ASGIApp, *, reach: Reach) -> None:
        self._app, self._origin = app, reach.origin
        # It names the sender as the nearest proxy that is not ours saw it: what stands before that
        # in the header is the sender's own word.
        self._heeding = ProxyHeadersMiddleware(cast("Any", self._reached), list(reach.proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope.get("client") and scope["client"][0] in self._heeding.trusted_hosts:
            _take_host(scope)
        await self._heeding(cast("Any", scope), cast("Any", receive), cast("Any", send))

    async def _reached(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._origin is not None:
            scope["scheme"] = self._origin.scheme
            MutableHeaders(scope=scope)["host"] = self._origin.netloc
        await self._app(scope, receive, send)


class Below:
    """Middleware: what stands below the base is answered, and nothing else but health."""

    def __init__(self, app: ASGIApp, *, base: str) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, its base told from its path, or answer it."""
        path = scope["path"] if scope["type"] == "http" else HEALTH
        if path.startswith(HEALTH) or not self._base:
            await self._app(scope, receive, send)
            return
        scope["root_path"] = self._base
        if path.startswith(self._base + "/"):
            await self._app(scope, receive, send)
        elif path == self._base:
            await RedirectResponse(self._base + "/", status_code=307)(scope, receive, send)
        else:
            request = Request(scope, receive)
            answer = await told(request, Problem(404, "There is nothing at this address."))
            await answer(scope, receive, send)


def _take_host(scope: Scope) -> None:
    """Take the host that the nearest proxy was asked for, where it tells one."""
    said = Headers(scope=scope).getlist("x-forwarded-host")
    host = said[-1].rpartition(",")[2].strip() if said else ""
    if _NETLOC.fullmatch(host) is not None:
        MutableHeaders(scope=scope)["host"] = host
