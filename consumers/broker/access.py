"""What reading needs beside topics: ACLs that guard them, our consumer group, the codecs."""

from typing import Final

from kafka import codec
from kafka import errors as kafka_errors
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.admin import ACLResourcePatternType as PatternType

from consumers.broker.connection import Connection, administration, explained


def has_acls(connection: Connection) -> bool | None:
    """Whether the broker keeps ACLs; None where it does not let us ask.

    Raises Misuse or Unavailable.
    """
    every = ACLFilter(
        None,
        None,
        ACLOperation.ANY,
        ACLPermissionType.ANY,
        ResourcePatternFilter(ResourceType.TOPIC, None, PatternType.ANY),
    )
    with administration(connection) as admin, explained(connection):
        try:
            admin.describe_acls(every)
        except kafka_errors.SecurityDisabledError:
            return False
        except kafka_errors.ClusterAuthorizationFailedError:
            return None
    return True


CODECS: Final = ("gzip", "snappy", "lz4", "zstd")
"""What senders may compress messages with."""


def codecs_missing() -> list[str]:
    """Names of the codecs whose messages could not be read here."""
    return [name for name in CODECS if not getattr(codec, f"has_{name}")()]


def check_group(connection: Connection, group: str) -> None:
    """Raise Misuse where the broker forbids us this consumer group; or Unavailable."""
    with administration(connection) as admin, explained(connection):
        admin.list_group_offsets(group)
