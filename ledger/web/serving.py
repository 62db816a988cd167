"""Serving: one process, one port, until told to stop; requests in hand are finished first."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ledger.errors import Misuse
from ledger.log import Log
from ledger.settings import Settings
from ledger.web.app import make_app
from ledger.web.gauges import Gauges
from ledger.web.problems import PROBLEM_TYPE, Problem, answer
from ledger.web.watching import HEADERS

stop_seconds_max = 10
_look_seconds = 0.1
connections_waiting_max = 512
keep_alive_seconds = 15

_log = logging.getLogger("ledger.web")


def serve(
    settings: Settings,
    log: Log,
    stop: threading.Event,
    *,
    ready: threading.Event | None = None,
    listening: socket.socket | None = None,
) -> None:
    """Serve the API and the pages until `stop` is set.

    `listening` is a socket from `listen`, else one is made; `ready` is set once requests are
    answered. Raises Misuse where the address is taken or row-level security does not bind.
    """
    own = listening or listen(settings)
    try:
        asyncio.run(_serve(log, own, stop, ready))
    finally:
        own.close()


def listen(settings: Settings) -> socket.socket:
    """Take the address of the settings, port 0 being any free one; raises Misuse."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    try:
        made = socket.create_server(
            (settings.web_host, settings.web_port), family=family, backlog=connections_waiting_max
        )
    except OSError as error:
        place = f"{settings.web_host}:{settings.web_port}"
        raise Misuse(f"The desk cannot be served at {place}: {error.strerror}.") from None
    # Accepted connections inherit it; without it small answers wait for the client's next packet.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setblocking(False)  # noqa: FBT003 -- the socket module's own way
    return made


def address(listening: socket.socket) -> str:
    """Where a listening socket is reached, as http://host:port."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(
    log: Log, listening: socket.socket, stop: threading.Event, ready: threading.Event | None
) -> None:
    app = make_app(log)
    config = uvicorn.Config(
        app,
        http=_Protocol,
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=stop_seconds_max,
        h11_max_incomplete_event_size=32 * 1024,
    )
    server = _Server(config)
    # Its own lifespan hides what went wrong at the start; ours raises it.
    async with app.router.lifespan_context(app):
        gauges = Gauges(app.state.desk)
        gauges.start()
        running = asyncio.ensure_future(server.serve([listening]))
        while not server.started and not running.done():  # noqa: ASYNC110 -- uvicorn has no event
            await asyncio.sleep(_look_seconds / 10)
        _log.info("serving at %s", address(listening) if listening.fileno() >= 0 else "-")
        if ready is not None:
            ready.set()
        while not stop.is_set() and not running.done():  # noqa: ASYNC110 -- a thread's event
            await asyncio.sleep(_look_seconds)
        server.should_exit = True
        await running
        await asyncio.to_thread(gauges.stop)


class _Server(uvicorn.Server):
    """A server that leaves the signals to whoever set the stop event."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: `stop` tells."""
        yield


class _Protocol(H11Protocol):
    """HTTP/1.1; what is no request at all is answered as every other problem is."""

    def send_400_response(self, msg: str) -> None:
        """Say so, and hang up."""
        begun = self.cycle is not None and self.cycle.response_started
        if not begun or self.cycle.response_complete:
            said = answer(Problem(400, msg))
            headers = {
                "content-type": PROBLEM_TYPE, "content-length": str(len(said.body)),
                "connection": "close", **HEADERS,
            }  # fmt: skip
            lines = [f"{name.lower()}: {value}\r\n" for name, value in headers.items()]
            head = f"HTTP/1.1 400 Bad Request\r\n{''.join(lines)}\r\n"
            self.transport.write(head.encode() + bytes(said.body))
        self.transport.close()
