"""How the ledger reaches Kafka: one set of options for consumer, producer and administration.

Whatever goes wrong on the way is said in one sentence that names the setting to look at; a
password appears in none of them.
"""

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import errors as kafka_errors
from kafka.net.compat import KafkaNetClient

from ledger.errors import Fatal, LedgerError, Misuse, Unavailable
from ledger.settings import Settings

message_bytes_max = 9 * 1024 * 1024
"""The largest record batch on any topic: a message of 8 MiB with its key, headers and framing."""

fetch_bytes_max = 32 * 1024 * 1024
"""What one answer to a fetch may hold, over all partitions: bounds the ingest's memory."""

connect_ms_max = 10_000
"""How long a client may take to be let in before it is said to be impossible."""

probe_seconds_max = 2.0
"""How long a single broker address may take to accept a connection."""

batch_bytes_max = 256 * 1024
linger_ms = 10
poll_records_max = 2_000


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the brokers are and who we are to them."""

    bootstrap: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    @property
    def signs_in(self) -> bool:
        """Whether this connection needs a user and a password."""
        return self.security_protocol.startswith("SASL_")

    @property
    def is_encrypted(self) -> bool:
        """Whether the broker has to show a certificate that is believed."""
        return self.security_protocol.endswith("SSL")


def from_settings(settings: Settings) -> Connection:
    """Take the connection out of the settings; Misuse where something it needs is not set."""
    if settings.kafka_bootstrap is None:
        raise Misuse("No Kafka is configured: set LEDGER_KAFKA_BOOTSTRAP to host:port of a broker")
    connection = Connection(
        bootstrap=settings.kafka_bootstrap,
        security_protocol=settings.kafka_security_protocol,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=settings.kafka_password,
        ca_file=settings.kafka_ca_file,
    )
    if connection.signs_in and not (connection.username and connection.password):
        raise Misuse(
            f"LEDGER_KAFKA_SECURITY_PROTOCOL={connection.security_protocol} needs "
            "LEDGER_KAFKA_USERNAME and LEDGER_KAFKA_PASSWORD"
        )
    if connection.ca_file is not None:
        _trusting(connection)
    return connection


def client_options(connection: Connection) -> dict[str, Any]:
    """The options that every client of this connection has in common."""
    options: dict[str, Any] = {
        "bootstrap_servers": connection.bootstrap.split(","),
        "security_protocol": connection.security_protocol,
        "bootstrap_timeout_ms": connect_ms_max,
        # An absent broker is asked again every second, not every thirty: it returns sooner.
        "reconnect_backoff_max_ms": 1_000,
    }
    if connection.signs_in:
        options["sasl_mechanism"] = connection.sasl_mechanism
        options["sasl_plain_username"] = connection.username
        options["sasl_plain_password"] = connection.password
    if connection.ca_file is not None:
        options["ssl_cafile"] = str(connection.ca_file)
    return options


def consumer(
    connection: Connection,
    kind: type[KafkaConsumer] = KafkaConsumer,
    *,
    group: str | None = None,
    instance: str | None = None,
    **more: Any,
) -> KafkaConsumer:
    """Open a consumer that never commits by itself and takes messages of any size we allow.

    `kind` is the class that is opened. `more` goes to kafka-python and wins over our defaults.
    Raises Misuse or Unavailable.
    """
    options = client_options(connection) | {
        "group_id": group,
        "group_instance_id": instance,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "allow_auto_create_topics": False,
        "max_poll_records": poll_records_max,
        "max_partition_fetch_bytes": message_bytes_max,
        "fetch_max_bytes": fetch_bytes_max,
    }
    return _open(connection, kind, options | more)


def producer(connection: Connection, **more: Any) -> KafkaProducer:
    """Open an idempotent producer: acknowledged by all in-sync replicas, nothing doubled.

    `more` goes to kafka-python and wins over our defaults. Raises Misuse or Unavailable.
    """
    options = client_options(connection) | {
        "acks": "all",
        "enable_idempotence": True,
        "allow_auto_create_topics": False,
        "max_request_size": message_bytes_max,
        "batch_size": batch_bytes_max,
        "linger_ms": linger_ms,
        "max_block_ms": connect_ms_max,
    }
    return _open(connection, KafkaProducer, options | more)


@contextlib.contextmanager
def administration(connection: Connection, **more: Any) -> Iterator[KafkaAdminClient]:
    """Open an administration client for the length of a block. Raises Misuse or Unavailable."""
    client = _open(connection, KafkaAdminClient, client_options(connection) | more)
    try:
        yield client
    finally:
        client.close()


@contextlib.contextmanager
def explained(connection: Connection) -> Iterator[None]:
    """Turn what kafka-python raises within the block into an error of our own tree."""
    try:
        yield
    except kafka_errors.KafkaError as error:
        raise explain(error, connection) from error


def explain(error: kafka_errors.KafkaError, connection: Connection) -> LedgerError:
    """Say in a sentence what a Kafka error means here and what to do about it."""
    who = f"user {connection.username!r}" if connection.signs_in else "an anonymous client"
    at = f"The broker at {connection.bootstrap}"
    grant = "grant it WRITE on the topic it writes, or CREATE for new topics"
    too_large = f"A message of more than {message_bytes_max} bytes does not fit any topic"
    # The first kind that fits counts.
    sentences: dict[type[kafka_errors.KafkaError], LedgerError] = {
        kafka_errors.TopicAuthorizationFailedError: Misuse(
            f"{at} forbids {who} this topic: grant it READ or WRITE"
        ),
        kafka_errors.GroupAuthorizationFailedError: Misuse(
            f"{at} forbids {who} its consumer group: grant it READ"
        ),
        kafka_errors.ClusterAuthorizationFailedError: Misuse(
            f"{at} forbids {who} to produce or administer: {grant}"
        ),
        kafka_errors.SaslAuthenticationFailedError: Misuse(_not_let_in(connection, connect_ms_max)),
        kafka_errors.MessageSizeTooLargeError: Misuse(too_large),
        kafka_errors.RetriableError: Unavailable(f"{at} does not answer as it should: {error}"),
    }
    for kind, meaning in sentences.items():
        if isinstance(error, kind):
            return meaning
    return Fatal(f"{at} reported something unforeseen: {error}")


def reachable(connection: Connection) -> bool:
    """Whether any broker address accepts a TCP connection."""
    return any(_accepts(address) for address in connection.bootstrap.split(","))


def _open(connection: Connection, kind: Callable[..., Any], options: dict[str, Any]) -> Any:
    # Asked first, because a client that cannot start waits for its whole time limit.
    if not reachable(connection):
        raise Unavailable(
            f"No Kafka broker answers at {connection.bootstrap} (LEDGER_KAFKA_BOOTSTRAP)"
        )
    if connection.is_encrypted:
        _check_certificates(connection)
    made: list[KafkaNetClient] = []

    def remembered(**settings: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**settings))
        return made[-1]

    try:
        return kind(kafka_client=remembered, **options)
    except kafka_errors.KafkaError as error:
        # A client that failed to start leaves its IO thread and sockets behind.
        for network in made:
            network.close()
        if isinstance(error, kafka_errors.KafkaTimeoutError):
            raise _refused(connection, options["bootstrap_timeout_ms"]) from error
        raise explain(error, connection) from error


def _trusting(connection: Connection) -> ssl.SSLContext:
    """Whom a connection believes; raises Misuse where the file of the authority is none."""
    file = connection.ca_file
    try:
        return ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise Misuse(f"LEDGER_KAFKA_CA_FILE: {file} holds no certificate in PEM") from None
    except FileNotFoundError:
        raise Misuse(f"LEDGER_KAFKA_CA_FILE: there is no file {file}") from None
    except OSError as error:
        raise Misuse(f"LEDGER_KAFKA_CA_FILE: {file} cannot be read: {error.strerror}") from None


def _check_certificates(connection: Connection) -> None:
    """Say why no broker's certificate is believed, where none is: the client would only wait."""
    trusting = _trusting(connection)
    first: LedgerError | None = None
    for address in connection.bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        host = host.strip("[]")
        try:
            with (
                socket.create_connection((host, int(port)), timeout=probe_seconds_max) as plain,
                trusting.wrap_socket(plain, server_hostname=host),
            ):
                return
        except ssl.SSLCertVerificationError as error:
            found: LedgerError = Misuse(
                f"The certificate of the broker at {address} is not believed:"
                f" {error.verify_message.rstrip('.')}. Check LEDGER_KAFKA_CA_FILE and the name in"
                " LEDGER_KAFKA_BOOTSTRAP"
            )
        except OSError:  # it speaks no TLS, or hangs up
            found = _unanswered(connection)
        first = first or found
    if first is not None:
        raise first


def _refused(connection: Connection, waited_ms: int) -> LedgerError:
    """Say why a broker that accepts connections did not let a client in."""
    if connection.signs_in:
        return Misuse(_not_let_in(connection, waited_ms))
    return _unanswered(connection)


def _unanswered(connection: Connection) -> Unavailable:
    return Unavailable(
        f"The broker at {connection.bootstrap} accepts connections but does not answer in "
        f"{connection.security_protocol}: it is still starting, or wants another "
        "LEDGER_KAFKA_SECURITY_PROTOCOL"
    )


def _not_let_in(connection: Connection, waited_ms: int) -> str:
    return (
        f"The broker at {connection.bootstrap} did not let user {connection.username!r} in by "
        f"{connection.sasl_mechanism} within {waited_ms / 1000:g} s: check "
        "LEDGER_KAFKA_USERNAME, LEDGER_KAFKA_PASSWORD and LEDGER_KAFKA_SASL_MECHANISM"
    )


def _accepts(address: str) -> bool:
    host, _, port = address.strip().rpartition(":")
    if not host or not port.isdigit():
        raise Misuse(f"LEDGER_KAFKA_BOOTSTRAP: {address!r} is not host:port")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=probe_seconds_max):
            return True
    except (OSError, OverflowError):
        return False
