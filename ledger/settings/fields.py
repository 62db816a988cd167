"""Every setting as a field: what it may be, what it is unless set, what it is for."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_type_hints

import msgspec
from msgspec import Meta

MASK: Final = "***"
_SECRET: Final = {"secret": True}
_HOST: Final = {"kind": "a host name or an address"}
_ORIGIN: Final = (
    r"^https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?"
    r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/*$"
)
Port = Annotated[int, Meta(ge=0, le=65535)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set, each as LEDGER_ and the field's name in capitals; empty means not set.

    What a field may be stands in its type; `kind` says it in words where the type does not, and
    `secret` that it may hold a password.
    """

    database_url: Annotated[
        Annotated[str, Meta(pattern=r"^(postgres(ql)?://|\s*\w+\s*=)")] | None,
        Meta(
            description="PostgreSQL (15 or newer) to use, as postgresql://user:password@host/name; "
            "not set: the embedded server in the ledger's home",
            extra=_SECRET | {"kind": "postgresql://user:password@host/name"},
        ),
    ] = None
    home: Annotated[
        Path | None,
        Meta(
            description="folder of the embedded database and the ledger's own files; "
            "not set: the user's data folder, /var/lib/seal-ledger for root"
        ),
    ] = None
    kafka_bootstrap: Annotated[
        Annotated[str, Meta(pattern=r"^[^\s,]+:\d{1,5}(,[^\s,]+:\d{1,5})*$")] | None,
        Meta(
            description="host:port of one or more brokers, separated by commas; not set: no Kafka",
            extra={"kind": "host:port, several with commas"},
        ),
    ] = None
    kafka_security_protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
        Meta(description="how to speak to the brokers"),
    ] = "PLAINTEXT"
    kafka_sasl_mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
        Meta(description="how to sign in where the protocol is SASL_…"),
    ] = "SCRAM-SHA-512"
    kafka_username: Annotated[
        str | None,
        Meta(description="user to sign in to the brokers as, where the protocol is SASL_…"),
    ] = None
    kafka_password: Annotated[
        str | None, Meta(description="that user's password", extra=_SECRET)
    ] = None
    kafka_ca_file: Annotated[
        Path | None,
        Meta(
            description="PEM file with the authority that signed the brokers' certificates; "
            "not set: the system's authorities"
        ),
    ] = None
    kafka_group: Annotated[str, Meta(min_length=1, description="consumer group of the ingest")] = (
        "seal-ledger"
    )
    kafka_instance: Annotated[
        str | None,
        Meta(
            description="name of this ingest within its group, kept over restarts (static "
            "membership): a killed ingest gets its partitions back at once; not set: none"
        ),
    ] = None
    kafka_session_seconds: Annotated[
        float,
        Meta(
            ge=6,
            le=1800,
            description="how long an ingest may be silent before its partitions go to another one",
        ),
    ] = 15.0
    kafka_schema_ids: Annotated[
        Path | None,
        Meta(
            description="JSON file that maps a schema registry's ids to our events, as "
            '{"17": "SealsApplied.v1"}; not set: messages in a registry\'s framing are refused'
        ),
    ] = None
    kafka_parties: Annotated[
        Path | None,
        Meta(
            description="JSON file that maps the ends of topic names to party ids that cannot "
            'stand in one, as {"acme": "ACME/1"}; not set: the end of the name is the party id'
        ),
    ] = None
    kafka_cache: Annotated[
        Path | None,
        Meta(
            description="where the local broker of tests and the demo keeps its jars; not set: "
            "/var/cache/seal-ledger for root, else seal-ledger in the user's cache folder"
        ),
    ] = None
    log_format: Annotated[
        Literal["text", "json"],
        Meta(description="how lines of the log are written: for people, or a JSON object a line"),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="which lines are written: those of this level and graver ones"),
    ] = "info"
    refusals_max: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="share of refused events within the last 1,000 of a partition above which "
            "that partition stops",
        ),
    ] = 0.05
    policy: Annotated[
        Path | None,
        Meta(
            description="TOML file with the audit's waits and limits; what it leaves out is as "
            "built in; not set: all as built in"
        ),
    ] = None
    metrics_port: Annotated[Port, Meta(description="port of /metrics; 0: any free one")] = 9464
    metrics_host: Annotated[
        str,
        Meta(
            min_length=1,
            description="address that /metrics listens at; anything but loopback shows it to "
            "others",
            extra=_HOST,
        ),
    ] = "127.0.0.1"
    webhooks: Annotated[
        Path | None,
        Meta(
            description="TOML file that lists who is told of discrepancies over HTTP: name, url "
            "and secret_file of each webhook; not set: nobody"
        ),
    ] = None
    web_host: Annotated[
        str,
        Meta(min_length=1, description="address that the API and pages listen at", extra=_HOST),
    ] = "127.0.0.1"
    web_port: Annotated[Port, Meta(description="port of the API and pages; 0: any free one")] = 8000
    web_origin: Annotated[
        Annotated[str, Meta(pattern=_ORIGIN)] | None,
        Meta(
            description="where a browser reaches the desk, as https://host or https://host/base, "
            "every path of the desk then stands below the base; not set: whatever a request asks "
            "for",
            extra={"kind": "https://host or https://host/base"},
        ),
    ] = None
    web_proxies: Annotated[
        str | None,
        Meta(
            description="addresses and networks, separated by commas, whose X-Forwarded-For, "
            "-Proto and -Host are believed; not set: nobody's"
        ),
    ] = None

    def __repr__(self) -> str:
        """Every value, secrets masked."""
        shown = (f"{name}={masked(name, getattr(self, name))!r}" for name in FIELDS)
        return f"Settings({', '.join(shown)})"


HINTS: Final[dict[str, Any]] = get_type_hints(Settings, include_extras=True)
FIELDS: Final = Settings.__struct_fields__
DEFAULTS: Final = dict(zip(FIELDS, Settings.__struct_defaults__, strict=True))
SECRETS: Final = tuple(
    name
    for name in FIELDS
    if any((one.extra or {}).get("secret") for one in HINTS[name].__metadata__)
)
"""Those that may hold a password."""


def masked(name: str, value: Any) -> Any:
    """What may be shown of a field's value: of an address of a database all but the password."""
    if name not in SECRETS or value is None:
        return value
    if name != "database_url":
        return MASK
    shown = re.sub(r"(://[^:/@]*:).*(?=@)", rf"\g<1>{MASK}", value)
    return re.sub(r"(password\s*=\s*)('(\\.|[^'])*'|[^\s&]+)", rf"\g<1>{MASK}", shown)
