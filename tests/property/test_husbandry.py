"""Entries of animals under any input: always a verdict, the same in any order; room never harms."""

from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.herds import FeedingRecorded, HerdRecorded
from ledger.facts.identity import Fact
from ledger.facts.keeping import Stable
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.record import Record
from ledger.facts.scalars import Area
from ledger.labels.entries import Entry
from ledger.labels.livestock.outings import outings
from ledger.labels.livestock.rooms import HOUSING, rooms
from ledger.labels.process import process
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.labels.verdict import CODES, Verdict
from tests.domain.labels.goods import Goods
from tests.domain.labels.herding import entry, herd
from tests.strategies import facts

SPECIES = sorted(row.species for row in HOUSING.rows())


def of_one_farm(fact: Fact) -> Fact:
    """The same fact about herd H1 and lot L1 of product PR1."""
    fields: dict[type, dict[str, Any]] = {
        HerdRecorded: {"herd": "H1"},
        FeedingRecorded: {"herd": "H1"},
        ProcessRecorded: {"herd": "H1"},
        LotRecorded: {"lot": "L1", "product": "PR1", "herds": ("H1",), "inputs": ()},
    }
    return msgspec.structs.replace(fact, corrects=None, **fields[type(fact)])


@given(
    st.lists(facts(HerdRecorded, FeedingRecorded, ProcessRecorded, LotRecorded), max_size=8),
    st.randoms(use_true_random=False),
)
def test_any_entry_has_a_verdict_in_any_order(given_: list[Fact], chance: Any) -> None:
    """Every code it gives has a sentence; what came first changes none."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.product("", "LIVESTOCK")
    told = [*goods.facts, *map(of_one_farm, given_)]
    shuffled = chance.sample(told, len(told))
    record = Record((fact, 0) for fact in told)
    other = Record((fact, 0) for fact in shuffled)

    for fact in told:
        if isinstance(fact, ProcessRecorded):
            verdict = process(record, fact)
            assert all(CODES.known(code) for code in verdict.codes)
            assert verdict == process(other, fact)
    assert missing_activities(record, "L1") == missing_activities(other, "L1")


THOUSANDTHS = st.integers(0, 2_000_000).map(lambda number: Area.read(f"{number / 1000:.3f}"))


@given(st.sampled_from(SPECIES), st.integers(1, 200), THOUSANDTHS, THOUSANDTHS)
def test_more_room_never_harms(species: str, heads: int, room: Area, more: Area) -> None:
    """Where so much room is enough, more is; and fewer heads need no more."""
    goods = Goods()
    of = herd(goods, species)
    said = entry(goods, "HOUSING", heads=heads, indoor_m2=room, outdoor_m2=room)
    wider = msgspec.structs.replace(said, indoor_m2=max(room, more), outdoor_m2=max(room, more))
    fewer = msgspec.structs.replace(said, heads=1)
    tied = msgspec.structs.replace(said, stable=Stable(tied=True))

    def dense(told: ProcessRecorded) -> bool:
        return not Verdict.of(rooms(Entry(said=told, herd=of))).eligible

    assert dense(said) >= dense(wider)
    assert dense(said) >= dense(fewer)
    assert dense(said) >= dense(tied)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 60))
def test_a_calf_goes_out_once_and_stays_out(born: int, weaned: int, until: int) -> None:
    """Once the reason for keeping a calf in has ended it never holds again."""
    start = date(2025, 1, 1)
    goods = Goods()
    of = herd(goods, "DAIRY_COW", born_on=start + timedelta(days=born),
              weaned_on=start + timedelta(days=weaned))  # fmt: skip

    def kept(days: int) -> bool:
        said = entry(goods, "OUTDOOR_ACCESS", kept_in="CALF", on=start,
                     until=start + timedelta(days=days))  # fmt: skip
        return Verdict.of(outings(Entry(said=said, herd=of))).eligible

    assert kept(10 * until) >= kept(10 * until + 1)
