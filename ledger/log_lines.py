"""Lines of the log of a process: when, how grave, which process, what, and the ids it is about.

Everything that the ledger and its libraries say comes through one formatter, as text for people or
as a JSON object a line. Nothing that opens anything is in any line: what looks like a token, a
session, a link that signs in or a password is masked, whoever said it.

A line's ids are what its call gives as `extra`, and what `about` says around it.
"""

import json
import logging
import os
import re
import sys
import threading
import traceback
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal, TextIO

MASK: Final = "***"
OURS: Final = "ledger"
"""The name that loggers of this program begin with."""
_SECRETS: Final = (
    ("seal_", re.compile(r"(seal_)[\w-]{16,}")),
    ("WyJ", re.compile(r"(WyJ)[\w-]+\.[\w-]+\.[\w-]+")),
    ("earer ", re.compile(r"(\b[Bb]earer\s+)[\w.~+/=-]{16,}")),
    ("://", re.compile(r"(://[^\s:/@\"]*:)[^\s\"]*(?=@)")),
    (
        "=",
        re.compile(
            r"(\b(?:link|token|csrf|secret|password|ledger_session)=)(?:'[^']*'|[^\s\"'\\,;&]+)"
        ),
    ),
)
"""What opens something, each behind a text that tells fast whether there is any: a token's secret;
what is signed for a session or a link, a list of two texts; headers; the password in an address;
words of a form or an address. The group stays."""
_OF_A_LINE: Final = ("time", "level", "process", "pid", "what")
_NO_IDS: Final = {*_OF_A_LINE, "logger", "message", "asctime"}
"""What else stands in a record where other formatters have had it."""
_log = logging.getLogger(OURS)


def configure(
    process: str, form: Literal["text", "json"], level: str, to: TextIO | None = None
) -> None:
    """Write lines of this level and graver ones to stderr, or elsewhere, as this process.

    Of libraries only warnings are written, and what they tell of their work where the level is
    debug; never more: there may be secrets in it.
    """
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, _Written):
            root.removeHandler(handler)
    made = _Written(to)
    made.setFormatter(_Lines(process, form))
    root.addHandler(made)
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(logging.INFO if least <= logging.DEBUG else max(least, logging.WARNING))
    logging.getLogger(OURS).setLevel(least)


def is_configured() -> bool:
    """Whether lines are written by this module already."""
    return any(isinstance(handler, _Written) for handler in logging.getLogger().handlers)


def take_over() -> None:
    """Let warnings, and what nobody has caught, be lines too."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _not_raised


def about(**ids: object) -> AbstractContextManager[None]:
    """Say what all lines within the block are about, those of libraries too."""
    from structlog.contextvars import bound_contextvars  # noqa: PLC0415 - see `_Lines`

    return bound_contextvars(**ids)


def masked(text: str) -> str:
    """The text without what opens anything."""
    for sign, secret in _SECRETS:
        if sign in text:
            text = secret.sub(rf"\g<1>{MASK}", text)
    return text


class _Written(logging.Handler):
    """Writes lines, to what is stderr at that moment where nothing else is given."""

    def __init__(self, to: TextIO | None) -> None:
        super().__init__()
        self._to = to

    def emit(self, record: logging.LogRecord) -> None:
        to = self._to or sys.stderr
        try:
            # In one piece, so that lines of several processes do not mix.
            to.write(self.format(record) + "\n")
            to.flush()
        except Exception:  # noqa: BLE001 -- as every handler: what cannot be told stops nothing
            self.handleError(record)


class _Lines(logging.Formatter):
    """Formats by structlog, which is loaded with the first line: most commands have none."""

    def __init__(self, process: str, form: Literal["text", "json"]) -> None:
        super().__init__()
        self._process = process
        self._form = form
        self._formatter: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._formatter is None:
            self._formatter = _structured(self._process, self._form)
        return masked(self._formatter.format(record))


def _structured(process: str, form: Literal["text", "json"]) -> logging.Formatter:
    from structlog.contextvars import merge_contextvars  # noqa: PLC0415 - see `_Lines`
    from structlog.processors import (  # noqa: PLC0415
        JSONRenderer,
        LogfmtRenderer,
        format_exc_info,
    )
    from structlog.stdlib import ExtraAdder, ProcessorFormatter  # noqa: PLC0415

    add_extra = ExtraAdder()
    fields = LogfmtRenderer(bool_as_flag=False)
    as_json = JSONRenderer(json.dumps, ensure_ascii=False, default=str)

    def begin(logger: Any, name: str, line: Any) -> Any:
        """The line's own fields first, then ids; of libraries no more than what they say."""
        record: logging.LogRecord = line["_record"]
        at = datetime.fromtimestamp(record.created, UTC)
        begun = {
            "time": at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z",
            "level": record.levelname.lower(),
            "process": process,
            "pid": os.getpid(),
            "what": line.pop("event"),
        }
        if record.name.partition(".")[0] == OURS:
            line = add_extra(logger, name, line)
        else:
            begun["logger"] = record.name
        kept = merge_contextvars(logger, name, line)
        return begun | {
            key: value for key, value in kept.items() if key not in _NO_IDS and value is not None
        }

    def as_text(_logger: Any, _name: str, line: Any) -> str:
        time, level, whose, pid, what = (line.pop(name) for name in _OF_A_LINE)
        head = f"{time} {level} {whose}[{pid}]"
        trace = line.pop("exception", "").splitlines()
        ids = {name: _visible(str(value)) for name, value in line.items()}
        first = f"{head} {_visible(what)}  {fields(None, '', ids)}".rstrip()
        return "\n".join([first, *(f"{head} | {_visible(each)}" for each in trace)])

    return ProcessorFormatter(
        foreign_pre_chain=[begin],
        processors=[
            format_exc_info,
            ProcessorFormatter.remove_processors_meta,
            as_text if form == "text" else as_json,
        ],
    )


def _visible(text: str) -> str:
    """The text on one line, with nothing in it that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, Exception):
        sys.__excepthook__(kind, error, trace)
        return
    _log.critical("%s", _named(kind, error), exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is SystemExit:
        return
    error = told.exc_value or told.exc_type()
    thread = told.thread.name if told.thread is not None else None
    _log.error(
        "%s", _named(told.exc_type, error),
        exc_info=(told.exc_type, error, told.exc_traceback), extra={"in_thread": thread},
    )  # fmt: skip


def _not_raised(told: "sys.UnraisableHookArgs") -> None:
    error = told.exc_value or told.exc_type()
    _log.error(
        "%s", told.err_msg or _named(told.exc_type, error),
        exc_info=(told.exc_type, error, told.exc_traceback),
    )  # fmt: skip


def _named(kind: type[BaseException], error: BaseException) -> str:
    return "".join(traceback.format_exception_only(kind, error)).strip()
