"""`ledger topics create`: the Kafka topics the ledger reads and writes."""

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.commands.output import Format, FormatOption, show
from ledger.errors import Misuse
from ledger.settings import Settings, load

if TYPE_CHECKING:
    from consumers.connection import Connection

app = typer.Typer(help="Kafka topics.", no_args_is_help=True)


@app.callback()
def topics() -> None:
    """Kafka topics."""


@app.command()
def create(
    partitions: Annotated[int, typer.Option(min=1, max=1000, help="Of each input topic.")] = 6,
    replication: Annotated[
        int, typer.Option(min=-1, max=32, help="Copies of each; -1 is the broker's default.")
    ] = -1,
    form: FormatOption = Format.TABLE,
) -> None:
    """Create what is missing of the input and output topics; say how the others differ.

    Example: LEDGER_KAFKA_BOOTSTRAP=127.0.0.1:9092 ledger topics create
    """
    from consumers import topics as kafka_topics  # noqa: PLC0415 - see `processes`

    reports = kafka_topics.create(broker(load()), partitions=partitions, replication=replication)
    rows = [
        {
            "topic": report.name,
            "created": report.created,
            "partitions": report.partitions,
            "differences": list(report.differences),
        }
        for report in reports
    ]
    show(rows, form)


def broker(settings: Settings) -> "Connection":
    """Take the connection to Kafka from the settings; raises Misuse where none is set."""
    from consumers import connection  # noqa: PLC0415 - see `processes`

    if settings.kafka_bootstrap is None:
        raise Misuse("No broker is named: set LEDGER_KAFKA_BOOTSTRAP to host:port.")
    return connection.from_settings(settings)
