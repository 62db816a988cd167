"""Lines of a process's log as tests read them, in either form."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from ledger import log_lines

FIELDS = {"time", "level", "process", "pid", "what"}
_TEXT = re.compile(
    r"(?P<time>\S+) (?P<level>\S+) (?P<process>[^\s\[]+)\[(?P<pid>\d+)\] "
    r"(?P<what>.*?)(?:  (?P<ids>[a-z_]+=.*))?"
)
_ID = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|\S*)')
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@contextmanager
def written(
    form: Literal["text", "json"] = "json", level: str = "info", process: str = "web"
) -> Iterator[io.StringIO]:
    """Lines written in this process within the block, and everything as before after it."""
    root, ours = logging.getLogger(), logging.getLogger("ledger")
    before = root.handlers[:], root.level, ours.level
    to = io.StringIO()
    try:
        log_lines.configure(process, form, level, to)
        yield to
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])


def from_json(text: str) -> list[dict[str, Any]]:
    """Every line, each checked to have what every line has."""
    return [_checked(json.loads(line), line) for line in text.splitlines()]


def from_text(text: str) -> list[dict[str, Any]]:
    """The same of lines for people; their ids are beside the other fields, as text."""
    found = []
    for line in text.splitlines():
        match = _TEXT.fullmatch(line)
        assert match is not None, line
        fields = match.groupdict()
        ids = dict(_ID.findall(fields.pop("ids") or ""))
        found.append(_checked(fields | {"pid": int(fields["pid"])} | ids, line))
    return found


def _checked(fields: dict[str, Any], line: str) -> dict[str, Any]:
    assert fields.keys() >= FIELDS, line
    assert _TIME.fullmatch(fields["time"]), line
    assert fields["level"] in {"debug", "info", "warning", "error", "critical"}, line
    assert isinstance(fields["pid"], int), line
    return fields
