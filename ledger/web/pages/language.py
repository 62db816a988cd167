"""Languages: sentences, numbers and days as their readers write them.

English stands in the code itself; every other language is a gettext catalogue beside it.
"""

import io
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import Request

from ledger.cases.decision import ReasonName
from ledger.cases.discrepancy import State
from ledger.errors import MonthDay, PeriodName, Sentence
from ledger.rules.reading import Tongue
from ledger.rules.texts import RuleText, rule_text, sentence, sides, texts_of
from ledger.rules.values import Shown
from ledger.rules.violation import SubjectKind
from ledger.web.asking.tongues import tongue_of
from ledger.web.pages import dates
from ledger.web.pages.fields import constant_of, country_of, heading_of
from ledger.web.pages.words import KINDS, MADE, REASONS, STATES
from ledger.web.sentences import Days, Signed, Words

COOKIE: Final = "ledger_language"
LANGUAGES: Final[Mapping[Tongue, str]] = {"en": "English", "ja": "日本語"}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}[+-][0-9]{2}:[0-9]{2}")


_NAMED: Final[Mapping[type, Mapping[str, str]]] = {
    State: STATES, ReasonName: REASONS, SubjectKind: KINDS,
}  # fmt: skip
"""Words for what a sentence names by a constant."""


class Language:
    """One language: what a page needs to speak it."""

    def __init__(self, code: Tongue) -> None:
        self.code = code
        self.translations = NullTranslations() if code == "en" else _catalogue(code)

    def say(self, sentence: str) -> str:
        """The sentence in this language."""
        if isinstance(sentence, Sentence):
            values = {name: self._filled_in(value) for name, value in sentence.values.items()}
            return self.translations.gettext(sentence.template) % values
        return self.translations.gettext(sentence) if sentence else ""

    def _filled_in(self, value: object) -> str:
        match value:
            case PeriodName():
                return dates.month(value, self.code)
            case MonthDay():
                english = self.code == "en"
                return value.in_words if english else f"{value.month}月{value.day}日"
            case State() | ReasonName() | SubjectKind():
                return self.say(_NAMED[type(value)].get(value, value))
            case date():
                return dates.day_said(value, self.code)
            case int():
                return self.number(value)
            case _:
                return str(value)

    def end_of(self, value: int) -> str:
        """A moment, as its day alone where it is the end of one in Japan."""
        last = dates.in_japan(value + 1)
        if (last.hour, last.minute, last.second, last.microsecond) == (0, 0, 0, 0):
            return self.day(dates.in_japan(value).date())
        return self.moment(value)

    def told(self, words: Words) -> str:
        """Words with what fills their blanks, as written in this language."""
        text = (
            self.translations.ngettext(words.text, words.many, words.number)
            if words.many
            else self.say(words.text)
        )
        return text % {name: self._filled(value) for name, value in words.values.items()}

    def _filled(self, value: int | str | Signed | Days | Words) -> str:
        match value:
            case Words():
                return self.told(value)
            case Signed(number):
                return self.signed(number)
            case Days(day, with_year):
                return dates.day_said(day, self.code) if with_year else dates.near(day, self.code)
            case int():
                return self.number(value)
            case _:
                return value

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

    def heading(self, label: str) -> str:
        """What a field is called: `Type.column`, a column's code, or a sentence of ours."""
        return heading_of(label, self.code) or self.say(label)

    def constant(self, value: str, of: str) -> str:
        """What a constant of a field, `Type.column`, is called."""
        return constant_of(of, value, self.code)

    def country(self, code: str) -> str:
        """The name of a country."""
        return country_of(code, self.code)

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
        """A figure with its groups of thousands; nothing for None."""
        return "" if value is None else dates.number(str(value))

    def signed(self, value: int) -> str:
        """A difference with its sign."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def day(self, value: date | str | None) -> str:
        """A date in a cell; nothing for None."""
        return "" if value is None else dates.day(_date(value), self.code)

    def day_said(self, value: date | str) -> str:
        """A date in a sentence."""
        return dates.day_said(_date(value), self.code)

    def day_and_era(self, value: date | str) -> str:
        """A date on a paper."""
        return dates.day_and_era(_date(value), self.code)

    def moment(self, value: int | str | None) -> str:
        """A moment in a cell, by Japan's clock, from µs UTC or canonical text; nothing for None."""
        return "" if value is None else dates.moment(value, self.code)

    def moment_exact(self, value: int | str) -> str:
        """The same with its seconds, for events and receipts."""
        return dates.moment(value, self.code, seconds=True)

    def moment_said(self, value: int | str) -> str:
        """A moment in a sentence."""
        return dates.moment_said(value, self.code)

    def elsewhere(self, value: int | str) -> str:
        """The moment by its reporter's own clock, where that is not Japan's."""
        return dates.elsewhere(value, self.code)

    def month(self, name: str) -> str:
        """A month or fiscal year, by its name."""
        return dates.month(name, self.code)

    def month_and_era(self, name: str) -> str:
        """The same with its era."""
        return dates.month_and_era(name, self.code)

    def due(self, days: int) -> str:
        """How far off a day is, in days; late below zero."""
        return dates.due(days, self.code)

    def counted(self, value: int, of: str) -> str:
        """How many seals, units, cases or events."""
        return dates.counted(value, of, self.code)

    def kilos(self, value: object) -> str:
        """A weight, its places kept."""
        return dates.kilos(value)

    def percent(self, value: object) -> str:
        """A share."""
        return dates.percent(value, self.code)


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


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
