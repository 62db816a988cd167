"""`ledger topics create`: the Kafka topics the ledger reads and writes."""

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.commands.output import Format, FormatOption, say, show
from ledger.errors import Misuse
from ledger.settings import Settings, load

if TYPE_CHECKING:
    from consumers.broker.connection import Connection

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
    party: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY", help="Make the three topics of this party, for it alone."),
    ] = None,
    principal: Annotated[
        str | None,
        typer.Option(help="Who may write to the party's topics; not given: User:PARTY."),
    ] = None,
    ledger_principal: Annotated[
        str | None,
        typer.Option(
            metavar="PRINCIPAL",
            help="Let the ledger's own processes, as User:ledger, read and write what they need.",
        ),
    ] = None,
    shared: Annotated[
        bool,
        typer.Option("--shared/--no-shared", help="Whether to make the topics that all share."),
    ] = True,
    form: FormatOption = Format.TABLE,
) -> None:
    """Create what is missing of the input and output topics; say how the others differ.

    What comes over a party's own topics counts as said by that party, so let nobody else write
    there; where the broker keeps ACLs, the party's principal is allowed to. An administrator of
    the broker runs this; the ledger itself signs in as somebody who may do less.

    Example: LEDGER_KAFKA_BOOTSTRAP=127.0.0.1:9092 ledger topics create --party EXP-1
    """
    from consumers.broker import parties as topics_parties
    from consumers.broker import topics as kafka_topics

    settings = load()
    parties = list(dict.fromkeys(party or []))
    if principal is not None and len(parties) != 1:
        raise Misuse("--principal goes with one --party: who writes for it.")
    topics = topics_parties.load(settings.kafka_parties)
    names = {name: topics.of_party(name) for name in parties}
    connection = broker(settings)
    reports = kafka_topics.create(
        connection,
        partitions=partitions,
        replication=replication,
        shared=shared,
        of_parties=[name for each in names.values() for name in each],
    )
    if ledger_principal is not None:
        group = settings.kafka_group
        say(topics_parties.allow_ledger(connection, ledger_principal, group) + ".")
    allowed: dict[str, str] = {}
    for owner, each in names.items():
        said = topics_parties.allow(connection, each, principal or f"User:{owner}")
        allowed |= dict.fromkeys(each, said)
    rows = [
        {
            "topic": report.name,
            "created": report.created,
            "partitions": report.partitions,
            "differences": list(report.differences),
        }
        | ({"access": allowed.get(report.name, "")} if allowed else {})
        for report in reports
    ]
    show(rows, form)


def broker(settings: Settings) -> "Connection":
    """Take the connection to Kafka from the settings; raises Misuse where none is set."""
    from consumers.broker import connection

    if settings.kafka_bootstrap is None:
        raise Misuse("No broker is named: set LEDGER_KAFKA_BOOTSTRAP to host:port.")
    return connection.from_settings(settings)
