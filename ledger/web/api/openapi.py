"""What the OpenAPI document says of each route beyond its parameters: answers and examples.

Written by hand, and held to the truth by tests that compare answers with it. The members of an
answer are said once, by an example of each: what kind it is of is read off the value.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

Json = dict[str, Any]
Shape = Mapping[str, Any]
"""By name of a member an example of it, or a `Member` where that alone would not do."""


class Member(NamedTuple):
    """A member of an answer whose example does not say all: its schema, and the example."""

    schema: Json
    shown: Any


TEXT: Final[Json] = {"type": "string"}
INTEGER: Final[Json] = {"type": "integer"}
COUNT: Final[Json] = {**INTEGER, "minimum": 0}
ANY: Final[Json] = {"type": "object"}
_OF_TYPE: Final[Mapping[type, Json]] = {
    str: TEXT, int: INTEGER, bool: {"type": "boolean"}, dict: ANY,
    list: {"type": "array", "items": TEXT},
}  # fmt: skip


def schema_of(shown: Any) -> Json:
    """The schema of a member."""
    return shown.schema if isinstance(shown, Member) else _OF_TYPE[type(shown)]


def shown_of(shape: Shape) -> Json:
    """The example of an object of this shape."""
    return {name: one.shown if isinstance(one, Member) else one for name, one in shape.items()}


def maybe(shown: str | int | None = None, *, kind: type = str) -> Member:
    """A member that may be null: a text, or what its example is; `kind` where that is null."""
    one = kind if shown is None else type(shown)
    return Member({"type": [_OF_TYPE[one]["type"], "null"]}, shown)


def one_of(*values: str | None) -> Member:
    """A member that has one of these values, the first for an example."""
    return Member({"enum": [*values]}, values[0])


def many(items: Shape | None = None, *shown: Json) -> Member:
    """An array of objects, of any kind where no shape is given; empty in the example."""
    return Member({"type": "array", "items": ANY if items is None else thing(items)}, [*shown])


def thing(shape: Shape, *, required: tuple[str, ...] | None = None) -> Json:
    """An object's schema; all of it is required unless told otherwise."""
    names = list(shape) if required is None else list(required)
    properties = {name: schema_of(one) for name, one in shape.items()}
    return {"type": "object", "properties": properties, "required": names}


def link(operation: str, **parameters: str) -> Json:
    """Where an answer leads: an operation, its parameters taken from the answer's body by path."""
    taken = {
        name: f"$response.body#{value}" if value.startswith("/") else value
        for name, value in parameters.items()
    }
    return {"operationId": operation, "parameters": taken}


STANDING: Final[Shape] = {
    "position": Member(
        {**COUNT, "description": "The last position that the answer rests on"}, 4712
    ),
    "behind": Member(
        {**COUNT, "description": "Recorded events that the answer does not know yet"}, 0
    ),
    "simulation": Member(
        {"type": "boolean", "description": "Whether recorded times are made up"}, shown=False
    ),
}


_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: Final[Json] = {
    "text/csv": {"schema": TEXT},
    _XLSX: {"schema": {"type": "string", "contentMediaType": _XLSX}},
}
"""What a list is answered as besides JSON."""


def answered(
    shape: Shape,
    *,
    csv: bool = False,
    said: str = "What there is to say",
    links: Mapping[str, Json] | None = None,
) -> Json:
    """The 200 of a route: the standing, then its own members; `links` by what they lead to."""
    whole = {**STANDING, **shape}
    content: Json = {"application/json": {"schema": thing(whole), "example": shown_of(whole)}}
    if csv:
        content |= FILES
    return {"description": said, "content": content} | ({"links": dict(links)} if links else {})


def problem(said: str) -> Json:
    """A status that is answered by a problem document."""
    return {"description": said, "content": {"application/problem+json": {"schema": PROBLEM}}}


PROBLEM: Final[Json] = thing(
    {
        "type": "", "title": "", "status": 0, "detail": "",
        "errors": many({"field": "", "detail": ""}),
    },
    required=("type", "title", "status", "detail"),
)  # fmt: skip
PROBLEMS: Final[dict[int | str, Json]] = {
    401: problem("No valid token"),
    403: problem("The role may not"),
    422: problem("A parameter or an event that cannot be; `errors` names the field"),
    429: problem("Too many requests; Retry-After says when"),
    503: problem("The database is away, nothing was written; Retry-After says when"),
}
NONE: Final[dict[int | str, Json]] = {404: problem("None, or none that the asker may see")}


def reading(
    summary: str,
    shape: Shape,
    *,
    csv: bool = False,
    links: Mapping[str, Json] | None = None,
    none: bool = True,
) -> Json:
    """What is said of a route that reads; `none` where its subject may not be there."""
    responses = {200: answered(shape, csv=csv, links=links), **PROBLEMS} | (NONE if none else {})
    if csv:
        responses[406] = problem("An `Accept` that takes none of these forms")
    return {"summary": summary, "responses": responses}


def listing(
    summary: str, name: str, items: Member, links: Mapping[str, Json], *, none: bool = False
) -> Json:
    """The same of `/name`, which gives its rows whole or page by page, also for spreadsheets."""
    further = {**links, "next": link(f"get_{name}", cursor="/next")}
    shape = {name: items, "next": maybe()}
    return reading(summary, shape, csv=True, links=further, none=none)


def deciding(
    summary: str, shape: Shape, *, links: Mapping[str, Json] | None = None, none: bool = True
) -> Json:
    """The same of a route that takes a JSON body."""
    found = reading(summary, shape, links=links, none=none)
    found["responses"] |= {
        400: problem("A body that is no JSON"),
        409: problem("It is not to be decided now"),
        413: problem("A body over 256 KiB"),
    }
    return found


def taking(content: Json) -> Json:
    """What else is said of a route whose body is described here, by content type."""
    return {"requestBody": {"required": True, "content": content}}
