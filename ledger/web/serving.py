"""Serving: one process, one port, until told to stop; requests in hand are finished first."""

import asyncio
import logging
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
from fastapi import FastAPI

from ledger.errors import not_served
from ledger.log import Log
from ledger.rules.policy import Policy
from ledger.settings import Settings
from ledger.web.app import make_app
from ledger.web.asking.status import AskBroker, status
from ledger.web.connections import Connection, Crowd, connections_max
from ledger.web.gauges import Gauges
from ledger.web.origin import Reach

stop_seconds_max = 10
_look_seconds = 0.1
_ticks_a_second = 10
connections_waiting_max = 512
keep_alive_seconds = 15
descriptors_besides_max = 200 + 2 * connections_waiting_max
"""Files and connections of ours that are no clients, and those that are taken in or let go of."""

_log = logging.getLogger("ledger.web")


def serve(
    settings: Settings,
    log: Log,
    stop: threading.Event,
    *,
    ready: threading.Event | None = None,
    listening: socket.socket | None = None,
    ask_broker: AskBroker | None = None,
    policy: Policy | None = None,
) -> None:
    """Serve the API and the pages until `stop` is set.

    `listening` is a socket from `listen`, else one is made; `ready` is set once requests are
    answered; `ask_broker` tells the status how Kafka stands; `policy` says when
    a period needs a second signature. Raises Misuse where the address is
    taken, a setting of it cannot be, or row-level security does not bind.
    """
    own = listening or listen(settings)
    _allow_descriptors()
    try:
        app = make_app(
            log,
            reach=Reach.of(settings),
            ask_status=partial(status, log, settings, ask_broker),
            policy=policy,
        )
        gauges = Gauges(app.state.desk, settings)
        asyncio.run(_serve(app, gauges, own, stop, ready))
    finally:
        own.close()


def listen(settings: Settings) -> socket.socket:
    """Take the address of the settings, port 0 being any free one; raises Misuse."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    try:
        made = socket.create_server(
            (settings.web_host, settings.web_port), family=family, backlog=connections_waiting_max
        )
    except (OSError, UnicodeError) as error:
        where = settings.web_host, settings.web_port
        raise not_served("The desk", *where, "LEDGER_WEB", error) from None
    # Accepted connections inherit it; without it small answers wait for the client's next packet.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setblocking(False)  # noqa: FBT003 -- the socket module's own way
    return made


def address(listening: socket.socket) -> str:
    """Where a listening socket is reached, as http://host:port."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reached_at(settings: Settings, listening: socket.socket) -> str:
    """Where people open the desk, without a slash at its end; raises Misuse."""
    origin = Reach.of(settings).origin
    return address(listening) if origin is None else origin.url


def _allow_descriptors() -> None:
    """Let this process have a descriptor for every connection, where the system permits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections_max + descriptors_besides_max
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        _log.warning(
            "this process may open %d files: for %d connections it needs %d",
            allowed, connections_max, wanted,
        )  # fmt: skip


async def _serve(
    app: FastAPI,
    gauges: Gauges,
    listening: socket.socket,
    stop: threading.Event,
    ready: threading.Event | None,
) -> None:
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        loop="none",
        backlog=connections_waiting_max,
        access_log=False,
        log_config=None,
        server_header=False,
        # Whom we believe about senders is a setting of ours.
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=stop_seconds_max,
    )
    server = _Server(config)
    # Its own lifespan hides what went wrong at the start; ours raises it.
    async with app.router.lifespan_context(app):
        gauges.start()
        running = asyncio.ensure_future(server.serve([listening]))
        while not server.started and not running.done():  # noqa: ASYNC110 -- uvicorn has no event
            await asyncio.sleep(_look_seconds / 10)
        place = address(listening) if listening.fileno() >= 0 else "-"
        reached = app.state.reach.origin
        behind = "" if reached is None else f", where people reach it as {reached.url}"
        _log.info("The desk is served at %s%s", place, behind, extra={"address": place})
        if ready is not None:
            ready.set()
        while not stop.is_set() and not running.done():  # noqa: ASYNC110 -- a thread's event
            await asyncio.sleep(_look_seconds)
        server.should_exit = True
        await running
        await asyncio.to_thread(gauges.stop)


class _Server(uvicorn.Server):
    """A server that leaves the signals to whoever set the stop event, and bounds connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._crowd = Crowd()
        self.server_state = self._crowd

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: `stop` tells."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections, each second."""
        if counter % _ticks_a_second == 0:
            self._crowd.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter)
