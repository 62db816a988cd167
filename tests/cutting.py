"""A connection to a database that is cut where a test says: after so many bytes, or at a COMMIT."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_piece_bytes_max = 65_536
_committed_seconds = 0.3
"""So long the server has for what it is told last, before the line is cut."""


class Line:
    """Passes connections on to a server; counts what goes through all of them."""

    def __init__(self, dsn: str) -> None:
        parts = conninfo_to_dict(dsn)
        self._there = (str(parts["host"]), int(str(parts["port"])))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.dsn = make_conninfo(
            dsn, host="127.0.0.1", port=self._listening.getsockname()[1], sslmode="disable"
        )
        self.bytes_max: int | None = None
        """Answers of the server are cut after so many bytes; None: never."""
        self.cut_at_commit = 0
        """The so-manieth COMMIT reaches the server and its answer does not come back; 0: none."""
        self.bytes = self.commits = 0
        self.cuts = 0
        self._lock = threading.Lock()

    def serve(self) -> None:
        """Pass on until closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self._there)
            for serving in (self._asks, self._answers):
                threading.Thread(target=serving, args=(client, server), daemon=True).start()

    def cut(self) -> None:
        """What else happens when a COMMIT was cut off: nothing, unless a test says so."""

    def close(self) -> None:
        """Accept nobody any more."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _asks(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(_piece_bytes_max):
                with self._lock:
                    self.commits += piece.count(b"COMMIT\0")
                    cut = 0 < self.cut_at_commit <= self.commits and b"COMMIT\0" in piece
                if cut:
                    self.cut_at_commit = 0
                    self.cuts += 1
                    self.cut()
                    # Nothing comes back from here on, and then the line is gone.
                    with suppress(OSError):
                        client.shutdown(socket.SHUT_WR)
                    server.sendall(piece)
                    time.sleep(_committed_seconds)
                    break
                server.sendall(piece)
        _end(client, server)

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(_piece_bytes_max):
                left = None if self.bytes_max is None else self.bytes_max - self.bytes
                self.bytes += len(piece)
                if left is not None and len(piece) > left:
                    self.cuts += 1
                    client.sendall(piece[: max(0, left)])
                    break
                client.sendall(piece)
        _end(client, server)


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def line_to(dsn: str) -> Iterator[Line]:
    """A line to the server of a connection string over TCP."""
    line = Line(dsn)
    threading.Thread(target=line.serve, daemon=True).start()
    try:
        yield line
    finally:
        line.close()


@contextmanager
def answering(first: bytes | None, *, ends: bool) -> Iterator[str]:
    """Somebody at a port who is no database: says something or nothing, and hangs up or stays."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    kept.append(client)
                    with suppress(OSError):
                        if first is not None:
                            client.recv(_piece_bytes_max)
                            client.sendall(first)
                        if ends:
                            client.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=serve, daemon=True).start()
        port = listening.getsockname()[1]
        yield f"postgresql://ledger@127.0.0.1:{port}/ledger?connect_timeout=2"
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        for client in kept:
            client.close()
