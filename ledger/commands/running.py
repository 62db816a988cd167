"""What a process of `ledger run` has around it: an end by signal, a log, its metrics served."""

import logging
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

from ledger import log_lines
from ledger.commands.output import say_by
from ledger.errors import not_served
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.commands import metrics_port
    from ledger.log import Log
    from ledger.log.processes import Beating


@contextmanager
def stopping() -> Iterator[Event]:
    """Give a stop event that SIGINT and SIGTERM set, while the block lasts."""
    stop = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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


def check_places(places: Iterable[str]) -> None:
    """Raise Misuse for what names no partition, as TOPIC:PART."""
    for place in places:
        from consumers.ingest.stops import parse

        parse(place)


def beating(log: "Log", process: str) -> "Beating":
    """Signs of life of the process of that name, for the time of a block."""
    from ledger.commands.beating import note_of
    from ledger.log.processes import Beating

    return Beating(log, process, note_of(process))


def served(settings: Settings, log: "Log", stop: Event) -> None:
    """Serve API and pages until `stop` is set; where Kafka is set its status asks there too."""
    from ledger.commands.kafka_lines import broker_of
    from ledger.commands.policy import policy_of
    from ledger.web.serving import serve

    serve(settings, log, stop, ask_broker=broker_of(settings), policy=policy_of(settings))


@contextmanager
def metrics_served(settings: Settings) -> "Iterator[metrics_port.Serving]":
    """Serve metrics for the time of the block; raises Misuse where they cannot be."""
    from ledger.commands import metrics_port

    host, port = settings.metrics_host, settings.metrics_port
    try:
        serving = metrics_port.serve(host, port)
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
        yield serving
