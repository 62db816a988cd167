"""The form that a list is wanted in: what the address says, else what `Accept` prefers."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, get_args

from ledger.web.problems import Problem, invalid

Kind = Literal["html", "json", "csv", "xlsx"]
Headings = Literal["code", "en", "ja"]
Format = Literal["json", "csv", "xlsx"]
TYPES: Final[dict[Kind, str]] = {
    "html": "text/html",
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By form: its media type."""
OF_PROGRAMS: Final[Sequence[Kind]] = ("json", "csv", "xlsx")
OF_PAGES: Final[Sequence[Kind]] = ("html", "json", "csv", "xlsx")
"""What is served, first what is meant by whoever takes anything."""
_ON: Final = {"1": True, "true": True, "0": False, "false": False}


class Form(NamedTuple):
    """A form and how it is written; `named` = the address names it, so that it is to be kept."""

    kind: Kind
    headings: Headings = "code"
    bom: bool = False
    named: bool = False


def chosen(
    accept: str,
    served: Sequence[Kind],
    *,
    given: Format | None,
    headings: Headings = "code",
    bom: bool = False,
) -> Form:
    """The form of an answer: `given` by the address, else the best of `Accept`, else the first.

    The problem of an `Accept` that takes none of those served is 406.
    """
    if given is not None:
        return Form(given, headings, bom, named=True)
    weights = {kind: _weight(accept, TYPES[kind]) for kind in served}
    # Of those equally wanted the first one named; whoever takes anything means the first served.
    best = max(served, key=lambda kind: weights[kind]) if accept.strip() else served[0]
    if accept.strip() and weights[best][0] <= 0:
        known = ", ".join(TYPES[kind] for kind in served)
        raise Problem(406, f"Accept: served are {known}.", headers={"Vary": "Accept"})
    return Form(best, headings, bom)


def _weight(accept: str, wanted: str) -> tuple[float, int, int]:
    """How much a media type is wanted: its weight, how closely it is named, how early.

    The closest range that takes it decides, as RFC 9110 says.
    """
    found: tuple[float, int, int] = (0.0, 0, 0)
    for place, part in enumerate(accept.split(",")):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        close = {wanted: 2, f"{wanted.partition('/')[0]}/*": 1, "*/*": 0}.get(name)
        if close is not None and (found[:2] == (0.0, 0) or close > found[1]):
            found = _quality(parameters), close, -place
    return found


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0


def given_format(text: str | None) -> Format | None:
    """The form that an address names; the problem of another one names those there are."""
    if text is None or text in get_args(Format):
        return text  # type: ignore[return-value]  # as just looked up
    raise invalid("format", f"one of {', '.join(get_args(Format))}")


def given_headings(text: str | None, otherwise: Headings) -> Headings:
    """The headings that an address asks for."""
    if text is None:
        return otherwise
    if text not in get_args(Headings):
        raise invalid("headings", f"one of {', '.join(get_args(Headings))}")
    return text  # type: ignore[return-value]  # as just looked up


def given_bom(text: str | None, *, otherwise: bool) -> bool:
    """Whether an address asks for a mark at the beginning of a CSV."""
    if text is None:
        return otherwise
    if text not in _ON:
        raise invalid("bom", "0 or 1")
    return _ON[text]
