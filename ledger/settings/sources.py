"""Where settings come from: the environment, a TOML file that it names, files that hold secrets.

The environment comes first, name by name. What is wrong in any of them is one sentence that says
where, and never what a secret is.
"""

import difflib
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ledger.errors import Misuse

PREFIX: Final = "LEDGER_"
CONFIG: Final = "config"
FILE: Final = "_file"
"""What is behind the name of a secret where a file holds it."""
ENVIRONMENT: Final = "environment"
file_bytes_max: Final = 256 * 1024


class Given(NamedTuple):
    """A value as it was given, and where; paths in a file are told from that file's `folder`."""

    value: object
    origin: str
    folder: Path | None = None

    @property
    def where(self) -> str:
        """The origin, as a sentence has it."""
        return f"the {self.origin}"


def given(
    known: Collection[str], secrets: Collection[str], besides: Iterable[str] = ()
) -> dict[str, Given]:
    """What is set, by name without the prefix, in lower case; an empty text counts as not set.

    `known` are all names there are, `secrets` those that a file may hold instead, `besides` what
    may stand in the environment for others. Raises Misuse for a name that is not known, for a
    secret given twice, and for a file that cannot be read.
    """
    in_environment = _environment({*known, *besides})
    config = in_environment.get(CONFIG)
    in_file = {} if config is None else _file(_path(config, CONFIG), known)
    for secret in secrets:
        if {secret, secret + FILE} & in_environment.keys():
            in_file.pop(secret, None)
            in_file.pop(secret + FILE, None)
        for source in (in_environment, in_file):
            _opened(source, secret)
    return in_file | in_environment


def _environment(known: Collection[str]) -> dict[str, Given]:
    found = {}
    for name, value in sorted(os.environ.items()):
        if not name.startswith(PREFIX):
            continue
        short = name.removeprefix(PREFIX)
        if short != short.upper() or short.lower() not in known:
            near = _nearest(short.lower(), known)
            hint = f"; did you mean {PREFIX}{near.upper()}?" if near else ""
            raise Misuse(f"{name} is set but is not a setting{hint}")
        if value:
            found[short.lower()] = Given(value, ENVIRONMENT)
    return found


def _file(path: Path, known: Collection[str]) -> dict[str, Given]:
    # Loaded where there is a file: few have one, and it takes its time.
    import tomllib  # noqa: PLC0415 - see above

    name = f"{PREFIX}{CONFIG.upper()}={path}"
    try:
        values = tomllib.loads(_content(path, name).decode())
    except ValueError as error:
        raise Misuse(f"{name} is not TOML: {error}. Expected lines as: web_port = 8000") from None
    for key in values:
        if key == CONFIG:
            raise Misuse(f"{name}: {CONFIG} names this file, and is set in the environment alone.")
        if key not in known:
            near = _nearest(key.lower().removeprefix(PREFIX.lower()), known)
            hint = f"; did you mean {near}?" if near else ""
            raise Misuse(f"{name}: {key} is not a setting{hint}")
    where, folder = f"file {path}", path.absolute().parent
    return {key: Given(value, where, folder) for key, value in values.items() if value != ""}


def _opened(source: dict[str, Given], secret: str) -> None:
    """Put the content of a secret's file in its place."""
    file = source.pop(secret + FILE, None)
    if file is None:
        return
    name = PREFIX + secret.upper()
    by_file = name + FILE.upper()
    if secret in source:
        raise Misuse(f"{name} and {by_file} are both set, in {file.where}: keep one of them.")
    path = _path(file, secret + FILE)
    try:
        text = _content(path, f"{by_file}={path}").decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Misuse(f"{by_file}={path} is no text: it has to hold the secret alone.") from None
    if not text:
        raise Misuse(f"{by_file}={path} is empty: it has to hold the secret alone.")
    source[secret] = Given(text, f"secret file {path}")


def _path(one: Given, name: str) -> Path:
    if not isinstance(one.value, str) or not one.value.isprintable():
        shown = PREFIX + name.upper()
        raise Misuse(f"{shown}, from {one.where}, cannot be used: set it to a path.")
    return (one.folder or Path()) / one.value


def _content(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(file_bytes_max + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Misuse(
            f"{name} cannot be read: {why}. Name a file that this user may read."
        ) from None
    if len(content) > file_bytes_max:
        raise Misuse(f"{name} cannot be read: it is longer than {file_bytes_max:,} bytes.")
    return content


def _nearest(name: str, known: Collection[str]) -> str:
    near: Sequence[str] = difflib.get_close_matches(name, [*known], n=1)
    return near[0] if near else ""
