"""What every process of `ledger run` has around it: lines of its log, and its metrics served."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from ledger import log_lines, metrics
from ledger.commands.output import say_by
from ledger.errors import not_served
from ledger.settings import Settings


@contextmanager
def logged(process: str, settings: Settings) -> Iterator[None]:
    """Keep a log as this process: what is said is a line too, and what ends it an error."""
    log_lines.configure(process, settings.log_format, settings.log_level)
    log_lines.take_over()
    log = logging.getLogger(f"ledger.{process}")
    say_by(log.info)
    log.info("started", extra={"version": version("seal-ledger")})
    try:
        yield
    except BaseException:
        say_by(log.error)
        raise
    log.info("stopped")


@contextmanager
def metrics_served(settings: Settings) -> Iterator[None]:
    """Serve metrics for the time of the block; raises Misuse where they cannot be."""
    host, port = settings.metrics_host, settings.metrics_port
    try:
        serving = metrics.serve(host, port)
    except (OSError, UnicodeError) as error:
        raise not_served("Metrics", host, port, "LEDGER_METRICS", error) from None
    log = logging.getLogger("ledger.metrics")
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{serving.port}/metrics"
    log.info("metrics are served at %s", address, extra={"address": address})

    def failed(_request: object, client: object) -> None:
        log.warning("metrics were not sent to %s: %r", client, sys.exception())

    serving.server.handle_error = failed  # type: ignore[assignment, method-assign]  # its own way
    with serving:
        yield
