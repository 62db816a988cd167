"""Facts and their scalars: what each may be, in tables."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.cases.canonical import TOPICS
from ledger.facts import canonical, checks
from ledger.facts.catalogue import TYPES
from ledger.facts.lots import ProcessRecorded
from ledger.facts.scalars import (
    Area,
    FieldError,
    Figure,
    Hours,
    MeanHeads,
    Share,
    Surface,
    Weight,
    Years,
    canonical_time,
    local_day,
    micros,
    offset_minutes,
    time_text,
)
from ledger.facts.seals import SealsSpoiled, StockAdjusted

TIMES = [  # as sent, canonical or None
    ("2026-04-02T09:30:00+09:00", "2026-04-02T09:30:00.000000+09:00"),
    ("2026-04-02t09:30:00z", "2026-04-02T09:30:00.000000+00:00"),
    ("2026-04-02T09:30:00.5-00:00", "2026-04-02T09:30:00.500000+00:00"),
    ("2026-04-02T09:30:00.1234560Z", "2026-04-02T09:30:00.123456+00:00"),
    ("2026-04-02T09:30:00.1234567Z", None),
    ("2026-04-02T09:30:00", None),
    ("2026-04-02 09:30:00Z", None),
    ("2026-02-30T09:30:00Z", None),
    ("2026-04-02T24:00:00Z", None),
    ("2026-04-02T09:30:60Z", None),
    ("2026-04-02T09:30:00+09:60", None),
    ("2026-04-02T09:30:00+24:00", None),
    ("0001-01-01T00:00:00Z", None),
    ("9999-12-31T23:59:59Z", None),
    ("10000-01-01T00:00:00Z", None),
    ("２０２６-04-02T09:30:00Z", None),
    ("", None),
]


@pytest.mark.parametrize(("sent", "expected"), TIMES)
def test_times(sent: str, expected: str | None) -> None:
    """A time has one canonical form, or none."""
    if expected is None:
        with pytest.raises(ValueError, match=r"\w"):
            canonical_time(sent)
    else:
        assert expected == canonical_time(sent)
        assert expected == time_text(micros(expected), offset_minutes(expected))


def test_local_day() -> None:
    """The day is the one where it happened."""
    assert local_day("2026-04-02T00:30:00.000000+09:00").isoformat() == "2026-04-02"


FIGURES: list[tuple[type[Figure], object, str | None]] = [
    (Weight, "12.5", "12.500"),
    (Weight, "012", "12.000"),
    (Weight, "999999999999.999", "999999999999.999"),
    (Weight, "1000000000000", None),
    (Weight, "12.5000", None),
    (Weight, "12.5001", None),
    (Weight, "0", None),
    (Weight, "-1", None),
    (Weight, "1e3", None),
    (Weight, "NaN", None),
    (Weight, "", None),
    (Weight, 12.5, None),
    (Weight, 12, None),
    (Weight, Decimal("12.5"), "12.500"),
    (Area, "-0", "0.000"),
    (Surface, "0.001", "0.001"),
    (Surface, "0", None),
    (MeanHeads, "19.4", "19.400"),
    (MeanHeads, "0", None),
    (Hours, "0", "0.0"),
    (Hours, "16.1", "16.1"),
    (Hours, "16.15", None),
    (Share, "100", "100.000"),
    (Share, "1000", None),
    (Years, "3.5", "3.5"),
    (Years, "3.55", None),
]


@pytest.mark.parametrize(("kind", "value", "expected"), FIGURES)
def test_figures(kind: type[Figure], value: object, expected: str | None) -> None:
    """Decimals are text with at most their places, padded to them."""
    if expected is None:
        with pytest.raises(ValueError, match=r"\w"):
            kind.read(value)
    else:
        assert expected == str(kind.read(value))


def spoiled(**fields: object) -> SealsSpoiled:
    """Twenty spoiled seals."""
    usual = {
        "id": "0197f000-0000-7000-8000-000000000001", "time": "2026-04-02T09:30:00.000000+09:00",
        "source": "S-1", "mark": "JAS-A", "holder": "I-1", "site": "W-1", "count": 20,
        "reason": "WET",
    }  # fmt: skip
    return SealsSpoiled(**(usual | fields))  # type: ignore[arg-type]  # the table gives anything


RANGES: list[tuple[dict[str, object], str | None]] = [
    ({}, None),
    ({"first": 1, "last": 20}, None),
    ({"first": 0, "last": 19}, None),
    ({"first": 1}, "last"),
    ({"last": 20}, "first"),
    ({"first": 1, "last": 19}, "last"),
    ({"first": 20, "last": 1}, "last"),
]


@pytest.mark.parametrize(("ends", "field"), RANGES)
def test_ranges(ends: dict[str, object], field: str | None) -> None:
    """A range has both ends and holds `count` numbers."""
    if field is None:
        spoiled(**ends)
    else:
        with pytest.raises(FieldError) as caught:
            spoiled(**ends)
        assert field == caught.value.field


def test_an_adjustment_adjusts() -> None:
    """A difference of 0 is refused where the fact is made."""
    with pytest.raises(FieldError) as caught:
        StockAdjusted(
            id="0197f000-0000-7000-8000-000000000001", time="2026-04-02T09:30:00.000000+09:00",
            source="S-1", mark="M", holder="H", site="S", delta=0,
            count_event="0197f000-0000-7000-8000-000000000002", reason="LOSS", approved_by="P",
        )  # fmt: skip
    assert caught.value.field == "delta"


def processed(**fields: object) -> ProcessRecorded:
    """An entry of storing, on 2 March."""
    usual = {
        "id": "0197f000-0000-7000-8000-000000000001", "time": "2026-04-02T09:30:00.000000+09:00",
        "source": "S-1", "operator": "O-1", "activity": "STORAGE", "on": date(2026, 3, 2),
    }  # fmt: skip
    return ProcessRecorded(**(usual | fields))  # type: ignore[arg-type]  # the table gives anything


OF_WHAT: list[tuple[dict[str, object], str | None]] = [
    ({"lot": "L-1"}, None),
    ({"herd": "H-1"}, None),
    ({"lot": "L-1", "herd": "H-1"}, None),
    ({}, "lot"),
    ({"item": "hay"}, "lot"),
]


@pytest.mark.parametrize(("fields", "field"), OF_WHAT)
def test_an_entry_is_of_something(fields: dict[str, object], field: str | None) -> None:
    """An entry of a process record names a lot, a herd, or both."""
    if field is None:
        processed(**fields)
    else:
        with pytest.raises(FieldError) as caught:
            processed(**fields)
        assert field == caught.value.field


CHARACTERS: list[tuple[dict[str, object], str | None]] = [
    ({"mark": "JAS-A/7~!"}, None),
    ({"note": "濡れた seals, 20 \\枚\n"}, None),
    ({"mark": "JAS A"}, "mark"),
    ({"mark": "JAS\tA"}, "mark"),
    ({"mark": "JAS\x7f"}, "mark"),
    ({"mark": "濡"}, "mark"),
    ({"note": "a\0b"}, "note"),
    ({"id": "0197f000-0000-7000-8000-00000000000g"}, "id"),
    ({"id": "0197F000-0000-7000-8000-000000000001"}, "id"),
    ({"id": "0197f0000000-7000-8000-0000-00000001"}, "id"),
    ({"id": "0197f000-0000-8000-8000-000000000001"}, "id"),
    ({"corrects": "0197f000-0000-8000-8000-000000000001"}, None),
    ({"corrects": "x" * 36}, "corrects"),
]


@pytest.mark.parametrize(("fields", "field"), CHARACTERS)
def test_characters(fields: dict[str, object], field: str | None) -> None:
    """Ids are visible ASCII, event ids UUIDs but not of version 8, words anything but U+0000."""
    fact = spoiled(**fields)
    if field is None:
        checks.check(fact, canonical.encode(fact))
    else:
        with pytest.raises(FieldError) as caught:
            checks.check(fact, canonical.encode(fact))
        assert field == caught.value.field


def test_canonical_form() -> None:
    """Type first, common fields, own fields; absent ones left out, no spaces, text as it is."""
    state = canonical.encode(spoiled(note="濡れた/", first=1, last=20))

    assert state.decode() == (
        '{"type":"SealsSpoiled","id":"0197f000-0000-7000-8000-000000000001",'
        '"time":"2026-04-02T09:30:00.000000+09:00","source":"S-1","note":"濡れた/","mark":"JAS-A",'
        '"holder":"I-1","site":"W-1","count":20,"first":1,"last":20,"reason":"WET"}'
    )


def test_the_vocabulary() -> None:
    """Every fact may be reported on some channel, and no decision is a fact."""
    assert len(TYPES) == 50
    assert set() == TOPICS & TYPES.keys()
    for kind in TYPES.values():
        assert kind.channels
        assert kind.channels <= set("SOC")
