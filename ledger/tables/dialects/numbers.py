"""Counts, decimals, weights: every digit as it is written, no separator guessed."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal, NamedTuple

from ledger.tables.cells import Cell, Raw
from ledger.tables.dialects.outcome import FULL_WIDTH, How, Said, Unread, folded

_COUNTERS: Final = re.compile(r"\s*(?:枚|個|箱|本|袋|頭|羽|pcs\.?)$", re.IGNORECASE)
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_SHORTENED: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_MINUS: Final = "-−▲△"
_UNIT: Final = re.compile(r"\s*(kg|g|t|lbs?\.?|oz\.?|ポンド|㎏|キロ|トン)$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9.,]*[0-9]")
_COMMA_PROOF: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_DIGITS_MAX: Final = 40
_PERCENT: Final = 100

KG: Final = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "t": Decimal(1000),
    "lb": Decimal("0.45359237"),
    "oz": Decimal("0.45359237") / 16,
}
"""Kilograms of a unit, exactly."""
_UNITS: Final = {
    "lbs": "lb", "ポンド": "lb", "キロ": "kg", "トン": "t", "pound": "lb", "pounds": "lb",
}  # fmt: skip


class Weighed(NamedTuple):
    """Kilograms as recorded, and the figure as it was written in its unit."""

    kg: Decimal
    written: Decimal
    unit: str


def unit_of(text: str) -> str | None:
    """The unit that a text names; None where it names none."""
    name = text.translate(FULL_WIDTH).strip().casefold().rstrip(".").replace("㎏", "kg")
    name = _UNITS.get(name, name)
    return name if name in KG else None


def read_count(cell: str | Cell, how: How, notes: list[Said]) -> int:
    """A whole number; below zero only where the column is an adjustment."""
    said = cell if isinstance(cell, str) else cell.text
    text = said
    if isinstance(cell, Cell):
        if cell.kind not in ("number", "text"):
            raise Unread("not-whole", said=said)
    else:
        text = _COUNTERS.sub("", folded(said, notes)).strip()
    text, below = _sign(text)
    if _SHORTENED.fullmatch(text):
        raise Unread("number-shortened", said=said)
    if not (text.isascii() and (text.isdigit() or _GROUPED.fullmatch(text))):
        raise Unread("not-whole", said=said)
    digits = text.replace(",", "")
    if len(digits.lstrip("0")) > _DIGITS_MAX:
        raise _range(said, how)
    number = -int(digits) if below else int(digits)
    if number < 0 and how.column.kind == "count":
        raise Unread("negative", said=said)
    if not how.column.least <= number <= how.column.most:
        raise _range(said, how)
    return number


def _range(said: str, how: How) -> Unread:
    return Unread(
        "invalid/range", said=said, least=f"{how.column.least:,}", most=f"{how.column.most:,}"
    )


def _sign(text: str) -> tuple[str, bool]:
    if text[:1] in _MINUS and text:
        return text[1:].strip(), True
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    return text, False


def read_decimal(cell: str | Cell, how: How, notes: list[Said]) -> Decimal:
    """A decimal of as many places as its field has."""
    said = cell if isinstance(cell, str) else cell.text
    if isinstance(cell, Cell) and cell.kind == "number":
        number = Decimal(cell.text)
        if "%" in cell.format and how.column.kind == "share":
            number *= _PERCENT
    else:
        text = folded(said, notes) if isinstance(cell, str) else said
        percent = text.removesuffix("%").rstrip() if how.column.kind == "share" else text
        number = _written(percent, said, how)
    return _fitting(number, said, how, notes)


def read_weight(cell: str | Cell, how: How, notes: list[Said]) -> Weighed:
    """A weight in its own unit, its heading's, or kilograms."""
    said = cell if isinstance(cell, str) else cell.text
    unit = how.unit
    if isinstance(cell, Cell) and cell.kind == "number":
        number = Decimal(cell.text)
    else:
        text = folded(said, notes) if isinstance(cell, str) else said
        if found := _UNIT.search(text):
            own = unit_of(found.group(1)) or "kg"
            if unit is not None and own != unit:
                raise Unread("unit-differs", said=said, unit=own, other=unit)
            unit, text = own, text[: found.start()]
        number = _written(text, said, how)
    unit = unit or "kg"
    if unit == "kg":
        return Weighed(_fitting(number, said, how, notes), number, unit)
    kg = _rounded(number * KG[unit], 3)
    _checked(kg, said, how)
    notes.append(("converted", (("said", f"{number:f}"), ("unit", unit), ("other", f"{kg:f}"))))
    return Weighed(kg, number, unit)


def _written(text: str, said: str, how: How) -> Decimal:
    """The number that a text writes, by what is known of its separators."""
    text, below = _sign(text.strip())
    if below:
        raise Unread("negative", said=said)
    if _SHORTENED.fullmatch(text):
        raise Unread("number-shortened", said=said)
    if not text.isascii() or not _NUMBER.fullmatch(text) or len(text) > _DIGITS_MAX:
        raise Unread("invalid", said=said, why="expected a number")
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        mark = "," if comma > point else "."
    elif comma >= 0:
        mark = _lone_comma(text, said, how)
    elif point >= 0:
        mark = _lone_point(text, said, how)
    else:
        return Decimal(text)
    whole, _, places = text.rpartition(mark) if mark in text else (text, "", "")
    other = "." if mark == "," else ","
    groups = whole.split(other)
    grouped = len(groups) == 1 or (
        0 < len(groups[0]) <= 3 and all(len(each) == 3 for each in groups[1:])
    )
    if not grouped or mark in whole or other in places or not groups[0]:
        raise Unread("invalid", said=said, why="expected a number")
    return Decimal(f"{''.join(groups)}.{places or '0'}")


def fits_decimal(said: str, decimal: Literal["point", "comma"]) -> bool:
    """Whether a number that can be read in two ways can be with that decimal sign."""
    text = _UNIT.sub("", said.translate(FULL_WIDTH).strip()).removesuffix("%").strip()
    own, other = (".", ",") if decimal == "point" else (",", ".")
    whole, _, places = text.rpartition(own) if own in text else (text, "", "0")
    first, *groups = whole.split(other)
    return places.isdigit() and first.isdigit() and all(len(each) == 3 for each in groups)


def _lone_comma(text: str, said: str, how: How) -> str:
    """The decimal sign of a number with commas and no point."""
    if text.count(",") > 1:
        return "."
    if how.decimal is None:
        raise Unread("decimal-unclear", said=said)
    return "," if how.decimal == "comma" else "."


def _lone_point(text: str, said: str, how: How) -> str:
    if text.count(".") > 1:
        return ","
    if how.decimal is None:
        if how.comma_proven:
            raise Unread("decimal-unclear", said=said)
        return "."
    return "," if how.decimal == "comma" else "."


def proves_comma(cells: Iterable[Raw]) -> bool:
    """Whether a cell of a column can only be read with a decimal comma."""
    return any(
        isinstance(cell, str)
        and ("." in cell or "．" in cell)
        and _COMMA_PROOF.fullmatch(_UNIT.sub("", cell.translate(FULL_WIDTH).strip()))
        for cell in cells
    )


def _fitting(number: Decimal, said: str, how: How, notes: list[Said]) -> Decimal:
    """The number at its field's places; rounded where that was asked for."""
    figure = how.column.figure
    places = figure.places if figure is not None else 3
    at_places = _rounded(number, places if how.round is None else min(places, how.round))
    if at_places != number:
        if how.round is None:
            raise Unread("too-fine", said=said)
        notes.append(("rounded", (("said", said), ("other", f"{at_places:f}"))))
    _checked(at_places, said, how)
    return at_places


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def _checked(number: Decimal, said: str, how: How) -> None:
    figure = how.column.figure
    if figure is None:
        return
    if number < 0:
        raise Unread("negative", said=said)
    if number == 0 and not figure.zero:
        raise Unread("invalid/positive", said=said)
    if len(number.as_tuple().digits) > figure.digits:
        raise Unread("invalid/digits", said=said, count=figure.digits)
