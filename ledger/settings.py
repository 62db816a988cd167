"""Every setting of the ledger, read once from the environment.

A name that starts with LEDGER_ and is not listed here is an error, so a slip of the pen never
silently becomes a default.
"""

import difflib
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.errors import Misuse

PREFIX = "LEDGER_"

TEST_NAMES = {
    "LEDGER_FAULT_ROUNDS": "how often the kill tests kill",
    "LEDGER_FAULT_SEED": "seed of the kill tests, as an earlier run printed it",
    "LEDGER_REQUIRE_ALL": "1: a test whose tools are missing fails instead of being skipped",
    "LEDGER_TEST_CHROMIUM": "path of the browser that tests of the pages start",
}
"""Names that only the tests read; known here so that they are not taken for slips."""


class Settings(BaseSettings):
    """What can be set, each as LEDGER_ and the field's name in capitals; empty means not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid"
    )

    database_url: str | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL (15 or newer) to use, as postgresql://user:password@host/name; "
        "not set: the embedded server in the ledger's home",
    )
    home: Path | None = Field(
        default=None,
        description="folder of the embedded database and the ledger's own files; "
        "not set: the user's data folder, /var/lib/seal-ledger for root",
    )
    kafka_bootstrap: str | None = Field(
        default=None,
        description="host:port of one or more brokers, separated by commas; not set: no Kafka",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="how to speak to the brokers"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="how to sign in where the protocol is SASL_…"
    )
    kafka_username: str | None = Field(
        default=None, description="user to sign in to the brokers as, where the protocol is SASL_…"
    )
    kafka_password: SecretStr | None = Field(default=None, description="that user's password")
    kafka_ca_file: Path | None = Field(
        default=None,
        description="PEM file with the authority that signed the brokers' certificates; "
        "not set: the system's authorities",
    )
    kafka_group: str = Field(
        default="seal-ledger", min_length=1, description="consumer group of the ingest"
    )
    kafka_instance: str | None = Field(
        default=None,
        description="name of this ingest within its group, kept over restarts (static "
        "membership): a killed ingest gets its partitions back at once; not set: none",
    )
    kafka_session_seconds: float = Field(
        default=15.0,
        ge=6.0,
        le=1800.0,
        description="how long an ingest may be silent before its partitions go to another one",
    )
    kafka_schema_ids: Path | None = Field(
        default=None,
        description="JSON file that maps a schema registry's ids to our events, as "
        '{"17": "SealsApplied.v1"}; not set: messages in a registry\'s framing are refused',
    )
    kafka_parties: Path | None = Field(
        default=None,
        description="JSON file that maps the ends of topic names to party ids that cannot stand "
        'in one, as {"acme": "ACME/1"}; not set: the end of the name is the party id',
    )
    kafka_cache: Path | None = Field(
        default=None,
        description="where the local broker of tests and the demo keeps its jars; not set: "
        "/var/cache/seal-ledger for root, else seal-ledger in the user's cache folder",
    )
    refusals_max: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="share of refused events within the last 1,000 of a partition above which "
        "that partition stops",
    )
    policy: Path | None = Field(
        default=None,
        description="TOML file with the audit's waits and limits; what it leaves out is as built "
        "in; not set: all as built in",
    )
    metrics_port: int = Field(
        default=9464,
        ge=0,
        le=65535,
        description="port of /metrics; 0: any free one",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="address that /metrics listens at; anything but loopback shows it to others",
    )
    webhooks: Path | None = Field(
        default=None,
        description="TOML file that lists who is told of discrepancies over HTTP: name, url and "
        "secret_file of each webhook; not set: nobody",
    )
    web_host: str = Field(
        default="127.0.0.1", min_length=1, description="address that the API and pages listen at"
    )
    web_port: int = Field(
        default=8000, ge=0, le=65535, description="port of the API and pages; 0: any free one"
    )


def load() -> Settings:
    """Read the settings from the environment.

    Raises Misuse, naming the variable, for a LEDGER_ name that is no setting (with the nearest
    one that is) and for a value that cannot be.
    """
    known = names()
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            # Compared without the prefix, which would make any two names look alike.
            short = [one.removeprefix(PREFIX) for one in known]
            near = difflib.get_close_matches(name.removeprefix(PREFIX), short, n=1)
            hint = f"; did you mean {PREFIX}{near[0]}?" if near else ""
            raise Misuse(f"{name} is set but is not a setting{hint}")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = PREFIX + str(first["loc"][0]).upper().removeprefix(PREFIX)
        raise Misuse(f"{name} cannot be read: {first['msg']}") from None


def names() -> dict[str, str]:
    """Every known name with its description, the tests' own included."""
    listed = {
        PREFIX + field.upper(): about.description or ""
        for field, about in Settings.model_fields.items()
    }
    return listed | TEST_NAMES
