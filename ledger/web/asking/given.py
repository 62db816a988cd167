"""What a request gives: texts, moments, days, clocks; each refused by its own name if it is wrong.

A date given as a moment means the end of that day in Japan.
"""

import base64
import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from ledger.cases.period import period_of
from ledger.facts.scalars import canonical_time, micros
from ledger.log.seeing import Seen
from ledger.views.loading import LAST
from ledger.web.desk import Looking, as_of
from ledger.web.problems import invalid

ID_PATTERN: Final = r"^[!-~]{1,80}$"
KEY_PATTERN: Final = r"^[ -~]{1,300}$"
"""A subject: ids joined by spaces."""
TEXT_PATTERN: Final = r"^[^\x00]*$"
"""Any text that the database can hold."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Clocks(NamedTuple):
    """What had happened, and what was known: µs UTC, None being now; and as they were given.

    `period` is the month or fiscal year whose end stands for the first, where one was given.
    """

    as_of: int | None = None
    known_at: int | None = None
    as_of_text: str = ""
    known_at_text: str = ""
    period: str = ""

    @property
    def since(self) -> int | None:
        """The beginning of the period, µs UTC, where one was given."""
        return period_of("-", "-", self.period).start if self.period else None

    @property
    def moved(self) -> bool:
        """Whether one of them is not now."""
        return self.as_of is not None or self.known_at is not None

    @property
    def words(self) -> dict[str, str]:
        """What an address with these clocks says."""
        given = {
            "as_of": self.as_of_text, "known_at": self.known_at_text, "period": self.period,
        }  # fmt: skip
        return {name: text for name, text in given.items() if text}

    def position(self, looking: Looking) -> int:
        """The last position that counts: the views' own, or an earlier one known then."""
        known = looking.standing.position
        return known if self.known_at is None else min(known, looking.log.known_at(self.known_at))

    def then(self, looking: Looking) -> "Then":
        """What a snapshot held at both clocks."""
        position = self.position(looking) if self.moved else None
        return Then(as_of(looking, self.as_of), position)


class Then(NamedTuple):
    """What had happened and was known at both clocks; `position` is None where that is now."""

    log: Seen
    position: int | None

    @property
    def last(self) -> int:
        """The last position whose facts count."""
        return LAST if self.position is None else self.position


def moment(text: str | None, name: str) -> int | None:
    """Microseconds UTC of a time given under a name."""
    if text is None:
        return None
    whole = f"{text}T23:59:59.999999+09:00" if _DATE.fullmatch(text) else text
    try:
        return micros(canonical_time(whole))
    except ValueError as error:
        raise invalid(name, str(error)) from None


def days(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    """The dates given as `from` and `to`."""
    first, last = day(start, "from"), day(end, "to")
    if first and last and last < first:
        raise invalid("to", "lies before `from`")
    return first, last


def day(text: str | None, name: str) -> date | None:
    """A date given under a name."""
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(name, str(error)) from None
    raise invalid(name, "expected a date, as 2026-04-01")


def next_cursor(key: Sequence[str | int]) -> str:
    """What leads to the page behind an entry with that key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")
