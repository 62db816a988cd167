"""What a setting may be, told by its type: in words, and a value as given turned into one."""

from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec


def converted(value: object, hint: Any) -> Any:
    """The value as this type; raises ValueError where it is none."""
    if isinstance(value, str) and not value.isprintable():
        raise ValueError(value)  # no name, path or password has a line end in it
    if isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 -- a wrong value like any other
    found = msgspec.convert(value, hint, strict=False, dec_hook=_path)
    if found != found:  # noqa: PLR0124 -- what is no number is not itself
        raise ValueError(value)
    return found


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(value)


def kind_of(hint: Any) -> str:
    """Say in words what a field of this type may be."""
    inner, *about = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    for one in about:
        if "kind" in (one.extra or {}):
            return str(one.extra["kind"])
    options = [each for each in get_args(inner) if each is not type(None)]
    if get_origin(inner) is Literal:
        return f"one of {', '.join(options)}"
    if options:
        return kind_of(options[0])
    if inner is Path:
        return "a path"
    if inner is str:
        return "text of one line"
    (limits,) = (one for one in about if one.ge is not None)
    number = "a whole number" if inner is int else "a number"
    return f"{number} from {limits.ge:g} to {limits.le:g}"
