"""`/metrics`, served from a thread of its own."""

import threading
from types import TracebackType
from typing import Self
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server

from ledger.metrics import REGISTRY


class Serving:
    """A running `/metrics`: its port, and its end."""

    def __init__(self, server: WSGIServer, thread: threading.Thread) -> None:
        self.server = server
        self._thread = thread
        self.port: int = server.server_port

    def close(self) -> None:
        """Stop answering and let the port go."""
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def serve(host: str, port: int) -> Serving:
    """Serve `/metrics` from a thread of its own; port 0 is any free one.

    Raises OSError where the port is taken or the address is not ours.
    """
    server, thread = start_http_server(port, addr=host, registry=REGISTRY)
    return Serving(server, thread)
