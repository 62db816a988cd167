"""The processes of the ledger by name, and how each is run in this one.

The libraries of a process (the Kafka client, the web) are loaded where it runs: every other
command starts in half the time without them.
"""

import threading
from collections.abc import Sequence
from enum import StrEnum

from ledger import metrics
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
    kafka = settings.kafka_bootstrap is not None
    needed = {Process.INGEST: kafka, Process.PUBLISHER: kafka or settings.webhooks is not None}
    return [process for process in Process if needed.get(process, True)]


def run_process(
    process: Process, settings: Settings, stop: threading.Event, accept_refusals: Sequence[str] = ()
) -> None:
    """Run one process here until the event is set, its metrics served beside it."""
    opening = deciding if process is Process.AUDITOR else opened
    with _metrics(settings), opening(settings) as log:
        match process:
            case Process.INGEST:
                from consumers.ingest import ingest  # noqa: PLC0415 - see the docstring

                for place in accept_refusals:
                    _accept(log, place)
                ingest.run(settings, log, stop, session_seconds=settings.kafka_session_seconds)
            case Process.PROJECTOR:
                from consumers import projector  # noqa: PLC0415 - see the docstring

                projector.run(log, stop)
            case Process.PUBLISHER:
                from consumers.publisher import publisher  # noqa: PLC0415 - see the docstring

                publisher.run(settings, log, stop)
            case Process.AUDITOR:
                from consumers.auditor import running  # noqa: PLC0415 - see the docstring

                running.run(log, policy_of(settings), stop)
            case Process.WEB:
                from ledger.web.serving import serve  # noqa: PLC0415 - see the docstring

                serve(settings, log, stop)


def _metrics(settings: Settings) -> metrics.Serving:
    try:
        return metrics.serve(settings.metrics_host, settings.metrics_port)
    except OSError as error:
        raise Misuse(
            f"LEDGER_METRICS_PORT={settings.metrics_port} cannot be served: {error.strerror}."
        ) from None


def _accept(log: Log, place: str) -> None:
    from consumers.ingest import ingest  # noqa: PLC0415 - see the docstring

    topic, _, partition = place.rpartition(":")
    if not topic or not partition.isdigit():
        raise Misuse(f"--accept-refusals {place!r}: expected TOPIC:PART, as ledger.scans:3.")
    ingest.accept_refusals(log, topic, int(partition))
