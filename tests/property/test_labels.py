"""Claims under any recipe: thresholds hold at equality, and more of the good never harms."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.lots import Field
from ledger.facts.record import Record
from ledger.facts.registry import CertificationChanged, Ingredient
from ledger.facts.scalars import Share
from ledger.labels.certified import certified
from ledger.labels.check import eligible
from ledger.labels.claims import CLAIMS, scheme_of
from ledger.labels.describe import TABLES
from ledger.labels.fields import field_status
from ledger.labels.recipe import BASES, Recipe, shares
from ledger.labels.rows import Row, years_after

ON = date(2024, 5, 1)
CLAIM_NAMES = sorted({row.claim for row in CLAIMS.rows()})
MILLI = Decimal("0.001")

# Swiss shares have an upper limit under BUD_BIO, and one kind may not stand on both sides.
RISING = [claim for claim in CLAIM_NAMES if claim != "BUD_BIO"]


def ingredient(name: str, share: Decimal, **own: Any) -> Ingredient:
    """An organic agricultural ingredient, unless said otherwise."""
    values: dict[str, Any] = {"kind": "AGRICULTURAL", "status": "ORGANIC", "gmo": False,
                              "irradiated": False}  # fmt: skip
    return Ingredient(name=name, share=Share.read(str(share)), **{**values, **own})


def good(claim: str, share: Decimal) -> Ingredient:
    """An ingredient that conforms to a claim in every way."""
    status = "IN_CONVERSION" if "CONVERSION" in claim else "ORGANIC"
    return ingredient("oats", share, scheme=scheme_of(claim), status=status, origin="CH")


def recipe(*entries: Ingredient) -> Recipe:
    """A processed plant product."""
    return Recipe(class_="PROCESSED_PLANT", name="品", ingredients=entries)


def judged(claim: str, *entries: Ingredient) -> tuple[str, ...]:
    """The codes that break a claim on a recipe."""
    return eligible(scheme_of(claim) or "", claim, None, recipe(*entries), ON).broken


MILLIS = st.integers(0, 100_000).map(lambda number: number * MILLI)
SMALL = st.integers(0, 20_000).map(lambda number: number * MILLI)


@pytest.mark.parametrize("claim", RISING)
@given(sugar=SMALL, water=SMALL, less=SMALL)
def test_more_that_conforms_never_harms(
    claim: str, sugar: Decimal, water: Decimal, less: Decimal
) -> None:
    """Raising the conforming share at the cost of the rest keeps an eligible recipe eligible."""
    less = min(less, sugar)

    def codes(conventional: Decimal) -> tuple[str, ...]:
        conforming = 100 - conventional - water
        rest = ingredient("sugar", conventional, status="CONVENTIONAL", origin="BR")
        return judged(
            claim,
            good(claim, conforming),
            rest,
            ingredient("water", water, kind="WATER", status="CONVENTIONAL"),
        )

    if codes(sugar) == ():
        assert codes(sugar - less) == ()


THRESHOLDS: list[tuple[str, Decimal, str]] = [
    ("JAS_IN_CONVERSION", Decimal(95), "RESTRICTED_OVER_5"),
    ("NOP_ORGANIC", Decimal(95), "ORG_BELOW_95"),
    ("NOP_MADE_WITH", Decimal(70), "ORG_BELOW_70"),
    ("COR_ORGANIC", Decimal(95), "ORG_BELOW_95"),
    ("COR_CONTAINS", Decimal(70), "ORG_BELOW_70"),
    ("EU_LOGO", Decimal(95), "ORG_BELOW_95"),
    ("KRAV_CONTAINS", Decimal(95), "ORG_BELOW_95"),
    ("BUD_ABROAD", Decimal(95), "ORG_BELOW_95"),
    ("BUD_CONVERSION", Decimal(95), "ORG_BELOW_95"),
    ("ACT_ORGANIC", Decimal(95), "ORG_BELOW_95"),
    ("ACT_PERCENT", Decimal(70), "ORG_BELOW_70"),
]


@pytest.mark.parametrize(("claim", "percent", "code"), THRESHOLDS)
@given(base=st.integers(1, 1000).map(lambda number: number * Decimal("0.1")))
def test_a_threshold_is_met_at_equality(
    claim: str, percent: Decimal, code: str, base: Decimal
) -> None:
    """At the very share a claim holds, a thousandth of a per cent less it does not."""
    kept = (base * percent / 100).quantize(MILLI)
    filler = ingredient("water", 100 - base, kind="WATER", status="CONVENTIONAL")

    def codes(share: Decimal) -> tuple[str, ...]:
        rest = ingredient("sugar", base - share, status="CONVENTIONAL", origin="BR")
        return judged(claim, good(claim, share), rest, filler)

    met = 100 * kept >= percent * base
    assert met == (code not in codes(kept))
    assert code in codes(kept - MILLI)


@given(st.lists(st.tuples(MILLIS, st.sampled_from(["ORGANIC", "IN_CONVERSION", "CONVENTIONAL"])),
                max_size=6), st.randoms())  # fmt: skip
def test_the_order_of_ingredients_never_matters(
    entries: list[tuple[Decimal, str]], random: Any
) -> None:
    """A recipe is a set: shares and every verdict are the same in any order."""
    found = [
        ingredient(f"i{index}", share, status=status, scheme="JAS")
        for index, (share, status) in enumerate(entries)
    ]
    mixed = list(found)
    random.shuffle(mixed)

    for base in BASES.rows():
        assert shares(recipe(*found), base.base) == shares(recipe(*mixed), base.base)
    for claim in CLAIM_NAMES:
        assert judged(claim, *found) == judged(claim, *mixed)


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["PERENNIAL", "ANNUAL", "WILD"]),
    st.integers(0, 2_000),
)
def test_a_field_never_loses_by_waiting(start: date, crop: Any, days: int) -> None:
    """What a field reached it keeps; in conversion comes after a year, and not before."""
    field = Field(registered_on=start, last_prohibited_input_on=start, crop=crop)
    class_ = "WILD_PLANT" if crop == "WILD" else "PLANT"
    on = start + timedelta(days=days)
    ranks = {None: 0, "IN_CONVERSION": 1, "ORGANIC": 2}
    now = ranks[field_status(field, on, class_).reached]

    assert now <= ranks[field_status(field, on + timedelta(days=1), class_).reached]
    if crop != "WILD":
        assert (now >= 1) == (on >= years_after(start, 1))


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["GRANTED", "SUSPENDED", "REINSTATED", "WITHDRAWN", "EXPIRED"]),
        st.integers(0, 30),
        st.none() | st.integers(0, 40),
    ),
    max_size=6,
)


@given(CHANGES, st.integers(0, 40), st.randoms())
def test_certificates_never_depend_on_arrival(
    changes: list[tuple[str, int, int | None]], day: int, random: Any
) -> None:
    """Whatever came first, the same certificate is valid on the same day."""
    begin = date(2024, 1, 1)

    def days(number: int) -> date:
        return begin + timedelta(days=number)

    facts = [
        CertificationChanged(
            id=f"00000000-0000-7000-8000-{index:012d}",
            time="2024-01-01T00:00:00.000000+00:00",
            source="S",
            party="P",
            scheme="JAS",
            role="IMPORTER",
            issuer="B",
            number="1",
            status=status,  # type: ignore[arg-type] # drawn from the real ones
            from_=days(start),
            until=None if end is None else days(end),
        )
        for index, (status, start, end) in enumerate(changes)
    ]
    mixed = list(facts)
    random.shuffle(mixed)

    def valid(known: list[CertificationChanged]) -> bool:
        record = Record((fact, 0) for fact in known)
        return certified(record, "P", "JAS", "IMPORTER", None, days(day))

    assert valid(facts) == valid(mixed)


def dated() -> list[Any]:
    """Every row of every table that begins or ends on a day."""
    return [
        pytest.param(row, id=f"{table.name}-{index}")
        for table in TABLES
        for index, row in enumerate(table.rows())
        if row.valid_from is not None or row.until is not None
    ]


@pytest.mark.parametrize("row", dated())
def test_a_row_holds_on_its_first_and_last_day(row: Row) -> None:
    """Both limits are inside; the days before and after are not."""
    day = timedelta(days=1)
    if row.valid_from is not None:
        assert row.in_force(row.valid_from)
        assert not row.in_force(row.valid_from - day)
    if row.until is not None:
        assert row.in_force(row.until)
        assert not row.in_force(row.until + day)
