"""The scalars facts are made of: ids, counts, weights, moments, words.

A value that cannot be is refused when the fact is made, with the name of its field.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, ClassVar, Final, Literal, Self

from msgspec import Meta

COUNT_MAX = 1_000_000_000
LINES_MAX = 1_000
HERDS_MAX = 200

ID_CHARACTERS_MAX: Final = 80
Id = Annotated[str, Meta(min_length=1, max_length=ID_CHARACTERS_MAX, extra={"form": "id"})]
"""1 to 80 visible ASCII characters without spaces; its characters are checked by `checks`."""
EventId = Annotated[str, Meta(min_length=36, max_length=36, extra={"form": "uuid"})]
"""A UUID in lower-case text; its form is checked by `checks`."""
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
LongText = Annotated[str, Meta(min_length=1, max_length=2_000)]
Address = Annotated[str, Meta(min_length=1, max_length=300)]
"""As it stands on labels."""
CertificateNumber = Annotated[str, Meta(min_length=1, max_length=80, extra={"form": "printable"})]
"""Up to 80 printable characters, spaces allowed; its characters are checked by `checks`."""
# `$` also matches before a line feed at the end, so the length is limited besides.
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", max_length=2)]
"""ISO 3166-1 alpha-2."""
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]

Count = Annotated[int, Meta(ge=1, le=COUNT_MAX)]
CountOrZero = Annotated[int, Meta(ge=0, le=COUNT_MAX)]
Delta = Annotated[int, Meta(ge=-COUNT_MAX, le=COUNT_MAX)]
Serial = Annotated[int, Meta(ge=0, le=2**62)]
"""A serial number printed on a seal."""
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Minutes = Annotated[int, Meta(ge=1, le=2**31 - 1)]
FiscalYear = Annotated[int, Meta(ge=1900, le=9998)]
"""N = 1 April N to 31 March N+1, Japan time."""

Scheme = Literal[
    "JAS", "NOP", "COR", "EU", "KRAV", "BIO_SUISSE", "ACT", "ACT_EU", "BIOGRO", "OTHER"
]
ProductClass = Literal[
    "PLANT", "WILD_PLANT", "FUNGI", "PROCESSED_PLANT", "PROCESSED_MIXED", "LIVESTOCK",
    "PROCESSED_LIVESTOCK", "FEED", "ALCOHOL", "HONEY", "ALGAE", "NON_FOOD", "OTHER",
]  # fmt: skip
Role = Literal[
    "IMPORTER", "EXPORTER", "PRODUCER", "PROCESSOR", "SUBDIVIDER", "RCB", "CERTIFYING_AGENT",
    "PRINTER", "OTHER",
]  # fmt: skip
WorksAs = Literal["REPORTER", "EXPLAINER", "DECIDER", "SIGNER", "ADMIN", "OTHER"]
"""What a person does for its party: records; explains and acknowledges; decides cases; signs
periods; keeps its accounts."""
Status = Literal["ORGANIC", "IN_CONVERSION", "CONVENTIONAL", "OTHER"]
Species = Literal[
    "BEEF_CATTLE", "DAIRY_COW", "BREEDING_COW", "HORSE", "SHEEP", "GOAT", "PIG", "SOW",
    "MEAT_POULTRY", "DUCK_PADDY", "LAYER", "QUAIL", "DAIRY_GOAT", "BREEDING_MARE", "DUCK",
    "MALLARD", "OTHER",
]  # fmt: skip
Carrier = Literal["STICKER", "PREPRINTED_PACK", "INVOICE_MARK", "OTHER"]
ReasonCode = Literal[
    "COUNT_ERROR", "SCANNER_ARTIFACT", "LATE_ENTRY", "WRONG_ACCOUNT", "DAMAGED_IN_TRANSIT",
    "PRINTER_SHORT_ROLL", "MISAPPLIED", "REWORK", "SAMPLE_KEPT", "LOSS", "THEFT",
    "DOCUMENT_CORRECTED", "RULE_CHANGED", "UNEXPLAINED", "OTHER",
]  # fmt: skip


class FieldError(ValueError):
    """A value that its field cannot hold; `field` is the path below the object it stands in."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class Figure(Decimal):
    """A decimal with a fixed number of places; text in JSON, never a number."""

    digits: ClassVar[int]
    places: ClassVar[int]
    zero: ClassVar[bool] = False

    @classmethod
    def read(cls, value: object) -> Self:
        """The figure for its text (or for a Decimal, as Avro gives it), padded to its places.

        Raises ValueError where it is no plain decimal, has more places or digits than the field
        holds, is below zero, or is zero where zero is not allowed.
        """
        if isinstance(value, Decimal):
            number = value
        elif isinstance(value, str) and _PLAIN.fullmatch(value):
            number = Decimal(value)
        else:
            raise ValueError('expected a decimal as text, such as "12.500"')
        try:
            padded = number.quantize(Decimal(1).scaleb(-cls.places))
        except InvalidOperation:
            raise ValueError(f"at most {cls.digits} digits") from None
        if padded != number or -int(number.as_tuple().exponent) > cls.places:
            raise ValueError(f"at most {cls.places} decimal places")
        if len(padded.as_tuple().digits) > cls.digits:
            raise ValueError(f"at most {cls.digits} digits, {cls.places} of them decimal places")
        if padded < 0 or (padded == 0 and not cls.zero):
            raise ValueError("must not be below zero" if cls.zero else "must be above zero")
        return cls(abs(padded))


_PLAIN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


class Weight(Figure):
    """Kilograms, above zero."""

    digits, places = 15, 3


class WeightOrZero(Figure):
    """Kilograms, zero allowed (losses)."""

    digits, places, zero = 15, 3, True


class Quantity(Figure):
    """An amount in the unit named beside it, above zero."""

    digits, places = 15, 3


class Area(Figure):
    """Square metres, zero allowed."""

    digits, places, zero = 15, 3, True


class Surface(Figure):
    """Square metres, above zero."""

    digits, places = 15, 3


class MeanHeads(Figure):
    """Animals, a mean over years, above zero."""

    digits, places = 15, 3


class Share(Figure):
    """Per cent of the weight, zero allowed."""

    digits, places, zero = 6, 3, True


class Years(Figure):
    """Years of practice, zero allowed."""

    digits, places, zero = 4, 1, True


class Hours(Figure):
    """Hours of a day, zero allowed."""

    digits, places, zero = 4, 1, True


# A moment is text: readable in ten years, ordered by `micros`, its local day the first ten letters.
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_CANONICAL = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}:[0-9]{{2}}\.[0-9]{{6}}[+-]{_CLOCK}"
)
_RFC3339 = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[Tt]({_CLOCK}:[0-9]{{2}})(?:\.([0-9]+))?"
    rf"([Zz]|[+-]{_CLOCK})"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
MICROS_A_SECOND = 1_000_000
MICROS_A_DAY = 86_400 * MICROS_A_SECOND
_MICROS_A_MINUTE = 60 * MICROS_A_SECOND
# Texts of the parts of a moment, made once: nearly all events share their day and their offset.
_MINUTES = [f"{minute // 60:02d}:{minute % 60:02d}:" for minute in range(24 * 60)]
_EIGHT_DIGITS = 100_000_000
_days_kept_max = 4_000
_zones_kept_max = 3_000
# Two days inside the calendar's ends, so that a moment can be shown at any offset.
TIME_MICROS_MIN = (datetime(1, 1, 3, tzinfo=UTC) - EPOCH).days * MICROS_A_DAY
TIME_MICROS_MAX = (datetime(9999, 12, 30, tzinfo=UTC) - EPOCH).days * MICROS_A_DAY


def moment(text: str) -> tuple[str, int]:
    """RFC 3339 with offset → its canonical time and the microseconds since 1970, UTC.

    Raises ValueError where the text is no such time, names no day of the calendar, or is finer
    than a microsecond.
    """
    if _CANONICAL.fullmatch(text) is None or text.endswith("-00:00"):
        match = _RFC3339.fullmatch(text)
        if match is None:
            raise ValueError("expected RFC 3339 with an offset, such as 2026-04-02T09:30:00+09:00")
        day, clock, fraction, zone = match.groups()
        fraction = (fraction or "").ljust(6, "0")
        if fraction[6:].strip("0"):
            raise ValueError("finer than a microsecond")
        zone = "+00:00" if zone in ("Z", "z", "-00:00") else zone
        text = f"{day}T{clock}.{fraction[:6]}{zone}"
    at = micros(text)
    if not TIME_MICROS_MIN <= at < TIME_MICROS_MAX:
        raise ValueError("no such moment in the calendar (years 1 to 9999)")
    return text, at


def canonical_time(text: str) -> str:
    """RFC 3339 with offset → `2026-04-02T09:30:00.000000+09:00` (UTC as `+00:00`).

    Raises ValueError as `moment` does.
    """
    return moment(text)[0]


def micros(time: str) -> int:
    """Microseconds since 1970 in UTC of a canonical time; ValueError outside the calendar."""
    try:
        since = datetime.fromisoformat(time) - EPOCH
    except (ValueError, OverflowError) as error:
        raise ValueError(f"no such moment in the calendar ({error})") from None
    return since // _MICROSECOND


def offset_minutes(time: str) -> int:
    """Minutes east of UTC of a canonical time."""
    minutes = int(time[-5:-3]) * 60 + int(time[-2:])
    return -minutes if time[-6] == "-" else minutes


def time_text(at_micros: int, offset: int) -> str:
    """The canonical time for microseconds UTC and minutes east; ValueError outside the calendar."""
    if not -1440 < offset < 1440:
        raise ValueError("offset: must be less than a day from UTC")
    if not TIME_MICROS_MIN <= at_micros < TIME_MICROS_MAX:
        raise ValueError("no such moment in the calendar (years 1 to 9999)")
    day, rest = divmod(at_micros + offset * _MICROS_A_MINUTE, MICROS_A_DAY)
    minute, rest = divmod(rest, _MICROS_A_MINUTE)
    # A hundred million on top writes the zeros in front.
    second = str(rest + _EIGHT_DIGITS)
    return f"{_day_text(day)}{_MINUTES[minute]}{second[1:3]}.{second[3:]}{_zone_text(offset)}"


@lru_cache(maxsize=_days_kept_max)
def _day_text(day: int) -> str:
    return (_FIRST_DAY + timedelta(days=day)).isoformat() + "T"


@lru_cache(maxsize=_zones_kept_max)
def _zone_text(offset: int) -> str:
    east = abs(offset)
    return f"{'-' if offset < 0 else '+'}{east // 60:02d}:{east % 60:02d}"


def local_day(time: str) -> date:
    """The calendar date of a canonical time at its own offset."""
    return date.fromisoformat(time[:10])
