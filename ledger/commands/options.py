"""Options that several commands share: sets of them, and moments as people give them."""

import inspect
import re
import time
from collections.abc import Callable, Collection, Iterable
from datetime import date
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, Final

import typer

from ledger.errors import Misuse
from ledger.facts.scalars import canonical_time, local_day, micros, time_text
from ledger.rules.moments import JAPAN

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

LimitOption = Annotated[
    int | None,
    typer.Option(
        min=1, help="At most so many, the latest first; else 100 on a screen, and all in a file."
    ),
]
_screen_rows: Final = 100
_all_rows: Final = 2**62


def limited(limit: int | None, *, screen: bool) -> int:
    """How many rows there may be; what is no screen has all of them."""
    return limit or (_screen_rows if screen else _all_rows)


class Reader(StrEnum):
    """As what somebody reads."""

    EXPORTER = "exporter"
    PROCESSOR = "processor"
    IMPORTER = "importer"
    CERTIFIER = "certifier"
    OPERATOR = "operator"


OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="The day judged; default: today, Japan.")
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


def since_option(text: str | None) -> int | None:
    """The moment from which on, µs UTC: a date is its beginning in Japan."""
    whole = f"{text}T00:00:00+09:00" if text is not None and _DATE.fullmatch(text) else text
    return moment(whole, "--since")


def day(text: str | None, option: str) -> date | None:
    """Read a date given for an option; Misuse names the option."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Misuse(f"{option} {text!r}: {error}") from None


def today_or(text: str | None) -> date:
    """The day given, else today in Japan."""
    given = day(text, "--on")
    today = local_day(time_text(time.time_ns() // 1_000, JAPAN))
    return today if given is None else given


def spread(
    options: type[Any], *, without: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field of `options`, in place of the parameter of that type.

    The command gets what was given as one object, checked where that can say what does not go
    together; fields left out are as by default.
    """
    fields = {
        name: one
        for name, one in inspect.signature(options, eval_str=True).parameters.items()
        if name not in without
    }

    def taking(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)
        (whole,) = (one.name for one in own.parameters.values() if one.annotation is options)

        @wraps(command)
        def run(**given: Any) -> None:
            made = options(**{name: given.pop(name) for name in fields})
            if (check := getattr(made, "check", None)) is not None:
                check()
            command(**{whole: made, **given})

        shown: list[inspect.Parameter] = []
        for one in own.parameters.values():
            shown += fields.values() if one.name == whole else [one]
        only_named = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in shown]
        run.__signature__ = own.replace(parameters=only_named)  # type: ignore[attr-defined]  # as inspect reads it
        run.__annotations__ = {one.name: one.annotation for one in only_named}
        return run

    return taking


def among(values: Iterable[str], known: Collection[str], what: str) -> tuple[str, ...]:
    """Names given in one option or several; Misuse for one that there is not."""
    found = tuple(part.strip() for value in values for part in value.split(",") if part.strip())
    for value in found:
        if value not in known:
            raise Misuse(f"{value!r} is no {what}: there is {', '.join(known)}.")
    return found
