"""The processes of the ledger by name, and how each is run in this one."""

import threading
from collections.abc import Sequence
from enum import StrEnum

from consumers import auditor_running, ingest, projector, publisher
from ledger import metrics, web
from ledger.commands.home import deciding, opened
from ledger.commands.policy import policy_of
from ledger.errors import Misuse
from ledger.log import Log
from ledger.settings import Settings


class Process(StrEnum):
    """What `ledger run` can run."""

    INGEST = "ingest"
    PROJECTOR = "projector"
    AUDITOR = "auditor"
    PUBLISHER = "publisher"
    WEB = "web"


def available(settings: Settings) -> list[Process]:
    """Name what these settings have work for."""
    if settings.kafka_bootstrap is None:
        return [Process.PROJECTOR, Process.AUDITOR, Process.WEB]
    return list(Process)


def run_process(
    process: Process, settings: Settings, stop: threading.Event, accept_refusals: Sequence[str] = ()
) -> None:
    """Run one process here until the event is set, its metrics served beside it."""
    opening = deciding if process is Process.AUDITOR else opened
    with _metrics(settings), opening(settings) as log:
        match process:
            case Process.INGEST:
                for place in accept_refusals:
                    _accept(log, place)
                ingest.run(settings, log, stop, session_seconds=settings.kafka_session_seconds)
            case Process.PROJECTOR:
                projector.run(log, stop)
            case Process.PUBLISHER:
                publisher.run(settings, log, stop)
            case Process.AUDITOR:
                auditor_running.run(log, policy_of(settings), stop)
            case Process.WEB:
                web.serve(settings, log, stop)


def _metrics(settings: Settings) -> metrics.Serving:
    try:
        return metrics.serve(settings.metrics_host, settings.metrics_port)
    except OSError as error:
        raise Misuse(
            f"LEDGER_METRICS_PORT={settings.metrics_port} cannot be served: {error.strerror}."
        ) from None


def _accept(log: Log, place: str) -> None:
    topic, _, partition = place.rpartition(":")
    if not topic or not partition.isdigit():
        raise Misuse(f"--accept-refusals {place!r}: expected TOPIC:PART, as ledger.scans:3.")
    ingest.accept_refusals(log, topic, int(partition))
