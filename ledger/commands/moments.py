"""Moments as people give them on the command line."""

import re
from datetime import date
from typing import Annotated

import typer

from ledger.errors import Misuse
from ledger.facts.scalars import canonical_time, micros

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        help="What happened up to then: RFC 3339, or a date = the end of that day in Japan.",
    ),
]
KnownAtOption = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        help="What was recorded up to then: RFC 3339, or a date = the end of that day in Japan.",
    ),
]


def moment(text: str | None, option: str) -> int | None:
    """Microseconds UTC of a time given for an option; Misuse names the option."""
    if text is None:
        return None
    whole = f"{text}T23:59:59.999999+09:00" if _DATE.fullmatch(text) else text
    try:
        return micros(canonical_time(whole))
    except ValueError as error:
        raise Misuse(f"{option} {text!r}: {error}") from None


def day(text: str | None, option: str) -> date | None:
    """Read a date given for an option; Misuse names the option."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Misuse(f"{option} {text!r}: {error}") from None
