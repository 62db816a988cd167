"""Every error the ledger raises on purpose, as one tree.

LedgerError
├── Misuse         the caller asked for something that cannot be: one sentence, exit 2
│   └── NotPermitted  it can be, but not by this party or person: 403
├── Malformed      these bytes will never be a fact: dead letter or 4xx, never retried
├── Conflict       a decision lost against another one recorded first: read again, decide again
├── TooMuch        an answer would hold more than an evaluation may: the subject is set aside
│   └── EvaluationFull  what is evaluated together holds too much: tried again in halves
├── Unavailable    something outside is away (database, broker): pause and try again, 503
│   └── TooSlow    the database gave up a transaction in which we computed for too long
└── Fatal          an assumption broke: stop, restart, and the ordinary start repairs
    └── Fenced     another process owns this partition now: let go of it
"""

import difflib
import errno
import os
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Self

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class PeriodName(str):
    """The name of a period, `2026-04` or `FY2026`, in a sentence: read as its reader says it."""

    __slots__ = ()

    @property
    def in_words(self) -> str:
        """As English says it: `April 2026`, `fiscal year 2026`."""
        if self.startswith("FY"):
            return f"fiscal year {self[2:]}"
        return f"{_MONTHS[int(self[5:]) - 1]} {self[:4]}"


class MonthDay(date):
    """A day in a sentence in which its year is plain: `30 November`."""

    @property
    def in_words(self) -> str:
        """As English says it."""
        return f"{self.day} {_MONTHS[self.month - 1]}"


class Sentence(str):  # noqa: SLOT000 -- it has attributes of its own
    """A sentence in English that can be said in other languages too.

    `template` has a blank `%(name)s` for each of `values`: texts stand as they are; numbers, days
    and names of periods as their reader writes them.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """The sentence with its blanks filled in."""
        made = super().__new__(
            cls, template % {name: _english(value) for name, value in values.items()}
        )
        made.template, made.values = template, values
        return made


def template(sentence: str) -> str:
    """The same template of a `Sentence`: catalogues collect what is marked so."""
    return sentence


def _english(value: object) -> str:
    match value:
        case PeriodName() | MonthDay():
            return value.in_words
        case date():
            return f"{value.day} {_MONTHS[value.month - 1][:3]} {value.year}"
        case int():
            return f"{value:,}".replace("-", "\N{MINUS SIGN}")
        case _:
            return str(value)


class LedgerError(Exception):
    """Something the ledger can name; its text is a sentence for people."""


class Misuse(LedgerError):
    """The caller asked for something that cannot be done as asked; `field` is what was wrong."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotPermitted(Misuse):
    """What was asked for can be done, but not by this party or person."""


class Malformed(LedgerError):
    """Bytes that will never become a fact."""


class Conflict(LedgerError):
    """A decision was taken on a state that is no longer the latest."""


class TooMuch(LedgerError):
    """An answer needs more than an evaluation may hold; its text says what is too much."""


class EvaluationFull(TooMuch):
    """What is evaluated together needs more than may be held; half of it may not."""


class Unavailable(LedgerError):
    """Something outside is away; the same call may succeed later."""


class TooSlow(Unavailable):
    """So much was computed between two statements that the database ended the transaction."""


class Fatal(LedgerError):
    """An assumption broke; the process stops and its ordinary start repairs."""


class Fenced(Fatal):
    """Another process has taken over what this one was writing."""


near_max = 3
listed_max = 12


def no_such(
    what: str,
    name: str,
    known: Iterable[str],
    *,
    where: str = "",
    field: str = "",
    every: bool = False,
) -> Misuse:
    """What to raise where a name is none of those known: a sentence with the nearest of them.

    `where` says among what it was looked for, as `on T1`. With `every` it lists all of them
    besides.
    """
    none = f"There is no {what} {name!r}{where and f' {where}'}"
    names = list(dict.fromkeys(known))
    by_letters = {each.casefold(): each for each in names}
    typed = name.casefold()
    near = difflib.get_close_matches(typed, by_letters, n=near_max)
    if every:
        hint = f"; did you mean {by_letters[near[0]]}?" if near else ";"
        return Misuse(f"{none}{hint} known are {', '.join(names)}.", field=field)
    if not near and len(names) > listed_max:
        near = difflib.get_close_matches(typed, by_letters, n=near_max, cutoff=0.0)
    if near:
        are = "is" if len(near) == 1 else "are"
        hint = f"; the nearest {are} {', '.join(by_letters[each] for each in near)}"
    else:
        hint = f"; there is {', '.join(names)}" if names else ""
    return Misuse(f"{none}{hint}.", field=field)


def not_served(
    what: str, host: str, port: int, setting: str, error: OSError | ValueError
) -> Misuse:
    """What to raise where nothing can listen at an address; `setting` begins its two settings."""
    code, why = None, "that is no host"
    if isinstance(error, OSError) and error.errno is not None:
        code = error.errno
        # The socket module repeats the address behind the system's own words.
        why = os.strerror(code) if code > 0 else error.strerror or why
    free = f"{setting}_PORT=0 takes any free port"
    if code != errno.EADDRINUSE:
        free = f"Set {setting}_HOST to an address of this machine; {free}"
    return Misuse(f"{what} cannot be served at {host}:{port}: {why}. {free}.")
