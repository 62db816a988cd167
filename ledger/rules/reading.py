"""Types of values that rules hand to their texts, and how each reads in each language.

A value arrives as the text that a case keeps. Nobody is ever shown a constant, a UUID or an ISO
date: each type says which texts are its own, and whatever is none of them fits no sentence.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, NamedTuple

from ledger.facts.scalars import TIME_MICROS_MAX, TIME_MICROS_MIN, micros
from ledger.labels.verdict import CODES, code_row
from ledger.rules.constants import ENUM_OF_FIELD, ENUMS
from ledger.rules.violation import MORE, parts_of

Tongue = Literal["en", "ja"]
TONGUES: Final[tuple[Tongue, ...]] = ("en", "ja")
ABSENT: Final = frozenset({"none", "never", "absent", "nothing", "-", ""})
"""How a case says that there is no such value."""
_JAPAN: Final = timezone(timedelta(hours=9), "JST")
_FULL_HOUR: Final = ":00:00.000000+00:00"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class Words(NamedTuple):
    """A language and its words for constants: by table, then by constant."""

    tongue: Tongue
    tables: Mapping[str, Mapping[str, str]]

    def either(self, english: str, japanese: str) -> str:
        """The one of two texts that is in this language."""
        return english if self.tongue == "en" else japanese


Read = Callable[[str, Words], str]


class Type(NamedTuple):
    """`accepts` a text that is of this type; `forms` by name, the usual one without.

    `counts` = a value says how many. Of a list, `listed_max` are named, `others` is what a Japanese
    one counts the rest by, and `between` stands between two, in English and in Japanese.
    """

    accepts: Callable[[str], object]
    forms: Mapping[str, Read]
    counts: bool = False
    others: str = "件"
    listed_max: int = 5
    between: tuple[str, str] = (", ", "、")


def _enum(name: str) -> Type:
    return Type(lambda text: text in ENUMS[name], {"": lambda text, say: say.tables[name][text]})


def number(text: str) -> str:
    """A count with its groups of thousands and a true minus; a weight keeps its places."""
    return f"{Decimal(text):,f}".replace("-", "−")


def day(text: str, tongue: Tongue) -> str:
    """A calendar date, from `2026-04-02`."""
    on = date.fromisoformat(text)
    if tongue == "ja":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1][:3]} {on.year}"


def _moment(text: str, say: Words) -> str:
    """A moment by Japan's clock."""
    at = _in_japan(text)
    on = day(at.date().isoformat(), say.tongue)
    return say.either(f"{on}, {at:%H:%M}", f"{on} {at.hour}時{at.minute:02d}分")


def _hour(text: str, say: Words) -> str:
    """An hour of UTC by Japan's clock."""
    at = _in_japan(text + _FULL_HOUR)
    on, then = day(at.date().isoformat(), say.tongue), (at + timedelta(hours=1)).hour
    return say.either(f"{on}, {at.hour:02d}:00 to {then:02d}:00", f"{on} {at.hour}時台")


def _in_japan(text: str) -> datetime:
    return (_EPOCH + timedelta(microseconds=micros(text))).astimezone(_JAPAN)


def _month(text: str, say: Words) -> str:
    year, month = map(int, text.split("-"))
    return say.either(f"{MONTHS[month - 1]} {year}", f"{year}年{month}月")


def _counted(one: str, many: str, japanese: str) -> Read:
    def read(text: str, say: Words) -> str:
        shown = number(text)
        return say.either(f"{shown} {one if abs(Decimal(text)) == 1 else many}", japanese % shown)

    return read


def _measured(one: str, many: str, japanese: str) -> Read:
    """A figure without the noughts that its places end in."""
    return lambda text, say: _counted(one, many, japanese)(f"{Decimal(text).normalize():f}", say)


def _first(read: Read) -> Read:
    """For a figure with its unit behind it, such as `30 d`."""
    return lambda text, say: read(text.split(" ")[0], say)


def _whole(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch


def _as_is(text: str, _say: Words) -> str:
    return text


def _number(text: str, _say: Words) -> str:
    return number(text)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-04-02") and bool(date.fromisoformat(text))
    except ValueError:
        return False


_TIME: Final = _whole(r".{19}\.[0-9]{6}[+-][0-9]{2}:[0-9]{2}")


def _is_moment(text: str) -> object:
    """Whether it is a moment, and far enough from the calendar's ends for every clock."""
    try:
        return _TIME(text) and TIME_MICROS_MIN <= micros(text) < TIME_MICROS_MAX
    except ValueError:
        return False


def _code(text: str, say: Words) -> str:
    """What a code says, to stand within a sentence."""
    row = code_row(text)
    return say.either(row.en, row.ja).rstrip(".。")


def _substance(text: str, say: Words) -> str:
    """A substance by its code, which is English."""
    return say.either(text.replace("_", " ").lower(), text)


def _holding(text: str, say: Words) -> str:
    """`HOLDER SITE`."""
    holder, site = parts_of(text)
    return say.either(f"{holder} at {site}", f"{holder}（{site}）")


def _account(text: str, say: Words) -> str:
    """`MARK HOLDER SITE`."""
    mark, _, rest = text.partition(" ")
    return say.either(f"{mark}, {_holding(rest, say)}", f"{_holding(rest, say)}の{mark}")


def _place(text: str, say: Words) -> str:
    """A place by its name: `STOCK EXP-1 W1`, `LOT L-1`, `LOST`."""
    kind, *of = parts_of(text)
    where = _holding(" ".join(of), say) if len(of) > 1 else "".join(of)
    return say.tables["place"][kind].format(where)


def _is_place(text: str) -> bool:
    return text.split(" ", maxsplit=1)[0] in ENUMS["place"]


def _item(text: str, say: Words) -> str:
    """An item of criteria; one that they do not know as it was reported."""
    return say.tables["item"].get(text, text)


def _labelled(text: str, say: Words) -> str:
    """`LABEL VERSION`."""
    label, version = parts_of(text)
    return say.either(f"{label}, version {version},", f"{label}（第{version}版）")


def _stated(text: str, say: Words) -> str:
    """A field and its value: `sites EU1,EU2`, `units none`, `lines of 3`."""
    field, _, value = text.partition(" ")
    name = say.tables["field"][field]
    if value in ABSENT:
        return say.either(f"no {name}", f"「{name}」の記載なし")
    if entries := re.fullmatch("of ([0-9]+)", value):
        count = int(entries.group(1))
        many = "entry" if count == 1 else "entries"
        return say.either(f"{name} with {count} {many}", f"「{name}」{count}件")
    return say.either(
        f'{name} "{_value(field, value, say)}"', f"「{name}」{_value(field, value, say)}"
    )


def _value(field: str, value: str, say: Words) -> str:
    words = say.tables.get(ENUM_OF_FIELD.get(field, ""), {})
    if value in words:
        return words[value]
    if value in ("True", "False"):
        return say.either("yes", "はい") if value == "True" else say.either("no", "いいえ")
    return day(value, say.tongue) if _is_day(value) else listed(value.split(","), _ID, say)


def listed(texts: Sequence[str], of: Type, say: Words) -> str:
    """Texts of a type one after the other: so many, and how many are left."""
    shown, left = texts[: of.listed_max], len(texts) - of.listed_max
    between = say.either(*of.between)
    if say.tongue == "ja":
        return between.join(shown) + (f"ほか{left}{of.others}" if left > 0 else "")
    if left > 0:
        return f"{between.join(shown)}{between.strip(', ')} and {left} more"
    last = " and " if between == ", " else between
    return last.join([between.join(shown[:-1]), shown[-1]] if shown[1:] else shown)


_INTEGER: Final = _whole("-?[0-9]+")
_ID: Final = Type(bool, {"": _as_is})


def _count(one: str, many: str, japanese: str) -> Type:
    return Type(_INTEGER, {"": _counted(one, many, japanese), "number": _number}, counts=True)


def _figure(pattern: str, one: str, many: str, japanese: str) -> Type:
    return Type(_whole(pattern), {"": _first(_counted(one, many, japanese))})


TYPES: Final[Mapping[str, Type]] = {
    **dict.fromkeys(
        (
            "mark", "lot", "dispatch", "shipment", "certificate", "report", "contract", "source",
            "label", "product", "site", "version", "year", "id", "herd",
        ),
        _ID,
    ),
    "party": _ID._replace(others="者"),
    "person": _ID._replace(others="名"),
    "record": Type(_whole("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), {}),
    "range": Type(_whole("[0-9]+(-[0-9]+)?"), {"": lambda text, _: text.replace("-", "–")}),
    "seals": _count("seal", "seals", "マーク%s枚"),
    "units": _count("unit", "units", "%s個"),
    "count": Type(_INTEGER, {"": _number}, counts=True),
    "kg": Type(_is_number, {"": _counted("kg", "kg", "%s kg"), "number": _number}),
    "area": Type(_is_number, {"": _measured("m²", "m²", "%s m²")}),
    "years": Type(_is_number, {"": _measured("year", "years", "%s年")}),
    "hours": Type(_is_number, {"": _measured("hour", "hours", "%s時間")}),
    "days": _figure("[0-9]+ d", "day", "days", "%s日"),
    "minutes": _figure("[0-9]+ min", "minute", "minutes", "%s分"),
    "percent": Type(_whole("[0-9.]+ %"), {"": lambda text, _: text.replace(" ", "")}),
    "day": Type(_is_day, {"": lambda text, say: day(text, say.tongue)}),
    "on": Type(lambda t: _is_day(t[-10:]), {"": lambda t, say: day(t[-10:], say.tongue)}),
    "moment": Type(_is_moment, {"": _moment}),
    "month": Type(_whole("[0-9]{4}-(0[1-9]|1[0-2])"), {"": _month}),
    "hour": Type(lambda text: _is_moment(text + _FULL_HOUR), {"": _hour}),
    "substance": Type(bool, {"": _substance}),
    "code": Type(
        lambda text: CODES.topmost(text, None) is not None,
        {"": _code},
        listed_max=2,
        between=("; ", "／"),
    ),
    "holding": Type(lambda text: text.count(" ") == 1, {"": _holding}),
    "account": Type(lambda text: text.count(" ") == 2, {"": _account}),
    "labelled": Type(lambda text: text.count(" ") == 1, {"": _labelled}),
    "stated": Type(lambda text: text.split(" ")[0] in ENUMS["field"], {"": _stated}, listed_max=3),
    "beyond": Type(MORE.fullmatch, {"number": lambda t, _: number(t.split(" ")[1])}, counts=True),
    **{name: _enum(name) for name in ENUMS},
    "place": Type(_is_place, {"": _place}),
    "item": Type(bool, {"": _item}),
}  # fmt: skip
"""By name; each table of words is a type too."""
