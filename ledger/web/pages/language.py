"""Languages: sentences, numbers and days as their readers write them.

English stands in the code itself; every other language is a gettext catalogue beside it.
"""

import io
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from starlette.requests import Request

from ledger.facts.scalars import micros
from ledger.rules.reading import Tongue
from ledger.rules.texts import RuleText, rule_text, sentence, sides, texts_of
from ledger.rules.values import Shown
from ledger.web.asking.tongues import tongue_of
from ledger.web.pages.words import MADE

JAPAN: Final = timezone(timedelta(hours=9), "JST")
"""Days and years of the trade are Japan's."""
COOKIE: Final = "ledger_language"
LANGUAGES: Final[Mapping[Tongue, str]] = {"en": "English", "ja": "日本語"}
_LOCALES: Final = {"en": Locale("en", "GB"), "ja": Locale("ja", "JP")}
_MINUS: Final = "−"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}[+-][0-9]{2}:[0-9]{2}")
_texts_kept_max: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Language:
    """One language: what a page needs to speak it."""

    def __init__(self, code: Tongue) -> None:
        self.code = code
        self.translations = NullTranslations() if code == "en" else _catalogue(code)
        self._locale = _LOCALES[code]

    def say(self, sentence: str) -> str:
        """The sentence in this language."""
        return self.translations.gettext(sentence) if sentence else ""

    def case(self, row: Mapping[str, Any]) -> str:
        """A case as a row of the list of cases, in a sentence."""
        return sentence(Shown(*(row[name] for name in Shown._fields)), tongue=self.code)

    def sides(self, row: Mapping[str, Any], values: Any = None) -> tuple[str, str]:
        """What such a case expected and found, or at some time did, in words."""
        shown = Shown(*(row[name] for name in Shown._fields))
        if values is not None:
            shown = shown._replace(expected=values.expected, found=values.found)
        between = ", " if self.code == "en" else "、"
        expected, found = (
            between.join(map(self.value, side)) for side in sides(shown, tongue=self.code)
        )
        return expected, found

    def rule(self, number: str) -> RuleText:
        """A rule in words."""
        return rule_text(number, self.code)

    def event(self, kind: str) -> str:
        """What a type of event, or a decision of the ledger's own, is called."""
        facts = texts_of(self.code).words.tables["event"]
        return facts[kind] if kind in facts else self.say(MADE.get(kind, kind))

    def word(self, constant: str, table: str) -> str:
        """What a constant is called, by the table of the rules' words that it stands in."""
        return texts_of(self.code).words.tables[table].get(constant, constant)

    def value(self, text: str) -> str:
        """What an earlier rule expected or found: days and times as read here, else as it is.

        A number stays as it is too: it may be somebody's id.
        """
        with suppress(ValueError):  # a site may be called 2026-99-99
            if _TIME.fullmatch(text):
                return self.moment(text)
            if _DAY.fullmatch(text):
                return self.day(text)
        return text

    def number(self, value: object) -> str:
        """A count with its groups of thousands; nothing for None."""
        if value is None:
            return ""
        return _number(str(value), self.code)

    def signed(self, value: int) -> str:
        """A difference with its sign."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def day(self, value: date | str | None) -> str:
        """A calendar date."""
        if value is None:
            return ""
        return _day(date.fromisoformat(value) if isinstance(value, str) else value, self.code)

    def moment(self, value: int | str | None) -> str:
        """A moment by Japan's clock, from µs UTC or canonical text."""
        if value is None:
            return ""
        return format_datetime(in_japan(value), "medium", locale=self._locale)


# A page says the same few hundred numbers and days in many rows, and to many readers.
@lru_cache(maxsize=_texts_kept_max)
def _number(value: str, code: Tongue) -> str:
    return format_decimal(value, locale=_LOCALES[code]).replace("-", _MINUS)


@lru_cache(maxsize=_texts_kept_max)
def _day(value: date, code: Tongue) -> str:
    return format_date(value, "medium", locale=_LOCALES[code])


def in_japan(value: int | str) -> datetime:
    """A moment by Japan's clock, from µs UTC or canonical text."""
    at = value if isinstance(value, int) else micros(value)
    return (_EPOCH + timedelta(microseconds=at)).astimezone(JAPAN)


@cache
def language(code: Tongue) -> Language:
    """The language of a code we know."""
    return Language(code)


def language_of(request: Request) -> Language:
    """The language somebody chose, else the browser's, else English."""
    return language(tongue_of(request, request.cookies.get(COOKIE)))


def _catalogue(code: str) -> GNUTranslations:
    path = files("ledger.web").joinpath("locale", code, "LC_MESSAGES", "messages.po")
    with path.open("rb") as file:
        read = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)
