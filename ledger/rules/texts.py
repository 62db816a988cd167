"""Rules in words: titles, why they matter, what cures a case, and a sentence for each kind of case.

The words stand in `texts.en.toml` and `texts.ja.toml`. Both are checked when they are loaded: every
rule, every kind of its cases and every constant has its words, and no text names what a rule does
not hand over.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

import msgspec

from ledger.rules.constants import ENUMS
from ledger.rules.reading import Tongue, Words
from ledger.rules.rule import Rule
from ledger.rules.rulebook import RULES
from ledger.rules.templates import Text, Unfit, misfits, parsed, written
from ledger.rules.values import Kind, Shown, Side, kind_of, name_of
from ledger.rules.violation import Violation

_told_kept_max: Final = 10_000


class RuleText(NamedTuple):
    """A rule in words; `expected` and `found` head the two sides of a case, `cure` may be empty.

    `say` = by its name, each kind of the rule's cases with its sentence.
    """

    title: str
    why: str
    expected: str
    found: str
    cure: str
    say: Mapping[str, tuple[Kind, Text]]


class Texts(NamedTuple):
    """All words of one language."""

    words: Words
    rules: Mapping[str, RuleText]


def sentence(case: Shown | Violation, *, tongue: Tongue = "en") -> str:
    """What a case says; the rule's title where rules of earlier left a case of no kind of today."""
    return _told(_shown(case), tongue)[0]


def sides(case: Shown | Violation, *, tongue: Tongue = "en") -> tuple[Side, Side]:
    """What a case expected and found, value by value in words; what no text names is left out."""
    return _told(_shown(case), tongue)[1:]


def _shown(case: Shown | Violation) -> Shown:
    """What of a case is told; the same case is told once, however often it is listed."""
    return Shown(
        case.rule,
        case.subject_kind,
        case.subject,
        case.discriminator,
        tuple(case.expected),
        tuple(case.found),
    )


@lru_cache(maxsize=_told_kept_max)
def _told(case: Shown, tongue: Tongue) -> tuple[str, Side, Side]:
    words, rules = texts_of(tongue)
    for kind, text in rules[case.rule].say.values():
        if (values := kind.values(case, words)) is not None:
            expected, found = kind.sides_read(values)
            return written(text, values), expected, found
    title = rules[case.rule].title + words.either(".", "。")
    return title, tuple(case.expected), tuple(case.found)


def rule_text(rule: str, tongue: Tongue = "en") -> RuleText:
    """A rule in words."""
    return texts_of(tongue).rules[rule]


@cache
def texts_of(tongue: Tongue) -> Texts:
    """The words of a language, checked. Raises Unfit."""
    path = files("ledger.rules") / f"texts.{tongue}.toml"
    return checked(tomllib.loads(path.read_text(encoding="utf-8")), tongue)


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as a file has it."""

    title: str
    why: str
    expected: str
    found: str
    cure: str
    say: dict[str, str]


def checked(tables: Mapping[str, object], tongue: Tongue, book: Sequence[Rule] = RULES) -> Texts:
    """The tables of a file as the words of a book of rules. Raises Unfit: all that is wrong."""
    try:
        words = msgspec.convert(tables.get("words", {}), dict[str, dict[str, str]])
        given = {
            name: msgspec.convert(table, _Written)
            for name, table in tables.items()
            if name != "words"
        }
    except msgspec.ValidationError as error:
        raise Unfit(str(error)) from error
    wrong = [*_empty(tables)]
    wrong += _names("rules", given, [rule.number for rule in book])
    wrong += _names("words", words, ENUMS)
    for table in words.keys() & ENUMS.keys():
        wrong += _names(f"words.{table}", words[table], ENUMS[table])
    rules: dict[str, RuleText] = {}
    for rule in book:
        if (of := given.get(rule.number)) is not None:
            say = dict(_kinds(rule, of.say, wrong))
            rules[rule.number] = RuleText(of.title, of.why, of.expected, of.found, of.cure, say)
    if wrong:
        raise Unfit("\n".join(wrong))
    return Texts(Words(tongue, words), rules)


def _empty(tables: Mapping[str, object], where: str = "") -> Iterator[str]:
    """Where there is nothing at all; only a cure may be nothing."""
    for name, of in tables.items():
        if isinstance(of, Mapping):
            yield from _empty(of, f"{where}{name}.")
        elif of == "" and name != "cure":
            yield f"{where}{name}: no words"


def _names(where: str, given: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    """Where names are not those that are wanted, as sentences."""
    yield from (f"{where}: no words for {name}" for name in sorted({*wanted} - {*given}))
    yield from (f"{where}: {name} is unknown" for name in sorted({*given} - {*wanted}))


def _kinds(
    rule: Rule, say: Mapping[str, str], wrong: list[str]
) -> Iterator[tuple[str, tuple[Kind, Text]]]:
    """The kinds of a rule's cases with their sentences; what is wrong is noted."""
    of = {name_of(says): says for says in rule.says}
    wrong += _names(f"{rule.number}.say", say, of)
    if len(of) < len(rule.says):
        wrong.append(f"{rule.number}: one name for two kinds")
    for name, says in of.items():
        if name not in say:
            continue
        try:
            kind, text = kind_of(says), parsed(say[name])
        except Unfit as error:
            wrong.append(f"{rule.number}.say.{name}: {error}")
            continue
        wrong += [f"{rule.number}.say.{name}: {each}" for each in misfits(text, kind.slots)]
        yield name, (kind, text)
