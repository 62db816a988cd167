"""Connections: how many, how long a request may take to come, how slowly an answer may be read.

The server underneath knows no such limits: a sender that never finishes would hold its
connection, and what it has sent so far, for ever. Where all connections are taken, the one that
has kept us waiting longest makes room for the newest.
"""

import asyncio
import logging
import re
from http import HTTPStatus
from typing import Any, Final, cast

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from ledger.web.problems import PROBLEM_TYPE, Problem, answer
from ledger.web.watching import HEADERS

connections_max: Final = 1_000
request_seconds_max: Final = 20.0
"""For the head of a request to come, and again for its body."""
body_bytes_min: Final = 1024 * 1024
"""A body of which so much comes within its time gets that time again: a file over a slow line."""
body_seconds_max: Final = 300.0
"""No body takes longer, however it comes."""
head_bytes_max: Final = 32 * 1024
head_lines_max: Final = 100
read_bytes_max: Final = 32 * 1024
"""Taken from a socket at once."""
slow_seconds_max: Final = 20.0
slow_bytes_min: Final = 64 * 1024
"""How much of an answer has to be taken within that time, where so much is left of it."""

_HEAD_END: Final = re.compile(rb"\n\r?\n")
_log = logging.getLogger("ledger.web")


class Heads(h11.Connection):
    """HTTP/1.1 whose heads are measured before they are parsed: each line costs time."""

    status = HTTPStatus.BAD_REQUEST
    """Of the answer to what was refused here."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Parse the next event; RemoteProtocolError for a head beyond its limits."""
        if self.their_state is h11.IDLE:
            data = self.trailing_data[0]
            end = _HEAD_END.search(data)
            size = len(data) if end is None else end.start()
            if size > head_bytes_max or data.count(b"\n", 0, size) >= head_lines_max:
                self.status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                raise h11.RemoteProtocolError("the head of the request is too large")
        return super().next_event()


class Crowd(ServerState):
    """The open connections, and which of them owe us the rest of a request, the oldest first.

    `heads` wait for a request to begin or for the rest of its head, `bodies` for the rest of a
    body; each with the time of the event loop since when.
    """

    def __init__(self) -> None:
        super().__init__()
        self.heads: dict[Connection, float] = {}
        self.bodies: dict[Connection, float] = {}
        self._turned_away = 0

    def make_room(self, newest: "Connection") -> None:
        """Let go of the connection that has kept us waiting longest, where there are too many."""
        if len(self.connections) <= connections_max:
            return
        self._turned_away += 1
        for waiting in (self.heads, self.bodies):
            oldest = next(iter(waiting), newest)
            if oldest is not newest:
                oldest.let_go()
                return
        newest.let_go()

    def look(self, now: float) -> None:
        """End what has lasted too long, once a second or so; `now` is the event loop's time, s."""
        late = 0
        for waiting in (self.heads, self.bodies):
            for oldest, since in [*waiting.items()]:
                if now - since < request_seconds_max:
                    break
                del waiting[oldest]
                if oldest.waits_for_us:
                    waiting[oldest] = now
                    continue
                late += 1
                oldest.end_late()
        slow = 0
        for connection in list(self.connections):
            if isinstance(connection, Connection) and connection.is_read_too_slowly(now):
                slow += 1
                connection.let_go()
        if late or slow or self._turned_away:
            _log.warning(
                "closed %d connections whose request did not come, %d whose answer was not read,"
                " %d for want of room",
                late, slow, self._turned_away,
            )  # fmt: skip
            self._turned_away = 0


class Connection(H11Protocol):
    """One connection of HTTP/1.1 with its limits."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(server_state, Crowd)  # noqa: S101 -- our server makes one
        self._crowd = server_state
        self.conn = Heads(h11.SERVER, head_bytes_max)
        self._unread: tuple[float, int] | None = None
        self._came_bytes, self._body_began = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the server's own
        """Begin to wait for a request."""
        super().connection_made(transport)
        # Every selector transport has it; four times as much would be held for each sender.
        transport.max_size = read_bytes_max  # type: ignore[attr-defined]
        self._crowd.heads[self] = self.loop.time()
        self._crowd.make_room(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._settled()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; the first ones of a request start its time."""
        begins = self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]
        if begins and self._crowd.heads.pop(self, None) is not None:
            self._crowd.heads[self] = self.loop.time()
        super().data_received(data)
        if self in self._crowd.bodies:
            self._goes_on(len(data))

    def _goes_on(self, size: int) -> None:
        """Count what came of a body; where that is enough, its time begins again."""
        now = self.loop.time()
        self._came_bytes += size
        if self._came_bytes >= body_bytes_min and now - self._body_began < body_seconds_max:
            self._came_bytes = 0
            del self._crowd.bodies[self]  # they stand in the order of their times
            self._crowd.bodies[self] = now

    def handle_events(self) -> None:
        """Handle what has come, then note what is still owed."""
        super().handle_events()
        state, crowd = self.conn.their_state, self._crowd
        if self.transport.is_closing():
            self._settled()
        elif state is h11.IDLE:
            crowd.bodies.pop(self, None)
            crowd.heads.setdefault(self, self.loop.time())
        elif state is h11.SEND_BODY:
            crowd.heads.pop(self, None)
            if self not in crowd.bodies:
                self._came_bytes, self._body_began = 0, self.loop.time()
                crowd.bodies[self] = self._body_began
        else:
            self._settled()

    def _settled(self) -> None:
        self._crowd.heads.pop(self, None)
        self._crowd.bodies.pop(self, None)

    @property
    def waits_for_us(self) -> bool:
        """Whether its sender cannot go on because of us: what it has sent is not yet taken."""
        underway = self.cycle is not None and not self.cycle.response_complete
        return underway and (self.flow.read_paused or self.cycle.waiting_for_100_continue)

    def is_read_too_slowly(self, now: float) -> bool:
        """Whether the answer waits for its reader, who takes too little of it for too long."""
        size = self.transport.get_write_buffer_size()
        if not size:
            self._unread = None
        elif self._unread is None:
            self._unread = now, size
        else:
            since, before = self._unread
            if now - since >= slow_seconds_max:
                self._unread = now, size
                return before - size < min(slow_bytes_min, before)
        return False

    def let_go(self) -> None:
        """Close at once; whoever works on its request is told."""
        self._settled()
        self._tell_gone()
        self.transport.abort()

    def end_late(self) -> None:
        """Say that the request did not come in time, and close."""
        if self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            said = f"The request was not complete within {request_seconds_max:.0f} seconds."
            self.refuse(Problem(408, said))
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Say that this is no request, and hang up."""
        status = cast("Heads", self.conn).status
        said = msg if status == HTTPStatus.BAD_REQUEST else "The head of the request is too large."
        self.refuse(Problem(status, said))

    def refuse(self, problem: Problem) -> None:
        """Answer the request that cannot be, where no answer is on its way; then hang up."""
        underway = self.cycle is not None and not self.cycle.response_complete
        if not (underway and self.cycle.response_started):
            said = answer(problem)
            headers = {
                "content-type": PROBLEM_TYPE, "content-length": str(len(said.body)),
                "connection": "close", **HEADERS,
            }  # fmt: skip
            lines = [f"{name.lower()}: {value}\r\n" for name, value in headers.items()]
            head = f"HTTP/1.1 {problem.status} {problem.title}\r\n{''.join(lines)}\r\n"
            self.transport.write(head.encode() + bytes(said.body))
        self._settled()
        self._tell_gone()
        self.transport.close()

    def _tell_gone(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
