"""What goods came from becomes known late: the cases on their seals go and come with it."""

from collections.abc import Iterator

import pytest

from ledger.facts.identity import Fact
from ledger.log import Log
from tests.auditing import RECORDED, caught_up, entry, from_nothing, live
from tests.domain.rules.trade import FACTS, apply
from tests.domain.rules.world import World


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """An empty log whose clock stands still."""
    with Log.open(database, clock=lambda: RECORDED) as opened:
        yield opened


def outside(log: Log) -> list[tuple[str, str]]:
    """The standing cases of goods outside the arrangement, the same as from nothing."""
    found = caught_up(log)
    assert live(log) == from_nothing(log)
    return sorted((one[2], one[3]) for one in found if one[0] == "M-12")


def test_where_goods_were_packed_is_known_late(log: Log) -> None:
    """Made in Chile and sealed for Japan; that an American packed them is reported step by step."""
    world = World()
    for kind, fields in FACTS.values():
        world.add(kind, "2025-03-01", **fields)
    world.add("PartyRegistered", "2025-03-02", party="MAKER", name="Maker", country="CL")
    for lot in ("L0", "L1"):
        own = {**FACTS["lot"][1], "lot": lot, "operator": "MAKER"}
        world.add("LotRecorded", "2025-03-02", **own)
    key = apply(world)

    def recorded(*facts: Fact) -> list[tuple[str, str]]:
        log.append([entry(fact) for fact in facts])
        return outside(log)

    case = (key, "scope")
    assert recorded(*(fact for fact, _ in world.facts)) == [case]
    child = {"lot": "L1", "units": 1, "pack_weight": "0.500", "quantity": "0.500"}
    divided = world.add("LotSubdivided", "2025-03-03", lot="L0", operator="PACK", loss="0.000",
                        children=[child])  # fmt: skip
    assert recorded(divided) == [case]
    packer = {"party": "PACK", "name": "Packer", "country": "US"}
    assert recorded(world.add("PartyRegistered", "2025-03-04", **packer)) == []
    moved = world.add("PartyRegistered", "2025-03-05", **{**packer, "country": "CL"})
    assert recorded(moved) == [case]
